import TesseraCore
import TesseraTestSupport
import TesseraTokenizers
import Testing

/// Encodes `text` as one piece and gives each token with its range.
private func encode(
    _ text: String, _ model: CharacterPairModel, seed: UInt64? = nil, stream: UInt64 = 0
) -> [ModelToken] {
    var tokens: [ModelToken] = []
    var draws = seed.map { RandomDraws(seed: $0, stream: stream) }
    Array(text.utf8).withUnsafeBufferPointer {
        model.encode($0, using: EncoderScratch(), draws: &draws, into: &tokens)
    }
    return tokens
}

/// Merges step by step without any table, cut or cache: what the model must equal.
private func slowEncode(_ text: String, _ definition: BytePairDefinition) -> [TokenID] {
    var ids = text.unicodeScalars.compactMap { definition.vocabulary.id(of: Array(String($0).utf8)) }
    while true {
        var best: (rank: Int, place: Int)?
        for place in ids.indices.dropLast() {
            guard
                let rank = definition.merges.firstIndex(where: {
                    $0.left == ids[place] && $0.right == ids[place + 1]
                })
            else { continue }
            if best.map({ rank < $0.rank }) ?? true { best = (rank, place) }
        }
        guard let best else { return ids }
        ids.replaceSubrange(best.place...(best.place + 1), with: [definition.merges[best.rank].made])
    }
}

