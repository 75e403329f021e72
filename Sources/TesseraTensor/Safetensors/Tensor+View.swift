internal import CTesseraTorch
public import TesseraCore
public import TesseraFiles

extension Tensor {
    /// A copy of a tensor in a mapped file.
    ///
    /// - Parameters:
    ///   - view: of plain numbers; quantised blocks are for the engine.
    ///   - device: where it is put.
    ///   - type: its own when left out.
    /// - Throws: `LocatedError` naming the file and the tensor when its format is none that libtorch has.
    public convenience init(
        _ view: TensorView, device: Device = .cpu, type: ScalarType? = nil
    ) throws(LocatedError) {
        guard let stored = ScalarType(view.format) else {
            throw LocatedError(
                file: view.file.path, field: "tensor \(view.name)",
                problem: "the lab has no numbers in format \(view.format.name)",
                remedy: "convert the model to F32, F16 or BF16 first: tessera model convert")
        }
        let handle = try withExtendedLifetime(view.file) { () throws(LocatedError) in
            try Self.bytes(view.bytes, shape: view.shape, type: stored, device: device)
        }
        if let type, type != stored {
            let original = Tensor(handle)
            try self.init("convert to \(type)", [original]) { tt_converted(original.handle, type.shimType) }
        } else {
            self.init(handle)
        }
    }
}

extension ScalarType {
    /// The type of a file's format; nil when libtorch has none.
    init?(_ format: TensorFormat) {
        guard let type = Self.allCases.first(where: { $0.format == format }) else { return nil }
        self = type
    }

    /// The format in a file; nil for `other`.
    var format: TensorFormat? {
        switch self {
        case .float32: .float32
        case .float16: .float16
        case .bfloat16: .bfloat16
        case .float64: .other("F64")
        case .int64: .other("I64")
        case .int32: .other("I32")
        case .int16: .other("I16")
        case .int8: .other("I8")
        case .uint8: .other("U8")
        case .bool: .other("BOOL")
        case .other: nil
        }
    }
}
