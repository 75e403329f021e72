public import TesseraCore
package import TesseraFiles
public import TesseraTokenizers

/// An encoder that gives texts vectors at `/v1/embeddings`, and what clients are told of it.
public struct ServedEncoder: Sendable {
    /// The name that clients see and may send.
    public var name: String

    /// The most tokens of a text, special ones included.
    public var contextLength: Int

    /// The ids are below this.
    public var vocabularySize: Int

    /// The numbers of a vector.
    public var vectorSize: Int

    /// The encoder's own tokenizer.
    public var tokenizer: LoadedTokenizer

    /// The vector of a text of 1 to `contextLength` tokens.
    package let embed: @Sendable ([TokenID]) throws(LocatedError) -> [Float]

    /// Describes an encoder.
    ///
    /// - Parameter embed: the vector of a text of 1 to `contextLength` tokens; called for one text at a time.
    public init(
        name: String, contextLength: Int, vocabularySize: Int, vectorSize: Int, tokenizer: LoadedTokenizer,
        embed: @escaping @Sendable ([TokenID]) throws(LocatedError) -> [Float]
    ) {
        self.name = name
        self.contextLength = contextLength
        self.vocabularySize = vocabularySize
        self.vectorSize = vectorSize
        self.tokenizer = tokenizer
        self.embed = embed
    }

    /// A text as the encoder reads it, with the special tokens that its tokenizer puts around it.
    package func tokens(of text: String) throws(APIError) -> [TokenID] {
        // An empty text would become special tokens alone, whose vector means nothing.
        guard !text.isEmpty else { return [] }
        var options = EncodingOptions()
        options.padding = .never
        // What is too long is refused, not cut in silence.
        options.truncation = .never
        do throws(LocatedError) {
            return try tokenizer.tokenizer.encoding(of: EncodingInput(text), options: options).ids
        } catch {
            throw APIError(error)
        }
    }

    /// Refuses the name of another model; none is the encoder.
    package func check(name field: JSONField) throws(APIError) {
        guard let asked = try field.text(), asked != name, asked != "default", asked != "" else { return }
        throw APIError(
            status: 404, message: "model: the vectors of this server come from \(name)", parameter: "model",
            code: "model_not_found")
    }
}
