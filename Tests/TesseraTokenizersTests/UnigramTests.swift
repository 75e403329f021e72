import TesseraCore
import TesseraTestSupport
import TesseraTokenizers
import Testing

private func encode(_ text: String, _ model: UnigramModel) -> [ModelToken] {
    var tokens: [ModelToken] = []
    Array(text.utf8).withUnsafeBufferPointer { model.encode($0, using: EncoderScratch(), into: &tokens) }
    return tokens
}

private func sample(_ text: String, _ model: UnigramModel, _ smoothness: Double, stream: UInt64) -> [TokenID]
{
    var ids: [TokenID] = []
    var draws = RandomDraws(seed: 11, stream: stream)
    Array(text.utf8).withUnsafeBufferPointer {
        model.sample($0, smoothness: smoothness, draws: &draws, into: &ids)
    }
    return ids
}

private func definition(_ tokens: [(String, Double)], unknown: TokenID? = 0) throws -> UnigramDefinition {
    UnigramDefinition(
        vocabulary: try Vocabulary(tokens.map { Array($0.0.utf8) }), scores: tokens.map(\.1),
        unknownToken: unknown)
}

@Suite("Unigram")
struct UnigramTests {
    @Test("the example of Hugging Face's documentation")
    func reference() throws {
        let model = try UnigramModel(
            definition([
                ("<unk>", 0), ("a", 0), ("b", 0), ("c", 0), ("d", 0), ("cd", 1), ("ab", 2), ("abc", 5),
                ("abcd", 10),
            ]))
        let tokens = encode("abcdacdxx", model)
        #expect(tokens.map(\.id) == [8, 1, 5, 0])
        #expect(tokens.map(\.start) == [0, 4, 5, 7] && tokens.map(\.end) == [4, 5, 7, 9])
    }

    @Test("of equal ways the one whose last token starts first wins, and sums round as in one long sum")
    func ties() throws {
        let model = try UnigramModel(definition([("<unk>", 0), ("a", -1), ("aa", -2), ("aaa", -3)]))
        // The best way to each place is the first that was found: it begins with the longest token.
        #expect(encode("aaaa", model).map(\.id) == [1, 3])
        #expect(encode("aaaaa", model).map(\.id) == [2, 3])
    }

    @Test("the best way is the best of all ways", arguments: 0..<30)
    func best(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        var tokens: [(String, Double)] = [("<unk>", -20)]
        for spelling in ["a", "b", "é", "ab", "ba", "aa", "aba", "éa", "bé", "abab", "日"]
        where Bool.random(using: &random) {
            tokens.append((spelling, Double.random(in: -9 ... -1, using: &random)))
        }
        let model = try UnigramModel(definition(tokens))
        let text = (0..<12).map { _ in ["a", "b", "é"].randomElement(using: &random)! }.joined()
        let lowest = tokens.map(\.1).min()! - 10
        func bestScore(_ rest: Substring.UnicodeScalarView) -> Double {
            guard let first = rest.first else { return 0 }
            let isKnown = tokens.contains { $0.0 == String(first) }
            var best = isKnown ? -.infinity : lowest + bestScore(rest.dropFirst())
            for (spelling, score) in tokens.dropFirst() where rest.starts(with: spelling.unicodeScalars) {
                best = max(best, score + bestScore(rest.dropFirst(spelling.unicodeScalars.count)))
            }
            return best
        }
        let got = encode(text, model)
        let score = got.reduce(0.0) { sum, token in
            let length = Array(text.utf8)[token.start..<token.end].count { $0 & 0xC0 != 0x80 }
            return sum + (token.id == 0 ? lowest * Double(length) : tokens[Int(token.id)].1)
        }
        #expect(abs(score - bestScore(text[...].unicodeScalars)) < 1e-9)
        #expect(got.map(\.start) == [0] + got.dropLast().map(\.end))
    }

