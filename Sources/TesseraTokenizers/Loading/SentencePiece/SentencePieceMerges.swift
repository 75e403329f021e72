internal import TesseraCore

/// Finds the merges behind a vocabulary that knows only the scores of its tokens, as SentencePiece's BPE does.
///
/// Two neighbours become one when what they spell together is a token; of several the one whose token scores highest
/// goes first, then the leftmost. The merges are thus all ways to cut a token in two that are tokens or characters.
struct SentencePieceMerges {
    /// The merges, those of the highest score in front.
    private(set) var merges: [BytePairDefinition.Merge] = []

    /// Characters that are in tokens but are none, in the order of the first token with each.
    private(set) var loneCharacters: [UInt32] = []

    private let vocabulary: Vocabulary
    private let takesPart: (Int) -> Bool
    private let trie: PieceTrie
    private var loneIDs: [UInt32: TokenID] = [:]

    /// Collects the merges.
    ///
    /// - Parameters:
    ///   - scores: the tokens' scores by id.
    ///   - allowsLoneCharacters: whether characters that are no tokens are merged too; they get ids behind the others.
    ///   - takesPart: whether a token is merged or made by merging.
    /// - Throws: `LocatedError` when there are more merges than any real vocabulary has.
    init(
        _ vocabulary: Vocabulary, scores: [Float], allowsLoneCharacters: Bool,
        takesPart: @escaping (Int) -> Bool
    ) throws(LocatedError) {
        self.vocabulary = vocabulary
        self.takesPart = takesPart
        trie = PieceTrie((0..<vocabulary.count).lazy.filter(takesPart), of: vocabulary)
        // Real vocabularies have about two merges for a token.
        let limit = min(8 * vocabulary.count + (1 << 16), PairTable.largestCount - 1)
        let order = (0..<vocabulary.count).filter(takesPart).sorted {
            let (left, right) = (Self.key(scores[$0]), Self.key(scores[$1]))
            return left != right ? left > right : $0 < $1
        }
        for id in order {
            append(id, allowsLoneCharacters)
            guard merges.count <= limit else {
                throw LocatedError(
                    field: "pieces", problem: "the tokens have more than \(limit) merges",
                    remedy: "the vocabulary is damaged; fetch it again")
            }
        }
    }

    /// A number that orders scores as SentencePiece does: by their bits, so that -0 is below 0.
    private static func key(_ score: Float) -> Int32 {
        let bits = Int32(bitPattern: score.bitPattern)
        return bits < 0 ? bits ^ 0x7FFF_FFFF : bits
    }

    /// Adds the merges that make `id`, those with the longest left part in front, as Hugging Face's converter does.
    private mutating func append(_ id: Int, _ allowsLoneCharacters: Bool) {
        let spelling = vocabulary.spelling(of: TokenID(truncatingIfNeeded: id))
        let made = TokenID(truncatingIfNeeded: id)
        spelling.withUnsafeBufferPointer { bytes in
            guard let piece = PieceBytes(bytes) else { return }
            let (first, firstLength) = piece.scalar(at: 0)
            guard firstLength < piece.count else { return }
            var lefts: [(id: TokenID, end: Int)] = []
            trie.forEachMatch(in: piece, at: 0) { end, id in
                if end < piece.count { lefts.append((id, end)) }
            }
            if lefts.first?.end != firstLength, allowsLoneCharacters, let lone = lone(first) {
                lefts.insert((lone, firstLength), at: 0)
            }
            for (left, end) in lefts.reversed() {
                let rest = piece.raw(end..<piece.count)
                if let right = vocabulary.id(ofSpelling: rest), takesPart(Int(right)) {
                    merges.append(BytePairDefinition.Merge(left, right, makes: made))
                } else if allowsLoneCharacters, let scalar = rest.onlyScalar, let right = lone(scalar) {
                    merges.append(BytePairDefinition.Merge(left, right, makes: made))
                }
            }
        }
    }

    /// The id of a character that is no token; nil when its spelling is taken by a token of another kind.
    private mutating func lone(_ scalar: UInt32) -> TokenID? {
        if let id = loneIDs[scalar] { return id }
        guard let value = Unicode.Scalar(scalar), vocabulary.id(ofText: String(value)) == nil,
            vocabulary.count + loneCharacters.count < Vocabulary.largestCount - 1
        else { return nil }
        let id = TokenID(truncatingIfNeeded: vocabulary.count + loneCharacters.count)
        loneIDs[scalar] = id
        loneCharacters.append(scalar)
        return id
    }
}
