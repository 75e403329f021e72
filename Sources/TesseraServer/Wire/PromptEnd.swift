internal import TesseraCore
internal import TesseraDecoding
internal import TesseraFiles

/// How a text goes on from a prompt that may end inside a token.
package enum PromptEnd: Hashable, Sendable {
    /// From the tokens of the prompt as they are.
    case asItIs

    /// The last token is taken back and drawn again, as a token that spells it and may go on; see `TokenHealing`.
    case healed

    /// Byte by byte; see `ExactBytes`.
    case bytes

    /// Reads `heal` and `bytes`, the names of the flags of `tessera generate`.
    ///
    /// - Throws: `APIError` 400 naming the field, also for what cannot be told of such a text.
    init(_ fields: RequestFields, _ sampling: SamplingFields, hasFormat: Bool) throws(APIError) {
        let (heals, drawsBytes) = (try fields["heal"].flag(false), try fields["bytes"].flag(false))
        guard heals || drawsBytes else {
            self = .asItIs
            return
        }
        guard !(heals && drawsBytes) else {
            throw fields["heal"].refusal("bytes needs no healing; give one of the two")
        }
        let name = heals ? "heal" : "bytes"
        func refuse(_ field: String, _ why: String) throws(APIError) {
            throw fields[field].refusal("\(why); leave it or \(name) out")
        }
        if fields.has("logprobs") {
            try refuse("logprobs", "a token across the prompt's end belongs to both sides")
        }
        if hasFormat { throw fields[name].refusal("a text with a format begins where the prompt ends") }
        self = heals ? .healed : .bytes
        guard drawsBytes else { return }
        let options = sampling.options
        if fields.has("logit_bias") { try refuse("logit_bias", "bytes are drawn, not tokens") }
        let penalties = [
            ("repetition_penalty", options.sampling.repetitionPenalty != 1),
            ("presence_penalty", sampling.presencePenalty != 0),
            ("frequency_penalty", sampling.frequencyPenalty != 0),
        ]
        for (field, isGiven) in penalties where isGiven {
            try refuse(field, "bytes are drawn without one")
        }
        if sampling.returnsTokenIDs { try refuse("return_token_ids", "bytes are drawn, not tokens") }
        if sampling.choices > 1 { try refuse("n", "one text at a time is drawn byte by byte") }
        if options.maximumTokens == 0 { try refuse("max_tokens", "0 draws nothing") }
    }
}
