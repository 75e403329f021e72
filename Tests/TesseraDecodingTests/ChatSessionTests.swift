import TesseraCore
import TesseraDecoding
import TesseraTemplates
import TesseraTokenizers
import Testing

private let source = """
    {% for message in messages %}<{{ message.role }}>{{ message.content }}</{{ message.role }}>{% endfor %}\
    {% if add_generation_prompt %}<assistant>{% endif %}
    """

/// A model that answers every prompt with `OK` and ends.
private func agreeing(contextLength: Int) -> SampleModel {
    SampleModel(vocabularySize: 257, contextLength: contextLength) { tokens in
        var row = Array(repeating: Float(0), count: 257)
        switch tokens.last {
        case TokenID(UInt8(ascii: ">")): row[Int(UInt8(ascii: "O"))] = 9
        case TokenID(UInt8(ascii: "O")): row[Int(UInt8(ascii: "K"))] = 9
        default: row[256] = 9
        }
        return row
    }
}

@Suite("Chat")
struct ChatSessionTests {
    private func session(
        contextLength: Int, system: String? = nil
    ) throws -> (ChatSession<SampleModel>, SampleModel) {
        let model = agreeing(contextLength: contextLength)
        let template = try ChatTemplate(source, file: nil)
        return (
            try ChatSession(model: model, tokenizer: SampleTokenizer(), template: template, system: system),
            model
        )
    }

    @Test("messages alternate, and each turn reads only what is new")
    func turns() throws {
        var (session, model) = try session(contextLength: 1_000, system: "Be kind.")
        var pieces: [String] = []
        let first = try session.reply(to: "Hi", show: { pieces.append($0) })
        #expect(first.generation.text == "OK" && pieces == ["O", "K"])
        #expect(first.generation.reusedTokenCount == 0)

        let before = model.readCount
        let second = try session.reply(to: "More")
        // The whole first prompt and the answer are in the cache.
        #expect(second.generation.reusedTokenCount == first.generation.promptTokenCount + 2)
        let new = second.generation.promptTokenCount - second.generation.reusedTokenCount
        #expect(model.readCount - before == new + 2)
        #expect(session.messages.map(\.role) == ["system", "user", "assistant", "user", "assistant"])
        #expect(session.messages.map(\.content) == ["Be kind.", "Hi", "OK", "More", "OK"])
        #expect(second.forgottenMessageCount == 0)
    }

    @Test("the oldest turns are forgotten when the context is full, the system message stays")
    func forgetting() throws {
        var (session, _) = try session(contextLength: 160, system: "Be kind.")
        var forgotten = 0
        for turn in 0..<12 {
            let reply = try session.reply(to: "Message \(turn)")
            #expect(reply.generation.text == "OK")
            #expect(reply.generation.stopReason == .endOfText)
            forgotten += reply.forgottenMessageCount
            #expect(reply.forgottenMessageCount % 2 == 0)
        }
        #expect(forgotten > 10)
        #expect(session.messages.count == 1 + 24 - forgotten)
        #expect(session.messages[0].role == "system" && session.messages[1].role == "user")
        #expect(
            session.messages.dropFirst(session.messages.count - 2).map(\.content) == ["Message 11", "OK"])
    }

    @Test("a message that does not fit alone is an error, and the conversation is as before")
    func tooLong() throws {
        var (session, _) = try session(contextLength: 100)
        _ = try session.reply(to: "Hi")
        let error = #expect(throws: LocatedError.self) {
            try session.reply(to: String(repeating: "x", count: 200))
        }
        #expect(error?.problem.contains("context of 100") == true)
        #expect(session.messages.map(\.content) == ["Hi", "OK"])
        #expect(try session.reply(to: "Again").generation.text == "OK")
    }

    @Test("a cancelled reply is kept as far as it was shown")
    func cancelled() throws {
        var (session, _) = try session(contextLength: 100)
        let cancellation = Cancellation()
        let reply = try session.reply(
            to: "Hi", cancellation: cancellation, show: { _ in cancellation.cancel() })
        #expect(reply.generation.stopReason == .cancelled)
        #expect(session.messages.map(\.content) == ["Hi", "O"])
    }
}
