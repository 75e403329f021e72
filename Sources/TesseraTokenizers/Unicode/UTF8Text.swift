internal import TesseraCore

/// Bytes known to be valid UTF-8, read without further checks.
///
/// Made by `withValidUTF8`, which is what makes `scalar(at:)` safe: a lead byte is always followed by all its
/// continuation bytes inside `count`.
struct UTF8Text {
    /// The bytes.
    let start: UnsafePointer<UInt8>
    /// How many there are.
    let count: Int

    /// Byte `position`, which must be below `count`.
    @inline(__always)
    subscript(position: Int) -> UInt8 { start[position] }

    /// The code point that starts at `position`, and its length in bytes.
    @inline(__always)
    func scalar(at position: Int) -> (value: UInt32, length: Int) {
        let lead = UInt32(start[position])
        if lead < 0x80 { return (lead, 1) }
        let second = UInt32(start[position + 1]) & 0x3F
        if lead < 0xE0 { return ((lead & 0x1F) << 6 | second, 2) }
        let third = UInt32(start[position + 2]) & 0x3F
        if lead < 0xF0 { return ((lead & 0x0F) << 12 | second << 6 | third, 3) }
        let fourth = UInt32(start[position + 3]) & 0x3F
        return ((lead & 0x07) << 18 | second << 12 | third << 6 | fourth, 4)
    }

    /// The start of the code point that ends at `position`, which must be above zero.
    @inline(__always)
    func startOfScalar(before position: Int) -> Int {
        var start = position - 1
        while start > 0, self[start] & 0xC0 == 0x80 { start -= 1 }
        return start
    }

    /// Whether eight bytes follow at `position` and all are ASCII.
    @inline(__always)
    func isASCII(eightBytesAt position: Int) -> Bool {
        guard position + 8 <= count else { return false }
        let word = UnsafeRawPointer(start).loadUnaligned(fromByteOffset: position, as: UInt64.self)
        return word & 0x8080_8080_8080_8080 == 0
    }

    /// The bytes in `range`.
    func bytes(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: start + range.lowerBound, count: range.count)
    }
}

/// Calls `body` with `bytes`, in which ill-formed sequences were replaced by U+FFFD as `String(decoding:as:)` does.
func withValidUTF8<Result>(_ bytes: UnsafeBufferPointer<UInt8>, _ body: (UTF8Text) -> Result) -> Result {
    guard let start = bytes.baseAddress, !bytes.isEmpty else {
        return body(UTF8Text(start: emptyText.utf8Start, count: 0))
    }
    if firstInvalidUTF8Offset(in: bytes) == nil { return body(UTF8Text(start: start, count: bytes.count)) }
    var repaired = String(decoding: bytes, as: UTF8.self)
    return repaired.withUTF8 { buffer in
        body(UTF8Text(start: buffer.baseAddress ?? emptyText.utf8Start, count: buffer.count))
    }
}

private let emptyText: StaticString = ""
