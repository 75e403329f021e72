internal import CTesseraKernels
internal import TesseraCore

/// The memory of a kernel benchmark with one format, and the work that its threads do on it.
final class KernelJob {
    let weightCount: Int
    let byteCount: Int

    /// The matrices there are, the layers' and the head's.
    let matrixCount: Int

    private let team: ThreadTeam
    private let memory: [Memory]
    private var work: Work

    /// A matrix of random weights.
    private struct Matrix {
        let weights: UnsafeMutableRawPointer
        let rows: Int
        let columns: Int
    }

    /// What a thread needs to know.
    private struct Work {
        let isa: tk_isa
        let format: tk_format
        let team: OpaquePointer
        let threads: Int
        let weights: UnsafeMutableRawPointer
        let byteCount: Int
        let operand: UnsafeMutableRawPointer
        let operandStride: Int
        let results: UnsafeMutablePointer<Float>
        let scratch: UnsafeMutableRawPointer
        let scratchBytes: Int
        let matrices: UnsafePointer<Matrix>
        let matrixCount: Int
        var tokens = 1
        let sums: UnsafeMutablePointer<UInt64>
        let seconds: UnsafeMutablePointer<Double>

        /// This thread's part of `total`, cut at multiples of `unit`.
        func share(_ thread: Int32, of total: Int, unit: Int) -> Range<Int> {
            let units = total / unit
            let begin = units * Int(thread) / threads * unit
            return begin..<(Int(thread) + 1 == threads ? total : units * (Int(thread) + 1) / threads * unit)
        }
    }

    /// Rows and columns of a layer's matrices: queries, output, keys, values, gate, up and down; then the head's.
    private static let layer = [
        (2048, 2048), (2048, 2048), (256, 2048), (256, 2048), (5632, 2048), (5632, 2048), (2048, 5632),
    ]
    private static let head = (32000, 2048)
    private static let mostColumns = 5632

    init(format: tk_format, layers: Int, mostTokens: Int, team: ThreadTeam) throws(LocatedError) {
        let shapes = (0..<layers).flatMap { _ in Self.layer } + [Self.head]
        let isa = KernelBenchmark.instructionSet.kernels
        weightCount = shapes.reduce(0) { $0 + $1.0 * $1.1 }
        byteCount = shapes.reduce(0) { $0 + $1.0 * tk_row_bytes(format, $1.1) }
        let weights = try Memory(byteCount, of: UInt8.self, for: "the matrices of the benchmark")
        var matrices: [Matrix] = []
        var free = weights.base
        for (rows, columns) in shapes {
            matrices.append(Matrix(weights: free, rows: rows, columns: columns))
            Self.fill(free, format, rows: rows, columns: columns)
            free += rows * tk_row_bytes(format, columns)
        }

        let blocks = tk_operand_of(format) == TK_OPERAND_Q8
        let stride =
            blocks ? Self.mostColumns / 32 * MemoryLayout<tk_q8_block>.stride : Self.mostColumns * 4
        let operand = try Memory(mostTokens * stride, of: UInt8.self, for: "the tokens of the benchmark")
        let floats = Self.randomFloats(mostTokens * Self.mostColumns)
        if blocks {
            tk_quantize_row(isa, floats, floats.count, operand.pointer(to: tk_q8_block.self))
        } else {
            operand.pointer(to: Float.self).update(from: floats, count: floats.count)
        }
        let results = try Memory(mostTokens * Self.head.0, of: Float.self, for: "its results")
        let scratchBytes = tk_matmul_scratch_bytes(isa, format, Self.mostColumns)
        let scratch = try Memory(scratchBytes * team.count, of: UInt8.self, for: "its scratch")
        let sums = try Memory(8 * team.count, of: UInt64.self, for: "the sums of the benchmark")
        let list = try Memory(matrices.count, of: Matrix.self, for: "the matrices of the benchmark")
        list.pointer(to: Matrix.self).initialize(from: matrices, count: matrices.count)
        let seconds = try Memory(matrices.count, of: Double.self, for: "its times")
        self.team = team
        matrixCount = matrices.count
        memory = [weights, operand, results, scratch, sums, list, seconds]
        work = Work(
            isa: isa, format: format, team: team.handle, threads: team.count, weights: weights.base,
            byteCount: byteCount, operand: operand.base, operandStride: stride,
            results: results.pointer(to: Float.self), scratch: scratch.base, scratchBytes: scratchBytes,
            matrices: list.pointer(to: Matrix.self), matrixCount: matrices.count,
            sums: sums.pointer(to: UInt64.self), seconds: seconds.pointer(to: Double.self))
    }

