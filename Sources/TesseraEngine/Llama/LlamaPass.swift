internal import CTesseraKernels
internal import TesseraCore

/// The forward pass of the Llama family.
///
/// Touvron et al., "LLaMA", arXiv:2302.13971, section 2.2:
///
///     x = E[tokens]
///     x = x + attention(norm(x))        } for every layer
///     x = x + feedForward(norm(x))      }
///     logits = Whead norm(x)
///
/// No graph: every thread of the team runs `callAsFunction` on its own share of the rows and waits at barriers. A
/// long text passes in chunks; of the last layer only the tokens whose logits are wanted go past the cache.
struct LlamaPass {
    let embedding: Matrix  // E [vocabulary, hidden]
    let layers: UnsafeBufferPointer<LlamaLayer>
    let outputNorm: UnsafePointer<Float>  // [hidden]
    let outputHead: Matrix  // Whead [vocabulary, hidden]
    let attention: AttentionBlock
    let feedForward: FeedForwardBlock
    let epsilon: Float
    let x: UnsafeMutablePointer<Float>  // [tokens, hidden]
    let normed: OperandBuffer  // [tokens, hidden]

    /// Some consecutive tokens of a text that go through the layers together.
    struct Chunk {
        let tokens: UnsafeBufferPointer<TokenID>
        /// The position of the first.
        let first: Int
        /// Which of them get a row of logits.
        let outputs: Range<Int>
        /// Where the rows go, `[outputs, vocabulary]`.
        let logits: UnsafeMutablePointer<Float>
    }

    /// Reads a chunk on one thread of the team.
    func callAsFunction(_ chunk: Chunk, on worker: Worker) {
        let hidden = embedding.columns
        let tokens = chunk.tokens.count

        for token in worker.share(of: tokens) {
            let row = embedding.row(Int(chunk.tokens[token]))
            tk_dequantize_row(worker.isa, embedding.format, row, hidden, x + token * hidden)
        }
        worker.barrier()

        for (index, layer) in layers.enumerated() {
            let live = index == layers.count - 1 ? chunk.outputs : 0..<tokens
            attention(layer, index: index, x: x, tokens: tokens, first: chunk.first, live: live, on: worker)
            if live.isEmpty { return }
            feedForward(layer, x: x + live.lowerBound * hidden, tokens: live.count, on: worker)
        }

        let h = worker.normalized(
            x + chunk.outputs.lowerBound * hidden, tokens: chunk.outputs.count, columns: hidden,
            by: outputNorm,
            epsilon: epsilon, blocks: worker.wantsBlocks(outputHead), in: normed
        )  // [outputs, hidden]
        let rows = worker.share(of: outputHead.rows, unit: Worker.rowUnit)
        worker.multiply(outputHead, rows: rows, h, into: chunk.logits, stride: outputHead.rows)
        worker.barrier()
    }
}
