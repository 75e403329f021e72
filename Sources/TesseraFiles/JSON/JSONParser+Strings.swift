// Strings: eight bytes at a time up to the closing quote; escapes take the slow way.

internal import TesseraCore

extension JSONParser {
    /// Reads the string whose opening quote is next.
    mutating func string() throws(JSONFailure) -> String {
        let opening = position
        position += 1
        seen = 0
        let start = position
        try passPlainBytes()
        if bytes[position] == UInt8(ascii: "\"") {
            defer { position += 1 }
            return try text(UnsafeRawBufferPointer(rebasing: bytes[start..<position]), at: opening)
        }

        var unescaped: [UInt8] = Array(bytes[start..<position])
        while bytes[position] != UInt8(ascii: "\"") {
            try appendEscape(to: &unescaped)
            let run = position
            try passPlainBytes()
            unescaped.append(contentsOf: bytes[run..<position])
        }
        position += 1
        let result: Result<String, JSONFailure> = unescaped.withUnsafeBytes { buffer in
            Result { () throws(JSONFailure) in try text(buffer, at: opening) }
        }
        return try result.get()
    }

    /// Appends the bytes of the string whose opening quote is next to `output`; gives how many there are.
    mutating func appendString(to output: inout [UInt8]) throws(JSONFailure) -> Int {
        let opening = position
        position += 1
        seen = 0
        let start = output.count
        var run = position
        try passPlainBytes()
        while bytes[position] != UInt8(ascii: "\"") {
            output.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[run..<position]))
            try appendEscape(to: &output)
            run = position
            try passPlainBytes()
        }
        let last = UnsafeRawBufferPointer(rebasing: bytes[run..<position])
        output.append(contentsOf: last)
        position += 1
        if seen & 0x8080_8080_8080_8080 != 0 {
            let isText = output.withUnsafeBufferPointer {
                firstInvalidUTF8Offset(in: UnsafeBufferPointer(rebasing: $0[start...])) == nil
            }
            guard isText else { throw JSONFailure(offset: opening, problem: .notUTF8) }
        }
        return output.count - start
    }

    /// Moves to the next quote or backslash.
    @inline(__always)
    mutating func passPlainBytes() throws(JSONFailure) {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let tops: UInt64 = 0x8080_8080_8080_8080
        while bytes.count - position >= 8 {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            // Each term has the top bit of a byte set where the byte is a quote, a backslash or below 0x20. A borrow
            // may set a bit too many, but only above a true one, so the lowest is right.
            let quotes = word ^ (ones &* 0x22)
            let slashes = word ^ (ones &* 0x5C)
            let found =
                ((quotes &- ones) & ~quotes | (slashes &- ones) & ~slashes | (word &- ones &* 0x20) & ~word)
                & tops
            if found != 0 {
                let plain = found.trailingZeroBitCount / 8
                seen |= word & ~(~0 << UInt64(plain * 8))
                position += plain
                if bytes[position] < 0x20 { throw failure(.controlCharacter) }
                return
            }
            seen |= word
            position += 8
        }
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): return
            case 0..<0x20: throw failure(.controlCharacter)
            case let byte:
                seen |= UInt64(byte)
                position += 1
            }
        }
        throw failure(.unexpectedEnd)
    }

    /// The string of `buffer`, whose bytes are all in `seen`.
    private func text(_ buffer: UnsafeRawBufferPointer, at opening: Int) throws(JSONFailure) -> String {
        // `String(validating:)` would say at once, but looks types up at run time and takes longer than all the rest.
        var text = String(decoding: buffer, as: UTF8.self)
        if seen & 0x8080_8080_8080_8080 != 0 {
            // Decoding puts U+FFFD where the bytes are not UTF-8, so text that is the same bytes was.
            let isSame = text.withUTF8 { UnsafeRawBufferPointer($0).hasSameBytes(as: buffer) }
            guard isSame else { throw JSONFailure(offset: opening, problem: .notUTF8) }
        }
        return text
    }

    /// Reads the escape whose backslash is next.
    mutating func appendEscape(to unescaped: inout [UInt8]) throws(JSONFailure) {
        guard position + 1 < bytes.count else { throw failure(.unexpectedEnd) }
        switch bytes[position + 1] {
        case UInt8(ascii: "\""): unescaped.append(0x22)
        case UInt8(ascii: "\\"): unescaped.append(0x5C)
        case UInt8(ascii: "/"): unescaped.append(0x2F)
        case UInt8(ascii: "b"): unescaped.append(0x08)
        case UInt8(ascii: "f"): unescaped.append(0x0C)
        case UInt8(ascii: "n"): unescaped.append(0x0A)
        case UInt8(ascii: "r"): unescaped.append(0x0D)
        case UInt8(ascii: "t"): unescaped.append(0x09)
        case UInt8(ascii: "u"):
            let scalar = try escapedScalar()
            unescaped.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            return
        default: throw failure(.badEscape)
        }
        position += 2
    }

    /// Reads `\uXXXX`, or two of them that make a surrogate pair (RFC 8259, section 7).
    private mutating func escapedScalar() throws(JSONFailure) -> Unicode.Scalar {
        let start = position
        let first = try hexDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        let isHigh = first < 0xDC00
        guard isHigh, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        else { throw JSONFailure(offset: start, problem: .loneSurrogate) }
        let second = try hexDigits()
        guard (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw JSONFailure(offset: start, problem: .loneSurrogate) }
        return scalar
    }

    private mutating func hexDigits() throws(JSONFailure) -> UInt32 {
        guard bytes.count - position >= 6 else { throw failure(.unexpectedEnd) }
        var value: UInt32 = 0
        for offset in 2..<6 {
            let digit: UInt8
            switch bytes[position + offset] {
            case let byte where (0x30...0x39).contains(byte): digit = byte - 0x30
            case let byte where (0x41...0x46).contains(byte): digit = byte - 0x41 + 10
            case let byte where (0x61...0x66).contains(byte): digit = byte - 0x61 + 10
            default: throw failure(.badEscape)
            }
            value = value << 4 | UInt32(digit)
        }
        position += 6
        return value
    }
}
