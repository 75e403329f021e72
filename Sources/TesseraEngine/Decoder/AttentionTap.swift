internal import CTesseraKernels
internal import TesseraCore

/// Shows an observer the attention logits of a pass, computed once more beside the fused kernels, which never have
/// them all.
///
/// Each thread takes whole key/value heads, so that the order of an observer's sums does not depend on the threads.
struct AttentionTap {
    private let observer: any AttentionObserver

    /// For each thread: a page of keys, then the logits of a piece of rows.
    private let scratch: Memory
    private let keySize: Int

    /// The tokens that a row sees at most.
    private let longest: Int
    private let group: Int

    /// The rows of a piece at most, and the floats of a thread.
    private let (pieceRows, floats): (Int, Int)

    private var keyFloats: Int { CacheShape.pageTokens * keySize }

    /// Asks for the memory that the call of `plan` takes.
    init(
        _ observer: any AttentionObserver, _ plan: PassPlan, _ c: ModelConfiguration, _ shape: CacheShape,
        threads: Int
    ) throws(LocatedError) {
        self.observer = observer
        keySize = shape.loadedKeySize
        group = c.headCount / c.keyValueHeadCount
        longest = (0..<plan.rowCount).reduce(0) { max($0, plan.seen(byRow: $1)) }
        // One token is what most passes read.
        pieceRows = max(1, min(PassPiece.mostRows, plan.rowCount))
        floats = CacheShape.pageTokens * keySize + group * pieceRows * longest
        scratch = try Memory(threads * floats, of: Float.self, for: "the attention of a chunk of tokens")
    }

    /// Whether anything of a layer is to be shown.
    func watches(layer: Int) -> Bool { observer.watches(layer: layer) }

    /// Shows layer `layer` of the rows of a text in line, whose queries are still in the buffers; this thread's part.
    func show(
        _ rows: PassRows, layer: Int, window: Int, of attention: AttentionBlock, on worker: Worker
    ) {
        for head in 0..<attention.keyValueHeads where worker.takes(head) {
            for begin in stride(from: 0, to: rows.count, by: pieceRows) {
                let piece = begin..<min(begin + pieceRows, rows.count)
                multiply(piece, of: rows, layer: layer, head: head, of: attention, on: worker)
                show(
                    piece, of: rows, layer: layer, head: head, window: window, scale: attention.scale, worker)
            }
        }
    }

    /// The logits of a query of a piece, before they are scaled.
    private func logits(_ member: Int, _ offset: Int, _ worker: Worker) -> UnsafeMutablePointer<Float> {
        scratch.pointer(to: Float.self) + worker.index * floats + keyFloats
            + (member * pieceRows + offset) * longest
    }

    /// logits[member, row, entry] = q[row, member] · k[entry], a page of entries at a time.
    private func multiply(
        _ piece: Range<Int>, of rows: PassRows, layer: Int, head: Int, of attention: AttentionBlock,
        on worker: Worker
    ) {
        let (size, width) = (attention.headSize, attention.querySize)
        let queries = attention.buffers.queries + piece.lowerBound * width + head * group * size
        let seen = Int(rows[piece.upperBound - 1].seen)  // the last row sees most
        for begin in stride(from: 0, to: seen, by: CacheShape.pageTokens) {
            let slots = begin..<min(begin + CacheShape.pageTokens, seen)
            let (keys, format) = keys(
                slots, layer: layer, head: head, of: rows[piece.lowerBound].pages, attention.cache, worker)
            // Keys are read once for several queries: those of a row where there are few rows, else those of a head.
            if piece.count < group {
                for offset in 0..<piece.count {
                    tk_matmul_f32(
                        worker.isa, format, keys, size, 0, slots.count, queries + offset * width, size, group,
                        logits(0, offset, worker) + begin, pieceRows * longest, worker.rowScratch)
                }
            } else {
                for member in 0..<group {
                    tk_matmul_f32(
                        worker.isa, format, keys, size, 0, slots.count, queries + member * size, width,
                        piece.count, logits(member, 0, worker) + begin, longest, worker.rowScratch)
                }
            }
        }
    }

    /// The keys of some slots of a page as rows of whole blocks: where they lie, or converted.
    private func keys(
        _ slots: Range<Int>, layer: Int, head: Int, of pages: PageTable, _ cache: CacheShape, _ worker: Worker
    ) -> (rows: UnsafeRawPointer, format: tk_format) {
        let converted = scratch.pointer(to: Float.self) + worker.index * floats
        if keySize == cache.headSize,
            let first = cache.key(slots.lowerBound, layer: layer, head: head, of: pages)
        {
            return (UnsafeRawPointer(first), cache.format)
        }
        for (index, slot) in slots.enumerated() {
            // The zeros behind a key that fills no block are overwritten by the next key.
            cache.loadKey(
                slot, layer: layer, head: head, of: pages, into: converted + index * cache.headSize,
                worker.isa)
        }
        return (UnsafeRawPointer(converted), TK_F32)
    }

    /// Scales the logits of a piece and shows them, row by row.
    private func show(
        _ piece: Range<Int>, of rows: PassRows, layer: Int, head: Int, window: Int, scale: Float,
        _ worker: Worker
    ) {
        for (offset, row) in rows.rows[piece].enumerated() {
            let seen = Int(row.seen)
            let hidden = seen > window ? seen - window : 0
            for member in 0..<group {
                let logits = logits(member, offset, worker)
                for entry in 0..<hidden { logits[entry] = -.infinity }
                for entry in hidden..<seen { logits[entry] *= scale }
                observer.observe(
                    AttentionRow(
                        layer: layer, head: head, queryHead: head * group + member, index: Int(row.index),
                        logits: UnsafeBufferPointer(start: logits, count: seen)))
            }
        }
    }
}
