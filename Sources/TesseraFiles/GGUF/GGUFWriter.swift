package import TesseraCore

/// Writes GGUF files, in version 3 of the format.
///
/// ```swift
/// var writer = GGUFWriter()
/// writer.append("general.architecture", .string("llama"))
/// try writeAtomically(writer.bytes, to: "vocabulary.gguf")    // metadata only
/// ```
package struct GGUFWriter {
    /// A metadata value with its type in the file.
    package enum Value: Sendable {
        case uint32(UInt32)
        case float32(Float)
        case bool(Bool)
        case string(String)
        /// Strings that need not be UTF-8.
        case strings([[UInt8]])
        case bytes([UInt8])
        case int32s([Int32])
        case uint32s([UInt32])
        case float32s([Float])
    }

    private var pairs: [UInt8] = []
    private var count: UInt64 = 0
    private var keys: Set<ByteKey> = []

    package init() {}

    /// Adds a pair; a key must come once only.
    package mutating func append(_ key: String, _ value: Value) {
        begin(key)
        switch value {
        case .uint32(let value): append(.uint32, value)
        case .float32(let value): append(.float32, value.bitPattern)
        case .bool(let value): append(.bool, UInt8(value ? 1 : 0))
        case .string(let value):
            append(GGUFType.string.rawValue)
            append(Array(value.utf8))
        case .strings(let values):
            beginArray(.string, values.count)
            for value in values { append(value) }
        case .bytes(let values):
            beginArray(.uint8, values.count)
            pairs.append(contentsOf: values)
        case .int32s(let values):
            beginArray(.int32, values.count)
            for value in values { append(value) }
        case .uint32s(let values):
            beginArray(.uint32, values.count)
            for value in values { append(value) }
        case .float32s(let values):
            beginArray(.float32, values.count)
            for value in values { append(value.bitPattern) }
        }
    }

    /// Adds a pair as another file has it.
    package mutating func append(_ key: String, copying encoded: UnsafeRawBufferPointer) {
        begin(key)
        pairs.append(contentsOf: encoded)
    }

    /// Whether there is a pair with this key.
    package func has(_ key: String) -> Bool { keys.contains(ByteKey(key)) }

    private mutating func begin(_ key: String) {
        count += 1
        keys.insert(ByteKey(key))
        append(Array(key.utf8))
    }

    /// The file, without tensors.
    package var bytes: [UInt8] { head(of: []) }

    /// What stands before the numbers of `tensors`, which lie in a row, each aligned.
    fileprivate func head(of tensors: [TensorDescription]) -> [UInt8] {
        var head = GGUFWriter()
        head.pairs = Array("GGUF".utf8)
        head.append(UInt32(3))
        head.append(UInt64(tensors.count))
        head.append(count)
        head.pairs += pairs
        var offset = 0
        for tensor in tensors {
            head.append(Array(tensor.name.utf8))
            head.append(UInt32(tensor.shape.count))
            for length in tensor.shape.reversed() { head.append(UInt64(length)) }
            head.append(tensor.format.ggufNumber ?? 0)
            head.append(UInt64(offset))
            offset += tensor.byteCount + GGUFTensorFile.padding(after: tensor.byteCount)
        }
        return head.pairs
    }

    private mutating func append(_ type: GGUFType, _ value: some FixedWidthInteger) {
        append(type.rawValue)
        append(value)
    }

    private mutating func beginArray(_ type: GGUFType, _ count: Int) {
        append(.array, type.rawValue)
        append(UInt64(count))
    }

    private mutating func append(_ string: [UInt8]) {
        append(UInt64(string.count))
        pairs.append(contentsOf: string)
    }

    private mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { pairs.append(contentsOf: $0) }
    }
}

/// A GGUF file that is written tensor by tensor and appears under its name when it is complete.
package struct GGUFTensorFile: ~Copyable, TensorSink {
    private var file: AtomicFile

    /// Begins the file with its metadata and the list of its tensors, which are written in this order.
    ///
    /// - Throws: `LocatedError` when a format has no place in GGUF, or the file cannot be written.
    package init(path: String, metadata: GGUFWriter, tensors: [TensorDescription]) throws(LocatedError) {
        if let tensor = tensors.first(where: { $0.format.ggufNumber == nil }) {
            throw LocatedError(
                file: path, field: "tensor \(tensor.name)",
                problem: "format \(tensor.format.name) has no place in GGUF", remedy: "write it as F32")
        }
        var file = try AtomicFile(path: path)
        try file.write(metadata.head(of: tensors))
        try Self.pad(&file)
        self.file = file
    }

    package mutating func write(_ bytes: UnsafeRawBufferPointer) throws(LocatedError) {
        try file.write(bytes)
    }

    package mutating func endTensor() throws(LocatedError) { try Self.pad(&file) }

    package consuming func commit() throws(LocatedError) { try file.commit() }

    private static func pad(_ file: inout AtomicFile) throws(LocatedError) {
        try file.write([UInt8](repeating: 0, count: padding(after: file.byteCount)))
    }

    /// The bytes to the next place where a tensor may begin.
    static func padding(after byteCount: Int) -> Int { (32 - byteCount % 32) % 32 }
}
