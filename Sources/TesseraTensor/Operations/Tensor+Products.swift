internal import CTesseraTorch
public import TesseraCore

extension Tensor {
    /// The product of matrices, over the last two axes; axes before them are broadcast.
    ///
    /// - Throws: `LocatedError` when the last axis is not as long as the last but one of `other`.
    public func matmul(_ other: Tensor) throws(LocatedError) -> Tensor {
        try Tensor("matmul", [self, other]) { tt_matmul(handle, other.handle) }
    }

    /// x Wᵀ + b for every row of the last axis: `[…, inputs]` to `[…, outputs]`.
    ///
    /// - Parameters:
    ///   - weight: `[outputs, inputs]`.
    ///   - bias: `[outputs]`.
    public func linear(_ weight: Tensor, bias: Tensor? = nil) throws(LocatedError) -> Tensor {
        try Tensor("linear", [self, weight] + (bias.map { [$0] } ?? [])) {
            tt_linear(handle, weight.handle, bias?.handle)
        }
    }

    /// Numbers set to 0 with a probability, and the others divided by what is left of 1 (Srivastava et al., 2014).
    ///
    /// Draws from the generators that `seedDropout` seeds.
    public func dropout(_ probability: Double) throws(LocatedError) -> Tensor {
        guard probability != 0 else { return self }
        return try Tensor("dropout \(probability)", [self]) { tt_dropout(handle, probability) }
    }
}
