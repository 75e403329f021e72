internal import CTesseraKernels
internal import TesseraCore
internal import TesseraFiles

/// A weight matrix where the file has it: `rows` outputs of `columns` inputs each, rows one after another.
///
/// It does not keep the file mapped; who loaded the weights does.
struct Matrix {
    let format: tk_format
    let weights: UnsafeRawPointer
    let rows: Int
    let columns: Int

    /// The bytes of one row.
    var rowBytes: Int { tk_row_bytes(format, columns) }

    /// Views a tensor as a matrix of the given shape.
    ///
    /// - Throws: `LocatedError` when the tensor has another shape, a format without kernels, or fewer bytes than
    ///   the shape needs.
    init(_ tensor: TensorView, rows: Int, columns: Int) throws(LocatedError) {
        try self.init(tensor, expecting: [rows, columns], rows: rows, columns: columns)
    }

    /// Views a one-dimensional tensor as a matrix of one row.
    init(vector tensor: TensorView, columns: Int) throws(LocatedError) {
        try self.init(tensor, expecting: [columns], rows: 1, columns: columns)
    }

    private init(
        _ tensor: TensorView, expecting shape: [Int], rows: Int, columns: Int
    ) throws(LocatedError) {
        func failure(_ problem: String, _ remedy: String) -> LocatedError {
            LocatedError(file: tensor.file.path, field: tensor.name, problem: problem, remedy: remedy)
        }
        guard tensor.shape == shape else {
            throw failure(
                "the shape is \(tensor.shape) where the configuration needs \(shape)",
                "the file is damaged or its configuration belongs to another model"
            )
        }
        guard let format = tensor.format.kernelFormat else {
            throw failure(
                "the tensor type \(tensor.format.name) is not supported",
                "use a model in F32, F16, BF16, Q8_0, Q6_K, Q5_K, Q5_0, Q5_1, Q4_K, Q4_0 or Q4_1"
            )
        }
        let rowBytes = tk_row_bytes(format, columns)
        guard rowBytes > 0 else {
            throw failure(
                "rows of \(columns) weights are not whole blocks of \(tk_block_size(format))",
                "use a model in F32, F16 or BF16"
            )
        }
        let (bytes, overflow) = rowBytes.multipliedReportingOverflow(by: rows)
        guard !overflow, tensor.bytes.count >= bytes, let weights = tensor.bytes.baseAddress else {
            throw failure(
                "the tensor is shorter than its shape", "the file is damaged; fetch or convert it again")
        }
        self.format = format
        self.weights = weights
        self.rows = rows
        self.columns = columns
    }

    /// A matrix in memory of one's own.
    init(format: tk_format, weights: UnsafeRawPointer, rows: Int, columns: Int) {
        self.format = format
        self.weights = weights
        self.rows = rows
        self.columns = columns
    }

    /// Some rows, one after another, as a matrix.
    func rows(_ range: Range<Int>) -> Matrix {
        Matrix(format: format, weights: row(range.lowerBound), rows: range.count, columns: columns)
    }

    /// The first byte of a row.
    func row(_ index: Int) -> UnsafeRawPointer { weights + index * rowBytes }
}

extension TensorFormat {
    /// The kernels' name for this format; nil when they do not have it.
    var kernelFormat: tk_format? {
        switch self {
        case .float32: TK_F32
        case .float16: TK_F16
        case .bfloat16: TK_BF16
        case .q4_0: TK_Q4_0
        case .q4_1: TK_Q4_1
        case .q5_0: TK_Q5_0
        case .q5_1: TK_Q5_1
        case .q8_0: TK_Q8_0
        case .q4_k: TK_Q4_K
        case .q5_k: TK_Q5_K
        case .q6_k: TK_Q6_K
        default: nil
        }
    }
}
