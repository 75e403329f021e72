public import TesseraCore
public import TesseraTensor

/// A network that can be given another vocabulary, and layers of its own between its layers.
public protocol AdaptableNetwork: CausalNetwork {
    /// The numbers of a token between layers.
    var hiddenSize: Int { get }

    /// The number of layers.
    var layerCount: Int { get }

    /// The parameters with a row for each token: the embedding and, unless it is tied, the output.
    var vocabularyParameters: [Parameter] { get }

    /// The scores of what follows each token, with a function between the layers.
    ///
    /// - Parameters:
    ///   - tokens: as `logits(of:)` takes them.
    ///   - afterLayer: is given the number of each layer and what comes out of it, `[batch, time, hiddenSize]`; what it
    ///     returns, of that shape, goes on.
    func logits(
        of tokens: Tensor, afterLayer: (Int, Tensor) throws(LocatedError) -> Tensor
    ) throws(LocatedError) -> Tensor

    /// A network of the same sizes but for its vocabulary, on the device of `random`, with numbers that it draws.
    ///
    /// - Throws: `LocatedError` for a size that no network has.
    func resized(vocabularySize: Int, random: RandomGenerator) throws(LocatedError) -> Self
}

extension AdaptableNetwork {
    public func logits(of tokens: Tensor) throws(LocatedError) -> Tensor {
        try logits(of: tokens) { (_, x) throws(LocatedError) in x }
    }

    /// A network with the same numbers in memory of its own, all of which are learned.
    public func copy() throws(LocatedError) -> Self {
        let random = try RandomGenerator(seed: 0, device: parameters.first?.tensor.device ?? .cpu)
        let copy = try resized(vocabularySize: vocabularySize, random: random)
        try copy.assignParameters(of: self)
        return copy
    }
}
