internal import CTesseraKernels
internal import Synchronization

/// mixed = softmax(scale q K^T) V for every row and query head, over what the row sees.
///
/// How the work is cut decides nothing but the time that it takes: the kernels reduce every chunk of positions alone
/// and merge the chunks in order, whoever reduces which.
extension AttentionBlock {
    /// The most rows whose chunks of positions are shared out between threads.
    static let mostSharedRows = 8

    /// How rows and heads are shared out.
    private enum Cut {
        /// By pieces of rows and query heads.
        case heads

        /// By pieces of rows and key/value heads, whose keys are converted once for all query heads that read them.
        case groups

        /// By pieces of rows, key/value heads and this many chunks of positions.
        case chunks(Int)
    }

    /// What is mixed: rows in a layer, over the tokens of a window; in 8-bit blocks too where `blocks` says so.
    private struct Part {
        let layer: Int
        let rows: PassRows
        let window: Int
        let blocks: Bool
    }

    private func cut(_ rows: PassRows, window: Int, threads: Int) -> Cut {
        let items = rows.pieces.count * keyValueHeads
        if threads == 1 || items >= 4 * threads { return .groups }
        let chunks = CacheShape.pages(for: min(rows.longest, window))
        if rows.count > Self.mostSharedRows { return .heads }
        if chunks < 2 { return items >= threads ? .groups : .heads }
        let parts = (8 * threads + items - 1) / items
        return .chunks(max(1, (chunks + parts - 1) / parts))
    }

    /// This thread's part of the work on all heads of `rows`, which see `window` tokens, themselves the last of them.
    ///
    /// - Parameter blocks: whether the results are wanted in 8-bit blocks too, of which heads must be whole ones.
    func mix(layer: Int, _ rows: PassRows, window: Int, blocks: Bool, on worker: Worker) {
        let part = Part(layer: layer, rows: rows, window: window, blocks: blocks)
        let pieces = rows.pieces.count
        switch cut(rows, window: window, threads: worker.count) {
        case .heads:
            // The heads of a single row in order, so that those that read the same keys stay on one thread.
            if rows.count == 1 {
                for head in worker.share(of: heads) {
                    mix(rows.pieces[0], head..<head + 1, part, worker)
                }
                return
            }
            forEachItem(of: pieces * heads) { item in
                let head = item / pieces
                mix(rows.pieces[item % pieces], head..<head + 1, part, worker)
            }
        case .groups:
            forEachItem(of: pieces * keyValueHeads) { item in
                let first = item / pieces * group
                mix(rows.pieces[item % pieces], first..<first + group, part, worker)
            }
        case .chunks(let span):
            let spans = (CacheShape.pages(for: rows.longest) + span - 1) / span
            forEachItem(of: pieces * keyValueHeads * spans) { item in
                let (piece, rest) = (rows.pieces[item % pieces], item / pieces)
                mix(
                    piece, keyHead: rest / spans, chunks: rest % spans * span..<(rest % spans + 1) * span,
                    part, worker)
            }
            worker.barrier()
            merge(part, on: worker)
        }
    }

    /// Calls `body` for the items that this thread gets: the next one whenever it is done with its last, since some
    /// cost more than others.
    private func forEachItem(of count: Int, _ body: (Int) -> Void) {
        while true {
            let item = buffers.nextItem.pointee.wrappingAdd(1, ordering: .relaxed).oldValue
            if item >= count { return }
            body(item)
        }
    }

    private func mix(
        _ piece: PassPiece, _ heads: Range<Int>, _ part: Part, _ worker: Worker
    ) {
        let count = queries(of: piece, heads, part, worker)
        var head = cache.head(
            heads.lowerBound / group, layer: part.layer, of: part.rows[Int(piece.begin)].pages)
        tk_attention(worker.isa, &head, worker.queries, count, scale, worker.attentionScratch)
        if part.blocks {
            for index in Int(piece.begin)..<Int(piece.end) { quantize(heads, ofRow: index, worker) }
        }
    }

    /// Puts the mixed values of whole heads into 8-bit blocks.
    private func quantize(_ heads: Range<Int>, ofRow index: Int, _ worker: Worker) {
        let mixed = buffers.mixed.operand(tokens: index + 1, columns: querySize)
        let first = heads.lowerBound * headSize
        tk_quantize_row(
            worker.isa, mixed.row(index) + first, heads.count * headSize, mixed.blockRow(index) + first / 32)
    }

    private func mix(
        _ piece: PassPiece, keyHead: Int, chunks: Range<Int>, _ part: Part, _ worker: Worker
    ) {
        let rows = part.rows
        let count = queries(of: piece, keyHead * group..<(keyHead + 1) * group, part, worker)
        let last = CacheShape.pages(for: rows.longest)
        var head = cache.head(keyHead, layer: part.layer, of: rows[Int(piece.begin)].pages)
        tk_attention_partials(
            worker.isa, &head, worker.queries, count, scale, chunks.lowerBound, min(chunks.upperBound, last),
            partial(Int(piece.begin), head: keyHead * group, rows), partialsStride(rows),
            worker.attentionScratch
        )
    }

    /// Sets down the queries of a piece: row by row, so that neighbours read the same keys.
    private func queries(of piece: PassPiece, _ heads: Range<Int>, _ part: Part, _ worker: Worker) -> Int {
        var count = 0
        for index in Int(piece.begin)..<Int(piece.end) {
            for head in heads {
                worker.queries[count] = query(index, head: head, part)
                count += 1
            }
        }
        return count
    }

    private func query(_ index: Int, head: Int, _ part: Part) -> tk_query {
        let row = part.rows[index]
        let offset = index * querySize + head * headSize
        let seen = Int(row.seen)
        return tk_query(
            q: UnsafePointer(buffers.queries + offset), out: buffers.mixed.floats + offset,
            from: seen > part.window ? seen - part.window : 0, end: seen,
            tail: row.branch < 0 ? nil : part.rows.branches + Int(row.branch), tail_from: Int(row.branchFrom)
        )
    }

    /// The floats from one query's partial results to the next query's, of the same row and key/value head.
    private func partialsStride(_ rows: PassRows) -> Int {
        CacheShape.pages(for: rows.longest) * tk_attention_partial_floats(headSize)
    }

    /// The partial results of a query, `[keyValueHeads, rows, group, chunks, …]`.
    private func partial(_ index: Int, head: Int, _ rows: PassRows) -> UnsafeMutablePointer<Float> {
        let (keyHead, member) = head.quotientAndRemainder(dividingBy: group)
        return partials + ((keyHead * rows.count + index) * group + member) * partialsStride(rows)
    }

    private func merge(_ part: Part, on worker: Worker) {
        let rows = part.rows
        for item in worker.share(of: rows.count * heads) {
            let (index, head) = item.quotientAndRemainder(dividingBy: heads)
            let query = query(index, head: head, part)
            let chunks = query.from / CacheShape.pageTokens..<CacheShape.pages(for: query.end)
            tk_attention_merge(
                worker.isa, partial(index, head: head, rows), chunks.lowerBound, chunks.upperBound, headSize,
                query.out
            )
            if part.blocks { quantize(head..<head + 1, ofRow: index, worker) }
        }
    }
}