    @Test("unknown characters become one token, or their bytes")
    func unknown() throws {
        let bytes = (0..<256).map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return ("<0x" + (digits.count < 2 ? "0" : "") + digits + ">", -5.0)
        }
        var definition = try definition([("<unk>", 0), ("a", -1)] + bytes)
        #expect(encode("éüaü", try UnigramModel(definition)).map(\.id) == [0, 1, 0])
        definition.fallsBackToBytes = true
        #expect(encode("éa", try UnigramModel(definition)).map(\.id) == [2 + 0xC3, 2 + 0xA9, 1])
        // Hugging Face gives each byte all that is unknown, SentencePiece the last one its character.
        #expect(encode("éé", try UnigramModel(definition)).map(\.end) == [4, 4, 4, 4])
        definition.rules = .sentencePiece
        definition.kinds = [.unknown, .normal] + bytes.map { _ in .byte }
        #expect(encode("éé", try UnigramModel(definition)).map(\.end) == [0, 2, 2, 4])
        #expect(encode("<0x41>", try UnigramModel(definition)).count == 6)
        definition.unknownToken = nil
        definition.fallsBackToBytes = false
        #expect(encode("éa", try UnigramModel(definition)).map(\.id) == [1])
    }

    @Test("user-defined tokens win, unused and control tokens are never found")
    func kinds() throws {
        var definition = try definition([
            ("<unk>", 0), ("<s>", 0), ("a", -1), ("b", -1), ("ab", -1), ("ba", 0), ("<", -3), ("s", -3),
            (">", -3),
        ])
        definition.rules = .sentencePiece
        definition.kinds = [
            .unknown, .control, .normal, .normal, .unused, .userDefined, .normal, .normal, .normal,
        ]
        let model = try UnigramModel(definition)
        #expect(encode("ab", model).map(\.id) == [2, 3])
        #expect(encode("aba", model).map(\.id) == [2, 5])
        #expect(encode("<s>", model).map(\.id) == [6, 7, 8])
    }

    @Test("32-bit sums stay exact over long texts, as SentencePiece keeps them small")
    func longSums() throws {
        var definition = try definition([("<unk>", 0), ("a", -11.5), ("b", -11.25), ("ab", -22.78125)])
        definition.rules = .sentencePiece
        definition.kinds = [.unknown, .normal, .normal, .normal]
        let tokens = encode(String(repeating: "ab", count: 20_000), try UnigramModel(definition))
        #expect(tokens.allSatisfy { $0.id != 3 } && tokens.count == 40_000)
    }

    @Test("segmentations are drawn with their probabilities")
    func sampling() throws {
        let model = try UnigramModel(
            definition([("<unk>", -9), ("a", -1), ("b", -1.5), ("ab", -2), ("aba", -2.5)]))
        // The ways to cut "aba" and their scores, from the paper's formula.
        let ways: [[TokenID]: Double] = [[1, 2, 1]: -3.5, [3, 1]: -3, [4]: -2.5]
        for smoothness in [0.0, 0.5, 2] {
            let total = ways.values.reduce(0) { $0 + scaled($1, smoothness) }
            var counts: [[TokenID]: Int] = [:]
            for stream in UInt64(0)..<6000 {
                counts[sample("aba", model, smoothness, stream: stream), default: 0] += 1
            }
            #expect(Set(counts.keys) == Set(ways.keys))
            for (way, score) in ways {
                let expected = scaled(score, smoothness) / total
                #expect(abs(Double(counts[way] ?? 0) / 6000 - expected) < 0.03, "\(way) at \(smoothness)")
            }
        }
        #expect(sample("abxxab", model, 1, stream: 3) == sample("abxxab", model, 1, stream: 3))
        #expect(sample("xx", model, 1, stream: 0) == [0])
    }

    private func scaled(_ score: Double, _ smoothness: Double) -> Double {
        // e^x by its series, to have no Foundation here.
        var term = 1.0
        var sum = 1.0
        for index in 1..<60 {
            term *= score * smoothness / Double(index)
            sum += term
        }
        return sum
    }

    @Test("any bytes and any tokens do no harm", arguments: 0..<40)
    func hostile(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        var spellings = Set((0..<60).map { _ in random.bytes(Int.random(in: 1...6, using: &random)) })
        spellings.formUnion((0..<3).map { [UInt8](repeating: 0x61, count: $0 + 1) })
        let list = spellings.sorted { $0.lexicographicallyPrecedes($1) }
        var definition = UnigramDefinition(
            vocabulary: try Vocabulary(list),
            scores: list.map { _ in Double.random(in: -9...9, using: &random) },
            unknownToken: 0)
        definition.rules = [.huggingFace, .sentencePiece, .llamaCpp][seed % 3]
        let model = try UnigramModel(definition)
        let bytes = list.shuffled(using: &random).flatMap { $0 } + random.bytes(200)
        var tokens: [ModelToken] = []
        bytes.withUnsafeBufferPointer { model.encode($0, using: EncoderScratch(), into: &tokens) }
        #expect(tokens.last?.end == bytes.count)
        var draws = RandomDraws(seed: 1)
        tokens = []
        bytes.withUnsafeBufferPointer { model.sample($0, smoothness: 1, draws: &draws, into: &tokens) }
        #expect(tokens.last?.end == bytes.count)
    }

    @Test("scores that are no numbers and ids outside the vocabulary are refused")
    func refused() throws {
        var broken = try definition([("<unk>", 0), ("a", .nan)])
        #expect(throws: LocatedError.self) { try UnigramModel(broken) }
        broken.scores = [0]
        #expect(throws: LocatedError.self) { try UnigramModel(broken) }
        broken.scores = [0, -.infinity]
        #expect(throws: LocatedError.self) { try UnigramModel(broken) }
        broken.scores = [0, 1]
        broken.unknownToken = 2
        #expect(throws: LocatedError.self) { try UnigramModel(broken) }
    }
}
