public import TesseraCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// A stationary Markov source of order k over bytes: text whose entropy rate is known exactly.
///
/// Rajaraman, Jiao and Ramchandran, "Toward a theory of tokenization in LLMs", arXiv 2404.08335, section 2: what a
/// tokenizer and a simple model lose on such text can be compared with what any model must lose.
public struct MarkovSource: Hashable, Sendable {
    /// The symbols, each once.
    public let alphabet: [UInt8]

    /// How many symbols the next one depends on.
    public let order: Int

    /// P(symbol | context), `[contexts, symbols]`; a context is the last `order` symbols as a number to the base of
    /// the alphabet's size, the oldest symbol first.
    public let transitions: [Double]

    /// The stationary law of the contexts, `[contexts]`.
    public let contextLaw: [Double]

    /// The contexts that there are at most: tables beyond are refused, not computed for hours.
    public static let largestContextCount = 1 << 16

    /// A source given by its table.
    ///
    /// - Parameters:
    ///   - alphabet: the symbols, each once.
    ///   - order: 0 or more; 0 makes symbols independent of each other.
    ///   - transitions: `[alphabet^order, alphabet]`, rows that sum to 1.
    /// - Throws: `LocatedError` naming what is wrong: a symbol twice, a table of another size, a row that is no
    ///   distribution, more than one stationary law.
    public init(alphabet: [UInt8], order: Int, transitions: [Double]) throws(LocatedError) {
        guard !alphabet.isEmpty, Set(alphabet).count == alphabet.count else {
            throw LocatedError(
                field: "alphabet", problem: alphabet.isEmpty ? "it is empty" : "a symbol is there twice",
                remedy: "give each symbol once")
        }
        let contexts = try Self.contextCount(symbols: alphabet.count, order: order)
        guard transitions.count == contexts * alphabet.count else {
            throw LocatedError(
                field: "transitions",
                problem: "\(transitions.count) numbers, not \(contexts) rows of \(alphabet.count)",
                remedy: "give a row for each context")
        }
        for context in 0..<contexts {
            let row = transitions[(context * alphabet.count)..<((context + 1) * alphabet.count)]
            guard row.allSatisfy({ $0 >= 0 && $0 <= 1 }), abs(row.reduce(0, +) - 1) < 1e-9 else {
                throw LocatedError(
                    field: "transitions", problem: "row \(context) is no distribution: \(Array(row))",
                    remedy: "give numbers from 0 to 1 that sum to 1")
            }
        }
        self.alphabet = alphabet
        self.order = order
        self.transitions = transitions
        contextLaw = try Self.stationaryLaw(transitions, symbols: alphabet.count, contexts: contexts)
    }

    /// The switching source of order k on `01`: P(1 | the symbol k back is 0) = p, P(0 | it is 1) = q.
    ///
    /// It is k chains of order 1, interleaved. Section 3.1 of the paper.
    ///
    /// - Throws: `LocatedError` when a number is out of range, or both are 0 and the source has no single law.
    public static func switching(order: Int, p: Double, q: Double) throws(LocatedError) -> MarkovSource {
        for (name, value) in [("p", p), ("q", q)] where !(value >= 0 && value <= 1) {
            throw LocatedError(
                field: name, problem: "\(value) is no probability", remedy: "give a number from 0 to 1")
        }
        guard order >= 1 else {
            throw LocatedError(
                field: "order", problem: "\(order) is not at least 1", remedy: "give 1 or more")
        }
        let contexts = try contextCount(symbols: 2, order: order)
        var transitions: [Double] = []
        for context in 0..<contexts {
            let oldest = context >> (order - 1)
            transitions += oldest == 0 ? [1 - p, p] : [q, 1 - q]
        }
        return try MarkovSource(alphabet: Array("01".utf8), order: order, transitions: transitions)
    }

    /// Independent symbols with these probabilities.
    public static func independent(_ alphabet: [UInt8], probabilities: [Double]) throws(LocatedError)
        -> MarkovSource
    {
        try MarkovSource(alphabet: alphabet, order: 0, transitions: probabilities)
    }

    /// What no model can go below, in nats per symbol: the sum over contexts of their law times their row's entropy.
    public var entropyRate: Double {
        var sum = 0.0
        for (context, weight) in contextLaw.enumerated() {
            for symbol in alphabet.indices {
                let probability = transitions[context * alphabet.count + symbol]
                if probability > 0 { sum -= weight * probability * log(probability) }
            }
        }
        return sum
    }

