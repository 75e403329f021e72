internal import CTesseraKernels
internal import Synchronization

/// Grouped-query attention with a cache.
///
/// Vaswani et al., arXiv:1706.03762, section 3.2; Ainslie et al., arXiv:2305.13245; Su et al., arXiv:2104.09864:
///
///     h = norm(x)
///     q = rope(norm(Wq h + bq)),  k = rope(norm(Wk h + bk)),  v = Wv h + bv
///     x = x + norm(Wo softmax(scale q K^T) V + bo)      K, V: the cache, k and v included
///
/// The rotation, the window, the biases and all norms but the first are what the layer has of them.
struct AttentionBlock {
    let hidden: Int
    let heads: Int
    let keyValueHeads: Int
    let headSize: Int

    /// What scores are multiplied by: mostly 1 / sqrt(headSize).
    let scale: Float

    /// What turns queries and keys: for each of the model's rotary embeddings that of short texts, then of long ones.
    let rotations: UnsafePointer<Rotation>
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
        _ layer: AttentionWeights, index: Int, x: UnsafeMutablePointer<Float>, rows: PassRows,
        areStored: Bool = false, on worker: Worker
    ) {
        let h = normalized(x, layer, rows, on: worker)  // [rows, hidden]
        if worker.index == 0 { buffers.nextItem.pointee.store(0, ordering: .relaxed) }
        projectQueries(h, layer, rows, besideKeys: !areStored, on: worker)
        if !areStored { projectKeysAndValues(h, layer, index: index, rows, besideQueries: true, on: worker) }
        worker.barrier()

        // Whole blocks are made where their floats are, which saves a barrier.
        let blocks = headSize.isMultiple(of: 32) && worker.wantsBlocks(layer.output)
        mix(layer: index, rows, window: layer.plan.window ?? .max, blocks: blocks, on: worker)
        worker.barrier()

        let mixed = buffers.mixed.operand(tokens: rows.count, columns: querySize)
        worker.addProduct(
            layer.output, norm: layer.outputNorm, blocks ? mixed : worker.prepared(mixed, for: layer.output),
            to: x, products: buffers.products
        )
        worker.barrier()
    }

    /// Only puts the keys and values of `rows` into the cache.
    func store(
        _ layer: AttentionWeights, index: Int, x: UnsafePointer<Float>, rows: PassRows, on worker: Worker
    ) {
        let h = normalized(x, layer, rows, on: worker)
        projectKeysAndValues(h, layer, index: index, rows, besideQueries: false, on: worker)
        worker.barrier()
    }

    private func normalized(
        _ x: UnsafePointer<Float>, _ layer: AttentionWeights, _ rows: PassRows, on worker: Worker
    ) -> Operand {
        worker.normalized(
            x, tokens: rows.count, columns: hidden, by: layer.norm,
            blocks: worker.wantsBlocks(layer.query) || worker.wantsBlocks(layer.key)
                || worker.wantsBlocks(layer.value),
            in: buffers.normed
        )
    }

    /// q = rope(norm(Wq h + bq)).
    ///
    /// Threads share heads whole, since a head is rotated as one: query and key heads together where both are wanted.
    private func projectQueries(
        _ h: Operand, _ layer: AttentionWeights, _ rows: PassRows, besideKeys: Bool, on worker: Worker
    ) {
        let share = worker.share(of: besideKeys ? heads + keyValueHeads : heads).clamped(to: 0..<heads)
        worker.multiply(layer.query, rows: floats(share), h, into: buffers.queries, stride: querySize)
        for index in 0..<rows.count {
            for head in share {
                let query = buffers.queries + index * querySize + head * headSize
                place(query, layer.queryNorm, layer.plan, rows[index], worker.isa)
            }
        }
    }

    /// k = rope(norm(Wk h + bk)), v = Wv h + bv, both to the cache; threads share values by parts of heads.
    private func projectKeysAndValues(
        _ h: Operand, _ layer: AttentionWeights, index: Int, _ rows: PassRows, besideQueries: Bool,
        on worker: Worker
    ) {
        let before = besideQueries ? heads : 0
        let share = worker.share(of: before + keyValueHeads)
        let keyHeads = max(share.lowerBound - before, 0)..<max(share.upperBound - before, 0)
        worker.multiply(layer.key, rows: floats(keyHeads), h, into: buffers.keys, stride: keyValueSize)
        for row in 0..<rows.count {
            for head in keyHeads {
                let key = buffers.keys + row * keyValueSize + head * headSize
                place(key, layer.keyNorm, layer.plan, rows[row], worker.isa)
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

    /// Norms the query or key of a head and turns it to its position, as far as the layer does.
    private func place(
        _ head: UnsafeMutablePointer<Float>, _ norm: Norm?, _ plan: LayerPlan, _ row: PassRow, _ isa: tk_isa
    ) {
        if let norm { norm(head, headSize, into: head, isa) }
        if let rotary = plan.rotary {
            rotations[2 * rotary + Int(row.variant)](head, position: Int(row.position), isa)
        }
    }
}
