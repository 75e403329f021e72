internal import CTesseraKernels
internal import TesseraCore
internal import TesseraFiles

/// One tensor on its way from one file to another.
struct TensorCopy {
    let specification: TensorSpecification
    let source: TensorView
    let sourceNames: TensorNames
    let target: TensorDescription
    let targetNames: TensorNames

    /// Writes the numbers of the tensor in the target's format and order, some rows at a time.
    ///
    /// Bytes are copied where neither the format nor the numbers change.
    func write(to file: inout some TensorSink & ~Copyable) throws(LocatedError) {
        let isVector = specification.shape.count == 1
        let rows = isVector ? 1 : specification.shape[0]
        let columns = isVector ? specification.shape[0] : specification.shape[1]
        let numbers = Numbers(
            matrix: try sourceMatrix(rows: rows, columns: columns), order: rowOrder(rows),
            offset: offset, format: try targetFormat())
        if targetNames.storage(specification) == .transposed {
            try numbers.writeTransposed(to: &file)
        } else {
            try numbers.write(isBias: specification.isBias && rows == 1, to: &file)
        }
        try file.endTensor()
    }

    /// What is added to every number.
    private var offset: Float {
        (sourceNames.storage(specification) == .lessOne ? 1 : 0)
            - (targetNames.storage(specification) == .lessOne ? 1 : 0)
    }

    private func targetFormat() throws(LocatedError) -> tk_format {
        guard let format = target.format.kernelFormat else {
            throw LocatedError(
                field: target.name, problem: "format \(target.format.name) cannot be written",
                remedy: "choose one of: \(TensorFormat.computed.map(\.name).joined(separator: ", "))")
        }
        return format
    }

    /// The tensor as it is used, whatever way the source has it.
    private func sourceMatrix(rows: Int, columns: Int) throws(LocatedError) -> Matrix {
        let isVector = specification.shape.count == 1
        guard sourceNames.storage(specification) == .transposed else {
            return isVector
                ? try Matrix(vector: source, columns: columns)
                : try Matrix(source, rows: rows, columns: columns)
        }
        return try Matrix(source, rows: columns, columns: rows)
    }

    /// Where the source has each row of the target, or each number of a vector.
    private func rowOrder(_ rows: Int) -> Numbers.Order {
        let (from, to) = (sourceNames.storage(specification), targetNames.storage(specification))
        let count = specification.shape[0]
        switch (from, to) {
        case (.neighbours, .neighbours): return .same
        case (.neighbours(let heads), _): return .halves(headSize: count / heads)
        case (_, .neighbours(let heads)): return .neighbours(headSize: count / heads)
        case (.transposed, _): return .transposed
        default: return .same
        }
    }
}

/// The numbers of a tensor, read in another order and format.
///
/// Sendable because nothing writes to the weights.
private struct Numbers: @unchecked Sendable {
    let matrix: Matrix
    let order: Order
    let offset: Float
    let format: tk_format

    enum Order {
        case same
        /// From pairs half a head apart to neighbours.
        case neighbours(headSize: Int)
        /// From neighbours to pairs half a head apart.
        case halves(headSize: Int)
        /// Rows are columns of the source.
        case transposed

        /// The source's place of the target's row `index`.
        func callAsFunction(_ index: Int) -> Int {
            switch self {
            case .same, .transposed: return index
            case .neighbours(let size):
                let (head, inside) = index.quotientAndRemainder(dividingBy: size)
                return head * size + inside / 2 + inside % 2 * (size / 2)
            case .halves(let size):
                let (head, inside) = index.quotientAndRemainder(dividingBy: size)
                return head * size + inside % (size / 2) * 2 + inside / (size / 2)
            }
        }

        var isTransposed: Bool {
            if case .transposed = self { return true }
            return false
        }
    }

    private var rows: Int { order.isTransposed ? matrix.columns : matrix.rows }
    private var columns: Int { order.isTransposed ? matrix.rows : matrix.columns }

