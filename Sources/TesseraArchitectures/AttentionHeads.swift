internal import TesseraCore
internal import TesseraTensor

extension Tensor {
    /// `[batch, time, heads · size]` cut into heads: `[batch, time, heads, size]`.
    func cutIntoHeads(_ count: Int) throws(LocatedError) -> Tensor {
        try reshaped(length(of: 0), length(of: 1), count, length(of: 2) / Swift.max(1, count))
    }
}

/// Causal attention over heads, with what comes out put side by side again.
///
/// - Parameters:
///   - q: `[batch, time, heads, size]`.
///   - k: `[batch, time, keyHeads, size]`; each head serves as many neighbouring heads of q.
///   - v: as k.
/// - Returns: `[batch, time, heads · size]`.
func causalAttention(_ q: Tensor, _ k: Tensor, _ v: Tensor) throws(LocatedError) -> Tensor {
    let mixed = try attention(
        q.transposed(1, 2), k.transposed(1, 2), v.transposed(1, 2), mask: .causal)
    return try mixed.transposed(1, 2).reshaped(q.length(of: 0), q.length(of: 1), -1)
}
