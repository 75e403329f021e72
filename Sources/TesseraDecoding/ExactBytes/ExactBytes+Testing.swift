public import TesseraCore

extension ExactBytes {
    /// A token that may come next, not tested yet.
    private struct Candidate {
        let cover: Int
        let rank: Int
        let mass: Double
    }

    /// The most tokens tested at one byte, and the bytes of the texts they are tested in.
    private static var mostTests: Int { 512 }
    private static var mostEncoded: Int { 1 << 18 }
    /// The share of the mass that is too small to matter.
    private static var negligible: Double { 1e-7 }
    /// The most tokens tested to tell whether a byte may follow.
    private static var mostTries: Int { 64 }

    /// Refuses tokens that the tokenizer would not make here, the heaviest first.
    mutating func test() {
        let isBounded = effort != .complete
        let (masses, end) = massOfSymbols()
        let smallest = isBounded ? Self.negligible * masses.reduce(end, +) : 0
        var heavy: [Candidate] = []
        for index in covers.indices {
            heavy += candidates(of: index, in: covers[index].ranks, from: smallest)
        }
        heavy.sort { $0.mass > $1.mass }
        var encoded = 0
        for candidate in heavy.prefix(isBounded ? Self.mostTests : .max) {
            guard !isBounded || encoded < Self.mostEncoded else { return }
            encoded += window.bytes.count
            _ = isAllowed(candidate)
        }
    }

    /// Whether some token that goes on with a byte may stand here; the heaviest are tried.
    ///
    /// Draw a byte only when it is: those without mass that matters are not looked at before.
    ///
    /// - Throws: what the model throws.
    public mutating func admits(_ byte: UInt8) throws(LocatedError) -> Bool {
        try open()
        for index in covers.indices {
            let depth = window.bytes.count - covers[index].headLength
            let range = vocabulary.narrowed(covers[index].ranks, depth: depth, by: byte)
            if covers[index].approved.contains(where: range.contains) { return true }
            let tried = candidates(of: index, in: range, from: 0).sorted { $0.mass > $1.mass }
            for candidate in tried.prefix(Self.mostTries) where isAllowed(candidate) { return true }
        }
        return false
    }

    /// The tokens of a range that were not tested and have at least some mass.
    private func candidates(of index: Int, in range: Range<Int>, from smallest: Double) -> [Candidate] {
        let scale = exponential(covers[index].logMass)
        var found: [Candidate] = []
        for rank in range {
            let mass = scale * covers[index].weights[rank]
            if mass > 0, mass >= smallest, !covers[index].approved.contains(rank) {
                found.append(Candidate(cover: index, rank: rank, mass: mass))
            }
        }
        return found
    }

    private mutating func isAllowed(_ candidate: Candidate) -> Bool {
        let (index, rank) = (candidate.cover, candidate.rank)
        let text = window.bytes[..<covers[index].headLength] + vocabulary.bytes(rank)
        guard window.admits(covers[index].head + [vocabulary.tokens[rank]], spelling: Array(text)) else {
            covers[index].weights[rank] = 0
            return false
        }
        covers[index].approved.insert(rank)
        return true
    }
}