    /// The law of single symbols.
    public var symbolLaw: [Double] {
        var law = [Double](repeating: 0, count: alphabet.count)
        for (context, weight) in contextLaw.enumerated() {
            for symbol in alphabet.indices {
                law[symbol] += weight * transitions[context * alphabet.count + symbol]
            }
        }
        return law
    }

    /// What a model of single symbols loses, in nats per symbol.
    public var unigramLoss: Double {
        symbolLaw.reduce(0) { $1 > 0 ? $0 - $1 * log($1) : $0 }
    }

    /// The least probability of any transition: the paper's delta, which its bounds are good for when it is above 0.
    public var leastProbability: Double { transitions.min() ?? 0 }

    /// `count` symbols, the first context drawn from the stationary law.
    ///
    /// The same seed gives the same text; a longer text begins with the shorter one.
    public func sample(_ count: Int, seed: UInt64) -> [UInt8] {
        let random = CounterRandom(seed: seed)
        var context = Self.draw(contextLaw[...], random.uniform(at: 0, stream: 1))
        var text: [UInt8] = []
        text.reserveCapacity(max(0, count))
        for position in 0..<max(0, count) {
            let row = context * alphabet.count
            let symbol = Self.draw(
                transitions[row..<(row + alphabet.count)], random.uniform(at: position, stream: 0))
            text.append(alphabet[symbol])
            context = next(context, symbol)
        }
        return text
    }

    /// The context after `symbol`.
    func next(_ context: Int, _ symbol: Int) -> Int {
        (context * alphabet.count + symbol) % contextLaw.count
    }

    /// The index that `uniform` falls on; what rounding leaves over goes to the last one that is possible.
    private static func draw(_ law: ArraySlice<Double>, _ uniform: Double) -> Int {
        var left = uniform
        var last = 0
        for (index, probability) in law.enumerated() where probability > 0 {
            last = index
            if left < probability { return index }
            left -= probability
        }
        return last
    }

    private static func contextCount(symbols: Int, order: Int) throws(LocatedError) -> Int {
        var count = 1
        for _ in 0..<max(0, min(order, 64)) where count <= largestContextCount { count *= symbols }
        guard order >= 0, order <= 64, count <= largestContextCount else {
            throw LocatedError(
                field: "order", problem: "\(order) with \(symbols) symbols is out of range",
                remedy: "give at most \(largestContextCount) contexts")
        }
        return count
    }

    /// The law that a step leaves as it is, by repeated steps of the lazy chain, which has the same one and is never
    /// periodic.
    private static func stationaryLaw(
        _ transitions: [Double], symbols: Int, contexts: Int
    ) throws(LocatedError) -> [Double] {
        guard contexts > 1 else { return [1] }
        // Two starts that end apart tell of two laws: the uniform one, and one that favours the first contexts.
        let uniform = [Double](repeating: 1 / Double(contexts), count: contexts)
        var uneven = uniform.indices.map { 1 / Double($0 + 1) }
        let sum = uneven.reduce(0, +)
        for index in uneven.indices { uneven[index] /= sum }
        let law = settle(uniform, transitions, symbols: symbols)
        let other = settle(uneven, transitions, symbols: symbols)
        guard let law, let other, zip(law, other).allSatisfy({ abs($0 - $1) < 1e-9 }) else {
            throw LocatedError(
                field: "transitions",
                problem: "they leave more than one stationary law, or are too slow to reach it",
                remedy: "make every symbol reachable from every context")
        }
        return law
    }

    private static func settle(_ start: [Double], _ transitions: [Double], symbols: Int) -> [Double]? {
        var law = start
        for _ in 0..<100_000 {
            var after = law.map { $0 / 2 }
            for context in law.indices where law[context] > 0 {
                for symbol in 0..<symbols {
                    after[(context * symbols + symbol) % law.count] +=
                        law[context] * transitions[context * symbols + symbol] / 2
                }
            }
            let change = zip(law, after).reduce(0) { max($0, abs($1.0 - $1.1)) }
            law = after
            if change < 1e-15 { return law }
        }
        return nil
    }
}
