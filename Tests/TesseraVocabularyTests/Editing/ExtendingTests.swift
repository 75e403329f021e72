import TesseraCore
import TesseraFiles
import TesseraTestSupport
import TesseraTokenizers
import TesseraVocabulary
import Testing

@Suite("Extended vocabularies")
struct ExtendingTests {
    private let words = ["thething", " lowering", "abababab", "éé", "newstring", "aaaaaaa", "stringstring"]

    @Test("make each new word one token and keep all ids", arguments: [false, true])
    func words(ranksTokens: Bool) throws {
        var old = try SmallVocabularies.english()
        guard case .bytePair(var model) = old.model else { return }
        if ranksTokens { model.order = .byMadeToken }
        old.model = .bytePair(model)
        let edit = try old.extended(with: words.map { .word($0) })
        let tokenizer = try PipelineTokenizer(edit.definition)
        for word in words {
            let ids = tokenizer.encode(word)
            #expect(ids.count == 1 && tokenizer.decode(ids) == word, "\(word)")
        }
        let before = try PipelineTokenizer(old)
        for id in 0..<281 {
            #expect(edit.rows[id] == .row(TokenID(id)))
            #expect(
                tokenizer.spelling(of: TokenID(id)) == before.spelling(of: TokenID(id)))
        }
        #expect(try Reachability(of: edit.definition).unreachable.isEmpty)
        for text in SmallVocabularies.texts { #expect(tokenizer.decode(tokenizer.encode(text)) == text) }
    }

    @Test("map the row of a new token to those of its parts")
    func rows() throws {
        let old = try SmallVocabularies.english()
        let edit = try old.extended(with: [.word("thestring"), .added("<|new|>", isSpecial: true)])
        let before = try PipelineTokenizer(old)
        #expect(edit.rows.count == 283)
        #expect(edit.rows[281] == .pieces(before.encode("thestring")))
        #expect(edit.rows[282] == .pieces(before.encode("<|new|>")))
        let tokenizer = try PipelineTokenizer(edit.definition)
        #expect(tokenizer.encode("a<|new|>").last == 282 && tokenizer.isSpecial(282))
        let map = RowMap(from: old, edit)
        #expect(map.oldCount == 281 && map.oldFingerprint != map.newFingerprint)
        #expect(map.json["rows"]?[at: 281] == .array(before.encode("thestring").map { .integer(Int($0)) }))
    }

    @Test("make a token reachable that earlier merges kept away, and say so")
    func blocked() throws {
        let old = try SmallVocabularies.bytePair(["a b", "b c", "a bc"])
        let edit = try old.extended(with: [.word("abc")])
        #expect(try PipelineTokenizer(edit.definition).encode("abc") == [258])
        #expect(
            edit.rows.count == 259
                && edit.notes == ["`abc` was in the vocabulary, but earlier merges cut it into 2 tokens"])
    }

    @Test("give Unigram words a score with which they win, and WordPiece just the word")
    func otherModels() throws {
        let unigram = try SmallVocabularies.unigram([("\u{2581}", -2), ("a", -3), ("b", -3.5), ("ab", -4)])
        let edit = try unigram.extended(with: [.word("abab"), .word("aba", score: -100)])
        let tokenizer = try PipelineTokenizer(edit.definition)
        #expect(tokenizer.encode("abab").map { tokenizer.spelling(of: $0) } == ["\u{2581}abab"])
        #expect(try EditReport(of: edit, from: unigram).lostReach.map(\.id) == [262])
        let words = try SmallVocabularies.wordPiece(["a", "##b"]).extended(with: [.word("abb"), .word("abb")])
        #expect(try PipelineTokenizer(words.definition).encode("abb") == [3] && words.notes.count == 1)
    }

    @Test("are refused for words that are cut before the model sees them, and for tokens that are there")
    func refusals() throws {
        let old = try SmallVocabularies.english()
        expectLocatedError(field: "words", problem: "is cut into `two`, ` words`") {
            try old.extended(with: [.word("two words")])
        }
        expectLocatedError(field: "words") { try old.extended(with: [.word("")]) }
        expectLocatedError(field: "added", problem: "already, with the id 279") {
            try old.extended(with: [.added("<|end|>", isSpecial: true)])
        }
        expectLocatedError(field: "added") { try old.extended(with: [.added("", isSpecial: false)]) }
        #expect(try old.extended(with: [.word("<|end|>")]).notes == ["`<|end|>` is an added token already"])
    }
}
