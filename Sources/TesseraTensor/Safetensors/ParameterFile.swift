public import TesseraCore
public import TesseraFiles

/// Writes tensors as one safetensors file, in one step: the file that the engine and other tools read.
///
/// - Parameters:
///   - parameters: with different names.
///   - type: what floating-point numbers are written as; their own type when left out.
///   - metadata: texts for `__metadata__`; other tools look for `format`.
///   - path: the file, in a folder that exists.
/// - Throws: `LocatedError` when a name occurs twice or writing fails; what was there before then stays.
public func writeSafetensors(
    _ parameters: [Parameter], as type: ScalarType? = nil,
    metadata: [(key: String, value: String)] = [("format", "pt")], to path: String
) throws(LocatedError) {
    var descriptions: [TensorDescription] = []
    var tensors: [ByteKey: Tensor] = [:]
    for parameter in parameters {
        let own = parameter.tensor.type
        guard let format = (own.isFloatingPoint ? type ?? own : own).format else {
            throw LocatedError(
                file: path, field: "tensor \(parameter.name)",
                problem: "its numbers have no place in safetensors", remedy: "convert it first")
        }
        descriptions.append(
            TensorDescription(name: parameter.name, shape: parameter.tensor.shape, format: format))
        tensors[ByteKey(parameter.name)] = parameter.tensor
    }
    var file = try SafetensorsTensorFile(path: path, metadata: metadata, tensors: descriptions)
    // One tensor at a time is copied: it may lie on another device.
    for description in file.tensors {
        guard let tensor = tensors[ByteKey(description.name)],
            let type = ScalarType(description.format)
        else { continue }
        var bytes = [UInt8](repeating: 0, count: description.byteCount)
        let converted = try tensor.converted(to: type)
        try converted.copyBytes(into: &bytes)
        let written: Result<Void, LocatedError> = bytes.withUnsafeBytes { bytes in
            Result { () throws(LocatedError) in try file.write(bytes) }
        }
        try written.get()
        try file.endTensor()
    }
    try file.commit()
}

/// Reads a file's tensors into parameters of the same names and shapes, in place.
///
/// Numbers are converted to the parameters' types. Tensors of the file that no parameter is named after are left out.
///
/// - Throws: `LocatedError` naming the file and the tensor when one is missing or has another shape; parameters may
///   have changed by then.
public func readParameters(_ parameters: [Parameter], from source: some TensorSource) throws(LocatedError) {
    for parameter in parameters {
        guard let view = source.tensor(parameter.name) else {
            throw LocatedError(
                file: source.path, field: "tensor \(parameter.name)", problem: "is missing",
                remedy: "name a file of the same model")
        }
        guard view.shape == parameter.tensor.shape else {
            throw LocatedError(
                file: source.path, field: "tensor \(parameter.name)",
                problem: "has the shape \(view.shape) instead of \(parameter.tensor.shape)",
                remedy: "name a file of the same model")
        }
        try parameter.tensor.assign(Tensor(view))
    }
}

extension ScalarType {
    /// Whether the numbers have a fraction.
    public var isFloatingPoint: Bool {
        switch self {
        case .float32, .float64, .float16, .bfloat16: true
        default: false
        }
    }
}
