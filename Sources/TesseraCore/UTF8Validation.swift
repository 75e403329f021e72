/// The offset of the first byte that is not part of well-formed UTF-8 (Unicode Standard, table 3-7); nil when all
/// are.
///
/// The offset is that of the first byte of the ill-formed sequence.
public func firstInvalidUTF8Offset(in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    let raw = UnsafeRawBufferPointer(bytes)
    var index = 0
    while index < bytes.count {
        let lead = bytes[index]
        if lead < 0x80 {
            // Eight ASCII bytes at a time.
            while index + 8 <= bytes.count,
                raw.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
            {
                index += 8
            }
            while index < bytes.count, bytes[index] < 0x80 { index += 1 }
            continue
        }
        let length: Int
        // Where the second byte may lie: narrower after E0, ED, F0 and F4.
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0:
            length = 3
            second = 0xA0...0xBF
        case 0xED:
            length = 3
            second = 0x80...0x9F
        case 0xE1...0xEF: length = 3
        case 0xF0:
            length = 4
            second = 0x90...0xBF
        case 0xF4:
            length = 4
            second = 0x80...0x8F
        case 0xF1...0xF3: length = 4
        default: return index
        }
        guard length <= bytes.count - index, second.contains(bytes[index + 1]) else { return index }
        for offset in 2..<max(2, length) where bytes[index + offset] & 0xC0 != 0x80 { return index }
        index += length
    }
    return nil
}

/// The offset of the first byte that is not part of well-formed UTF-8; nil when all are.
public func firstInvalidUTF8Offset(in bytes: [UInt8]) -> Int? {
    bytes.withUnsafeBufferPointer { firstInvalidUTF8Offset(in: $0) }
}

extension LocatedError {
    /// The error for text that is not UTF-8 from byte `offset` on.
    public static func invalidUTF8(file: String?, offset: Int) -> LocatedError {
        LocatedError(
            file: file, problem: "byte \(offset) is not valid UTF-8",
            remedy: "convert the text first, for example with iconv -f LATIN1 -t UTF-8"
        )
    }
}
