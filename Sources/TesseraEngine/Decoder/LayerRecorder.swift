internal import CTesseraKernels
internal import TesseraCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Takes down what a request asks for while the threads of a pass go through the layers.
///
/// A plain value that threads share: pointers into the memory of a `LayerRecord`, which outlives the pass.
struct LayerRecorder {
    /// Where a layer's numbers go; nil where they are not wanted.
    struct Targets: BitwiseCopyable {
        var hiddenStates: UnsafeMutablePointer<Float>?  // [rows, hidden]
        var logits: UnsafeMutablePointer<Float>?  // [rows, vocabulary]
        var attention: UnsafeMutablePointer<Float>?  // rows after each other, each [heads, seen]
    }

    let targets: UnsafeBufferPointer<Targets>  // [layers]

    /// The rows looked at, by their number in the call, ascending.
    let rows: UnsafeBufferPointer<Int32>

    /// Where a row's weights begin in a layer's `attention`.
    let attentionOffsets: UnsafeBufferPointer<Int>

    /// Who watches the attention of all rows.
    let tap: AttentionTap?

    /// The rows looked at that are in a chunk: a range of `rows`.
    private func range(in chunk: PassChunk) -> Range<Int> {
        guard let first = chunk.all.rows.first?.index else { return 0..<0 }
        let begin = rows.firstIndex { $0 >= first } ?? rows.count
        let end = rows.firstIndex { Int($0) >= Int(first) + chunk.all.count } ?? rows.count
        return begin..<end
    }

    /// Takes down layer `index` of a chunk, whose x all threads have finished; ends with a barrier.
    func record(_ index: Int, of chunk: PassChunk, in pass: DecoderPass, on worker: Worker) {
        if let tap, tap.watches(layer: index) {
            let window = pass.layers[index].attention.plan.window ?? .max
            tap.show(chunk.all, layer: index, window: window, of: pass.attention, on: worker)
            worker.barrier()
        }
        let targets = targets[index]
        guard targets.hiddenStates != nil || targets.logits != nil || targets.attention != nil else { return }
        let range = range(in: chunk)
        guard let first = chunk.all.rows.first?.index, !range.isEmpty else { return }
        let hidden = pass.embedding.columns
        let gathered = pass.attention.buffers.products  // free between layers
        for (offset, row) in rows[range].enumerated() where worker.takes(offset) {
            let x = pass.x + Int(row - first) * hidden
            (gathered + offset * hidden).update(from: x, count: hidden)
            if let states = targets.hiddenStates {
                (states + (range.lowerBound + offset) * hidden).update(from: x, count: hidden)
            }
        }
        if let attention = targets.attention {
            for (offset, row) in rows[range].enumerated() {
                let weights = attention + attentionOffsets[range.lowerBound + offset]
                pass.attention.weights(
                    of: Int(row - first), layer: index, chunk.all,
                    window: pass.layers[index].attention.plan.window ?? .max, into: weights, on: worker)
            }
        }
        worker.barrier()
        guard let logits = targets.logits else { return }
        pass.predict(
            from: gathered, rows: range.count,
            into: logits + range.lowerBound * pass.outputHead.rows, on: worker
        )
    }
}

/// The memory that a request is answered in.
struct LayerRecord {
    private let rows: [Int]
    private var hiddenStates: [Int: Memory] = [:]
    private var logits: [Int: Memory] = [:]
    private var attention: [Int: Memory] = [:]
    private let attentionSizes: [Int]
    private let hiddenSize: Int
    private let vocabularySize: Int

    private let targets: GrowingMemory<LayerRecorder.Targets>
    private let rowNumbers: GrowingMemory<Int32>
    private let offsets: GrowingMemory<Int>
    private let tap: AttentionTap?

