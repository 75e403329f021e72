internal import CTesseraKernels
internal import Synchronization

/// Grouped-query attention with rotary positions and a cache.
///
/// Vaswani et al., arXiv:1706.03762, section 3.2; Ainslie et al., arXiv:2305.13245; Su et al., arXiv:2104.09864:
///
///     h = norm(x)
///     q = rope(Wq h),  k = rope(Wk h),  v = Wv h
///     x = x + Wo softmax(scale q K^T) V      K, V: the cache, k and v included
struct AttentionBlock {
    let hidden: Int
    let heads: Int
    let keyValueHeads: Int
    let headSize: Int
    let epsilon: Float

    /// What scores are multiplied by: mostly 1 / sqrt(headSize).
    let scale: Float

    /// The tokens that a row sees, itself the last of them.
    let window: Int
    let interleavedRope: Bool

    /// Cosines and sines, `[position, 2, headSize / 2]`.
    let angles: UnsafePointer<Float>
    let cache: CacheShape

    /// Where threads that share a query leave their parts of it.
    let partials: UnsafeMutablePointer<Float>
    let buffers: Buffers

    /// What is computed on the way, for up to a chunk of rows.
    struct Buffers {
        let normed: OperandBuffer  // [rows, hidden]
        let queries: UnsafeMutablePointer<Float>  // [rows, heads, headSize]
        let keys: UnsafeMutablePointer<Float>  // [rows, keyValueHeads, headSize]
        let values: UnsafeMutablePointer<Float>  // [rows, keyValueHeads, headSize]
        let mixed: OperandBuffer  // [rows, heads, headSize]
        let products: UnsafeMutablePointer<Float>  // [rows, hidden]
        let nextItem: UnsafeMutablePointer<Atomic<Int>>
    }

    var querySize: Int { heads * headSize }
    private var keyValueSize: Int { keyValueHeads * headSize }

    /// The query heads that read one key/value head.
    var group: Int { heads / keyValueHeads }

    /// Puts the keys and values of `rows` into the cache, unless they are there, and updates their x.
    func callAsFunction(
        _ layer: LlamaLayer, index: Int, x: UnsafeMutablePointer<Float>, rows: PassRows,
        areStored: Bool = false, on worker: Worker
    ) {
        let h = normalized(x, layer, rows, on: worker)  // [rows, hidden]
        if worker.index == 0 { buffers.nextItem.pointee.store(0, ordering: .relaxed) }
        projectQueries(h, layer, rows, besideKeys: !areStored, on: worker)
        if !areStored { projectKeysAndValues(h, layer, index: index, rows, besideQueries: true, on: worker) }
        worker.barrier()

        mix(layer: index, rows, on: worker)
        worker.barrier()

        let mixed = buffers.mixed.operand(tokens: rows.count, columns: querySize)
        worker.addProduct(
            layer.attentionOutput, worker.prepared(mixed, for: layer.attentionOutput), to: x,
            products: buffers.products
        )
        worker.barrier()
    }

    /// Only puts the keys and values of `rows` into the cache.
    func store(
        _ layer: LlamaLayer, index: Int, x: UnsafePointer<Float>, rows: PassRows, on worker: Worker
    ) {
        let h = normalized(x, layer, rows, on: worker)
        projectKeysAndValues(h, layer, index: index, rows, besideQueries: false, on: worker)
        worker.barrier()
    }

    private func normalized(
        _ x: UnsafePointer<Float>, _ layer: LlamaLayer, _ rows: PassRows, on worker: Worker
    ) -> Operand {
        worker.normalized(
            x, tokens: rows.count, columns: hidden, by: layer.attentionNorm, epsilon: epsilon,
            blocks: worker.wantsBlocks(layer.query) || worker.wantsBlocks(layer.key)
                || worker.wantsBlocks(layer.value),
            in: buffers.normed
        )
    }

    /// q = rope(Wq h).
    ///
    /// Threads share heads whole, since a head is rotated as one: query and key heads together where both are wanted.
    private func projectQueries(
        _ h: Operand, _ layer: LlamaLayer, _ rows: PassRows, besideKeys: Bool, on worker: Worker
    ) {
        let share = worker.share(of: besideKeys ? heads + keyValueHeads : heads).clamped(to: 0..<heads)
        worker.multiply(layer.query, rows: floats(share), h, into: buffers.queries, stride: querySize)
        for index in 0..<rows.count {
            for head in share {
                rotate(buffers.queries + index * querySize + head * headSize, rows[index], worker.isa)
            }
        }
    }

    /// k = rope(Wk h), v = Wv h, both to the cache; threads share values by parts of heads.
    private func projectKeysAndValues(
        _ h: Operand, _ layer: LlamaLayer, index: Int, _ rows: PassRows, besideQueries: Bool,
        on worker: Worker
    ) {
        let before = besideQueries ? heads : 0
        let share = worker.share(of: before + keyValueHeads)
        let keyHeads = max(share.lowerBound - before, 0)..<max(share.upperBound - before, 0)
        worker.multiply(layer.key, rows: floats(keyHeads), h, into: buffers.keys, stride: keyValueSize)
        for row in 0..<rows.count {
            for head in keyHeads {
                let key = buffers.keys + row * keyValueSize + head * headSize
                rotate(key, rows[row], worker.isa)
                cache.storeKey(
                    key, slot: Int(rows[row].slot), layer: index, head: head, of: rows[row].pages, worker.isa)
            }
        }

        let values = worker.share(of: keyValueSize, unit: cache.valueUnit)
        worker.multiply(layer.value, rows: values, h, into: buffers.values, stride: keyValueSize)
        for row in 0..<rows.count {
            cache.storeValues(
                values, of: buffers.values + row * keyValueSize, slot: Int(rows[row].slot), layer: index,
                of: rows[row].pages, worker.isa
            )
        }
    }

    private func floats(_ heads: Range<Int>) -> Range<Int> {
        heads.lowerBound * headSize..<heads.upperBound * headSize
    }

    private func rotate(_ head: UnsafeMutablePointer<Float>, _ row: PassRow, _ isa: tk_isa) {
        let cosines = angles + Int(row.position) * headSize
        tk_rope(isa, head, headSize, cosines, cosines + headSize / 2, interleavedRope)
    }
}
