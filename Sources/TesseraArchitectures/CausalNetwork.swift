public import TesseraCore
public import TesseraFiles
public import TesseraTensor

/// A network that predicts the next token.
public protocol CausalNetwork: Module {
    /// The number of token ids, and of scores in a row of logits.
    var vocabularySize: Int { get }

    /// The most positions that it takes.
    var contextLength: Int { get }

    /// The scores of what follows each token.
    ///
    /// - Parameter tokens: `[batch, time]` ids, int64, with `time` in `1...contextLength`.
    /// - Returns: `[batch, time, vocabularySize]`; row t depends on tokens up to t only.
    /// - Throws: `LocatedError` for another shape, and for an id that is not below `vocabularySize`.
    func logits(of tokens: Tensor) throws(LocatedError) -> Tensor

    /// What `config.json` says of it, in the words of Hugging Face transformers.
    var fields: JSONObject { get }
}

extension CausalNetwork {
    /// Refuses ids of another shape than `[batch, time]`, and texts that are longer than the context.
    ///
    /// - Returns: the length of the texts.
    func checkedTime(of tokens: Tensor) throws(LocatedError) -> Int {
        let shape = tokens.shape
        guard shape.count == 2, (1...contextLength).contains(shape[1]) else {
            throw LocatedError(
                field: "tokens of \(shape)", problem: "are not [batch, 1...\(contextLength)]",
                remedy: "cut texts to the context of \(contextLength) tokens")
        }
        return shape[1]
    }
}
