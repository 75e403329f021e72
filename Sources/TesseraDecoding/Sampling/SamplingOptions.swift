public import TesseraCore

/// How the next token is drawn from a row of logits.
///
/// The steps run in the order of Hugging Face transformers: repetition penalty, temperature, top-k, top-p, min-p.
/// (llama.cpp applies the temperature last. The two differ only where top-p follows a temperature other than 1:
/// here the nucleus is that of the distribution one actually draws from.)
public struct SamplingOptions: Hashable, Sendable {
    /// Divides the logits; 0 takes the most likely token every time, and the steps after the penalty are skipped.
    public var temperature: Double

    /// Keeps this many of the most likely tokens, the lower ids of equally likely ones; 0 keeps all.
    public var topK: Int

    /// Keeps the fewest most likely tokens whose probabilities add up to at least this; 1 keeps all.
    public var topP: Double

    /// Keeps the tokens at least this many times as likely as the most likely one; 0 keeps all.
    public var minP: Double

    /// Divides the positive and multiplies the negative logits of tokens seen lately; 1 changes nothing.
    public var repetitionPenalty: Double

    /// How many of the latest tokens, prompt included, the penalty looks at; 0 turns it off.
    public var repetitionWindow: Int

    /// Names the sequence of random numbers; the same seed gives the same text.
    public var seed: UInt64

    /// Creates options; the default is greedy.
    public init(
        temperature: Double = 0, topK: Int = 0, topP: Double = 1, minP: Double = 0,
        repetitionPenalty: Double = 1, repetitionWindow: Int = 64, seed: UInt64 = 0
    ) {
        self.temperature = temperature
        self.topK = topK
        self.topP = topP
        self.minP = minP
        self.repetitionPenalty = repetitionPenalty
        self.repetitionWindow = repetitionWindow
        self.seed = seed
    }

    /// The most likely token every time.
    public static let greedy = SamplingOptions()

    /// Refuses values outside their ranges.
    ///
    /// - Throws: `LocatedError` whose `field` is the command-line name of the first bad option.
    public func validate() throws(LocatedError) {
        try Self.check(
            temperature >= 0 && temperature.isFinite, "--temperature", "\(temperature)",
            "give a number of at least 0, such as 0.8; 0 always takes the most likely token"
        )
        try Self.check(
            topK >= 0, "--top-k", "\(topK)",
            "give a count of at least 1, such as 40, or 0 to keep every token"
        )
        try Self.check(
            topP >= 0 && topP <= 1, "--top-p", "\(topP)",
            "give a number from 0 to 1, such as 0.95; 1 keeps every token"
        )
        try Self.check(
            minP >= 0 && minP <= 1, "--min-p", "\(minP)",
            "give a number from 0 to 1, such as 0.05; 0 keeps every token"
        )
        try Self.check(
            repetitionPenalty > 0 && repetitionPenalty.isFinite, "--repetition-penalty",
            "\(repetitionPenalty)",
            "give a number above 0, such as 1.1; 1 changes nothing"
        )
        try Self.check(
            repetitionWindow >= 0, "--repetition-window", "\(repetitionWindow)",
            "give a count of tokens such as 64; 0 turns the penalty off"
        )
    }

    private static func check(
        _ holds: Bool, _ field: String, _ value: String, _ remedy: String
    ) throws(LocatedError) {
        guard holds else {
            throw LocatedError(field: field, problem: "\(value) is not allowed", remedy: remedy)
        }
    }
}
