package import TesseraCore

/// SentencePiece's word type: a text is cut before each U+2581, and whole words are tokens.
package struct MetaspaceWordModel: Sendable {
    private let vocabulary: Vocabulary
    private let kinds: [TokenKind]
    private let unknownToken: TokenID?
    private let byteTokens: ByteTokens?

    /// Builds the tables of `definition`, whose `kinds` are not empty.
    ///
    /// - Throws: `LocatedError` when there is not one kind for each token.
    package init(_ definition: WordLevelDefinition) throws(LocatedError) {
        guard definition.kinds.count == definition.vocabulary.count else {
            throw LocatedError(
                field: "model.kinds",
                problem: "\(definition.kinds.count) kinds for \(definition.vocabulary.count) tokens",
                remedy: "the vocabulary is damaged; make it again")
        }
        vocabulary = definition.vocabulary
        kinds = definition.kinds
        unknownToken = definition.vocabulary.id(ofText: definition.unknownToken)
        byteTokens = definition.fallsBackToBytes ? ByteTokens(definition.vocabulary) : nil
    }

    /// Appends the tokens of `piece` with their ranges in it.
    package func encode(_ piece: UnsafeBufferPointer<UInt8>, into tokens: inout [ModelToken]) {
        guard let piece = PieceBytes(piece) else { return }
        var start = 0
        var unknown: Range<Int>?
        func finish() {
            if let place = unknown, let id = unknownToken {
                tokens.append(ModelToken(id: id, start: place.lowerBound, end: place.upperBound))
            }
            unknown = nil
        }
        while start < piece.count {
            var end = start + piece.characterLength(at: start)
            while end < piece.count, !piece.isMetaspace(at: end) { end += piece.characterLength(at: end) }
            let word = piece.raw(start..<end)
            if let id = vocabulary.id(ofSpelling: word),
                kinds[Int(id)] == .normal || kinds[Int(id)] == .userDefined
            {
                finish()
                tokens.append(ModelToken(id: id, start: start, end: end))
            } else if let byteTokens {
                for (index, byte) in word.enumerated() {
                    guard let id = byteTokens[byte] else { continue }
                    tokens.append(
                        ModelToken(id: id, start: start, end: index + 1 == word.count ? end : start))
                }
            } else {
                unknown = (unknown?.lowerBound ?? start)..<end
            }
            start = end
        }
        finish()
    }
}

extension PieceBytes {
    /// Whether U+2581 stands at `position`.
    func isMetaspace(at position: Int) -> Bool {
        count - position >= 3 && self[position] == 0xE2 && self[position + 1] == 0x96
            && self[position + 2] == 0x81
    }
}
