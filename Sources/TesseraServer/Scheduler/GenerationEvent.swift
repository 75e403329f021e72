package import TesseraCore
package import TesseraDecoding

/// What happens to a request, told in order.
package enum GenerationEvent: Sendable {
    /// The probabilities of the next tokens of a prompt, for the number of its first text.
    case prompt(text: Int, [TokenProbability])

    /// A token was drawn; `piece` is the text that is certain with it.
    case token(text: Int, id: TokenID, piece: String, probability: TokenProbability?)

    /// Text was drawn byte by byte.
    case piece(text: Int, String)

    /// A text ended; `rest` is what was held back of it.
    case ended(text: Int, rest: String, reason: StopReason)

    /// The request failed; nothing follows.
    case failed(APIError)
}

/// A token with its probability, and the most likely tokens in its place.
package struct TokenProbability: Hashable, Sendable {
    /// The token.
    package var id: TokenID

    /// The natural logarithm of its probability, before temperature and the like; nil for the first of a text.
    package var logProbability: Double?

    /// The most likely tokens, the most likely first.
    package var alternatives: [Alternative]

    /// A token that could have come.
    package struct Alternative: Hashable, Sendable {
        package var id: TokenID
        package var logProbability: Double
    }
}
