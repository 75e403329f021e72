internal import CTesseraKernels
internal import TesseraCore

/// The forward pass of BERT over one text.
///
/// Devlin et al., arXiv:1810.04805, section 3, with the norms of Vaswani et al., arXiv:1706.03762, after the sums:
///
///     x = norm(E[tokens] + P[positions] + S[0])
///     x = norm(x + attention(x))        } for every layer
///     x = norm(x + feedForward(x))      }
///
/// Every thread of the team runs `callAsFunction` on its own share of the work and waits at barriers.
struct BERTPass {
    let embedding: Matrix  // E [vocabulary, hidden]
    let positions: Matrix  // P [context, hidden]
    let tokenTypes: Matrix  // S [kinds of text, hidden]
    let embeddingNorm: Norm
    let layers: UnsafeBufferPointer<DecoderLayer>
    let heads: Int
    let headSize: Int

    /// What scores are multiplied by: 1 / sqrt(headSize).
    let scale: Float
    let feedForward: FeedForwardBlock
    let buffers: Buffers

    /// What is computed on the way.
    struct Buffers {
        let x: OperandBuffer  // [tokens, hidden]
        let queries: UnsafeMutablePointer<Float>  // [tokens, hidden]
        let keys: UnsafeMutablePointer<Float>  // [tokens, hidden], and behind them
        let values: UnsafeMutablePointer<Float>  // [tokens, hidden]
        let mixed: OperandBuffer  // [tokens, hidden]
        let products: UnsafeMutablePointer<Float>  // [tokens, hidden]
        let pages: UnsafeMutablePointer<UnsafePointer<UInt8>?>  // [ceil(tokens / TK_PAGE)]
    }

    private var hidden: Int { embedding.columns }

    /// Reads `tokens` on one thread of the team; the hidden states are in `buffers.x` afterwards.
    func callAsFunction(_ tokens: UnsafeBufferPointer<TokenID>, on worker: Worker) {
        let count = tokens.count
        let x = buffers.x.operand(tokens: count, columns: hidden)
        for position in worker.share(of: count) {
            embed(tokens[position], position, x.row(position), on: worker)
        }
        worker.barrier()

        for layer in layers {
            attend(layer.attention, x, on: worker)
            norm(x, by: layer.attention.norm, on: worker)

            let bent = feedForward.bend(
                worker.prepared(x, for: layer.feedForward.up), layer.feedForward, on: worker)
            worker.barrier()
            worker.addProduct(
                layer.feedForward.down, norm: nil, bent, to: x.floats, products: buffers.products)
            worker.barrier()
            norm(x, by: layer.feedForward.norm, on: worker)
        }
    }

    /// x = norm(E[token] + P[position] + S[0]).
    private func embed(
        _ token: TokenID, _ position: Int, _ x: UnsafeMutablePointer<Float>, on worker: Worker
    ) {
        tk_dequantize_row(worker.isa, embedding.format, embedding.row(Int(token)), hidden, x)
        let more = worker.own.floats
        for (table, row) in [(positions, position), (tokenTypes, 0)] {
            tk_dequantize_row(worker.isa, table.format, table.row(row), hidden, more)
            tk_add(worker.isa, more, hidden, x)
        }
        embeddingNorm(x, hidden, into: x, worker.isa)
    }

    private func norm(_ x: Operand, by norm: Norm, on worker: Worker) {
        for token in worker.share(of: x.tokens) { norm(x.row(token), hidden, into: x.row(token), worker.isa) }
        worker.barrier()
    }

    /// x = x + Wo softmax(scale q k^T) v + bo over all tokens of the text.
    private func attend(_ layer: AttentionWeights, _ x: Operand, on worker: Worker) {
        let h = worker.prepared(x, for: layer.query)
        let rows = worker.share(of: hidden, unit: Worker.rowUnit)
        worker.multiply(layer.query, rows: rows, h, into: buffers.queries, stride: hidden)
        worker.multiply(layer.key, rows: rows, h, into: buffers.keys, stride: hidden)
        worker.multiply(layer.value, rows: rows, h, into: buffers.values, stride: hidden)
        worker.barrier()

        mix(tokens: x.tokens, on: worker)
        worker.barrier()

        let mixed = buffers.mixed.operand(tokens: x.tokens, columns: hidden)
        worker.addProduct(
            layer.output, norm: nil, worker.prepared(mixed, for: layer.output), to: x.floats,
            products: buffers.products)
        worker.barrier()
    }

    /// mixed = softmax(scale q k^T) v, this thread's share of heads and pieces of the text.
    private func mix(tokens: Int, on worker: Worker) {
        let pieces = (tokens + PassPiece.mostRows - 1) / PassPiece.mostRows
        let float = MemoryLayout<Float>.stride
        for item in worker.share(of: heads * pieces) {
            let (head, piece) = item.quotientAndRemainder(dividingBy: pieces)
            // The pages of a cache, laid over the keys as they are: 64 tokens a page.
            var keysAndValues = tk_kv(
                pages: UnsafePointer(buffers.pages), offset: head * headSize * float,
                value_offset: (buffers.values - buffers.keys) * float, stride: hidden * float, format: TK_F32,
                head_size: headSize)
            let begin = piece * PassPiece.mostRows
            let end = min(tokens, begin + PassPiece.mostRows)
            for token in begin..<end {
                let offset = token * hidden + head * headSize
                worker.queries[token - begin] = tk_query(
                    q: UnsafePointer(buffers.queries + offset), out: buffers.mixed.floats + offset, from: 0,
                    end: tokens, tail: nil, tail_from: 0)
            }
            tk_attention(
                worker.isa, &keysAndValues, worker.queries, end - begin, scale, worker.attentionScratch)
        }
    }
}
