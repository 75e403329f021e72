import TesseraCore
import TesseraDecoding
import TesseraTestSupport
import Testing

@Suite("Token healing")
struct TokenHealingTests {
    private let tokenizer = MergingTokenizer(["re", "tu", "retu", "rn", "return", " x"])

    private func healing(_ prompt: [TokenID]) throws -> TokenHealing {
        TokenHealing(prompt, tokenizer: tokenizer, vocabulary: try ByteVocabulary(tokenizer))
    }

    private func allowed(_ healing: inout TokenHealing) throws -> [String] {
        var row = [Float](repeating: 0, count: tokenizer.vocabularySize)
        try healing.mask(&row, remaining: nil)
        return row.indices.filter { row[$0] == 0 }.compactMap { tokenizer.spelling(of: TokenID($0)) }
    }

    @Test("takes the last token back and allows the tokens that begin with it, once")
    func heals() throws {
        var healing = try healing([97] + tokenizer.encode("retu"))
        #expect(healing.prompt == [97])
        #expect(healing.removed == Array("retu".utf8))
        #expect(try allowed(&healing) == ["retu", "return"])
        #expect(throws: LocatedError.self) { try healing.advance(97) }
        try healing.advance(tokenizer.encode("return")[0])
        #expect(try allowed(&healing).count == tokenizer.vocabularySize)
        healing.rollback(1)
        #expect(try allowed(&healing) == ["retu", "return"])
        healing.rollback(100)
        #expect(try allowed(&healing) == ["retu", "return"])
        #expect(!healing.isComplete)
    }

    @Test("keeps the first token and special ones, and never begins inside a character")
    func limits() throws {
        #expect(try healing([97]).prompt == [97])
        #expect(try healing([97, 256]).prompt == [97, 256])
        #expect(try healing([]).prompt == [])
        // The two bytes of é are tokens of their own here, and no token begins with both.
        var accent = try healing([97, 0xC3, 0xA9])
        #expect(accent.prompt == [97] && accent.removed == [0xC3, 0xA9])
        var row = [Float](repeating: 0, count: tokenizer.vocabularySize)
        try accent.mask(&row, remaining: nil)
        #expect(row.indices.filter { row[$0] == 0 } == [0xC3])
        try accent.advance(0xC3)
        row = [Float](repeating: 0, count: tokenizer.vocabularySize)
        try accent.mask(&row, remaining: nil)
        #expect(row.indices.filter { row[$0] == 0 } == [0xA9])
        #expect(try healing([0xC3, 0xA9]).prompt == [0xC3, 0xA9])
    }

    @Test("generation under it begins with what was taken back")
    func generation() throws {
        let model = SampleModel.random(tokenizer, bytes: Array("return x".utf8), seed: 2)
        let healing = try healing(tokenizer.encode(" xretu"))
        var text = try ReadText(model: model)
        let made = try generate(
            from: healing.prompt, in: &text, tokenizer: tokenizer,
            options: GenerationOptions(maximumTokens: 5, ignoresEndOfText: true), constraint: healing)
        #expect(made.text.hasPrefix("retu"))
    }
}
