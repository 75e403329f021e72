internal import CTesseraTorch
public import TesseraCore

/// Which keys a query sees.
public enum AttentionMask: Sendable {
    /// All.
    case none
    /// Those at its own place and before; queries and keys are the same tokens.
    case causal
    /// True where it sees, or numbers that are added to the scores; broadcast to `[batch, heads, queries, keys]`.
    case tensor(Tensor)
}

/// softmax(q kᵀ scale + mask) v, "scaled dot-product attention" (Vaswani et al., 2017, equation 1).
///
/// - Parameters:
///   - q: `[batch, heads, queries, size]`.
///   - k: `[batch, heads, keys, size]`; with fewer heads, neighbouring heads of q share one (Ainslie et al., 2023).
///   - v: as k.
///   - mask: which keys a query sees.
///   - dropout: the probability that a weight is dropped.
///   - scale: 1/√size when left out.
/// - Returns: `[batch, heads, queries, size]`.
public func attention(
    _ q: Tensor, _ k: Tensor, _ v: Tensor, mask: AttentionMask = .none, dropout: Double = 0,
    scale: Double? = nil
) throws(LocatedError) -> Tensor {
    var added: Tensor?
    var causal = false
    switch mask {
    case .none: break
    case .causal: causal = true
    case .tensor(let tensor): added = tensor
    }
    let scale = scale ?? 1 / Double(max(q.length(of: -1), 1)).squareRoot()
    let grouped = q.length(of: -3) != k.length(of: -3)
    return try Tensor("attention", [q, k, v] + (added.map { [$0] } ?? [])) {
        tt_attention(q.handle, k.handle, v.handle, added?.handle, dropout, causal, scale, grouped)
    }
}
