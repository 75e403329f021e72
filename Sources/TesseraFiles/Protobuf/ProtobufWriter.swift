/// Writes the fields of a message in Protocol Buffers' wire format.
package struct ProtobufWriter {
    /// What was written.
    package private(set) var bytes: [UInt8] = []

    package init() {}

    /// Writes an integer, a truth value or an enumeration; negative numbers take ten bytes, as in the format.
    package mutating func append(varint value: Int, field: Int) {
        append(varint: UInt64(bitPattern: Int64(value)), field: field)
    }

    /// Writes an unsigned integer.
    package mutating func append(varint value: UInt64, field: Int) {
        key(field, wireType: 0)
        append(value)
    }

    /// Writes text, bytes or the bytes of a message.
    package mutating func append(bytes content: some Collection<UInt8>, field: Int) {
        key(field, wireType: 2)
        append(UInt64(content.count))
        bytes.append(contentsOf: content)
    }

    /// Writes a number of four bytes.
    package mutating func append(float value: Float, field: Int) {
        key(field, wireType: 5)
        for shift in stride(from: UInt32(0), to: 32, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> shift))
        }
    }

    /// Writes fields that are in the format already.
    package mutating func append(fields: some Sequence<UInt8>) { bytes.append(contentsOf: fields) }

    private mutating func key(_ field: Int, wireType: UInt64) { append(UInt64(field) << 3 | wireType) }

    private mutating func append(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }
}
