/// Writes GGUF files that hold metadata only, in version 3 of the format.
///
/// ```swift
/// var writer = GGUFWriter()
/// writer.append("general.architecture", .string("llama"))
/// try writeAtomically(writer.bytes, to: "vocabulary.gguf")
/// ```
package struct GGUFWriter {
    /// A metadata value with its type in the file.
    package enum Value: Sendable {
        case uint32(UInt32)
        case bool(Bool)
        case string(String)
        /// Strings that need not be UTF-8.
        case strings([[UInt8]])
        case bytes([UInt8])
        case int32s([Int32])
        case float32s([Float])
    }

    private var pairs: [UInt8] = []
    private var count: UInt64 = 0

    package init() {}

    /// Adds a pair; a key must come once only.
    package mutating func append(_ key: String, _ value: Value) {
        count += 1
        append(Array(key.utf8))
        switch value {
        case .uint32(let value): append(.uint32, value)
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
        case .float32s(let values):
            beginArray(.float32, values.count)
            for value in values { append(value.bitPattern) }
        }
    }

    /// The file.
    package var bytes: [UInt8] {
        var head = GGUFWriter()
        head.pairs = Array("GGUF".utf8)
        head.append(UInt32(3))
        head.append(UInt64(0))
        head.append(count)
        return head.pairs + pairs
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
