#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// How well a model predicts a text.
///
/// Bits per byte compares models with different tokenizers; perplexity per token does not.
public struct Evaluation: Hashable, Sendable {
    /// The bytes of the text.
    public var byteCount: Int

    /// The bytes of the tokens that were scored: all, or all but the first token's.
    public var scoredByteCount: Int

    /// The tokens of the text.
    public var tokenCount: Int

    /// The tokens that were scored.
    public var scoredTokenCount: Int

    /// Whether a beginning-of-text token stood before the text, so that its first token could be scored.
    public var startsWithBeginOfText: Bool

    /// The sum of `-log p(token | tokens before it)` over the scored tokens, in nats.
    public var negativeLogLikelihood: Double

    /// The time it took.
    public var seconds: Double

    /// Bits needed for a byte of the scored text.
    public var bitsPerByte: Double {
        negativeLogLikelihood / (0.693_147_180_559_945_4 * Double(scoredByteCount))
    }

    /// The inverse of the geometric mean of the scored tokens' probabilities.
    public var perplexity: Double {
        exp(negativeLogLikelihood / Double(scoredTokenCount))
    }

    /// Tokens scored in a second.
    public var tokensPerSecond: Double {
        seconds > 0 ? Double(scoredTokenCount) / seconds : 0
    }
}

/// How a text longer than the context is cut for evaluation.
public struct EvaluationOptions: Hashable, Sendable {
    /// The tokens a model sees at once; nil for its context, at most 2,048.
    public var window: Int?

    /// How far one window is from the next; nil for half the window.
    ///
    /// Every token after the first window has at least `window - stride` tokens before it. Smaller is slower and
    /// gives a slightly better score.
    public var stride: Int?

    /// Creates options.
    public init(window: Int? = nil, stride: Int? = nil) {
        self.window = window
        self.stride = stride
    }
}
