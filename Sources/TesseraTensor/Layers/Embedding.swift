internal import CTesseraTorch
public import TesseraCore

/// A vector for each token.
public struct Embedding: Module {
    /// `[vocabulary, size]`.
    public let weight: Tensor

    /// Creates a table with numbers of a normal distribution around 0.
    public init(
        vocabularySize: Int, size: Int, deviation: Double = 0.02, random: RandomGenerator
    ) throws(LocatedError) {
        weight = try random.normal([vocabularySize, size], deviation: deviation)
        try weight.setRequiresGradient(true)
    }

    /// Whole numbers `[…]` to `[…, size]`.
    ///
    /// - Throws: `LocatedError` for an id that has no row.
    public func callAsFunction(_ ids: Tensor) throws(LocatedError) -> Tensor {
        try Tensor("embedding", [weight, ids]) { tt_embedding(weight.handle, ids.handle) }
    }

    public var parameters: [Parameter] { [Parameter("weight", weight)] }
}
