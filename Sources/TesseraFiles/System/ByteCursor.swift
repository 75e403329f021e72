/// A place inside a block of little-endian bytes; every read is checked against the end.
///
/// Reads return nil at the end and leave the place as it was, so that the caller can name the field.
package struct ByteCursor {
    private let bytes: UnsafeRawBufferPointer

    /// The bytes before the place.
    package private(set) var position: Int

    /// The bytes after the place.
    package var remaining: Int { bytes.count - position }

    /// Starts at `position` of `bytes`, or at their end when there are fewer.
    package init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0) {
        self.bytes = bytes
        self.position = min(max(position, 0), bytes.count)
    }

    /// Reads a little-endian integer.
    @inline(__always)
    package mutating func read<Value: FixedWidthInteger & BitwiseCopyable>(_ type: Value.Type) -> Value? {
        let size = MemoryLayout<Value>.size
        guard remaining >= size else { return nil }
        let value = bytes.loadUnaligned(fromByteOffset: position, as: Value.self)
        position += size
        return Value(littleEndian: value)
    }

    /// Passes over `count` bytes and gives their range; nil when there are fewer or `count` is negative.
    @inline(__always)
    package mutating func skip(_ count: Int) -> Range<Int>? {
        guard count >= 0, remaining >= count else { return nil }
        let start = position
        position += count
        return start..<position
    }

    /// Passes over `count` bytes, where the count comes from a file and may be any 64-bit number.
    @inline(__always)
    package mutating func skip(_ count: UInt64) -> Range<Int>? {
        guard count <= UInt64(remaining) else { return nil }
        return skip(Int(count))
    }
}
