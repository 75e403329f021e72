public import TesseraCore

extension ExactBytes {
    /// Begins with a prompt whose last token is taken back, as token healing does.
    ///
    /// The next token must begin with what was taken back. To compare with; see `TokenHealing`.
    ///
    /// - Throws: as `start(with:special:cancellation:progress:)`.
    public mutating func start(healing prompt: [TokenID]) throws(LocatedError) {
        let healing = TokenHealing(prompt, tokenizer: tokenizer, vocabulary: vocabulary)
        guard try start(after: healing.prompt, with: []) else { return }
        for byte in healing.removed {
            narrow(by: byte)
            guard !covers.isEmpty else { throw Self.noCover }
        }
    }
}