private func definition(_ tokens: [String], _ merges: [(String, String)] = []) throws -> BytePairDefinition {
    let vocabulary = try Vocabulary(tokens.map { Array($0.utf8) })
    func id(_ token: String) throws -> TokenID { try #require(vocabulary.id(of: Array(token.utf8))) }
    return BytePairDefinition(
        vocabulary: vocabulary,
        merges: try merges.map { BytePairDefinition.Merge(try id($0), try id($1), makes: try id($0 + $1)) })
}

private let byteTokens = (0..<256).map { byte in
    let digits = String(byte, radix: 16, uppercase: true)
    return "<0x" + (digits.count < 2 ? "0" : "") + digits + ">"
}

@Suite("Byte pairs of characters")
struct CharacterPairTests {
    @Test("cuts and cache change nothing: random vocabularies and texts", arguments: 0..<40)
    func equalsSlow(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let letters = ["a", "b", "c", "\u{2581}", "é", "日"]
        var tokens = letters
        var merges: [(String, String)] = []
        for _ in 0..<30 {
            let (left, right) = (tokens.randomElement(using: &random)!, tokens.randomElement(using: &random)!)
            guard !merges.contains(where: { $0 == (left, right) }) else { continue }
            merges.append((left, right))
            if !tokens.contains(left + right) { tokens.append(left + right) }
        }
        let definition = try definition(tokens, merges)
        let model = try CharacterPairModel(definition)
        for length in [0, 1, 2, 5, 20, 60, 200] {
            let text = (0..<length).map { _ in letters.randomElement(using: &random)! }.joined()
            let got = encode(text, model)
            #expect(got.map(\.id) == slowEncode(text, definition), "\(text)")
            #expect(got.map(\.start) == [0] + got.dropLast().map(\.end) || got.isEmpty)
            #expect(got.last?.end ?? 0 == text.utf8.count)
        }
    }

    @Test("unknown characters are dropped, marked, joined or spelled in bytes, as Hugging Face does")
    func unknown() throws {
        var plain = try definition(["a", "b", "ab", "?"], [("a", "b")])
        #expect(encode("aéb", try CharacterPairModel(plain)).map(\.id) == [2])
        plain.unknownToken = 3
        #expect(
            encode("éüa", try CharacterPairModel(plain)) == [
                ModelToken(id: 3, start: 0, end: 2), ModelToken(id: 3, start: 2, end: 4),
                ModelToken(id: 0, start: 4, end: 5),
            ])
        plain.fusesUnknown = true
        #expect(encode("éüa", try CharacterPairModel(plain)).map(\.id) == [3, 0])
        #expect(encode("éüa", try CharacterPairModel(plain))[0].end == 4)

        var bytes = try definition(["a", "b", "?"] + byteTokens)
        bytes.unknownToken = 2
        bytes.fallsBackToBytes = true
        #expect(encode("aé", try CharacterPairModel(bytes)).map(\.id) == [0, 3 + 0xC3, 3 + 0xA9])
        #expect(encode("aé", try CharacterPairModel(bytes)).map(\.end) == [1, 2, 3])
        // Where a byte has no token, the character is unknown, and it comes after the bytes of the next.
        bytes = try definition(["a", "?"] + byteTokens.filter { $0 != "<0xA9>" })
        bytes.unknownToken = 1
        bytes.fallsBackToBytes = true
        #expect(encode("éüa", try CharacterPairModel(bytes)).map(\.id) == [1 + 0xC3, 1 + 0xBC, 1, 0])
    }

    @Test("symbols carry a prefix and a suffix; whole pieces may be tokens")
    func affixes() throws {
        let tokens = ["a", "b", "##a", "##b", "##b</w>", "a</w>", "ab</w>", "zz"]
        let vocabulary = try Vocabulary(tokens.map { Array($0.utf8) })
        var definition = BytePairDefinition(vocabulary: vocabulary, merges: [.init(0, 4, makes: 6)])
        definition.continuingPrefix = "##"
        definition.endSuffix = "</w>"
        let model = try CharacterPairModel(definition)
        #expect(encode("ab", model).map(\.id) == [6])
        #expect(encode("a", model).map(\.id) == [5])
        #expect(encode("abb", model).map(\.id) == [0, 3, 4])
        #expect(encode("abb", model).map(\.end) == [1, 2, 3])
        definition.ignoresMerges = true
        #expect(encode("zz", try CharacterPairModel(definition)).map(\.id) == [7])
    }

    @Test("pairs that make tokens of equal score go leftmost first")
    func equalScores() throws {
        var definition = try definition(["a", "b", "c", "bc", "ab"], [("b", "c"), ("a", "b")])
        #expect(encode("abc", try CharacterPairModel(definition)).map(\.id) == [0, 3])
        definition.order = .byMadeToken
        definition.scores = [0, 0, 0, -1, -1]
        #expect(encode("abc", try CharacterPairModel(definition)).map(\.id) == [4, 2])
        definition.scores[4] = -2
        #expect(encode("abc", try CharacterPairModel(definition)).map(\.id) == [0, 3])
    }

    @Test("unused tokens are taken apart again, user-defined ones are never merged")
    func kinds() throws {
        var definition = try definition(["?", "a", "b", "c", "ab", "abc"], [("a", "b"), ("ab", "c")])
        definition.unknownToken = 0
        definition.fusesUnknown = true
        definition.kinds = [.unknown, .normal, .normal, .normal, .normal, .unused]
        #expect(encode("abc", try CharacterPairModel(definition)).map(\.id) == [4, 3])
        definition.kinds[4] = .unused
        #expect(encode("abcab", try CharacterPairModel(definition)).map(\.id) == [1, 2, 3, 1, 2])
        definition.kinds[4] = .userDefined
        #expect(encode("abc", try CharacterPairModel(definition)).map(\.id) == [4, 3])
        definition.kinds[1] = .unused
        #expect(encode("acéa", try CharacterPairModel(definition)).map(\.id) == [0, 3, 0])
    }

    @Test("dropout passes over every merge or none, and the same seed gives the same tokens")
    func dropout() throws {
        var definition = try definition(["a", "aa", "aaaa"], [("a", "a"), ("aa", "aa")])
        let text = String(repeating: "a", count: 64)
        definition.dropout = 1
        #expect(encode(text, try CharacterPairModel(definition), seed: 1).count == 64)
        #expect(encode(text, try CharacterPairModel(definition)).count == 16)
        definition.dropout = 0.3
        let model = try CharacterPairModel(definition)
        let first = encode(text, model, seed: 7)
        #expect(first == encode(text, model, seed: 7))
        #expect(Set((0..<8).map { encode(text, model, seed: 7, stream: $0).map(\.id) }).count > 4)
        #expect(first.map { $0.end - $0.start }.reduce(0, +) == 64)
    }

    @Test("dropout keeps a merge with the probability of Hugging Face's rule")
    func dropoutDistribution() throws {
        // Two places, one merge at either: it stays undone when its one draw passes over it.
        var definition = try definition(["a", "b", "ab"], [("a", "b")])
        definition.dropout = 0.25
        let model = try CharacterPairModel(definition)
        let kept = (UInt64(0)..<4000).count { encode("ab", model, seed: 3, stream: $0).count == 1 }
        #expect(abs(Double(kept) / 4000 - 0.75) < 0.03)
        // Of two pairs, the first is tried again after the second was merged.
        let both = (UInt64(0)..<4000).count { encode("abab", model, seed: 5, stream: $0).count == 2 }
        #expect(abs(Double(both) / 4000 - (0.75 * 0.75 + 0.25 * 0.75 * 0.75)) < 0.03)
    }

    @Test("long pieces of one character take time in proportion")
    func longPieces() throws {
        var tokens = ["a"]
        var merges: [(String, String)] = []
        for _ in 0..<6 {
            let last = tokens[tokens.count - 1]
            merges.append((last, last))
            tokens.append(last + last)
        }
        let model = try CharacterPairModel(try definition(tokens, merges))
        let count = 1 << 16
        #expect(encode(String(repeating: "a", count: count), model).count == count / 64)
    }

    @Test("ids outside the vocabulary are refused")
    func refused() throws {
        var definition = try definition(["a", "b"])
        definition.merges = [.init(0, 1, makes: 2)]
        #expect(throws: LocatedError.self) { try CharacterPairModel(definition) }
        definition.merges = []
        definition.unknownToken = 2
        #expect(throws: LocatedError.self) { try CharacterPairModel(definition) }
        definition.unknownToken = nil
        definition.kinds = [.normal]
        #expect(throws: LocatedError.self) { try CharacterPairModel(definition) }
    }

    @Test("bytes that are not UTF-8 do no harm", arguments: 0..<20)
    func illFormed(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        var definition = try definition(["a", "?"] + byteTokens)
        definition.unknownToken = 1
        for falls in [false, true] {
            definition.fallsBackToBytes = falls
            let model = try CharacterPairModel(definition)
            let bytes = (0..<40).map { _ in UInt8.random(in: 0x60...0xFF, using: &random) }
            var tokens: [ModelToken] = []
            var draws: RandomDraws?
            bytes.withUnsafeBufferPointer {
                model.encode($0, using: EncoderScratch(), draws: &draws, into: &tokens)
            }
            #expect(tokens.allSatisfy { $0.start >= 0 && $0.end <= bytes.count && $0.start <= $0.end })
        }
    }
}
