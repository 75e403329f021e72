public import TesseraCore

/// A byte-level byte-pair tokenizer: added tokens, a split rule, merges.
///
/// A value that any number of threads may use at once; copies share their tables. Encoding takes time linear in the
/// text, up to a logarithm of the longest piece.
public struct BytePairTokenizer: Tokenizer {
    /// The rule that cuts text into pieces.
    public let splitRule: SplitRule

    /// The ids with a role.
    public let specialTokens: SpecialTokens

    /// What the file puts around a text.
    public let template: TokenTemplate

    /// Whether offsets leave out white space at the edges of a token.
    let trimsOffsets: Bool

    let model: BytePairModel
    let addedTokens: [TokenID: AddedToken]
    let matcher: AddedTokenMatcher
    let scratch = ScratchPool()

    init(
        model: BytePairModel, splitRule: SplitRule, addedTokens: [AddedToken], specialTokens: SpecialTokens,
        template: TokenTemplate = TokenTemplate(), trimsOffsets: Bool = false
    ) {
        self.model = model
        self.splitRule = splitRule
        self.specialTokens = specialTokens
        self.template = template
        self.trimsOffsets = trimsOffsets
        self.addedTokens = Dictionary(
            addedTokens.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        matcher = AddedTokenMatcher(addedTokens)
    }

    /// The number of ids, used or not.
    public var vocabularySize: Int { model.vocabulary.count }

    /// The bytes that have no token: encoding drops them, as the reference does.
    public var bytesWithoutToken: [UInt8] { model.bytesWithoutToken }

    /// The number of merges.
    public var mergeCount: Int { model.pairs.count }

    public func encode(
        _ text: UnsafeBufferPointer<UInt8>, special: SpecialTokenReading, into ids: inout [TokenID]
    ) {
        withValidUTF8(text) { text in
            scratch.withScratch { scratch in
                model.withEncoder(scratch) { encoder in
                    matcher.forEachSegment(of: text, special: special) { segment in
                        switch segment {
                        case .token(let id, _): ids.append(id)
                        case .text(let range):
                            splitRule.forEachPiece(of: text, in: range) {
                                encoder.append($0, of: text, to: &ids)
                            }
                        }
                    }
                }
            }
        }
    }

    public func bytes(of id: TokenID) -> [UInt8] {
        guard Int(id) < vocabularySize else { return [] }
        return model.bytes(of: Int(id))
    }

    public func spelling(of id: TokenID) -> String? {
        guard Int(id) < vocabularySize else { return nil }
        return model.vocabulary.withSpelling(of: Int(id)) {
            $0.isEmpty ? nil : String(decoding: $0, as: UTF8.self)
        }
    }

    public func id(ofSpelling spelling: String) -> TokenID? {
        var spelling = spelling
        return spelling.withUTF8 { model.vocabulary.id(ofSpelling: UnsafeRawBufferPointer($0)) }
    }

    /// Whether `id` is a special token: one that means something other than its text.
    public func isSpecial(_ id: TokenID) -> Bool { addedTokens[id]?.isSpecial ?? false }
}
