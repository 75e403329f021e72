package import TesseraCore

/// Byte-pair encoding of one piece of text whose symbols are characters.
///
/// As in Hugging Face's `BPE`, and for definitions with `kinds` as in SentencePiece's `bpe::Model`. A piece of `n`
/// bytes takes O(n log n) time however it is made.
package struct CharacterPairModel: Sendable {
    let vocabulary: Vocabulary
    let pairs: PairTable
    let symbols: CharacterSymbols
    /// Whether merges are done one at a time, with the steps of `StepwiseMerger`.
    let isStepwise: Bool
    /// Where pieces may be cut; nil: nowhere.
    let cuts: SafeCuts?
    let unknownToken: TokenID?
    let fusesUnknown: Bool
    let ignoresMerges: Bool
    /// The tokens of bytes, where unknown characters become these.
    let byteTokens: ByteTokens?
    /// Whether an unknown character always becomes bytes, which nothing merges with.
    let unknownStandsApart: Bool
    /// User-defined tokens, found before any other.
    let userDefined: ByteTrie
    /// The tokens that are never a result; empty: there are none.
    let unused: Set<TokenID>
    /// Whether the rules are SentencePiece's.
    let hasKinds: Bool
    /// The probability of passing over a merge.
    let dropout: Double

    /// Builds the tables of `definition`.
    ///
    /// - Throws: `LocatedError` naming what in the definition cannot be.
    package init(_ definition: BytePairDefinition) throws(LocatedError) {
        try definition.check()
        vocabulary = definition.vocabulary
        pairs = PairTable(definition)
        symbols = CharacterSymbols(definition)
        unknownToken = definition.unknownToken
        fusesUnknown = definition.fusesUnknown
        ignoresMerges = definition.ignoresMerges
        dropout = definition.dropout ?? 0
        hasKinds = !definition.kinds.isEmpty
        let byteTokens = definition.fallsBackToBytes ? ByteTokens(definition.vocabulary) : nil
        self.byteTokens = byteTokens
        var userDefined = ByteTrie()
        var unused: Set<TokenID> = []
        for (id, kind) in definition.kinds.enumerated() {
            let token = TokenID(truncatingIfNeeded: id)
            if kind == .userDefined {
                userDefined.insert(vocabulary.spelling(of: token), value: Int32(truncatingIfNeeded: id))
            } else if kind == .unused {
                unused.insert(token)
            }
        }
        self.userDefined = userDefined
        self.unused = unused
        unknownStandsApart = byteTokens?.isComplete ?? false && !definition.mergesAny(of: byteTokens)
        isStepwise = !unused.isEmpty || dropout > 0
        cuts = isStepwise ? nil : SafeCuts(definition, symbols: symbols)
    }

    /// The number of merges.
    package var mergeCount: Int { pairs.count }

    /// Appends the tokens of `piece` with their ranges in it.
    ///
    /// - Parameters:
    ///   - scratch: memory, used by one call at a time and with this model only.
    ///   - draws: where the random numbers of dropout come from; nil: nothing is passed over.
    package func encode(
        _ piece: UnsafeBufferPointer<UInt8>, using scratch: EncoderScratch, draws: inout RandomDraws?,
        into tokens: inout [ModelToken]
    ) {
        withRangeSink(&tokens) { encode(piece, scratch, &draws, &$0) }
    }

    /// Appends the tokens of `piece`.
    package func encode(
        _ piece: UnsafeBufferPointer<UInt8>, using scratch: EncoderScratch, draws: inout RandomDraws?,
        into ids: inout [TokenID]
    ) {
        withIDSink(&ids) { encode(piece, scratch, &draws, &$0) }
    }

    private func encode(
        _ piece: UnsafeBufferPointer<UInt8>, _ scratch: EncoderScratch, _ draws: inout RandomDraws?,
        _ sink: inout some TokenSink
    ) {
        guard let piece = PieceBytes(piece) else { return }
        if ignoresMerges, let id = vocabulary.id(ofSpelling: piece.raw(0..<piece.count)) {
            return sink.append(id, start: 0, end: piece.count)
        }
        if isStepwise {
            encodeWhole(piece, scratch, &draws, &sink)
        } else {
            pairs.withView { pairs in
                let merger = WordMerger(pairs: pairs)
                if let cuts {
                    encodeCut(piece, cuts, merger, scratch, &sink)
                } else {
                    encodePart(piece, 0..<piece.count, merger, scratch, &sink)
                }
            }
        }
    }
}

extension BytePairDefinition {
    /// Whether some merge has one of `tokens` as a part.
    fileprivate func mergesAny(of tokens: ByteTokens?) -> Bool {
        guard let tokens else { return false }
        var isPart = [Bool](repeating: false, count: vocabulary.count)
        for merge in merges {
            isPart[Int(merge.left)] = true
            isPart[Int(merge.right)] = true
        }
        return isPart.indices.contains { isPart[$0] && tokens.contains(TokenID(truncatingIfNeeded: $0)) }
    }

    /// Checks that every id that stands in it is one of the vocabulary.
    func check() throws(LocatedError) {
        let count = vocabulary.count
        guard kinds.isEmpty || kinds.count == count else {
            throw error("kinds", "\(kinds.count) kinds for \(count) tokens")
        }
        guard merges.count < PairTable.largestCount else {
            throw error("merges", "\(merges.count) merges, expected fewer than \(PairTable.largestCount)")
        }
        for (rank, merge) in merges.enumerated()
        where merge.left >= count || merge.right >= count || merge.made >= count {
            throw error("merges", "merge \(rank) names an id outside the \(count) tokens")
        }
        if let unknownToken, unknownToken >= count {
            throw error("unk_token", "\(unknownToken) is not an id of the \(count) tokens")
        }
    }

    private func error(_ field: String, _ problem: String) -> LocatedError {
        LocatedError(
            field: "model.\(field)", problem: problem, remedy: "the vocabulary is damaged; make it again")
    }
}
