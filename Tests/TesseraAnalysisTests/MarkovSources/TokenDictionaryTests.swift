import Foundation
import TesseraAnalysis
import Testing

@Suite("Dictionaries for Markov sources")
struct TokenDictionaryTests {
    @Test("LZW finds the phrases of a text by hand")
    func lempelZivWelchByHand() {
        var lzw = LempelZivWelch(alphabet: Array("ab".utf8), limit: 8)
        lzw.read(Array("ababababa".utf8))
        // a|b|ab|aba|... : ab, ba, aba, abab
        #expect(
            lzw.entries.map { String(decoding: $0, as: UTF8.self) } == ["a", "b", "ab", "ba", "aba", "abab"])
        var cut = LempelZivWelch(alphabet: Array("ab".utf8), limit: 3)
        cut.read(Array("ababababa".utf8))
        #expect(cut.entries.count == 3 && cut.isFull)
    }

    @Test("both encoders give the text back, and the minimal one no more tokens", arguments: [1, 2, 3])
    func encodersAgreeOnText(seed: UInt64) throws {
        let source = try MarkovSource.switching(order: 2, p: 0.2, q: 0.3)
        var lzw = LempelZivWelch(alphabet: source.alphabet, limit: 64)
        lzw.read(source.sample(2000, seed: seed))
        // Without every third phrase, prefixes are missing and greedy is no longer as good.
        let dictionary = TokenDictionary(
            lzw.entries.enumerated().filter { $0.offset < 2 || $0.offset % 3 != 0 }.map(\.element))
        let text = source.sample(500, seed: seed + 10)
        let greedy = try #require(dictionary.encode(text, by: .greedy))
        let minimal = try #require(dictionary.encode(text, by: .minimal))
        #expect(greedy.flatMap { dictionary.entries[$0] } == text)
        #expect(minimal.flatMap { dictionary.entries[$0] } == text)
        #expect(minimal.count < greedy.count)
        #expect(dictionary.encode(Array("012".utf8), by: .greedy) == nil)
        #expect(dictionary.encode(Array("012".utf8), by: .minimal) == nil)
        #expect(dictionary.encode([], by: .minimal) == [])
    }

    @Test("the minimal encoder is as good as trying every way")
    func minimalIsMinimal() throws {
        let dictionary = TokenDictionary(["a", "b", "ab", "abb", "bba", "bbab"].map { Array($0.utf8) })
        for number in 0..<256 {
            let text = (0..<8).map { number >> $0 & 1 == 0 ? UInt8(ascii: "a") : UInt8(ascii: "b") }
            func fewest(_ start: Int) -> Int {
                if start == text.count { return 0 }
                return dictionary.entries.filter { text[start...].starts(with: $0) }
                    .map { 1 + fewest(start + $0.count) }.min() ?? 1000
            }
            #expect(dictionary.encode(text, by: .minimal)?.count == fewest(0))
        }
    }

    @Test("a complete prefix-free dictionary loses nothing on independent symbols")
    func tunstallIsExact() throws {
        let law = [0.6, 0.3, 0.1]
        let source = try MarkovSource.independent(Array("abc".utf8), probabilities: law)
        // Tunstall: the most probable leaf grows children.
        var leaves: [(string: [Int], probability: Double)] = [([], 1)]
        while leaves.count < 25 {
            let widest = try #require(leaves.indices.max { leaves[$0].probability < leaves[$1].probability })
            let leaf = leaves.remove(at: widest)
            for symbol in 0..<3 { leaves.append((leaf.string + [symbol], leaf.probability * law[symbol])) }
        }
        let entropy = leaves.reduce(0) { $0 - $1.probability * log($1.probability) }
        let length = leaves.reduce(0) { $0 + $1.probability * Double($1.string.count) }
        #expect(abs(entropy / length - source.entropyRate) < 1e-9)
    }
}