    /// Writes row after row.
    ///
    /// - Parameter isBias: whether it is a vector with a number for every row of a matrix, and so in their order.
    func write(isBias: Bool, to file: inout some TensorSink & ~Copyable) throws(LocatedError) {
        if matrix.format == format, offset == 0, !order.isTransposed, !isBias {
            for row in 0..<rows {
                try file.write(UnsafeRawBufferPointer(start: matrix.row(order(row)), count: matrix.rowBytes))
            }
            return
        }
        let source = order.isTransposed ? try Row(matrix.rows * matrix.columns) : nil
        if let source { read(into: source) }
        let threads = Int(tk_available_cores())
        let rowBytes = tk_row_bytes(format, columns)
        let batch = max(1, min(rows, Self.batchBytes / max(rowBytes, 1)))
        let stored = try Memory(batch * rowBytes, of: UInt8.self, for: Row.purpose)
        let scratch = try Row(2 * threads * columns)
        nonisolated(unsafe) let (bytes, floats) = (stored.base, scratch.floats)
        nonisolated(unsafe) let transposed = source?.floats
        for start in stride(from: 0, to: rows, by: batch) {
            let count = min(batch, rows - start)
            forEachBlock(of: count, blockSize: Self.blockRows, threads: threads) { block, worker in
                let row = floats + 2 * worker * columns
                for index in block {
                    read(
                        row: start + index, of: transposed, isBias: isBias, into: row, scratch: row + columns)
                    tk_quantize_weights(format, row, columns, bytes + index * rowBytes)
                }
            }
            try file.write(UnsafeRawBufferPointer(start: stored.base, count: count * rowBytes))
        }
        withExtendedLifetime((source, scratch, stored)) {}
    }

    /// How many bytes of rows wait to be written, and how many rows a thread takes at a time.
    private static let batchBytes = 1 << 20
    private static let blockRows = 4

    /// Reads a row of the target, in floats.
    private func read(
        row index: Int, of transposed: UnsafeMutablePointer<Float>?, isBias: Bool,
        into numbers: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
    ) {
        if let transposed {
            for column in 0..<columns { scratch[column] = transposed[column * rows + index] }
        } else {
            let place = isBias ? index : order(index)
            tk_dequantize_row(TK_ISA_PORTABLE, matrix.format, matrix.row(place), columns, scratch)
        }
        for column in 0..<columns { numbers[column] = scratch[isBias ? order(column) : column] + offset }
    }

    /// Writes column after column.
    func writeTransposed(to file: inout some TensorSink & ~Copyable) throws(LocatedError) {
        if order.isTransposed {
            // Both files have it so.
            try Numbers(matrix: matrix, order: .same, offset: offset, format: format).write(
                isBias: false, to: &file)
            return
        }
        let (source, row) = (try Row(rows * columns), try Row(rows))
        read(into: source)
        let stored = try Memory(tk_row_bytes(format, rows), of: UInt8.self, for: Row.purpose)
        for column in 0..<columns {
            for index in 0..<rows { row[index] = source[order(index) * columns + column] + offset }
            tk_quantize_weights(format, row.floats, rows, stored.base)
            try file.write(UnsafeRawBufferPointer(start: stored.base, count: stored.byteCount))
        }
        withExtendedLifetime((row, stored)) {}
    }

    /// All numbers of the source, in its order.
    private func read(into numbers: Row) {
        for row in 0..<matrix.rows {
            tk_dequantize_row(
                TK_ISA_PORTABLE, matrix.format, matrix.row(row), matrix.columns,
                numbers.floats + row * matrix.columns)
        }
        withExtendedLifetime(numbers) {}
    }
}

/// Floats on their way, in memory that lives as long as this does.
private final class Row {
    static let purpose = "a row of a tensor"

    private let memory: Memory

    init(_ count: Int) throws(LocatedError) {
        memory = try Memory(count, of: Float.self, for: Self.purpose)
    }

    /// The first of them, good for one call.
    var floats: UnsafeMutablePointer<Float> { memory.pointer(to: Float.self) }

    subscript(index: Int) -> Float {
        get { floats[index] }
        set { floats[index] = newValue }
    }
}
