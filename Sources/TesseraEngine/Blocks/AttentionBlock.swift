internal import CTesseraKernels
internal import Synchronization

/// Grouped-query attention with rotary positions and a cache.
///
/// Vaswani et al., arXiv:1706.03762, section 3.2; Ainslie et al., arXiv:2305.13245; Su et al., arXiv:2104.09864:
///
///     h = norm(x)
///     q = rope(Wq h),  k = rope(Wk h),  v = Wv h
///     x = x + Wo softmax(q K^T / sqrt(headSize)) V      K, V: the cache, k and v included
struct AttentionBlock {
    let hidden: Int
    let heads: Int
    let keyValueHeads: Int
    let headSize: Int
    let epsilon: Float
    let interleavedRope: Bool

    /// Cosines and sines, `[position, 2, headSize / 2]`.
    let angles: UnsafePointer<Float>
    let cache: CacheStorage
    let buffers: Buffers

    /// What is computed on the way, for up to a chunk of tokens.
    struct Buffers {
        let normed: OperandBuffer  // [tokens, hidden]
        let queries: UnsafeMutablePointer<Float>  // [tokens, heads, headSize]
        let keys: UnsafeMutablePointer<Float>  // [tokens, keyValueHeads, headSize]
        let values: UnsafeMutablePointer<Float>  // [tokens, keyValueHeads, headSize]
        let mixed: OperandBuffer  // [tokens, heads, headSize]
        let products: UnsafeMutablePointer<Float>  // [tokens, hidden]
        let nextItem: UnsafeMutablePointer<Atomic<Int>>
    }

    private var querySize: Int { heads * headSize }
    private var keyValueSize: Int { keyValueHeads * headSize }

    /// Reads `tokens` rows of x, the first at position `first`, into the cache and updates the rows of `live`.
    func callAsFunction(
        _ layer: LlamaLayer, index: Int, x: UnsafeMutablePointer<Float>, tokens: Int, first: Int,
        live: Range<Int>, on worker: Worker
    ) {
        let h = worker.normalized(
            x, tokens: tokens, columns: hidden, by: layer.attentionNorm, epsilon: epsilon,
            blocks: worker.wantsBlocks(layer.query) || worker.wantsBlocks(layer.key)
                || worker.wantsBlocks(layer.value),
            in: buffers.normed
        )  // [tokens, hidden]
        if worker.index == 0 { buffers.nextItem.pointee.store(0, ordering: .relaxed) }
        project(h, layer, index: index, first: first, live: live, on: worker)
        worker.barrier()
        if live.isEmpty { return }

        mix(index: index, first: first, live: live, on: worker)
        worker.barrier()

        let mixed = buffers.mixed.operand(tokens: tokens, columns: querySize).tokens(live)
        worker.addProduct(
            layer.attentionOutput, worker.prepared(mixed, for: layer.attentionOutput),
            to: x + live.lowerBound * hidden, products: buffers.products
        )
        worker.barrier()
    }

    /// q = rope(Wq h), k = rope(Wk h), v = Wv h; k and v go to the cache.
    ///
    /// Threads share query and key heads whole, since a head is rotated as one, and values by rows.
    private func project(
        _ h: Operand, _ layer: LlamaLayer, index: Int, first: Int, live: Range<Int>, on worker: Worker
    ) {
        let share = worker.share(of: heads + keyValueHeads)
        let queryHeads = share.clamped(to: 0..<heads)
        let keyHeads =
            share.lowerBound - min(share.lowerBound, heads)..<share.upperBound - min(share.upperBound, heads)

        let queries = buffers.queries + live.lowerBound * querySize
        worker.multiply(layer.query, rows: rows(queryHeads), h.tokens(live), into: queries, stride: querySize)
        for token in live {
            for head in queryHeads {
                rotate(buffers.queries + token * querySize + head * headSize, first + token, worker.isa)
            }
        }

        worker.multiply(layer.key, rows: rows(keyHeads), h, into: buffers.keys, stride: keyValueSize)
        for token in 0..<h.tokens {
            for head in keyHeads {
                let key = buffers.keys + token * keyValueSize + head * headSize
                rotate(key, first + token, worker.isa)
                cache.storeKey(key, layer: index, head: head, position: first + token, worker.isa)
            }
        }

        let valueRows = worker.share(of: keyValueSize, unit: Worker.rowUnit)
        worker.multiply(layer.value, rows: valueRows, h, into: buffers.values, stride: keyValueSize)
        for token in 0..<h.tokens {
            cache.storeValues(
                valueRows, of: buffers.values + token * keyValueSize, layer: index, position: first + token,
                worker.isa
            )
        }
    }

    private func rows(_ heads: Range<Int>) -> Range<Int> {
        heads.lowerBound * headSize..<heads.upperBound * headSize
    }

    private func rotate(_ head: UnsafeMutablePointer<Float>, _ position: Int, _ isa: tk_isa) {
        let cosines = angles + position * headSize
        tk_rope(isa, head, headSize, cosines, cosines + headSize / 2, interleavedRope)
    }

    /// mixed[t] = softmax(q[t] K^T / sqrt(headSize)) V over the positions up to t's own, for every query head.
    ///
    /// A single token's heads are shared out in order, so that the heads that read the same keys stay on one thread.
    /// Of more tokens, each thread takes the next piece of a head when it is done with its last: late tokens cost
    /// more than early ones.
    private func mix(index: Int, first: Int, live: Range<Int>, on worker: Worker) {
        if live.count == 1 {
            for head in worker.share(of: heads) {
                mix(head, index: index, first: first, tokens: live, on: worker)
            }
            return
        }
        let pieces = (live.count + Self.tokensPerPiece - 1) / Self.tokensPerPiece
        while true {
            let item = buffers.nextItem.pointee.wrappingAdd(1, ordering: .relaxed).oldValue
            if item >= heads * pieces { return }
            let begin = live.lowerBound + (item % pieces) * Self.tokensPerPiece
            let end = min(live.upperBound, begin + Self.tokensPerPiece)
            mix(item / pieces, index: index, first: first, tokens: begin..<end, on: worker)
        }
    }

    private func mix(_ head: Int, index: Int, first: Int, tokens: Range<Int>, on worker: Worker) {
        var keysAndValues = cache.head(head / (heads / keyValueHeads), layer: index)
        let offset = tokens.lowerBound * querySize + head * headSize
        tk_attention(
            worker.isa, &keysAndValues, buffers.queries + offset, querySize, tokens.count,
            first + tokens.lowerBound, 1 / Float(headSize).squareRoot(), buffers.mixed.floats + offset,
            querySize,
            worker.attentionScratch
        )
    }

    /// Tokens of one head that a thread takes at a time.
    static let tokensPerPiece = 32
}
