internal import TesseraAnalysis

/// About how many bits it takes to find the native text of a romanized one again: what romanizing lost.
///
/// What each part of the text became is known with its borders, and the part is then guessed from that alone, by how often
/// the training lines have it, with one added for parts never seen. Knowing the borders makes it too little, looking at
/// nothing around makes it too much.
struct ReadingBack {
    private let romanizer: Romanizer
    private var counts: [String: [[UInt8]: Int]] = [:]

    init(_ romanizer: Romanizer, training: [String]) {
        self.romanizer = romanizer
        for line in training {
            for part in parts(of: line) { counts[part.roman, default: [:]][part.native, default: 0] += 1 }
        }
    }

    /// The bits for some lines, as they are.
    func bits(of lines: [String]) -> Double {
        lines.lazy.flatMap(parts).reduce(0) { sum, part in
            let seen = counts[part.roman] ?? [:]
            let count = seen.values.reduce(0, +)
            return sum
                + logarithm(base2: Double(count + seen.count + 1) / Double((seen[part.native] ?? 0) + 1))
        }
    }

    /// The parts beyond ASCII and what they became.
    private func parts(of line: String) -> [(native: [UInt8], roman: String)] {
        let bytes = Array(line.utf8)
        return romanizer.edges(line).filter { $0.source != .ascii }.map {
            (Array(bytes[$0.bytes]), $0.text)
        }
    }
}
