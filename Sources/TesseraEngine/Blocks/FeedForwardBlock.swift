internal import CTesseraKernels

/// The feed-forward block, gated or plain.
///
/// Shazeer, "GLU variants improve transformer", arXiv:2002.05202, and Vaswani et al., arXiv:1706.03762, section 3.3:
///
///     h = norm(x)
///     x = x + norm(Wdown (f(Wgate h + bg) * (Wup h + bu)) + bd)      gated
///     x = x + norm(Wdown f(Wup h + bu) + bd)                         plain
///
/// The biases, the second norm and the function f are what the layer has of them.
struct FeedForwardBlock {
    let hidden: Int
    let inner: Int
    let buffers: Buffers

    /// What is computed on the way, for up to a chunk of tokens.
    struct Buffers {
        let normed: OperandBuffer  // [tokens, hidden]
        let bent: OperandBuffer  // [tokens, inner]
        let up: UnsafeMutablePointer<Float>  // [tokens, inner]
        let products: UnsafeMutablePointer<Float>  // [tokens, hidden]
    }

    /// Updates `tokens` rows of x.
    ///
    /// A thread computes gate and up for the same rows, so their product, and its 8-bit blocks, need no barrier.
    func callAsFunction(
        _ layer: FeedForwardWeights, x: UnsafeMutablePointer<Float>, tokens: Int, on worker: Worker
    ) {
        let h = worker.normalized(
            x, tokens: tokens, columns: hidden, by: layer.norm,
            blocks: worker.wantsBlocks(layer.gate) || worker.wantsBlocks(layer.up), in: buffers.normed
        )  // [tokens, hidden]
        let bent = bend(h, layer, on: worker)
        worker.barrier()

        worker.addProduct(layer.down, norm: layer.outputNorm, bent, to: x, products: buffers.products)
        worker.barrier()
    }

    /// f(Wgate h + bg) * (Wup h + bu), or f(Wup h + bu), by all threads: `[tokens, inner]`, complete after a barrier.
    func bend(_ h: Operand, _ layer: FeedForwardWeights, on worker: Worker) -> Operand {
        let bent = buffers.bent.operand(tokens: h.tokens, columns: inner)
        worker.shareOut(layer.up.weight, unit: 32) { rows in  // whole blocks of the operand of down
            bend(h, layer, columns: rows, into: bent, on: worker)
        }
        return bent
    }

    private func bend(
        _ h: Operand, _ layer: FeedForwardWeights, columns rows: Range<Int>, into bent: Operand,
        on worker: Worker
    ) {
        worker.multiply(layer.gate ?? layer.up, rows: rows, h, into: bent.floats, stride: inner)
        if layer.gate != nil {
            worker.multiply(layer.up, rows: rows, h, into: buffers.up, stride: inner)
        }
        for token in 0..<h.tokens {
            let values = bent.row(token) + rows.lowerBound
            let up = buffers.up + token * inner + rows.lowerBound
            if layer.gate == nil {
                layer.activation.apply(to: values, scratch: up, count: rows.count, worker.isa)
            } else {
                layer.activation.gate(up, by: values, count: rows.count, worker.isa)
            }
            if worker.wantsBlocks(layer.down) {
                tk_quantize_row(worker.isa, values, rows.count, bent.blockRow(token) + rows.lowerBound / 32)
            }
        }
    }
}
