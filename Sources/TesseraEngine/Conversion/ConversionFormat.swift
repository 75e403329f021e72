public import TesseraCore
public import TesseraFiles

extension TensorFormat {
    /// The format with this name in any case, such as `q4_k` or `bf16`.
    ///
    /// - Throws: `LocatedError` naming the formats there are.
    public init(named name: String, option: String) throws(LocatedError) {
        guard let format = Self.computed.first(where: { $0.name.lowercased() == name.lowercased() }) else {
            throw LocatedError(
                field: option, problem: "\"\(name)\" is not a format",
                remedy: "use one of: \(Self.computed.map { $0.name.lowercased() }.joined(separator: ", "))")
        }
        self = format
    }

    /// Whether numbers stand alone, not in blocks that share a scale.
    var isDense: Bool { blockSize == 1 }

    /// This format, or the one nearest to it in size that rows of `columns` numbers can have.
    ///
    /// As llama.cpp chooses: blocks of 32 where those of 256 do not fit, and F16 where those do not fit either.
    func fitting(columns: Int) -> TensorFormat {
        if columns.isMultiple(of: blockSize) { return self }
        let smaller: TensorFormat =
            switch self {
            case .q4_k: .q5_0
            case .q5_k: .q5_1
            default: .q8_0
            }
        return columns.isMultiple(of: smaller.blockSize) ? smaller : .float16
    }

    /// The format of an output head where other matrices have this one.
    ///
    /// A head that is rounded to fewer than 6 bits costs more quality than it saves, so llama.cpp keeps it finer too.
    func ofHead(columns: Int) -> TensorFormat {
        switch self {
        case .q4_0, .q4_1, .q5_0, .q5_1, .q4_k, .q5_k:
            columns.isMultiple(of: TensorFormat.q6_k.blockSize)
                ? .q6_k : TensorFormat.q8_0.fitting(columns: columns)
        default: fitting(columns: columns)
        }
    }

    /// llama.cpp's number for files whose matrices mostly have this format.
    var ggufFileType: UInt32 {
        switch self {
        case .float32, .other: 0
        case .float16: 1
        case .q4_0: 2
        case .q4_1: 3
        case .q8_0: 7
        case .q5_0: 8
        case .q5_1: 9
        case .q4_k: 14
        case .q5_k: 16
        case .q6_k: 18
        case .bfloat16: 32
        }
    }
}
