internal import TesseraCore

/// Byte-level BPE on text that no normalizer changes: added tokens, a split rule, merges.
///
/// A class, so that handing it on counts one reference.
final class ByteLevelEncoder: Sendable {
    let model: BytePairModel
    let splitRule: SplitRule

    private let scratch = ScratchPool()

    /// The encoder of `definition` for texts that its normalizer leaves as they are; nil when it needs the general path.
    ///
    /// - Throws: `LocatedError` when an id is none of the vocabulary, or no token stands for a byte, so that nothing
    ///   could be encoded.
    init?(_ definition: TokenizerDefinition) throws(LocatedError) {
        guard case .bytePair(let bytePair) = definition.model, definition.leavesMostTexts,
            definition.spellsBytes, bytePair.dropout ?? 0 == 0,
            bytePair.continuingPrefix.isEmpty, bytePair.endSuffix.isEmpty,
            let splitRule = try SplitRule(compiling: definition.preTokenizer)
        else { return nil }
        try bytePair.check()
        let model = BytePairModel(bytePair)
        guard model.bytesWithoutToken.count < 256 else {
            throw LocatedError(
                field: "model", problem: "no token stands for a single byte, so nothing can be encoded",
                remedy: "the file is damaged; fetch or convert it again")
        }
        guard model.bytesWithoutToken.isEmpty || !(bytePair.fallsBackToBytes || bytePair.fusesUnknown) else {
            return nil
        }
        self.model = model
        self.splitRule = splitRule
    }

    func encode(
        _ text: UTF8Text, matcher: AddedTokenMatcher, special: SpecialTokenReading, into ids: inout [TokenID]
    ) {
        scratch.withScratch { scratch in
            model.withEncoder(scratch, byteCount: text.count) { encoder in
                matcher.forEachSegment(of: text, special: special) { segment in
                    switch segment {
                    case .token(let id, _): ids.append(id)
                    case .text(let range):
                        splitRule.forEachBlock(of: text, in: range, encoder.memory) { places, count in
                            encoder.appendBlock(places, count, of: text, to: &ids)
                        }
                    }
                }
            }
        }
    }

    func encodeWithOffsets(
        _ text: UTF8Text, matcher: AddedTokenMatcher, special: SpecialTokenReading
    ) -> [TokenSpan] {
        var spans: [TokenSpan] = []
        var ids: [TokenID] = []
        scratch.withScratch { scratch in
            model.withEncoder(scratch, byteCount: text.count) { encoder in
                matcher.forEachSegment(of: text, special: special) { segment in
                    switch segment {
                    case .token(let id, let range): spans.append(TokenSpan(id: id, range: range))
                    case .text(let range):
                        splitRule.forEachPiece(of: text, in: range) { piece in
                            ids.removeAll(keepingCapacity: true)
                            encoder.append(piece, of: text, to: &ids)
                            appendSpans(of: ids, piece: piece, text: text, to: &spans)
                        }
                    }
                }
            }
        }
        return spans
    }
}

extension TokenizerDefinition {
    /// Whether there is no normalizer, or one whose work is seldom needed and quickly told.
    fileprivate var leavesMostTexts: Bool {
        switch normalizer?.single {
        case nil, .unicode(.canonicalComposed)?: true
        default: false
        }
    }
}
