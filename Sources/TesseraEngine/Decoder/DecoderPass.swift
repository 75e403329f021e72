internal import CTesseraKernels
internal import TesseraCore

/// The forward pass of decoders.
///
/// Radford et al., "Language models are unsupervised multitask learners" (2019), section 2.3; Touvron et al., "LLaMA",
/// arXiv:2302.13971, section 2.2:
///
///     x = scale E[tokens] + P[positions]           P where positions are learned
///     x = x + attention(norm(x))        } for every layer
///     x = x + feedForward(norm(x))      }
///     logits = Whead norm(x)
///
/// What the blocks are made of, each architecture says in its own file.
///
/// No graph: every thread of the team runs `callAsFunction` on its own share of the work and waits at barriers. The
/// rows of several texts go through together, each with the position and the pages of its own text. Many rows pass in
/// chunks; of the last layer only the rows whose logits are wanted go past the cache.
struct DecoderPass {
    let embedding: Matrix  // E [vocabulary, hidden]
    let embeddingScale: Float
    let positions: Matrix?  // P [context, hidden]
    let layers: UnsafeBufferPointer<DecoderLayer>
    let outputNorm: Norm
    let outputHead: Matrix  // Whead [vocabulary, hidden]
    let attention: AttentionBlock
    let feedForward: FeedForwardBlock
    let x: UnsafeMutablePointer<Float>  // [rows, hidden]
    let normed: OperandBuffer  // [rows, hidden]

    /// Looks at every layer where it is wanted; then all rows go through the last layer too.
    let recorder: LayerRecorder?

    /// Reads a chunk on one thread of the team and writes `[live rows, vocabulary]` logits.
    func callAsFunction(_ chunk: PassChunk, logits: UnsafeMutablePointer<Float>, on worker: Worker) {
        let hidden = embedding.columns
        for index in worker.share(of: chunk.all.count) {
            embed(chunk.all[index], x + index * hidden, on: worker)
        }
        worker.barrier()

        for (index, layer) in layers.enumerated() {
            if index == layers.count - 1, chunk.live.count < chunk.all.count, recorder == nil {
                attention.store(layer.attention, index: index, x: x, rows: chunk.all, on: worker)
                if chunk.live.count == 0 { return }
                gather(chunk.liveIndices, on: worker)
                attention(
                    layer.attention, index: index, x: x, rows: chunk.live, areStored: true, on: worker)
                feedForward(layer.feedForward, x: x, tokens: chunk.live.count, on: worker)
            } else {
                attention(layer.attention, index: index, x: x, rows: chunk.all, on: worker)
                feedForward(layer.feedForward, x: x, tokens: chunk.all.count, on: worker)
            }
            recorder?.record(index, of: chunk, in: self, on: worker)
        }
        if recorder != nil {
            if chunk.live.count == 0 { return }
            gather(chunk.liveIndices, on: worker)
        }
        predict(from: x, rows: chunk.live.count, into: logits, on: worker)
    }

    /// logits = Whead norm(x) for `rows` rows of x; ends with a barrier.
    func predict(
        from x: UnsafePointer<Float>, rows: Int, into logits: UnsafeMutablePointer<Float>, on worker: Worker
    ) {
        let h = worker.normalized(
            x, tokens: rows, columns: embedding.columns, by: outputNorm,
            blocks: worker.wantsBlocks(outputHead), in: normed
        )  // [rows, hidden]
        worker.shareOut(outputHead) { rows in
            worker.multiply(outputHead, rows: rows, h, into: logits, stride: outputHead.rows)
        }
        worker.barrier()
    }

    /// x = scale E[token] + P[position].
    private func embed(_ row: PassRow, _ x: UnsafeMutablePointer<Float>, on worker: Worker) {
        let hidden = embedding.columns
        tk_dequantize_row(worker.isa, embedding.format, embedding.row(Int(row.token)), hidden, x)
        if embeddingScale != 1 {
            for i in 0..<hidden { x[i] *= embeddingScale }
        }
        guard let positions else { return }
        let position = worker.own.floats
        tk_dequantize_row(worker.isa, positions.format, positions.row(Int(row.position)), hidden, position)
        tk_add(worker.isa, position, hidden, x)
    }

    /// Moves the rows of x at `indices` to the front.
    private func gather(_ indices: UnsafeBufferPointer<Int32>, on worker: Worker) {
        let hidden = embedding.columns
        let columns = worker.share(of: hidden, unit: Worker.rowUnit)
        for (target, source) in indices.enumerated() where target != Int(source) {
            let from = x + Int(source) * hidden + columns.lowerBound
            (x + target * hidden + columns.lowerBound).update(from: from, count: columns.count)
        }
        worker.barrier()
    }
}
