internal import TesseraCore
internal import TesseraFiles

/// Writes a definition as a `tokenizer.json`, its members in the order of Hugging Face tokenizers.
struct HuggingFaceWriter {
    private let definition: TokenizerDefinition

    /// What the file cannot say.
    private(set) var losses: [String] = []

    init(_ definition: TokenizerDefinition) {
        self.definition = definition
    }

    /// The text of the file.
    ///
    /// - Throws: `LocatedError` naming the part that such a file cannot express.
    mutating func json() throws(LocatedError) -> [UInt8] {
        let added = try addedTokens()
        let listed = try tokensToList(of: added)
        var output = JSONEmitter()
        output.reserve(definition.model.vocabulary.count * 64)
        output.beginObject()
        output.key("version")
        output.value("1.0")
        output.key("truncation")
        output.value(definition.truncation?.json ?? .null)
        output.key("padding")
        output.value(definition.padding?.json ?? .null)
        output.key("added_tokens")
        output.value(.array(added.map(\.json)))
        output.key("normalizer")
        output.value(try definition.normalizer?.json() ?? .null)
        output.key("pre_tokenizer")
        output.value(definition.preTokenizer?.json ?? .null)
        output.key("post_processor")
        output.value(definition.postProcessor?.json ?? .null)
        output.key("decoder")
        output.value(definition.decoder?.json ?? .null)
        output.key("model")
        try TokenModelWriter(definition.model, further: listed).write(to: &output)
        output.endObject()
        noteLosses()
        return output.bytes
    }

    /// The added tokens by id, with those that SentencePiece cuts out of text by their type.
    private func addedTokens() throws(LocatedError) -> [AddedToken] {
        var tokens = definition.addedTokens
        var contents = Set(tokens.map(\.content))
        for content in definition.model.userDefinedSpellings where contents.insert(content).inserted {
            guard let id = definition.model.vocabulary.id(of: content) else { continue }
            var token = AddedToken(id: id, content: content)
            token.isSpecial = false
            tokens.append(token)
        }
        for token in tokens where firstInvalidUTF8Offset(in: token.content) != nil {
            throw LocatedError(
                field: "added_tokens",
                problem: "token \(token.id) is not UTF-8 text, and JSON holds only that",
                remedy: "save it in another format")
        }
        return tokens.sorted { $0.id < $1.id }
    }

    /// The added tokens that the model must list too, or Hugging Face would number them otherwise.
    ///
    /// A reader gives an added token that the model lacks the next free id, whatever the file says; where the ids of a
    /// vocabulary have gaps, as those of cl100k_base, that is another one. Where listing them could change how other
    /// text is read, or would leave a gap that no reader takes, the loss is noted instead.
    private mutating func tokensToList(of added: [AddedToken]) throws(LocatedError) -> [AddedToken] {
        let vocabulary = definition.model.vocabulary
        let unlisted = added.filter { vocabulary.id(of: $0.content) == nil }
        var size = 0
        for id in 0..<vocabulary.count where vocabulary.withSpelling(of: id, { !$0.isEmpty }) { size += 1 }
        var highest = added.filter { vocabulary.id(of: $0.content) != nil }.map { Int($0.id) }.max() ?? -1
        let isNumberedAlike = unlisted.allSatisfy { token in
            highest = highest >= size ? highest + 1 : size
            return highest == Int(token.id)
        }
        if isNumberedAlike { return [] }
        let largestID = max(vocabulary.count - 1, unlisted.map { Int($0.id) }.max() ?? 0)
        let isRead = SpellingTable.admits(largestID: largestID, of: size + unlisted.count)
        if isRead, try canList(unlisted) { return unlisted }
        losses.append(
            "added tokens behind gaps in the ids, which Hugging Face tokenizers number without gaps")
        return []
    }

    /// Whether no text but their own becomes one of `tokens` when the model has them.
    private func canList(_ tokens: [AddedToken]) throws(LocatedError) -> Bool {
        guard case .bytePair(let model) = definition.model, model.continuingPrefix.isEmpty,
            model.endSuffix.isEmpty, !model.fallsBackToBytes
        else { return false }
        // No merge makes them, so they would have to be a symbol, or a whole piece where these go before merges.
        let cutter = try PieceCutter(normalizer: definition.normalizer, preTokenizer: definition.preTokenizer)
        return tokens.allSatisfy { token in
            var pieces = 0
            token.content.withUnsafeBufferPointer { cutter.forEachPiece(of: $0) { _ in pieces += 1 } }
            let isSymbol = String(decoding: token.content, as: UTF8.self).unicodeScalars.count < 2
            return !isSymbol && (pieces > 1 || !model.ignoresMerges)
        }
    }

    private mutating func noteLosses() {
        if case .sentencePiece(let normalization)? = definition.normalizer, normalization != .init() {
            losses.append(
                "SentencePiece's normalizer is written as components that differ from it around special "
                    + "tokens and inside grapheme clusters")
        }
        switch definition.model {
        case .bytePair(let model):
            if model.order == .byMadeToken {
                losses.append(
                    "pairs that make the same token get a rank each: where they overlap, as in long runs of "
                        + "one character, the first of the list goes first and not the leftmost")
            }
            if model.kinds.contains(.unused) { losses.append(Self.unusedTokens) }
        case .unigram(let model):
            if model.kinds.contains(.unused) { losses.append(Self.unusedTokens) }
            if model.rules != .huggingFace {
                losses.append(
                    "sums of scores are 64-bit, which may decide between equally good segmentations")
            }
        case .wordLevel(let model):
            if !model.kinds.isEmpty {
                losses.append(
                    "where SentencePiece cuts words, and which types of tokens it does not find in text")
            }
        case .wordPiece, .lessIsBetter: break
        }
    }

    private static let unusedTokens = "tokens of the unused type become ordinary ones"
}
