import TesseraCore
import TesseraDecoding
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The distribution that `options` ask for, straight from the definitions.
private func distribution(_ logits: [Float], _ options: SamplingOptions) -> [Double] {
    func softmax(_ scores: [Double]) -> [Double] {
        let top = scores.max() ?? 0
        let weights = scores.map { exp($0 - top) }
        let sum = weights.reduce(0, +)
        return weights.map { $0 / sum }
    }
    let scores = logits.map { $0.isNaN ? -Double.infinity : Double($0) / options.temperature }
    var p = softmax(scores)
    let order = p.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }
    if options.topK > 0 {
        for index in order.dropFirst(options.topK) { p[index] = 0 }
    }
    let sum = p.reduce(0, +)
    p = p.map { $0 / sum }
    var reached = 0.0
    var nucleus: Set<Int> = []
    for index in order where nucleus.isEmpty || reached < options.topP {
        nucleus.insert(index)
        reached += p[index]
    }
    let best = p[order[0]]
    for index in p.indices where !nucleus.contains(index) || p[index] < options.minP * best { p[index] = 0 }
    let rest = p.reduce(0, +)
    return p.map { $0 / rest }
}

/// Scores with distinct probabilities whose sums do not come near the thresholds used below.
private let scores: [Float] = [1.5, -0.3, 2.2, 0.1, .nan, -1.7, 0.9, -.infinity, 3.0, -4.0, 0.4, -0.9, 1.1]

@Suite("Sampler")
struct SamplerTests {
    @Test(
        "draws follow the distribution that the options define",
        arguments: [
            SamplingOptions(temperature: 1),
            SamplingOptions(temperature: 0.6),
            SamplingOptions(temperature: 3),
            SamplingOptions(temperature: 1, topK: 4),
            SamplingOptions(temperature: 1.5, topK: 100),
            SamplingOptions(temperature: 1, topP: 0.8),
            SamplingOptions(temperature: 2, topP: 0.5),
            SamplingOptions(temperature: 1, minP: 0.1),
            SamplingOptions(temperature: 0.8, topK: 6, topP: 0.9, minP: 0.2),
            SamplingOptions(temperature: 2, topP: 0.95, minP: 0.3),
        ]
    )
    func followsDistribution(options: SamplingOptions) throws {
        let expected = distribution(scores, options)
        var sampler = try Sampler(options)
        let draws = 40_000
        var counts = Array(repeating: 0, count: scores.count)
        var tokens: [TokenID] = []
        var row = scores
        for _ in 0..<draws {
            counts[Int(try sampler.next(&row, after: tokens))] += 1
            tokens.append(0)
        }
        var statistic = 0.0
        var cells = 0
        for (index, p) in expected.enumerated() {
            if p == 0 {
                #expect(counts[index] == 0, "token \(index) was drawn and must not be")
            } else {
                let mean = p * Double(draws)
                statistic += (Double(counts[index]) - mean) * (Double(counts[index]) - mean) / mean
                cells += 1
            }
        }
        // Chi-square with cells - 1 degrees of freedom; 5 standard deviations, and room for few degrees.
        let freedom = Double(cells - 1)
        #expect(statistic < freedom + 5 * (2 * freedom).squareRoot() + 5, "\(statistic) for \(freedom)")
        #expect(cells > 1)
    }

