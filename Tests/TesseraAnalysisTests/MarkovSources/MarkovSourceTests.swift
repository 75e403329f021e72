import Foundation
import TesseraAnalysis
import TesseraCore
import Testing

@Suite("Markov sources")
struct MarkovSourceTests {
    @Test("the switching source has the paper's entropy rate and unigram loss", arguments: [1, 2, 4])
    func switchingClosedForm(order: Int) throws {
        for (p, q) in [(0.2, 0.2), (0.1, 0.4), (0.9, 0.7)] {
            let source = try MarkovSource.switching(order: order, p: p, q: q)
            func h(_ x: Double) -> Double { -x * log(x) - (1 - x) * log(1 - x) }
            #expect(abs(source.entropyRate - (q * h(p) + p * h(q)) / (p + q)) < 1e-9)
            #expect(abs(source.unigramLoss - h(p / (p + q))) < 1e-9)
            #expect(abs(source.contextLaw.reduce(0, +) - 1) < 1e-9)
        }
    }

    @Test("a bigram model of the symbols reaches the entropy rate at order 1")
    func bigramReachesEntropy() throws {
        let source = try MarkovSource.switching(order: 1, p: 0.2, q: 0.2)
        let training = source.sample(1_000_000, seed: 1).map { Int($0) - 48 }
        let heldOut = source.sample(1_000_000, seed: 2).map { Int($0) - 48 }
        let loss = try #require(
            EndToEndLoss.bigram(
                vocabularySize: 2, training: training, heldOut: heldOut, symbolCount: heldOut.count))
        #expect(abs(loss.natsPerSymbol - source.entropyRate) < 0.002)
    }

    @Test("samples begin alike, whatever their length, and differ by seed")
    func samplesAreSeeded() throws {
        let source = try MarkovSource.switching(order: 2, p: 0.3, q: 0.1)
        let text = source.sample(1000, seed: 7)
        #expect(source.sample(400, seed: 7) == Array(text.prefix(400)))
        #expect(source.sample(1000, seed: 8) != text)
        #expect(source.sample(0, seed: 1).isEmpty && source.sample(-1, seed: 1).isEmpty)
    }

    @Test("the first symbols come from the stationary law")
    func firstSymbolsAreStationary() throws {
        let source = try MarkovSource.switching(order: 2, p: 0.1, q: 0.3)
        let ones = (0..<20_000).count { source.sample(1, seed: UInt64($0)) == Array("1".utf8) }
        // 0.25 give or take 0.003
        #expect(abs(Double(ones) / 20_000 - 0.25) < 0.015)
    }

    @Test("a periodic source has a law, two closed halves have none")
    func degenerateSources() throws {
        let periodic = try MarkovSource.switching(order: 1, p: 1, q: 1)
        #expect(abs(periodic.contextLaw[0] - 0.5) < 1e-9 && periodic.entropyRate == 0)
        #expect(throws: LocatedError.self) { try MarkovSource.switching(order: 1, p: 0, q: 0) }
        #expect(throws: LocatedError.self) { try MarkovSource.switching(order: 0, p: 0.5, q: 0.5) }
        #expect(throws: LocatedError.self) { try MarkovSource.switching(order: 40, p: 0.5, q: 0.5) }
        #expect(throws: LocatedError.self) { try MarkovSource.switching(order: 1, p: .nan, q: 0.5) }
        #expect(throws: LocatedError.self) { try MarkovSource(alphabet: [], order: 0, transitions: []) }
        #expect(throws: LocatedError.self) {
            try MarkovSource(alphabet: [1, 1], order: 0, transitions: [0.5, 0.5])
        }
        #expect(throws: LocatedError.self) {
            try MarkovSource(alphabet: [1, 2], order: 0, transitions: [0.5, 0.4])
        }
        #expect(throws: LocatedError.self) {
            try MarkovSource(alphabet: [1, 2], order: -1, transitions: [0.5, 0.5])
        }
        let one = try MarkovSource(alphabet: [65], order: 3, transitions: [1])
        #expect(one.entropyRate == 0 && one.sample(3, seed: 0) == [65, 65, 65])
    }

    @Test("heavy strings are all those of the threshold's probability")
    func heavyStrings() throws {
        let source = try MarkovSource.switching(order: 1, p: 0.2, q: 0.4)
        let heavy = try #require(source.heavyStrings(atLeast: 0.02))
        func probability(_ bits: [UInt8]) -> Double {
            let symbols = bits.map { Int($0) - 48 }
            var product = source.symbolLaw[symbols[0]]
            for (a, b) in zip(symbols, symbols.dropFirst()) { product *= source.transitions[a * 2 + b] }
            return product
        }
        var expected: Set<[UInt8]> = []
        for length in 1...24 {
            // Prefixes of heavy strings are heavy, so those that end a length before are enough to go on from.
            let before = length == 1 ? [[]] : expected.filter { $0.count == length - 1 }
            for string in before {
                for symbol in Array("01".utf8) where probability(string + [symbol]) >= 0.02 {
                    expected.insert(string + [symbol])
                }
            }
        }
        #expect(Set(heavy) == expected && heavy.count == expected.count)
        #expect(try MarkovSource.switching(order: 1, p: 1, q: 1).heavyStrings(atLeast: 0.1) == nil)
    }
}
