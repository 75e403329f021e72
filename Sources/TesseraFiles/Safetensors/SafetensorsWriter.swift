public import TesseraCore

/// A tensor to be written: name, shape, format and its bytes, row-major and little-endian.
public struct TensorData: Sendable {
    /// The name.
    public var name: String
    /// The lengths of the axes, outermost first.
    public var shape: [Int]
    /// How the numbers are stored.
    public var format: TensorFormat
    /// The numbers.
    public var bytes: [UInt8]

    /// Describes a tensor.
    public init(name: String, shape: [Int], format: TensorFormat, bytes: [UInt8]) {
        self.name = name
        self.shape = shape
        self.format = format
        self.bytes = bytes
    }

    /// Describes a tensor of 32-bit floating-point numbers.
    public init(name: String, shape: [Int], floats: [Float]) {
        self.init(
            name: name, shape: shape, format: .float32,
            bytes: floats.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
            })
    }

    /// The bytes that shape and format call for; nil when they do not go together.
    var expectedByteCount: Int? {
        var count = 1
        for length in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: length)
            guard length >= 0, !overflow else { return nil }
            count = product
        }
        return format.byteCount(elementCount: count)
    }
}

/// Writes tensors as one safetensors file, in one step.
///
/// Wide numbers come first, then by name, as the reference writer does: so every tensor is aligned and equal
/// tensors give equal files.
///
/// - Parameters:
///   - tensors: with different names, in formats that safetensors has: no quantised blocks.
///   - metadata: texts for `__metadata__`.
///   - path: the file, in a folder that exists.
/// - Throws: `LocatedError` when a tensor's bytes do not match its shape, a name occurs twice, or writing fails.
public func writeSafetensors(
    _ tensors: [TensorData], metadata: [(key: String, value: String)] = [], to path: String
) throws(LocatedError) {
    for tensor in tensors { try check(tensor, path: path) }
    let bytes = Dictionary(
        tensors.map { (ByteKey($0.name), $0.bytes) }, uniquingKeysWith: { first, _ in first })
    var file = try SafetensorsTensorFile(
        path: path, metadata: metadata,
        tensors: tensors.map { TensorDescription(name: $0.name, shape: $0.shape, format: $0.format) })
    for tensor in file.tensors {
        let written: Result<Void, LocatedError>? = bytes[ByteKey(tensor.name)]?.withUnsafeBytes { bytes in
            Result { () throws(LocatedError) in try file.write(bytes) }
        }
        try written?.get()
    }
    try file.commit()
}

/// A safetensors file that is written tensor by tensor and appears under its name when it is complete.
package struct SafetensorsTensorFile: ~Copyable, TensorSink {
    /// The tensors in the order in which they must be written: wide numbers first, then by name.
    package let tensors: [TensorDescription]

    private var file: AtomicFile

    /// Begins the file with its header.
    ///
    /// - Throws: `LocatedError` when a format has no place in safetensors, a name occurs twice, or the file cannot be
    ///   written.
    package init(
        path: String, metadata: [(key: String, value: String)] = [], tensors: [TensorDescription]
    ) throws(LocatedError) {
        let ordered = tensors.sorted { left, right in
            let (leftSize, rightSize) = (left.format.bytesPerBlock ?? 0, right.format.bytesPerBlock ?? 0)
            return leftSize == rightSize
                ? left.name.utf8.lexicographicallyPrecedes(right.name.utf8) : leftSize > rightSize
        }
        var header = JSONObject()
        if !metadata.isEmpty {
            header[SafetensorsReader.metadataKey] = .object(
                JSONObject(metadata.map { ($0.key, .string($0.value)) }))
        }
        var end = 0
        for tensor in ordered {
            let field = "tensor \(tensor.name)"
            guard tensor.format.blockSize == 1 else {
                throw LocatedError(
                    file: path, field: field,
                    problem: "format \(tensor.format.name) has no place in safetensors",
                    remedy: "write it as F32, F16 or BF16")
            }
            guard header[tensor.name] == nil, !tensor.name.hasSameBytes(as: SafetensorsReader.metadataKey)
            else {
                throw LocatedError(
                    file: path, field: field, problem: "the name occurs twice or is reserved",
                    remedy: "give each tensor a name of its own")
            }
            header[tensor.name] = [
                "dtype": .string(tensor.format.name), "shape": .array(tensor.shape.map { .integer($0) }),
                "data_offsets": [.integer(end), .integer(end + tensor.byteCount)],
            ]
            end += tensor.byteCount
        }
        var text = JSONValue.object(header).serializedBytes()
        while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
        guard text.count <= SafetensorsReader.headerLimit else {
            throw LocatedError(
                file: path, field: "header", problem: "is over 100 MB", remedy: "write several files")
        }
        var file = try AtomicFile(path: path)
        try file.write(withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) })
        try file.write(text)
        self.file = file
        self.tensors = ordered
    }

    package mutating func write(_ bytes: UnsafeRawBufferPointer) throws(LocatedError) {
        try file.write(bytes)
    }

    package mutating func endTensor() throws(LocatedError) {}

    package consuming func commit() throws(LocatedError) { try file.commit() }
}

/// Holds the bytes of a tensor against its shape; whether its format has a place is for the header to say.
private func check(_ tensor: TensorData, path: String) throws(LocatedError) {
    guard let expected = tensor.expectedByteCount, expected == tensor.bytes.count else {
        throw LocatedError(
            file: path, field: "tensor \(tensor.name)",
            problem:
                "\(tensor.bytes.count) bytes do not match shape \(tensor.shape) in \(tensor.format.name)",
            remedy: "give the bytes that the shape calls for")
    }
}
