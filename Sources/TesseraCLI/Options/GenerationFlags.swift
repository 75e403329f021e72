internal import ArgumentParser
internal import TesseraDecoding

/// How tokens are drawn and when generation stops.
struct GenerationFlags: ParsableArguments {
    @Option(
        name: [.customShort("n"), .long],
        help: "The most tokens to generate; left out, generate stops at 256.")
    var maxTokens: Int?

    @Option(help: "0 takes the most likely token; higher is more varied.")
    var temperature = 0.0

    @Option(help: "Keep this many of the most likely tokens; 0 keeps all.")
    var topK = 0

    @Option(help: "Keep the most likely tokens whose probabilities add up to this; 1 keeps all.")
    var topP = 1.0

    @Option(help: "Keep tokens at least this many times as likely as the most likely one; 0 keeps all.")
    var minP = 0.0

    @Option(help: "Divide the scores of recent tokens by this; 1 changes nothing.")
    var repetitionPenalty = 1.0

    @Option(help: "How many recent tokens the penalty looks at.")
    var repetitionWindow = 64

    @Option(help: "Names the random numbers: the same seed gives the same text.")
    var seed: UInt64 = 0

    @Option(help: ArgumentHelp("Stop before this text; may be given more than once.", valueName: "text"))
    var stop: [String] = []

    @Option(
        help: ArgumentHelp(
            "Room for this many tokens; the model's whole context when left out.", valueName: "tokens"))
    var context: Int?

    /// The options, with a limit for when `--max-tokens` is left out; not yet validated.
    func options(defaultMaximum: Int?) -> GenerationOptions {
        GenerationOptions(
            sampling: SamplingOptions(
                temperature: temperature, topK: topK, topP: topP, minP: minP,
                repetitionPenalty: repetitionPenalty, repetitionWindow: repetitionWindow, seed: seed),
            maximumTokens: maxTokens ?? defaultMaximum,
            stopStrings: stop
        )
    }
}
