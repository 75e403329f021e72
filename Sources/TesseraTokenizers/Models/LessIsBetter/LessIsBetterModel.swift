package import TesseraCore

/// A less-is-better lexicon made ready to run.
///
/// Takes time linear in the piece, with the length of the longest type and `BranchComparison.mostSteps` as factors at
/// worst; reading changes nothing.
package struct LessIsBetterModel: Sendable {
    private let trie: PieceTrie
    /// For each id its rank.
    private let ranks: FixedTable<UInt32>
    private let vocabulary: Vocabulary
    private let unknownToken: TokenID?
    private let byteTokens: ByteTokens?

    /// How many matches are remembered: those at the places that branches have seen, most of which are read again.
    private static let rememberedCount = 64

    /// Builds the tables of `definition`.
    ///
    /// - Throws: `LocatedError` naming a type that cannot be one.
    package init(_ definition: LessIsBetterDefinition) throws(LocatedError) {
        try definition.check()
        vocabulary = definition.vocabulary
        unknownToken = definition.unknownToken
        byteTokens = definition.fallsBackToBytes ? ByteTokens(definition.vocabulary) : nil
        trie = PieceTrie(definition.lexicon.lazy.map { Int($0) }, of: definition.vocabulary)
        ranks = FixedTable(count: max(definition.vocabulary.count, 1))
        for (rank, id) in definition.lexicon.enumerated() {
            ranks.elements[Int(id)] = UInt32(truncatingIfNeeded: rank)
        }
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

    /// A match and the place that it is at.
    private struct Remembered {
        var place = -1
        var match = LexiconMatch(unknownTo: 0)
    }

    private func encode(_ piece: PieceBytes, into sink: inout some TokenSink) {
        withUnsafeTemporaryAllocation(of: Remembered.self, capacity: Self.rememberedCount) { memory in
            memory.initialize(repeating: Remembered())
            func match(at place: Int) -> LexiconMatch {
                let slot = place & (Self.rememberedCount - 1)
                if memory[slot].place == place { return memory[slot].match }
                let match = self.match(in: piece, at: place)
                memory[slot] = Remembered(place: place, match: match)
                return match
            }
            var place = 0
            while place < piece.count {
                let longest = match(at: place)
                if longest.secondRank >= 0,
                    case .secondIsBetter(let end) = BranchComparison.compare(longest, match)
                {
                    let second = TokenID(truncatingIfNeeded: longest.secondType)
                    sink.append(second, start: place, end: longest.secondEnd)
                    place = longest.secondEnd
                    while place < end {
                        let next = match(at: place)
                        append(next, at: place, of: piece, to: &sink)
                        place = next.end
                    }
                } else {
                    append(longest, at: place, of: piece, to: &sink)
                    place = longest.end
                }
            }
        }
    }

    private func match(in piece: PieceBytes, at place: Int) -> LexiconMatch {
        var match = LexiconMatch(unknownTo: place + piece.characterLength(at: place))
        trie.forEachMatch(in: piece, at: place) { end, id in
            match.secondType = match.type
            match.secondRank = match.rank
            match.secondEnd = match.end
            match.type = Int32(bitPattern: id)
            match.rank = Int32(bitPattern: ranks.elements[Int(id)])
            match.end = end
        }
        return match
    }

    /// Appends the longest type of a match, or what stands for an unknown character.
    @inline(__always)
    private func append(
        _ match: LexiconMatch, at place: Int, of piece: PieceBytes, to sink: inout some TokenSink
    ) {
        if match.rank >= 0 {
            return sink.append(TokenID(truncatingIfNeeded: match.type), start: place, end: match.end)
        }
        let character = piece.raw(place..<match.end)
        if let byteTokens, byteTokens.cover(character) {
            for byte in character {
                if let id = byteTokens[byte] { sink.append(id, start: place, end: match.end) }
            }
        } else if let unknownToken {
            sink.append(unknownToken, start: place, end: match.end)
        }
    }

    /// The two types that `id` is put together of in the reader's mind, both of better ranks than it: the pair with the
    /// best ranks, itself taken apart up to `depth` times; `id` alone where there is none.
    ///
    /// For analysis only: encoding never takes types apart.
    package func parts(of id: TokenID, depth: Int = 2) -> [TokenID] {
        guard depth > 0, let pair = bestPair(id) else { return [id] }
        return parts(of: pair.0, depth: depth - 1) + parts(of: pair.1, depth: depth - 1)
    }

    private func bestPair(_ id: TokenID) -> (TokenID, TokenID)? {
        let spelling = vocabulary.spelling(of: id)
        guard !spelling.isEmpty, let own = rank(of: id) else { return nil }
        var best: (ranks: (UInt32, UInt32), pair: (TokenID, TokenID))?
        for cut in spelling.indices.dropFirst() where spelling[cut] & 0xC0 != 0x80 {
            guard let left = vocabulary.id(of: Array(spelling[..<cut])), let leftRank = rank(of: left),
                let right = vocabulary.id(of: Array(spelling[cut...])), let rightRank = rank(of: right),
                max(leftRank, rightRank) < own
            else { continue }
            if let best, best.ranks <= (leftRank, rightRank) { continue }
            best = ((leftRank, rightRank), (left, right))
        }
        return best?.pair
    }

    /// The rank of `id`; nil: it is no type.
    private func rank(of id: TokenID) -> UInt32? {
        let spelling = vocabulary.spelling(of: id)
        let isType = spelling.withUnsafeBufferPointer { bytes in
            var found = false
            if let piece = PieceBytes(bytes) {
                trie.forEachMatch(in: piece, at: 0) { if $0 == spelling.count, $1 == id { found = true } }
            }
            return found
        }
        return isType ? ranks.elements[Int(id)] : nil
    }
}
