import TesseraCore
import TesseraFiles
import TesseraTestSupport
import TesseraTokenizers
import Testing

@Suite("Added tokens")
struct AddedTokenTests {
    @Test("special tokens are found as tokens, and read as text when asked")
    func special() throws {
        let tokenizer = try SampleVocabulary().tokenizer()
        #expect(tokenizer.spellings("<s>a</s>") == ["<s>", "a", "</s>"])
        #expect(tokenizer.spellings("<s>a", special: .asText) == ["<", "s", ">", "a"])
        #expect(tokenizer.spellings("<|im_end|><|im_end|") == ["<|im_end|>"] + "<|im_end|".map(String.init))
        #expect(tokenizer.isSpecial(try #require(tokenizer.id(ofSpelling: "<s>"))))
        #expect(!tokenizer.isSpecial(0))
    }

    @Test("the longest token at the leftmost place wins")
    func longest() throws {
        let tokenizer = try SampleVocabulary(special: ["<a", "<a>", "a>b", "<a>bc"]).tokenizer()
        #expect(tokenizer.spellings("<a>b") == ["<a>", "b"])
        #expect(tokenizer.spellings("<a>bc") == ["<a>bc"])
        #expect(tokenizer.spellings("<ab") == ["<a", "b"])
        #expect(tokenizer.spellings("a>b") == ["a>b"])
    }

    @Test("user-defined tokens count as text too, after the special ones")
    func userDefined() throws {
        let tokenizer = try SampleVocabulary(special: ["<s>"], userDefined: ["  ", "s>x"]).tokenizer()
        #expect(tokenizer.spellings("a  b", special: .asText) == ["a", "  ", "b"])
        // The special token takes the text from under the user-defined one.
        #expect(tokenizer.spellings("<s>x") == ["<s>", "x"])
        #expect(tokenizer.decode(tokenizer.encode("a  b")) == "a  b")
    }

    @Test("added tokens stand for their text, even when it could spell bytes")
    func literalBytes() throws {
        let tokenizer = try SampleVocabulary(special: ["éé", "Ġ "]).tokenizer()
        let ids = tokenizer.encode("cafééĠ ")
        #expect(ids.count == 5)
        #expect(tokenizer.decode(ids) == "cafééĠ ")
    }

    /// A `tokenizer.json` with one added token `XX` that is not in the vocabulary.
    private func tokenizer(_ flags: [(String, JSONValue)]) throws -> PipelineTokenizer {
        let token = JSONObject([("id", 300), ("content", "XX"), ("special", false)] + flags)
        return try SampleFolder(addedTokens: [.object(token)]).load().tokenizer
    }

    @Test("lstrip and rstrip take the white space beside the token")
    func strips() throws {
        let left = try tokenizer([("lstrip", true)])
        #expect(left.encodeWithOffsets("a  XX b").map(\.range) == [0..<1, 1..<5, 5..<6, 6..<7])
        #expect(left.spellings("a  XX b") == ["a", "XX", "Ġ", "b"])
        let right = try tokenizer([("rstrip", true)])
        #expect(right.spellings("a  XX \n b") == ["a", "Ġ", "Ġ", "XX", "b"])
        #expect(right.spellings("XX") == ["XX"])
    }

    @Test("white space between tokens is walked over once", .timeLimit(.minutes(1)))
    func stripsOnce() throws {
        let left = try tokenizer([("lstrip", true), ("rstrip", true)])
        #expect(left.spellings("XX  XX  XX") == ["XX", "XX", "XX"])
        #expect(left.encodeWithOffsets("XX  XX").map(\.range) == [0..<4, 4..<6])
        let tokens = 300_000
        #expect(left.encode(String(repeating: "XX ", count: tokens)).count == tokens)
    }

    @Test("single words count only between others")
    func singleWord() throws {
        let word = try tokenizer([("single_word", true)])
        #expect(word.encode("XX")[0] == 300)
        #expect(word.encode("aXX")[1] != 300)
        #expect(word.encode("XX_")[0] != 300)
        #expect(word.encode("XX\u{301}")[0] != 300 && word.encode("XX\u{200D}")[0] != 300)
        #expect(word.encode("(XX)")[1] == 300)
    }
}