    /// Sixteen rows of random weights, again and again.
    private static func fill(_ bytes: UnsafeMutableRawPointer, _ format: tk_format, rows: Int, columns: Int) {
        let rowBytes = tk_row_bytes(format, columns)
        tk_quantize_weights(format, randomFloats(16 * columns), 16 * columns, bytes)
        for row in stride(from: 16, to: rows, by: 16) {
            (bytes + row * rowBytes).copyMemory(from: bytes, byteCount: min(16, rows - row) * rowBytes)
        }
    }

    private static func randomFloats(_ count: Int) -> [Float] {
        let random = CounterRandom(seed: 1)
        return (0..<count).map { Float(Int64(bitPattern: random.bits(at: $0)) >> 40) / 0x1p24 }
    }

    /// Runs `body` on every thread, which leaves the times of the matrices.
    private func times(_ body: @convention(c) (UnsafeMutableRawPointer?, Int32) -> Void) -> [Double] {
        withUnsafePointer(to: work) { team.run($0, body) }
        return (0..<matrixCount).map { work.seconds[$0] }
    }

    /// The times of the products with `tokens` tokens, one matrix after another, as in a model.
    func secondsOfProducts(tokens: Int) -> [Double] {
        work.tokens = tokens
        return times { context, thread in
            guard let work = context?.assumingMemoryBound(to: Work.self).pointee else { return }
            var start = ContinuousClock.now
            for index in 0..<work.matrixCount {
                let matrix = work.matrices[index]
                let rows = work.share(thread, of: matrix.rows, unit: 16)
                if work.tokens == 1 {
                    tk_matvec(
                        work.isa, work.format, matrix.weights, matrix.columns, rows.lowerBound,
                        rows.upperBound, work.operand, work.results)
                } else {
                    tk_matmul(
                        work.isa, work.format, matrix.weights, matrix.columns, rows.lowerBound,
                        rows.upperBound, work.operand, work.operandStride, work.tokens, work.results,
                        matrix.rows, work.scratch + Int(thread) * work.scratchBytes)
                }
                tk_team_barrier(work.team)
                if thread == 0 { work.seconds[index] = lap(&start) }
            }
        }
    }

    /// The times in which the threads read the matrices, each a part.
    func secondsOfReading() -> [Double] {
        times { context, thread in
            guard let work = context?.assumingMemoryBound(to: Work.self).pointee else { return }
            var start = ContinuousClock.now
            for index in 0..<work.matrixCount {
                let matrix = work.matrices[index]
                let bytes = matrix.rows * tk_row_bytes(work.format, matrix.columns)
                let share = work.share(thread, of: bytes, unit: 64)
                work.sums[8 * Int(thread)] &+= tk_read_all(matrix.weights + share.lowerBound, share.count)
                tk_team_barrier(work.team)
                if thread == 0 { work.seconds[index] = lap(&start) }
            }
        }
    }

    /// How many multiply-adds a second the threads do on registers; nil for kernels without such a loop.
    func multiplyAddsPerSecond() -> Double? {
        let start = ContinuousClock.now
        withUnsafePointer(to: work) {
            team.run($0) { context, thread in
                guard let work = context?.assumingMemoryBound(to: Work.self).pointee else { return }
                let count = tk_multiply_in_registers(work.isa, work.format, registerRounds)
                work.sums[8 * Int(thread)] = UInt64(count)
            }
        }
        let total = (0..<team.count).reduce(0.0) { $0 + Double(work.sums[8 * $1]) }
        return total > 0 ? total / seconds(since: start) : nil
    }
}

/// A millisecond or two of work.
private let registerRounds = 100_000

private func seconds(since start: ContinuousClock.Instant) -> Double {
    let (whole, attoseconds) = (ContinuousClock.now - start).components
    return Double(whole) + Double(attoseconds) * 1e-18
}

/// The seconds since `start`, which becomes now.
private func lap(_ start: inout ContinuousClock.Instant) -> Double {
    defer { start = .now }
    return seconds(since: start)
}