    @Test("the chosen sets are those of the definitions on large random rows", arguments: 0..<12)
    func keptSets(round: Int) throws {
        let random = CounterRandom(seed: UInt64(round))
        let size = 2_000
        // Some rows have many equal scores.
        let steps: Float = round % 3 == 0 ? 6 : 1e6
        let row = (0..<size).map { Float(random.uniform(at: $0)) * steps }.map { $0.rounded() / steps * 9 }
        let options = [
            SamplingOptions(temperature: 1, topK: 50), SamplingOptions(temperature: 1, topP: 0.37),
            SamplingOptions(temperature: 0.7, topK: 300, topP: 0.81),
            SamplingOptions(temperature: 1, minP: 0.61),
        ][round % 4]
        let expected = distribution(row, options)
        var sampler = try Sampler(options)
        var drawn: Set<Int> = []
        var tokens: [TokenID] = []
        var copy = row
        for _ in 0..<20_000 {
            drawn.insert(Int(try sampler.next(&copy, after: tokens)))
            tokens.append(0)
        }
        let allowed = Set(expected.indices.filter { expected[$0] > 0 })
        #expect(drawn.isSubset(of: allowed))
        // Every allowed token has been drawn unless it is rare.
        for index in allowed where expected[index] > 0.001 { #expect(drawn.contains(index)) }
    }

    @Test("temperature 0 takes the first of the best, whatever else is set")
    func greedy() throws {
        var sampler = try Sampler(SamplingOptions(temperature: 0, topK: 2, topP: 0.1, minP: 0.9))
        for count in [1, 7, 8, 9, 16, 31, 100] {
            for best in [0, count / 2, count - 1] {
                var row = Array(repeating: Float(-3), count: count)
                row[best] = 2
                row[count - 1] = 2
                #expect(try sampler.next(&row, after: []) == TokenID(best))
            }
        }
    }

    @Test("a token's noise depends on seed and position, not on earlier draws or on the other tokens")
    func keyedNoise() throws {
        let options = SamplingOptions(temperature: 1, seed: 9)
        var first = try Sampler(options)
        var second = try Sampler(options)
        var other = try Sampler(SamplingOptions(temperature: 1, seed: 10))
        let texts = (0..<300).map { Array(repeating: TokenID(1), count: $0) }
        var row = scores
        let forwards = try texts.map { try first.next(&row, after: $0) }
        let backwards = try texts.reversed().map { try second.next(&row, after: $0) }
        #expect(forwards == backwards.reversed())
        #expect(try texts.map { try other.next(&row, after: $0) } != forwards)

        // Without the tokens that lost, the winner is the same.
        var narrow = try Sampler(SamplingOptions(temperature: 1, topK: 3, seed: 9))
        let top3: Set<TokenID> = [8, 2, 0]
        for (text, winner) in zip(texts, forwards) where top3.contains(winner) {
            #expect(try narrow.next(&row, after: text) == winner)
        }
    }

    @Test("the penalty divides positive and multiplies negative scores of recent tokens, once each")
    func penalty() throws {
        var sampler = try Sampler(SamplingOptions(repetitionPenalty: 2, repetitionWindow: 4))
        var row: [Float] = [4, -2, 3, 1, 8]
        // The window holds 0, 1, 1 and 3; token 4 is out of it, and 77 is no token of the row.
        _ = try sampler.next(&row, after: [4, 77, 4, 0, 1, 1, 3])
        #expect(row == [2, -4, 3, 0.5, 8])
        row = [4, -2, 3, 1, 8]
        #expect(try sampler.next(&row, after: [4, 77]) == 0)
        #expect(row == [4, -2, 3, 1, 4])
    }

    @Test("NaN is never drawn, and infinity always", arguments: [0, 1, 2])
    func strangeScores(temperature: Double) throws {
        var sampler = try Sampler(SamplingOptions(temperature: temperature, topP: 0.9))
        for position in 0..<50 {
            var row: [Float] = [.nan, 1, .nan, -.infinity]
            #expect(try sampler.next(&row, after: Array(repeating: 0, count: position)) == 1)
            row = [5, .infinity, .nan, .greatestFiniteMagnitude / 4]
            #expect(try sampler.next(&row, after: Array(repeating: 0, count: position)) == 1)
            row = [-.greatestFiniteMagnitude, -.infinity, .nan, .greatestFiniteMagnitude]
            #expect(try sampler.next(&row, after: Array(repeating: 0, count: position)) == 3)
        }
    }

    @Test(
        "no score above minus infinity is an error, not a trap",
        arguments: [[], [.nan], [-.infinity, .nan], Array(repeating: .nan, count: 100)] as [[Float]]
    )
    func noScores(row: [Float]) throws {
        for options in [
            SamplingOptions.greedy, SamplingOptions(temperature: 1), SamplingOptions(temperature: 1, topK: 1),
            SamplingOptions(temperature: 1, topP: 0.5, minP: 0.5), SamplingOptions(repetitionPenalty: 2),
        ] {
            var sampler = try Sampler(options)
            var row = row
            #expect(throws: LocatedError.self) { try sampler.next(&row, after: [0, 1]) }
        }
    }

    @Test("extreme options do not trap", arguments: [1e-300, 1e-30, 1e300])
    func extremes(temperature: Double) throws {
        let starts: [[Float]] = [
            scores, [0, 0, 0], [-1, -1], [.greatestFiniteMagnitude, -.greatestFiniteMagnitude],
        ]
        for topP in [0, 1e-300, 0.5, 1 - 1e-16, 1] {
            for minP in [0, 1e-300, 1] {
                for penalty in [1e-300, 1, 1e300] {
                    let options = SamplingOptions(
                        temperature: temperature, topK: 5, topP: topP, minP: minP, repetitionPenalty: penalty
                    )
                    var sampler = try Sampler(options)
                    for start in starts {
                        var row = start
                        let token = try? sampler.next(&row, after: [0, 1, 2])
                        if let token { #expect(Int(token) < start.count) }
                    }
                }
            }
        }
    }

    @Test("sums of exponentials agree with double precision", arguments: [1, 7, 8, 255, 256, 257, 5_000])
    func sumsOfExponentials(count: Int) {
        let random = CounterRandom(seed: 4)
        var row = (0..<count).map { Float(random.uniform(at: $0)) * 60 - 50 }
        row[0] = 10
        if count > 3 { (row[1], row[2]) = (.nan, -.infinity) }
        for scale: Float in [1, 0.5, 3] {
            let sum = row.withUnsafeBufferPointer { LogitRow($0).sumOfExponentials(offset: 10, scale: scale) }
            let expected = row.reduce(0.0) { $1.isNaN ? $0 : $0 + exp(Double(($1 - 10) * scale)) }
            #expect(abs(sum / expected - 1) < 5e-7, "\(sum) \(expected)")
        }
    }
}
