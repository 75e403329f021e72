internal import TesseraTokenizers

/// An inclusive range of bytes.
struct ByteRange: Hashable, Sendable {
    var lower: UInt8
    var upper: UInt8
}

/// The UTF-8 encodings of a set of code points, as sequences of byte ranges (Unicode Standard, table 3-7).
///
/// Each range of code points is cut where the number of bytes changes and where a trailing byte would not run
/// through all of `80...BF`, the method of Ken Thompson's and Russ Cox's regular expression engines. Surrogates have
/// no encoding and are left out.
func utf8Sequences(of set: CodePointSet) -> [[ByteRange]] {
    var sequences: [[ByteRange]] = []
    for range in set.ranges {
        for part in sameLengths {
            let low = max(range.lowerBound, part.lowerBound)
            let high = min(range.upperBound, part.upperBound)
            if low <= high { append(low, high, to: &sequences) }
        }
    }
    return sequences
}

/// The code points whose encodings have equally many bytes.
private let sameLengths: [ClosedRange<UInt32>] = [
    0...0x7F, 0x80...0x7FF, 0x800...0xD7FF, 0xE000...0xFFFF, 0x1_0000...0x10_FFFF,
]

/// Appends the sequences of a range whose encodings all have the same number of bytes.
private func append(_ low: UInt32, _ high: UInt32, to sequences: inout [[ByteRange]]) {
    // What is still to do, the first part on top: at most one part a byte is waiting.
    var waiting = [(low, high)]
    while let (low, high) = waiting.popLast() {
        if let cut = cut(low, high) {
            waiting.append((cut + 1, high))
            waiting.append((low, cut))
        } else {
            sequences.append(zip(encoding(low), encoding(high)).map { ByteRange(lower: $0, upper: $1) })
        }
    }
}

/// Where a range must be cut so that the bytes of its encodings vary independently; nil when they do.
private func cut(_ low: UInt32, _ high: UInt32) -> UInt32? {
    guard low >= 0x80 else { return nil }
    for shift in [UInt32(6), 12, 18] {
        let tail: UInt32 = (1 << shift) - 1
        guard low & ~tail != high & ~tail else { break }
        if low & tail != 0 { return low | tail }
        if high & tail != tail { return (high & ~tail) - 1 }
    }
    return nil
}

/// The UTF-8 encoding of a code point that is no surrogate.
private func encoding(_ scalar: UInt32) -> [UInt8] {
    switch scalar {
    case ..<0x80: [UInt8(scalar)]
    case ..<0x800: [UInt8(0xC0 | scalar >> 6), UInt8(0x80 | scalar & 0x3F)]
    case ..<0x1_0000:
        [UInt8(0xE0 | scalar >> 12), UInt8(0x80 | scalar >> 6 & 0x3F), UInt8(0x80 | scalar & 0x3F)]
    default:
        [
            UInt8(truncatingIfNeeded: 0xF0 | scalar >> 18), UInt8(0x80 | scalar >> 12 & 0x3F),
            UInt8(0x80 | scalar >> 6 & 0x3F), UInt8(0x80 | scalar & 0x3F),
        ]
    }
}
