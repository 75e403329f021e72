import TesseraCore
import TesseraTestSupport
import TesseraTokenizers
import Testing

/// Byte-pair encoding as the paper states it, in quadratic time: the lowest rank first, the leftmost of equals.
private func slowMerge(_ symbols: [String], _ ranks: [String: Int]) -> [String] {
    var symbols = symbols
    while true {
        var best: (rank: Int, place: Int)?
        for place in symbols.indices.dropLast() {
            guard let rank = ranks["\(symbols[place]) \(symbols[place + 1])"] else { continue }
            if best.map({ rank < $0.rank }) ?? true { best = (rank, place) }
        }
        guard let best else { return symbols }
        symbols[best.place] += symbols.remove(at: best.place + 1)
    }
}

/// Random merges over the letters a to d: pairs of what there is already, in random order.
private func randomMerges(_ random: inout SeededGenerator, count: Int) -> [(String, String)] {
    var tokens = ["a", "b", "c", "d"]
    var merges: [(String, String)] = []
    var made: Set<String> = []
    while merges.count < count {
        let left = tokens[Int.random(in: tokens.indices, using: &random)]
        let right = tokens[Int.random(in: tokens.indices, using: &random)]
        guard left.count + right.count <= 12, made.insert(left + right).inserted else { continue }
        merges.append((left, right))
        tokens.append(left + right)
    }
    // Ranks need not follow the order in which tokens were made.
    return Bool.random(using: &random) ? merges.shuffled(using: &random) : merges
}

@Suite("Merging")
struct MergingTests {
    @Test("tokens are those of the slow algorithm, for words of every length", arguments: 0..<12)
    func slowReference(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let merges = randomMerges(&random, count: Int.random(in: 3...60, using: &random))
        let tokenizer = try SampleVocabulary(merges: merges).tokenizer()
        // Without and with the table of the words that are one token.
        if !seed.isMultiple(of: 2) { tokenizer.prepare() }
        let ranks = Dictionary(
            merges.enumerated().map { ("\($1.0) \($1.1)", $0) }, uniquingKeysWith: { _, last in last })
        for _ in 0..<60 {
            // Up to 23 letters the word cache is used, up to 48 the scan, beyond that the heap.
            let length = Int.random(in: 1...120, using: &random)
            let word = (0..<length).map { _ in String("abcd".randomElement(using: &random)!) }
            let expected = slowMerge(word, ranks)
            #expect(tokenizer.spellings(word.joined()) == expected)
            // Once more, now from the cache.
            #expect(tokenizer.spellings(word.joined()) == expected)
        }
    }

    @Test("a word of a million letters takes no quadratic time")
    func longWords() throws {
        let merges = SampleVocabulary.merges(for: ["aaaaaaaa"]) + [("aa", "aa"), ("aaaa", "aaaa")]
        let tokenizer = try SampleVocabulary(merges: merges).tokenizer()
        let count = 1_000_000
        let clock = ContinuousClock()
        var ids: [TokenID] = []
        let time = clock.measure { ids = tokenizer.encode(String(repeating: "a", count: count)) }
        #expect(tokenizer.bytes(of: ids).count == count)
        // Quadratic time would be hours.
        #expect(time < .seconds(20))
    }

    @Test("threads share a tokenizer")
    func threads() async throws {
        var random = SeededGenerator(seed: 5)
        let tokenizer = try SampleVocabulary(merges: randomMerges(&random, count: 50)).tokenizer()
        let texts = (0..<40).map { _ in
            String((0..<200).map { _ in "abcd  ".randomElement(using: &random)! })
        }
        let expected = texts.map { tokenizer.encode($0) }
        let results = await withTaskGroup(of: (Int, [TokenID]).self) { group in
            for (index, text) in texts.enumerated() { group.addTask { (index, tokenizer.encode(text)) } }
            return await group.reduce(into: [Int: [TokenID]]()) { $0[$1.0] = $1.1 }
        }
        for (index, ids) in expected.enumerated() { #expect(results[index] == ids) }
    }

    @Test("decoding gives the text back, bytes that are not UTF-8 become U+FFFD first")
    func roundTrip() throws {
        let tokenizer = try SampleVocabulary(merges: SampleVocabulary.merges(for: [" the", "日", "é"]))
            .tokenizer()
        var random = SeededGenerator(seed: 3)
        for _ in 0..<200 {
            let text = random.unicodeText(40)
            #expect(tokenizer.decode(tokenizer.encode(text)).utf8.elementsEqual(text.utf8))
            let bytes = random.bytes(30)
            var ids: [TokenID] = []
            bytes.withUnsafeBufferPointer { tokenizer.encode($0, special: .asText, into: &ids) }
            #expect(tokenizer.bytes(of: ids) == Array(String(decoding: bytes, as: UTF8.self).utf8))
        }
    }
}
