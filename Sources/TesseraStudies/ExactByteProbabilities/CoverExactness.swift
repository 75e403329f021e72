internal import TesseraCore
internal import TesseraDecoding
internal import TesseraTokenizers

/// What holds of next-byte probabilities whatever the model: they are the same step by step, and equal the sums
/// over all token sequences.
struct CoverExactness {
    private static let steps = "distributions that differ step by step from those of whole texts by 1e-9"
    private static let brute = "distributions that differ from the sums over all token sequences by 1e-6"

    static let thresholds: [Threshold] = [.none(steps), .none(brute)]

    private var counts = (steps: 0, brute: 0)

    /// - Throws: what the readers throw.
    init(_ source: TokenizedSource, seed: UInt64) throws {
        for text in source.prefixes(40, seed: seed &+ 7).map({ $0.prefix(6) }) {
            var whole = try source.reader()
            var stepped = try source.reader()
            _ = try whole.start(after: [source.begin], with: Array(text))
            _ = try stepped.start(after: [source.begin], with: [])
            for byte in text { try stepped.advance(by: byte) }
            let (found, other) = (try whole.distribution(), try stepped.distribution())
            if zip(found.bytes, other.bytes).contains(where: { abs($0 - $1) > 1e-9 }) { counts.steps += 1 }
            let truth = try Self.next(after: Array(text), source)
            let differs = zip(TokenizedSource.alphabet, truth).contains {
                abs(found.bytes[Int($0)] - $1) > 1e-6
            }
            if differs { counts.brute += 1 }
        }
    }

    func report(to result: inout StudyResult) {
        result.measure(Self.steps, count: counts.steps)
        result.measure(Self.brute, count: counts.brute)
    }

    /// The probabilities of the letters after a text, by going through all token sequences that reach beyond it.
    private static func next(after text: [UInt8], _ source: TokenizedSource) throws -> [Double] {
        let masses = try TokenizedSource.alphabet.map { try mass(of: text + [$0], source) }
        let total = masses.reduce(0, +)
        return masses.map { $0 / total }
    }

    private static func mass(of text: [UInt8], _ source: TokenizedSource) throws -> Double {
        var sum = 0.0
        func walk(_ tokens: [TokenID], _ spelled: [UInt8], _ mass: Double) throws {
            // Without look-ahead, tokens may stand where the tokenizer makes them of their own text.
            guard source.tokens(of: spelled) == tokens else { return }
            guard spelled.count < text.count else {
                sum += mass
                return
            }
            let cache = try source.model.makeCache(capacity: tokens.count)
            var logits: [Float] = []
            try source.model.read(tokens, cache: cache, rows: .last, logits: &logits)
            let weights = logits.map { exponential(Double($0)) }
            let total = weights.reduce(0, +)
            for id in 0..<TokenID(source.begin) {
                let longer = spelled + source.tokenizer.bytes(of: id)
                guard zip(longer, text).allSatisfy({ $0 == $1 }) else { continue }
                try walk(tokens + [id], longer, mass * weights[Int(id)] / total)
            }
        }
        try walk([source.begin], [], 1)
        return sum
    }
}
