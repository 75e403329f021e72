internal import TesseraCore
package import TesseraFiles
package import TesseraTemplates
public import TesseraTokenizers

/// What the server says of the model that it serves, and the tokenizers beside it.
public struct ServedModel: Sendable {
    /// The name that clients see and may send.
    public var name: String

    /// The most tokens of a text.
    public var contextLength: Int

    /// The ids are below this.
    public var vocabularySize: Int

    /// The model's own tokenizer first, then further ones to compare with, by name.
    public var tokenizers: [(name: String, loaded: LoadedTokenizer)]

    /// Whether it continues texts; an encoder served alone only lends its tokenizer.
    package private(set) var generates = true

    /// The encoder beside it, or the encoder that it is.
    package var encoderName: String?

    private let template: Result<ChatTemplate, LocatedError>

    /// Describes a model.
    ///
    /// - Parameters:
    ///   - tokenizer: the model's own.
    ///   - others: further tokenizers that `/tokenize` and the page may use, by name.
    public init(
        name: String, contextLength: Int, vocabularySize: Int, tokenizer: LoadedTokenizer,
        others: [(name: String, loaded: LoadedTokenizer)] = []
    ) {
        self.name = name
        self.contextLength = contextLength
        self.vocabularySize = vocabularySize
        loaded = tokenizer
        tokenizers = [(name, tokenizer)] + others
        template = Result { () throws(LocatedError) in try tokenizer.requireChatTemplate() }
    }

    /// Describes an encoder that is served alone.
    init(_ encoder: ServedEncoder, others: [(name: String, loaded: LoadedTokenizer)]) {
        self.init(
            name: encoder.name, contextLength: encoder.contextLength, vocabularySize: encoder.vocabularySize,
            tokenizer: encoder.tokenizer, others: others)
        generates = false
        encoderName = encoder.name
    }

    /// The model's own tokenizer and what its files say.
    package let loaded: LoadedTokenizer

    /// The model's own tokenizer.
    package var tokenizer: PipelineTokenizer { loaded.tokenizer }

    /// The tokenizer that a request names; the model's own when it names none.
    package func tokenizer(named field: JSONField) throws(APIError) -> PipelineTokenizer {
        guard let name = try field.text() else { return tokenizer }
        guard let found = tokenizers.first(where: { $0.name == name }) else {
            let names = tokenizers.map(\.name).joined(separator: ", ")
            throw field.refusal("no tokenizer has this name; there are \(names)")
        }
        return found.loaded.tokenizer
    }

    /// Refuses the name of another model for a request for text; none is the one that is served.
    package func check(name field: JSONField) throws(APIError) {
        let asked = try field.text() ?? ""
        if let encoderName, !generates || asked == encoderName {
            throw APIError.badRequest(
                "model: \(encoderName) gives texts vectors, at /v1/embeddings, and continues none"
                    + (generates ? "; \(name) does" : "; start the server with a model that does"),
                parameter: "model", code: "model_cannot_generate")
        }
        guard asked != name, asked != "default", asked != "" else { return }
        throw APIError(
            status: 404, message: "model: this server has \(name) only", parameter: "model",
            code: "model_not_found")
    }

    /// The prompt of a conversation.
    package func render(_ messages: [ChatMessage], addGenerationPrompt: Bool) throws(APIError) -> String {
        do throws(LocatedError) {
            return try template.get().render(messages: messages, addGenerationPrompt: addGenerationPrompt)
        } catch {
            throw APIError(status: 400, message: error.description, parameter: "messages")
        }
    }
}
