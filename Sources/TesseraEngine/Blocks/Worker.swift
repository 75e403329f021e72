internal import CTesseraKernels

/// One thread of the team during a pass: its share of the work, its products and the memory that is its own.
///
/// Every thread of the team runs the same function with its own `Worker` and meets the others at barriers. No result
/// depends on how many threads there are: each number is computed by one thread, in one order.
struct Worker {
    /// The number of this thread.
    let index: Int

    /// The number of threads.
    let count: Int

    /// The kernels.
    let isa: tk_isa

    /// Whether products take float activations whatever the weights: the float32 precision.
    let exact: Bool

    let team: OpaquePointer

    /// Room for one token's operand, prepared by every thread for itself where that is cheaper than to wait.
    let own: OperandBuffer

    /// What the products and attention want as scratch.
    let productScratch: UnsafeMutableRawPointer
    let rowScratch: UnsafeMutablePointer<Float>
    let attentionScratch: UnsafeMutablePointer<Float>

    /// Room for the queries of a piece of rows that read one key/value head.
    let queries: UnsafeMutablePointer<tk_query>

    /// Waits for the other threads; what they wrote before is seen after.
    func barrier() { tk_team_barrier(team) }

    /// This thread's part of `0 ..< total`, cut at multiples of `unit`.
    func share(of total: Int, unit: Int = 1) -> Range<Int> {
        let units = (total + unit - 1) / unit
        let begin = units * index / count * unit
        let end = units * (index + 1) / count * unit
        return min(begin, total)..<min(end, total)
    }

    /// Calls `body` with parts of the rows of `weight`, cut at multiples of `unit`, until the threads have been through all.
    ///
    /// Each thread begins with a part of its own. The last quarter of a large matrix goes piece by piece to whoever is
    /// free, so that a thread that the system has held up is waited for less; in a small one the pieces would cost
    /// more. At most one such loop may stand between two barriers.
    func shareOut(_ weight: Matrix, unit: Int = rowUnit, _ body: (Range<Int>) -> Void) {
        let total = weight.rows
        // Some hundreds of microseconds of reading.
        let isLarge = total * weight.columns >= 1 << 21
        guard count > 1, isLarge else { return body(share(of: total, unit: unit)) }
        let units = (total + unit - 1) / unit
        let own = units / 4 * 3 / count  // units of the part of each thread
        if own > 0 { body(own * index * unit..<own * (index + 1) * unit) }
        let first = own * count
        let piece = max(1, (units - first) / (4 * count))
        while true {
            let begin = first + Int(tk_team_take(team)) * piece
            if begin >= units { return }
            body(begin * unit..<min((begin + piece) * unit, total))
        }
    }

    /// Whether the product with `weight` reads 8-bit blocks.
    func wantsBlocks(_ weight: Matrix) -> Bool {
        !exact && tk_operand_of(weight.format) == TK_OPERAND_Q8
    }

    /// Computes y[t, r] = weight[r] · x[t] for r in `rows` and every token t; row t of y begins at y + t * stride.
    func multiply(
        _ weight: Matrix, rows: Range<Int>, _ x: Operand, into y: UnsafeMutablePointer<Float>, stride: Int
    ) {
        if rows.isEmpty || x.tokens == 0 { return }
        if exact {
            tk_matmul_f32(
                isa, weight.format, weight.weights, weight.columns, rows.lowerBound, rows.upperBound,
                x.floats, x.columns, x.tokens, y, stride, rowScratch
            )
            return
        }
        let blocks = wantsBlocks(weight)
        let operand = blocks ? UnsafeRawPointer(x.blocks) : UnsafeRawPointer(x.floats)
        if x.tokens == 1 {
            tk_matvec(
                isa, weight.format, weight.weights, weight.columns, rows.lowerBound, rows.upperBound, operand,
                y
            )
        } else {
            let bytes =
                blocks
                ? x.blocksPerToken * MemoryLayout<tk_q8_block>.stride : x.columns * MemoryLayout<Float>.stride
            tk_matmul(
                isa, weight.format, weight.weights, weight.columns, rows.lowerBound, rows.upperBound,
                operand, bytes, x.tokens, y, stride, productScratch
            )
        }
    }

    /// Whether the product with `projection` reads 8-bit blocks.
    func wantsBlocks(_ projection: Projection?) -> Bool { projection.map { wantsBlocks($0.weight) } ?? false }

    /// Computes y[t, r] = (W x[t] + b)[r] for r in `rows` and every token t.
    func multiply(
        _ projection: Projection, rows: Range<Int>, _ x: Operand, into y: UnsafeMutablePointer<Float>,
        stride: Int
    ) {
        multiply(projection.weight, rows: rows, x, into: y, stride: stride)
        guard let bias = projection.bias else { return }
        for token in 0..<x.tokens {
            tk_add(isa, bias + rows.lowerBound, rows.count, y + token * stride + rows.lowerBound)
        }
    }

    /// The norm of every token's x `[tokens, columns]`, in 8-bit blocks too where asked.
    ///
    /// A single token is normed by every thread for itself, which is cheaper than a barrier; more are shared out and
    /// end with one.
    func normalized(
        _ x: UnsafePointer<Float>, tokens: Int, columns: Int, by norm: Norm, blocks: Bool,
        in shared: OperandBuffer
    ) -> Operand {
        let alone = tokens == 1
        let result = (alone ? own : shared).operand(tokens: tokens, columns: columns)
        for token in alone ? 0..<1 : share(of: tokens) {
            norm(x + token * columns, columns, into: result.row(token), isa)
            if blocks { tk_quantize_row(isa, result.row(token), columns, result.blockRow(token)) }
        }
        if !alone { barrier() }
        return result
    }

    /// Adds 8-bit blocks to floats that are already there, where `projection` wants them, in the way `normalized` does.
    func prepared(_ operand: Operand, for projection: Projection) -> Operand {
        guard wantsBlocks(projection) else { return operand }
        let alone = operand.tokens == 1
        let result = Operand(
            tokens: operand.tokens, columns: operand.columns, floats: operand.floats,
            blocks: alone ? own.blocks : operand.blocks
        )
        for token in alone ? 0..<1 : share(of: operand.tokens) {
            tk_quantize_row(isa, result.row(token), result.columns, result.blockRow(token))
        }
        if !alone { barrier() }
        return result
    }

    /// y[t] += W x[t] + b, or the norm of that, by all threads; `products` holds `[tokens, rows]`.
    func addProduct(
        _ projection: Projection, norm: Norm?, _ x: Operand, to y: UnsafeMutablePointer<Float>,
        products: UnsafeMutablePointer<Float>
    ) {
        let width = projection.rows
        shareOut(projection.weight) { rows in
            multiply(projection, rows: rows, x, into: products, stride: width)
            guard norm == nil else { return }
            for token in 0..<x.tokens {
                let begin = token * width + rows.lowerBound
                tk_add(isa, products + begin, rows.count, y + begin)
            }
        }
        if let norm {
            // A norm needs whole tokens.
            barrier()
            for token in share(of: x.tokens) {
                norm(products + token * width, width, into: products + token * width, isa)
                tk_add(isa, products + token * width, width, y + token * width)
            }
        }
    }

    /// Rows are shared out in pieces that fill a cache line of floats, so that threads do not write to the same one.
    static let rowUnit = 16
}
