package import TesseraCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

extension UnigramModel {
    /// Appends tokens of `piece` drawn from all its segmentations (subword regularisation; Kudo, 2018, section 3.2).
    ///
    /// A segmentation has the probability of its tokens' scores, summed and multiplied by `smoothness`, under the
    /// exponential function: zero draws all alike, large numbers the best alone. Forward filtering sums over all
    /// ways to each place, backward sampling draws the tokens from the last to the first. Hugging Face's `sample`
    /// multiplies sums by `smoothness` once more at each token, which is not the paper's distribution.
    ///
    /// - Parameters:
    ///   - smoothness: the paper's alpha, at least 0.
    ///   - draws: the random numbers.
    ///   - scratch: memory, used by one call at a time and with this model only.
    package func sample(
        _ piece: UnsafeBufferPointer<UInt8>, smoothness: Double, draws: inout RandomDraws,
        into tokens: inout [ModelToken]
    ) {
        withRangeSink(&tokens) { sample(piece, smoothness, &draws, &$0) }
    }

    /// Appends tokens of `piece` drawn from all its segmentations.
    package func sample(
        _ piece: UnsafeBufferPointer<UInt8>, smoothness: Double, draws: inout RandomDraws,
        into ids: inout [TokenID]
    ) {
        withIDSink(&ids) { sample(piece, smoothness, &draws, &$0) }
    }

    private func sample(
        _ piece: UnsafeBufferPointer<UInt8>, _ smoothness: Double, _ draws: inout RandomDraws,
        _ sink: inout some TokenSink
    ) {
        guard let piece = PieceBytes(piece) else { return }
        var output = UnigramOutput(model: self, piece: piece)
        var lattice = UnigramLattice(start: 0)
        var position = 0
        while position < piece.count {
            if lattice.frontier == position, lattice.start < position {
                lattice.sample(&draws) { output.append($0, $1, &sink) }
                lattice = UnigramLattice(start: position)
            }
            forEachEdge(in: piece, at: position) { end, id, score in
                lattice.add(id, position..<end, weight: smoothness * score)
            }
            position += piece.characterLength(at: position)
        }
        lattice.sample(&draws) { output.append($0, $1, &sink) }
        output.finish(&sink)
    }

    /// Calls `body` with the tokens that may start at `position`, and their scores.
    private func forEachEdge(
        in piece: PieceBytes, at position: Int, _ body: (_ end: Int, _ id: TokenID, _ score: Double) -> Void
    ) {
        let end = position + piece.characterLength(at: position)
        var isKnown = false
        trie.forEachMatch(in: piece, at: position) { tokenEnd, id in
            body(tokenEnd, id, samplingScore(of: id, in: piece, position..<tokenEnd))
            if tokenEnd == end { isKnown = true }
        }
        if !isKnown { body(end, PathNode<Double>.unknown, unknownScore) }
    }

    private func samplingScore(of id: TokenID, in piece: PieceBytes, _ place: Range<Int>) -> Double {
        guard rules == .sentencePiece, userDefined.contains(id) else { return score(of: id) }
        let length = place.reduce(0) { $0 + (piece[$1] & 0xC0 == 0x80 ? 0 : 1) }
        return rules.userDefinedScore(length: length) ?? score(of: id)
    }
}

/// The tokens between two places that every segmentation goes through.
private struct UnigramLattice {
    let start: Int
    /// The furthest place that a token reaches.
    private(set) var frontier: Int

    private struct Edge {
        var id: TokenID
        var start: Int
        var weight: Double
        /// The edge before it with the same end; negative: none.
        var sibling: Int
    }

    private var edges: [Edge] = []
    /// For each place from `start` on, the last edge that ends there and the logarithm of the sum over all ways.
    private var places: [(edge: Int, sum: Double)]

    init(start: Int) {
        self.start = start
        frontier = start
        places = [(-1, 0)]
    }

    /// Adds a token; those that start further left come first.
    mutating func add(_ id: TokenID, _ place: Range<Int>, weight: Double) {
        while frontier < place.upperBound {
            places.append((-1, -.infinity))
            frontier += 1
        }
        let end = place.upperBound - start
        let sum = places[place.lowerBound - start].sum + weight
        edges.append(Edge(id: id, start: place.lowerBound, weight: sum, sibling: places[end].edge))
        places[end] = (edges.count - 1, Self.logAddExp(places[end].sum, sum))
    }

    /// Draws the tokens from the last to the first, and calls `body` with them from the first to the last.
    func sample(_ draws: inout RandomDraws, _ body: (TokenID, Range<Int>) -> Void) {
        var chosen: [(id: TokenID, place: Range<Int>)] = []
        var end = frontier
        while end > start {
            let (last, sum) = places[end - start]
            guard last >= 0 else { break }
            var rest = draws.next()
            var index = last
            // Rounding may leave a rest behind the last edge, which then is the one.
            while true {
                rest -= exp(edges[index].weight - sum)
                if rest < 0 || edges[index].sibling < 0 { break }
                index = edges[index].sibling
            }
            chosen.append((edges[index].id, edges[index].start..<end))
            end = edges[index].start
        }
        for token in chosen.reversed() { body(token.id, token.place) }
    }

    private static func logAddExp(_ left: Double, _ right: Double) -> Double {
        let high = max(left, right)
        guard high > -.infinity else { return high }
        return high + log1p(exp(min(left, right) - high))
    }
}
