import TesseraCore
import TesseraTestSupport
import TesseraTokenizers
import TesseraVocabulary
import Testing

@Suite("Pruned vocabularies")
struct PruningTests {
    private func uses(_ texts: [String], _ definition: TokenizerDefinition) throws -> [Int] {
        let tokenizer = try PipelineTokenizer(definition)
        var uses = [Int](repeating: 0, count: tokenizer.vocabularySize)
        for text in texts { for id in tokenizer.encode(text, special: .asText) { uses[Int(id)] += 1 } }
        return uses
    }

    @Test("encode the text they were pruned on as before, with other ids", arguments: [false, true])
    func sameTokens(keepsIDs: Bool) throws {
        let old = try SmallVocabularies.english()
        let corpus = ["the lower string", "sting and the ring"]
        let edit = try old.pruned(keeping: .used(uses: uses(corpus, old), atLeast: 1), keepsIDs: keepsIDs)
        let before = try PipelineTokenizer(old)
        let after = try PipelineTokenizer(edit.definition)
        let map = edit.newIDs(oldCount: before.vocabularySize)
        for text in corpus { #expect(before.encode(text).map { map[Int($0)] } == after.encode(text)) }
        #expect(edit.definition.model.vocabulary.id(of: Array("Ġnewst".utf8)) == nil)
        if keepsIDs { #expect(map.enumerated().allSatisfy { $1 == nil || Int($1!) == $0 }) }
    }

    @Test("decode every text to itself and keep every token within reach", arguments: 0..<8)
    func roundTrips(seed: UInt64) throws {
        let old = try SmallVocabularies.english()
        var generator = SeededGenerator(seed: seed)
        let wanted = Set((0..<6).map { _ in TokenID.random(in: 256..<279, using: &generator) })
        let edit = try old.pruned(keeping: .ids(wanted))
        let tokenizer = try PipelineTokenizer(edit.definition)
        let before = try PipelineTokenizer(old)
        for text in SmallVocabularies.texts + SmallVocabularies.randomTexts(30, seed: seed) {
            #expect(tokenizer.decode(tokenizer.encode(text)) == text)
        }
        #expect(try Reachability(of: edit.definition).unreachable.isEmpty)
        let map = edit.newIDs(oldCount: 281)
        for id in wanted { #expect(map[Int(id)] != nil) }
        for (new, source) in edit.rows.enumerated() {
            guard case .row(let row) = source else {
                Issue.record("the new id \(new) has no row")
                continue
            }
            #expect(tokenizer.spelling(of: TokenID(new)) == before.spelling(of: row))
        }
    }

    @Test("keep the template, the roles and the added tokens under their new ids")
    func parts() throws {
        let old = try SmallVocabularies.english()
        let edit = try old.pruned(keeping: .firstMerges(3))
        let new = edit.definition
        let end = new.addedTokens[0].id
        #expect(new.mergeCount == 3 && new.model.vocabulary.count == 259 && end == 259)
        #expect(new.specialTokens.endOfText == [end] && new.specialTokens.padding == end)
        let tokenizer = try PipelineTokenizer(new)
        #expect(tokenizer.template.suffix == [end])
        #expect(tokenizer.encode("the<|endofturn|>") == [257, 260])
    }

    @Test("hold no more tokens than were asked for, and those that are used most")
    func size() throws {
        let old = try SmallVocabularies.english()
        let counts = try uses([String(repeating: " the", count: 9) + " string"], old)
        let edit = try old.pruned(keeping: .mostUsed(uses: counts, count: 262))
        #expect(edit.rows.count == 261)
        #expect(edit.definition.model.vocabulary.id(of: Array("Ġthe".utf8)) != nil)
        #expect(edit.definition.model.vocabulary.id(of: Array("Ġstring".utf8)) == nil)
        expectLocatedError(field: "size", problem: "less than") {
            try old.pruned(keeping: .mostUsed(uses: counts, count: 100))
        }
    }

    @Test("drop characters that bytes can spell, and no others")
    func characters() throws {
        let pieces = [("\u{2581}", -2.0), ("a", -3), ("é", -4), ("\u{2581}ab", -1), ("b", -3)]
        let old = try SmallVocabularies.unigram(pieces)
        let edit = try old.pruned(keeping: .used(uses: uses(["ab ab"], old), atLeast: 1))
        let tokenizer = try PipelineTokenizer(edit.definition)
        #expect(edit.definition.model.vocabulary.id(of: Array("é".utf8)) == nil)
        #expect(edit.rows.count == 258)
        for text in ["ab", "été ab", "東京"] { #expect(tokenizer.decode(tokenizer.encode(text)) == text) }

        let words = try SmallVocabularies.wordPiece(["a", "b", "##a", "##b", "ab", "##bab", "abba"])
        let fewer = try words.pruned(keeping: .used(uses: uses(["abba"], words), atLeast: 1))
        #expect(fewer.definition.model.vocabulary.count == 6)
        #expect(try PipelineTokenizer(fewer.definition).encode("babab abba").contains(0) == false)
    }

    @Test("are refused for ids that nobody has and for models without merges")
    func refusals() throws {
        let old = try SmallVocabularies.english()
        expectLocatedError(field: "ids", problem: "9999 is no token") {
            try old.pruned(keeping: .ids([5, 9999]))
        }
        let words = try SmallVocabularies.wordPiece(["a"])
        expectLocatedError(field: "merges", problem: "has none") {
            try words.pruned(keeping: .firstMerges(1))
        }
        expectLocatedError(field: "merges") { try old.pruned(keeping: .firstMerges(-1)) }
        let unigram = try SmallVocabularies.unigram([("a", -1), ("bc", -2)])
        expectLocatedError(field: "keep-ids") { try unigram.pruned(keeping: .ids([]), keepsIDs: true) }
        var far = old
        far.addedTokens.append(AddedToken(id: .max, content: [65]))
        expectLocatedError(field: "added_tokens") { try far.pruned(keeping: .ids([])) }
        var wrong = old
        wrong.specialTokens.unknown = 100_000
        expectLocatedError(field: "unk_token") { try wrong.pruned(keeping: .ids([])) }
    }
}
