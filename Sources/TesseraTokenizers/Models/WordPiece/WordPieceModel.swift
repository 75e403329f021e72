package import TesseraCore

/// WordPiece made ready to run: the longest token first, from left to right.
///
/// A piece that cannot be cut is the unknown token as a whole, or nothing when there is none: the reference fails
/// on it.
package struct WordPieceModel: Sendable {
    private let vocabulary: Vocabulary
    private let unknown: TokenID?
    private let prefix: [UInt8]
    private let largestWord: Int
    /// No token is longer, in bytes.
    private let longestToken: Int

    /// Makes the model ready.
    package init(_ definition: WordPieceDefinition) {
        vocabulary = definition.vocabulary
        unknown = definition.vocabulary.id(ofText: definition.unknownToken)
        prefix = Array(definition.continuingPrefix.utf8)
        largestWord = definition.largestWord
        longestToken = definition.vocabulary.longestSpelling
    }

    /// Appends the ids of `piece`.
    package func encode(_ piece: UnsafeBufferPointer<UInt8>, into ids: inout [TokenID]) {
        guard let piece = PieceBytes(piece) else { return }
        withIDSink(&ids) { encode(piece, into: &$0) }
    }

    /// Appends the tokens of `piece`.
    package func encode(_ piece: UnsafeBufferPointer<UInt8>, into tokens: inout [ModelToken]) {
        guard let piece = PieceBytes(piece) else { return }
        withRangeSink(&tokens) { encode(piece, into: &$0) }
    }

    private func encode(_ piece: PieceBytes, into sink: inout some TokenSink) {
        var tokens: [ModelToken] = []
        if isShort(piece), cut(piece, into: &tokens) {
            for token in tokens { sink.append(token.id, start: token.start, end: token.end) }
        } else if let unknown {
            sink.append(unknown, start: 0, end: piece.count)
        }
    }

    /// Whether the piece has no more code points than a word may have.
    private func isShort(_ piece: PieceBytes) -> Bool {
        if piece.count <= largestWord { return true }
        var count = 0
        for position in 0..<piece.count where piece[position] & 0xC0 != 0x80 {
            count += 1
            if count > largestWord { return false }
        }
        return true
    }

    /// Appends the tokens of a piece and returns whether they are all of it.
    private func cut(_ piece: PieceBytes, into tokens: inout [ModelToken]) -> Bool {
        var candidate: [UInt8] = []
        var start = 0
        while start < piece.count {
            candidate.removeAll(keepingCapacity: true)
            if start > 0 { candidate += prefix }
            let head = candidate.count
            var end = min(piece.count, start + max(0, longestToken - head))
            while end > start, end < piece.count, piece[end] & 0xC0 == 0x80 { end -= 1 }
            candidate += piece.raw(start..<end)
            var found: TokenID?
            while end > start {
                found = candidate.withUnsafeBytes {
                    vocabulary.id(ofSpelling: UnsafeRawBufferPointer(rebasing: $0[..<(head + end - start)]))
                }
                if found != nil { break }
                repeat { end -= 1 } while end > start && piece[end] & 0xC0 == 0x80
            }
            guard let found else { return false }
            tokens.append(ModelToken(id: found, start: start, end: end))
            start = end
        }
        return true
    }
}

extension Vocabulary {
    /// The number of bytes of the longest spelling.
    fileprivate var longestSpelling: Int {
        var longest = 0
        for id in 0..<count { longest = max(longest, withSpelling(of: id) { $0.count }) }
        return longest
    }
}
