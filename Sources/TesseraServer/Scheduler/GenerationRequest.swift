package import TesseraCore
package import TesseraDecoding
package import TesseraGrammar

/// A checked request for text: prompts, how to go on from each, and what to tell of the tokens.
package struct GenerationRequest: Sendable {
    /// The prompts, each at least one token.
    package var prompts: [[TokenID]]

    /// How many texts follow each prompt; their seeds differ.
    package var choicesPerPrompt: Int

    /// How tokens are drawn and when a text ends; `maximumTokens` 0 only reads the prompts.
    package var options: GenerationOptions

    /// What is added to the logits of some tokens.
    package var bias: [TokenID: Float]

    /// Taken from the logit of every token that was generated before in the text.
    package var presencePenalty: Double

    /// Taken from the logit of a token for each time that it was generated before in the text.
    package var frequencyPenalty: Double

    /// How many of the most likely tokens are told beside each token with its probability; nil tells none.
    package var probabilityCount: Int?

    /// What every text is held to; nil for nothing.
    package private(set) var grammar: CompiledGrammar?

    /// The tokens of text, where the last token of every prompt is to be drawn again; nil to leave prompts as they are.
    package var healing: ByteVocabulary?

    /// The one prompt as UTF-8, where its text is to be drawn byte by byte; nil to draw tokens.
    package var bytes: [UInt8]?

    /// Whether the probabilities of the prompts' tokens are told too.
    package var wantsPromptProbabilities = false

    /// Whether every token is told at once, or all of them at the end.
    package var streams: Bool

    /// Who asks: requests of different clients take turns.
    package var client: String

    /// Creates a request from what both endpoints have in common.
    package init(prompts: [[TokenID]], sampling: SamplingFields, probabilityCount: Int?) {
        self.prompts = prompts
        choicesPerPrompt = sampling.choices
        options = sampling.options
        bias = sampling.bias
        presencePenalty = sampling.presencePenalty
        frequencyPenalty = sampling.frequencyPenalty
        self.probabilityCount = probabilityCount
        streams = sampling.streams
        client = sampling.client ?? ""
    }

    /// The texts that will be made: choice c of prompt p is number `p * choicesPerPrompt + c`.
    package var textCount: Int { prompts.count * choicesPerPrompt }

    /// How the text with this number is drawn: the first choice of a prompt with the request's own seed, so that it
    /// is the text that the command line gives.
    package func sampling(of text: Int) -> SamplingOptions {
        var sampling = options.sampling
        let choice = text % choicesPerPrompt
        if choice > 0 { sampling.seed = CounterRandom(seed: sampling.seed).bits(at: choice) }
        return sampling
    }

    /// Holds every text to a grammar.
    ///
    /// - Throws: `APIError` 400 when the tokens that a text may have do not suffice for any text of the grammar.
    package mutating func hold(to grammar: CompiledGrammar, contextLength: Int) throws(APIError) {
        self.grammar = grammar
        guard options.maximumTokens != 0 else { return }
        let longest = prompts.reduce(0) { max($0, $1.count) }
        let room = min(options.maximumTokens ?? .max, contextLength - longest)
        guard let needed = GrammarMatcher(grammar).tokensToCompletion else {
            throw .badRequest(
                "model: its vocabulary cannot write the shortest texts of the grammar", parameter: "model",
                code: "invalid_grammar")
        }
        guard needed <= room else {
            throw .badRequest(
                "max_tokens: \(max(0, room)) tokens are left; \(needed) suffice for a text of the grammar",
                parameter: "max_tokens")
        }
    }

    /// Refuses prompts that are empty or too long and requests for too many texts.
    package func check(model: ServedModel, limits: ServerLimits, field: String) throws(APIError) {
        guard textCount <= limits.textsPerRequest else {
            throw .badRequest(
                "n: \(textCount) texts in one request; ask for at most \(limits.textsPerRequest)",
                parameter: "n")
        }
        try checkPrompts(
            prompts, most: model.contextLength - (options.maximumTokens == 0 ? 0 : 1),
            of: model.contextLength,
            field: field)
    }
}
