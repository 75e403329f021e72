public import TesseraCore
public import TesseraFiles

/// Builds small GGUF files from metadata and tensors, sound ones unless told otherwise.
///
/// ```swift
/// var builder = GGUFBuilder()
/// builder["general.architecture"] = .string("llama")
/// builder.addTensor("output_norm.weight", shape: [4], floats: [1, 1, 1, 1])
/// let file = try builder.file()
/// ```
public struct GGUFBuilder: Sendable {
    /// A metadata value with its type in the file.
    public indirect enum Value: Sendable {
        case uint8(UInt8)
        case int8(Int8)
        case uint16(UInt16)
        case int16(Int16)
        case uint32(UInt32)
        case int32(Int32)
        case uint64(UInt64)
        case int64(Int64)
        case float32(Float)
        case float64(Double)
        case bool(Bool)
        case string(String)
        case bytes([UInt8])
        /// An array of strings.
        case strings([String])
        /// An array of strings that need not be UTF-8.
        case byteStrings([[UInt8]])
        case int32s([Int32])
        case uint32s([UInt32])
        case uint64s([UInt64])
        case float32s([Float])
        case bools([Bool])
        /// A type number and the bytes of a value, whatever they are.
        case raw(type: UInt32, [UInt8])
    }

    /// A tensor; `typeNumber`, `dimensions` (innermost first) and `offset` are what the file will claim.
    public struct Tensor: Sendable {
        public var name: [UInt8]
        public var dimensions: [UInt64]
        public var typeNumber: UInt32
        /// nil: where the bytes really are.
        public var offset: UInt64?
        public var bytes: [UInt8]
    }

    /// The version the file claims.
    public var version: UInt32 = 3

    /// The first four bytes.
    public var magic: [UInt8] = Array("GGUF".utf8)

    /// The alignment used for the layout; set `general.alignment` as well when it is not 32.
    public var alignment = 32

    /// The counts the file claims; nil for the true ones.
    public var claimedTensorCount: UInt64?
    public var claimedMetadataCount: UInt64?

    /// The pairs, in order; keys may repeat.
    public var metadata: [(key: String, value: Value)] = []

    /// The tensors, in order; names may repeat.
    public var tensors: [Tensor] = []

    /// Creates a builder of a file with nothing in it.
    public init() {}

    /// The first value under `key`; setting it replaces that or appends the pair, setting nil removes it.
    public subscript(key: String) -> Value? {
        get { metadata.first { $0.key == key }?.value }
        set {
            let position = metadata.firstIndex { $0.key == key }
            switch (position, newValue) {
            case (let position?, let value?): metadata[position].value = value
            case (let position?, nil): metadata.remove(at: position)
            case (nil, let value?): metadata.append((key, value))
            case (nil, nil): break
            }
        }
    }

    /// Adds a tensor.
    ///
    /// - Parameter shape: outermost axis first, as PyTorch prints it.
    public mutating func addTensor(_ name: String, shape: [Int], format: TensorFormat, bytes: [UInt8]) {
        tensors.append(
            Tensor(
                name: Array(name.utf8), dimensions: shape.reversed().map(UInt64.init),
                typeNumber: format.ggufNumber ?? 0, offset: nil, bytes: bytes))
    }

    /// Adds a tensor of 32-bit floating-point numbers.
    public mutating func addTensor(_ name: String, shape: [Int], floats: [Float]) {
        addTensor(name, shape: shape, format: .float32, bytes: floats.flatMap { littleEndian($0.bitPattern) })
    }
}

// MARK: The file

extension GGUFBuilder {
    /// The bytes up to the first tensor's.
    public func head() -> [UInt8] { layout().head }

    /// The whole file.
    public func bytes() -> [UInt8] {
        var (bytes, offsets) = layout()
        guard !tensors.isEmpty else { return bytes }
        pad(&bytes)
        let dataStart = bytes.count
        for (tensor, offset) in zip(tensors, offsets) {
            bytes += [UInt8](repeating: 0, count: dataStart + offset - bytes.count)
            bytes += tensor.bytes
        }
        return bytes
    }

    /// Opens the file in memory.
    public func file(path: String = "built.gguf") throws(LocatedError) -> GGUFFile {
        try GGUFFile(file: MappedFile(copying: bytes(), path: path))
    }

    /// Writes the file to `path`.
    public func write(to path: String) throws(LocatedError) {
        try writeAtomically(bytes(), to: path)
    }

    private func layout() -> (head: [UInt8], offsets: [Int]) {
        var head = magic + littleEndian(version)
        head += littleEndian(claimedTensorCount ?? UInt64(tensors.count))
        head += littleEndian(claimedMetadataCount ?? UInt64(metadata.count))
        for (key, value) in metadata { head += string(Array(key.utf8)) + encoded(value) }
        var offsets: [Int] = []
        var end = 0
        for tensor in tensors {
            offsets.append(end)
            head += string(tensor.name) + littleEndian(UInt32(tensor.dimensions.count))
            for length in tensor.dimensions { head += littleEndian(length) }
            head += littleEndian(tensor.typeNumber) + littleEndian(tensor.offset ?? UInt64(end))
            end = (end + tensor.bytes.count + alignment - 1) / alignment * alignment
        }
        return (head, offsets)
    }

    private func pad(_ bytes: inout [UInt8]) {
        while bytes.count % alignment != 0 { bytes.append(0) }
    }

    private func string(_ bytes: [UInt8]) -> [UInt8] { littleEndian(UInt64(bytes.count)) + bytes }

    private func array(_ type: UInt32, _ elements: [[UInt8]]) -> [UInt8] {
        littleEndian(UInt32(9)) + littleEndian(type) + littleEndian(UInt64(elements.count))
            + elements.joined()
    }

    private func encoded(_ value: Value) -> [UInt8] {
        func scalar(_ type: UInt32, _ bytes: [UInt8]) -> [UInt8] { littleEndian(type) + bytes }
        return switch value {
        case .uint8(let value): scalar(0, littleEndian(value))
        case .int8(let value): scalar(1, littleEndian(value))
        case .uint16(let value): scalar(2, littleEndian(value))
        case .int16(let value): scalar(3, littleEndian(value))
        case .uint32(let value): scalar(4, littleEndian(value))
        case .int32(let value): scalar(5, littleEndian(value))
        case .float32(let value): scalar(6, littleEndian(value.bitPattern))
        case .bool(let value): scalar(7, [value ? 1 : 0])
        case .string(let value): scalar(8, string(Array(value.utf8)))
        case .bytes(let value): scalar(8, string(value))
        case .uint64(let value): scalar(10, littleEndian(value))
        case .int64(let value): scalar(11, littleEndian(value))
        case .float64(let value): scalar(12, littleEndian(value.bitPattern))
        case .strings(let values): array(8, values.map { string(Array($0.utf8)) })
        case .byteStrings(let values): array(8, values.map(string))
        case .int32s(let values): array(5, values.map(littleEndian))
        case .uint32s(let values): array(4, values.map(littleEndian))
        case .uint64s(let values): array(10, values.map(littleEndian))
        case .float32s(let values): array(6, values.map { littleEndian($0.bitPattern) })
        case .bools(let values): array(7, values.map { [$0 ? 1 : 0] })
        case .raw(let type, let bytes): scalar(type, bytes)
        }
    }
}

private func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
