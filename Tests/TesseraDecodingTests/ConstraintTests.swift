import TesseraCore
import TesseraDecoding
import Testing

/// Allows the letters of a word in order, then nothing.
private struct Spelling: LogitConstraint {
    let word: [TokenID]
    var position = 0

    mutating func mask(
        _ logits: UnsafeMutableBufferPointer<Float>, remaining: Int?
    ) throws(LocatedError) {
        guard let remaining, remaining >= word.count - position else {
            throw LocatedError(field: "word", problem: "too long", remedy: "allow more tokens")
        }
        for index in logits.indices where index != Int(word[position]) { logits[index] = -.infinity }
    }

    mutating func advance(_ token: TokenID) throws(LocatedError) { position += 1 }
    mutating func rollback(_ count: Int) { position -= count }
    var isComplete: Bool { position == word.count }
}

@Suite("Generation under a constraint")
struct ConstraintTests {
    private let word = Array("Yes".utf8).map(TokenID.init)

    private func run(
        _ options: GenerationOptions = GenerationOptions(), context: Int = 64
    ) throws -> Generation {
        let model = SampleModel.saying(
            Array("No".utf8).map(TokenID.init) + [256], afterPromptOf: 3, contextLength: context)
        var text = try ReadText(model: model)
        return try generate(
            from: [1, 2, 3], in: &text, tokenizer: SampleTokenizer(), options: options,
            constraint: Spelling(word: word))
    }

    @Test("only what it allows is drawn, and where it is complete the text ends")
    func draws() throws {
        let generation = try run()
        #expect(generation.text == "Yes")
        #expect(generation.tokens == word)
        #expect(generation.stopReason == .endOfText)
    }

    @Test("it is told how many tokens are left, by the limit and by the context")
    func remaining() throws {
        #expect(try run(GenerationOptions(maximumTokens: 3)).text == "Yes")
        #expect(throws: LocatedError.self) { try run(GenerationOptions(maximumTokens: 2)) }
        #expect(try run(context: 5).text == "Yes")
        #expect(throws: LocatedError.self) { try run(context: 4) }
    }
}
