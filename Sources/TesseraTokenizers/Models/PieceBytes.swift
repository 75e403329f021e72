/// The bytes of a piece, read code point by code point without trusting that they are UTF-8.
struct PieceBytes {
    let start: UnsafePointer<UInt8>
    let count: Int

    /// The value that stands for ill-formed bytes: it is no code point, so nothing has it for a key.
    static let illFormed: UInt32 = 0x11_0000

    /// The bytes of `buffer`; nil when there are none.
    init?(_ buffer: UnsafeBufferPointer<UInt8>) {
        guard let start = buffer.baseAddress, !buffer.isEmpty else { return nil }
        self.start = start
        count = buffer.count
    }

    /// The `count` bytes at `start`.
    init(start: UnsafePointer<UInt8>, count: Int) {
        self.start = start
        self.count = count
    }

    /// The bytes of the character at `position`, as its lead byte says, at most those that are left.
    @inline(__always)
    func characterLength(at position: Int) -> Int {
        let lead = start[position]
        let length = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
        return min(length, count - position)
    }

    @inline(__always)
    subscript(position: Int) -> UInt8 { start[position] }

    /// The code point at `position`, which must be below `count`, and its length in bytes.
    ///
    /// The lead byte decides the length; where fewer bytes are left, they are ill-formed together.
    @inline(__always)
    func scalar(at position: Int) -> (value: UInt32, length: Int) {
        let lead = UInt32(start[position])
        if lead < 0x80 { return (lead, 1) }
        let length = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
        guard length > 1, length <= count - position, lead < 0xF8 else {
            return (Self.illFormed, min(length, count - position))
        }
        let second = UInt32(start[position + 1]) & 0x3F
        if length == 2 { return ((lead & 0x1F) << 6 | second, 2) }
        let third = UInt32(start[position + 2]) & 0x3F
        if length == 3 { return ((lead & 0x0F) << 12 | second << 6 | third, 3) }
        let fourth = UInt32(start[position + 3]) & 0x3F
        return (min((lead & 0x07) << 18 | second << 12 | third << 6 | fourth, Self.illFormed), 4)
    }

    /// The bytes in `range`.
    @inline(__always)
    func raw(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: start + range.lowerBound, count: range.count)
    }
}

extension UnsafeRawBufferPointer {
    /// The code point that these bytes spell; nil when they spell none or more than one.
    var onlyScalar: UInt32? {
        guard let start = baseAddress, let lead = first else { return nil }
        if lead < 0x80 { return count == 1 ? UInt32(lead) : nil }
        guard count <= 4 else { return nil }
        let bytes = UnsafeBufferPointer(start: start.assumingMemoryBound(to: UInt8.self), count: count)
        guard let piece = PieceBytes(bytes) else { return nil }
        let (value, length) = piece.scalar(at: 0)
        return length == count && value != PieceBytes.illFormed ? value : nil
    }
}
