internal import CTesseraKernels

/// The gated feed-forward block.
///
/// SwiGLU of Shazeer, "GLU variants improve transformer", arXiv:2002.05202:
///
///     h = norm(x)
///     x = x + Wdown (silu(Wgate h) * (Wup h))
struct FeedForwardBlock {
    let hidden: Int
    let inner: Int
    let epsilon: Float
    let buffers: Buffers

    /// What is computed on the way, for up to a chunk of tokens.
    struct Buffers {
        let normed: OperandBuffer  // [tokens, hidden]
        let gated: OperandBuffer  // [tokens, inner]
        let up: UnsafeMutablePointer<Float>  // [tokens, inner]
        let products: UnsafeMutablePointer<Float>  // [tokens, hidden]
    }

    /// Updates `tokens` rows of x.
    ///
    /// A thread computes gate and up for the same rows, so their product, and its 8-bit blocks, need no barrier.
    func callAsFunction(
        _ layer: LlamaLayer, x: UnsafeMutablePointer<Float>, tokens: Int, on worker: Worker
    ) {
        let h = worker.normalized(
            x, tokens: tokens, columns: hidden, by: layer.feedForwardNorm, epsilon: epsilon,
            blocks: worker.wantsBlocks(layer.gate) || worker.wantsBlocks(layer.up), in: buffers.normed
        )  // [tokens, hidden]

        let gated = buffers.gated.operand(tokens: tokens, columns: inner)
        let rows = worker.share(of: inner, unit: 32)  // whole blocks of the operand of down
        worker.multiply(layer.gate, rows: rows, h, into: gated.floats, stride: inner)
        worker.multiply(layer.up, rows: rows, h, into: buffers.up, stride: inner)
        for token in 0..<tokens {
            let gate = gated.row(token) + rows.lowerBound
            tk_silu_mul(worker.isa, gate, buffers.up + token * inner + rows.lowerBound, rows.count, gate)
            if worker.wantsBlocks(layer.down) {
                tk_quantize_row(worker.isa, gate, rows.count, gated.blockRow(token) + rows.lowerBound / 32)
            }
        }
        worker.barrier()

        worker.addProduct(layer.down, gated, to: x, products: buffers.products)
        worker.barrier()
    }
}
