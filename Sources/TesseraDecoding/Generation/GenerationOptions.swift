public import TesseraCore

/// What to generate and when to stop.
public struct GenerationOptions: Hashable, Sendable {
    /// How each token is drawn.
    public var sampling: SamplingOptions

    /// The most tokens to generate; nil goes on until the context is full.
    public var maximumTokens: Int?

    /// Texts that end the generation when they appear; neither they nor what follows is part of the result.
    public var stopStrings: [String]

    /// Whether generation goes on past the model's end-of-text tokens.
    public var ignoresEndOfText: Bool

    /// Creates options.
    public init(
        sampling: SamplingOptions = .greedy, maximumTokens: Int? = nil, stopStrings: [String] = [],
        ignoresEndOfText: Bool = false
    ) {
        self.sampling = sampling
        self.maximumTokens = maximumTokens
        self.stopStrings = stopStrings
        self.ignoresEndOfText = ignoresEndOfText
    }

    /// Refuses values outside their ranges.
    ///
    /// - Throws: `LocatedError` whose `field` is the command-line name of the first bad option.
    public func validate() throws(LocatedError) {
        try sampling.validate()
        if let maximumTokens, maximumTokens < 1 {
            throw LocatedError(
                field: "--max-tokens", problem: "\(maximumTokens) is not allowed",
                remedy: "give a count of at least 1, or leave the option out to fill the context"
            )
        }
        if stopStrings.contains("") {
            throw LocatedError(
                field: "--stop", problem: "an empty text would stop before the first token",
                remedy: "give at least one character"
            )
        }
    }
}

/// Why a generation ended.
public enum StopReason: String, Hashable, Sendable {
    /// The model produced one of its end-of-text tokens, or nothing more may follow under the constraint.
    case endOfText = "end-of-text"

    /// One of the stop strings appeared.
    case stopString = "stop-string"

    /// As many tokens as asked for were generated.
    case maximumTokens = "maximum-tokens"

    /// The context has no room for another token.
    case contextFull = "context-full"

    /// The caller's cancellation was raised.
    case cancelled = "cancelled"
}

/// A generated text with its counts and times.
public struct Generation: Hashable, Sendable {
    /// The text, as it was streamed.
    public var text: String

    /// The tokens drawn, including an end-of-text token and those of a stop string.
    public var tokens: [TokenID]

    /// Why it ended.
    public var stopReason: StopReason

    /// The tokens of the prompt.
    public var promptTokenCount: Int

    /// How many of them were still in the cache from before.
    public var reusedTokenCount: Int

    /// The time to read the rest of the prompt.
    public var promptSeconds: Double

    /// The time from the end of the prompt to the end of the generation.
    public var generationSeconds: Double

    /// The time from the call to the first token; nil when there was none.
    public var firstTokenSeconds: Double?

    /// Prompt tokens read in a second, reused ones left out; nil when none were read.
    public var promptTokensPerSecond: Double? {
        let count = promptTokenCount - reusedTokenCount
        return count > 0 && promptSeconds > 0 ? Double(count) / promptSeconds : nil
    }

    /// Tokens generated in a second, the first left out because the prompt's last row gives it for free; nil
    /// for fewer than two tokens.
    public var generatedTokensPerSecond: Double? {
        tokens.count > 1 && generationSeconds > 0 ? Double(tokens.count - 1) / generationSeconds : nil
    }
}