    /// Asks for the memory that a checked request takes in the call of `plan`, whose attention `tap` shows.
    init(
        _ request: LayerRequest, _ plan: PassPlan, _ c: ModelConfiguration, tap: AttentionTap? = nil
    ) throws(LocatedError) {
        self.tap = tap
        rows = request.rows.map { $0.sorted() } ?? Array(0..<plan.rowCount)
        (hiddenSize, vocabularySize) = (c.hiddenSize, c.vocabularySize)
        let purpose = "what is seen of the layers"
        targets = try GrowingMemory(for: purpose)
        rowNumbers = try GrowingMemory(for: purpose)
        offsets = try GrowingMemory(for: purpose)

        var sizes: [Int] = []
        var offset = 0
        for row in rows {
            try rowNumbers.append(Int32(truncatingIfNeeded: row))
            try offsets.append(offset)
            // A context times the heads of a model is far below 2^63, and so is the sum over rows in memory.
            sizes.append(c.headCount * plan.seen(byRow: row))
            offset += sizes[sizes.count - 1]
        }
        attentionSizes = sizes
        func floats(_ columns: Int) throws(LocatedError) -> Memory {
            let (count, overflow) = columns.multipliedReportingOverflow(by: rows.count)
            return try Memory(overflow ? .max : count, of: Float.self, for: purpose)
        }
        for layer in request.hiddenStates { hiddenStates[layer] = try floats(c.hiddenSize) }
        for layer in request.logits { logits[layer] = try floats(c.vocabularySize) }
        for layer in request.attention {
            attention[layer] = try Memory(offset, of: Float.self, for: purpose)
        }
        for layer in 0..<c.layerCount {
            try targets.append(
                LayerRecorder.Targets(
                    hiddenStates: hiddenStates[layer]?.pointer(to: Float.self),
                    logits: logits[layer]?.pointer(to: Float.self),
                    attention: attention[layer]?.pointer(to: Float.self)
                )
            )
        }
    }

    /// What the pass writes to.
    var recorder: LayerRecorder {
        LayerRecorder(
            targets: UnsafeBufferPointer(targets.elements), rows: UnsafeBufferPointer(rowNumbers.elements),
            attentionOffsets: UnsafeBufferPointer(offsets.elements), tap: tap
        )
    }

    /// What it has written.
    var observation: LayerObservation {
        func floats(_ memory: Memory, _ begin: Int, _ count: Int) -> [Float] {
            Array(UnsafeBufferPointer(start: memory.pointer(to: Float.self) + begin, count: count))
        }
        return LayerObservation(
            rows: rows,
            hiddenStates: hiddenStates.mapValues { floats($0, 0, rows.count * hiddenSize) },
            logits: logits.mapValues { floats($0, 0, rows.count * vocabularySize) },
            attention: attention.mapValues { memory in
                zip(offsets.elements, attentionSizes).map { floats(memory, $0, $1) }
            }
        )
    }
}

extension Worker {
    /// Whether item `index` of a list is this thread's.
    func takes(_ index: Int) -> Bool { index % count == self.index }
}

extension AttentionBlock {
    /// The attention weights of a row of a chunk, `[heads, seen]`, computed once more in plain steps.
    ///
    /// Its query is still in the buffers; threads share the heads.
    func weights(
        of index: Int, layer: Int, _ rows: PassRows, window: Int, into weights: UnsafeMutablePointer<Float>,
        on worker: Worker
    ) {
        let row = rows[index]
        let seen = Int(row.seen)
        let first = seen > window ? seen - window : 0
        let key = worker.attentionScratch
        for head in 0..<heads where worker.takes(head) {
            let query = buffers.queries + index * querySize + head * headSize
            let shares = weights + head * seen
            for position in 0..<first { shares[position] = 0 }
            var largest = -Float.infinity
            for position in first..<seen {
                cache.loadKey(
                    rows.slot(at: position, of: row), layer: layer, head: head / group, of: row.pages,
                    into: key, worker.isa)
                var sum: Float = 0
                for i in 0..<headSize { sum += query[i] * key[i] }
                shares[position] = scale * sum
                largest = max(largest, scale * sum)
            }
            var total: Float = 0
            for position in first..<seen {
                shares[position] = exp(shares[position] - largest)
                total += shares[position]
            }
            for position in first..<seen { shares[position] /= total }
        }
    }
}

extension PassRows {
    /// The slot of a position that a row sees.
    func slot(at position: Int, of row: PassRow) -> Int {
        guard row.branch >= 0, position >= Int(row.branchFrom) else { return position }
        return Int(branches[Int(row.branch) + position - Int(row.branchFrom)])
    }
}

extension CacheShape {
    /// The key of a slot as floats; `floats` has room for whole blocks of a key.
    func loadKey(
        _ slot: Int, layer: Int, head: Int, of pages: PageTable, into floats: UnsafeMutablePointer<Float>,
        _ isa: tk_isa
    ) {
        guard let row = key(slot, layer: layer, head: head, of: pages) else { return }
        tk_dequantize_row(isa, format, row, loadedKeySize, floats)
    }

    /// The floats of a key that is loaded: whole blocks.
    var loadedKeySize: Int {
        let block = tk_block_size(format)
        return (headSize + block - 1) / block * block
    }
}
