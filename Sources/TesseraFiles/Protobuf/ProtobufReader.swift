package import TesseraCore

/// The value of a field on the wire, by the four kinds that are in use.
package enum ProtobufValue: Hashable, Sendable {
    /// An integer, a truth value or an enumeration.
    case varint(UInt64)
    /// Eight bytes.
    case fixed64(UInt64)
    /// Text, bytes or a message: where they lie in what is read.
    case bytes(Range<Int>)
    /// Four bytes.
    case fixed32(UInt32)
    /// A group, which nothing writes any more: where its fields lie.
    case group(Range<Int>)
}

/// A field of a message.
package struct ProtobufField: Hashable, Sendable {
    /// Its number.
    package var number: Int
    /// Its value.
    package var value: ProtobufValue
    /// Where the whole field lies in what is read, its number included.
    package var range: Range<Int>
}

/// Reads the fields of a message in Protocol Buffers' wire format, one after another.
///
/// Every length is checked against the end. Which field means what is the caller's business: unknown ones can be kept
/// as the bytes of their `range`. The format: <https://protobuf.dev/programming-guides/encoding/>.
package struct ProtobufReader {
    private let bytes: UnsafeRawBufferPointer
    private var cursor: ByteCursor

    /// What errors call the message.
    private let name: String

    /// Reads the message in `bytes`.
    package init(_ bytes: UnsafeRawBufferPointer, name: String) {
        self.bytes = bytes
        self.name = name
        cursor = ByteCursor(bytes)
    }

    /// The next field; nil at the end.
    ///
    /// - Throws: `LocatedError` naming the byte at which the message breaks off or is not in the format.
    package mutating func next() throws(LocatedError) -> ProtobufField? {
        guard cursor.remaining > 0 else { return nil }
        let start = cursor.position
        let (number, wireType) = try key()
        let value: ProtobufValue
        if wireType == 3 {
            value = .group(try group(number))
        } else {
            value = try self.value(wireType)
        }
        return ProtobufField(number: number, value: value, range: start..<cursor.position)
    }

    private mutating func key() throws(LocatedError) -> (number: Int, wireType: UInt64) {
        let start = cursor.position
        let key = try varint()
        guard key >> 3 > 0, key >> 3 < 1 << 29 else { throw error(start, "\(key >> 3) is no field number") }
        return (Int(key >> 3), key & 7)
    }

    private mutating func value(_ wireType: UInt64) throws(LocatedError) -> ProtobufValue {
        let start = cursor.position
        switch wireType {
        case 0: return .varint(try varint())
        case 1:
            guard let value = cursor.read(UInt64.self) else { throw error(start, "the message breaks off") }
            return .fixed64(value)
        case 2:
            let length = try varint()
            guard let range = cursor.skip(length) else {
                throw error(start, "a field of \(length) bytes runs past the end")
            }
            return .bytes(range)
        case 5:
            guard let value = cursor.read(UInt32.self) else { throw error(start, "the message breaks off") }
            return .fixed32(value)
        default: throw error(start, "\(wireType) is no wire type")
        }
    }

    /// Passes over a group, in a loop so that nesting costs no stack.
    private mutating func group(_ number: Int) throws(LocatedError) -> Range<Int> {
        let start = cursor.position
        var open = [number]
        while let innermost = open.last {
            let end = cursor.position
            guard cursor.remaining > 0 else { throw error(start, "group \(innermost) has no end") }
            let (number, wireType) = try key()
            switch wireType {
            case 3:
                // The reference's own limit.
                guard open.count < 100 else { throw error(end, "groups are nested more than 100 deep") }
                open.append(number)
            case 4:
                guard number == innermost else { throw error(end, "group \(innermost) ends as \(number)") }
                open.removeLast()
                if open.isEmpty { return start..<end }
            default: _ = try value(wireType)
            }
        }
        return start..<cursor.position
    }

    /// A number of up to ten bytes; bits beyond the 64th are dropped, as in the reference.
    private mutating func varint() throws(LocatedError) -> UInt64 {
        let start = cursor.position
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard let byte = cursor.read(UInt8.self) else { throw error(start, "a number breaks off") }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw error(start, "a number has more than ten bytes")
    }

    private func error(_ place: Int, _ problem: String) -> LocatedError {
        LocatedError(
            field: name, problem: "byte \(place): \(problem)", remedy: "the file is damaged; fetch it again")
    }
}
