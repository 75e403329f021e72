/// Base64 with padding (RFC 4648, section 4).
package enum Base64 {
    /// For each byte its six bits; 0xFF when it is not of the alphabet.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, character) in alphabet.enumerated() {
            values[Int(character)] = UInt8(truncatingIfNeeded: value)
        }
        return values
    }()

    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// Appends the bytes that `text` stands for to `output`.
    ///
    /// - Returns: false when `text` is not base64; then `output` is as it was.
    package static func append(decoding text: UnsafeRawBufferPointer, to output: inout [UInt8]) -> Bool {
        guard text.count % 4 == 0 else { return false }
        let start = output.count
        let values = values
        var position = 0
        while position < text.count {
            let isLast = position + 4 == text.count
            var bits: UInt32 = 0
            var padding = 0
            for offset in 0..<4 {
                let byte = text[position + offset]
                var value = values[Int(byte)]
                if value == 0xFF || padding > 0 {
                    guard isLast, offset >= 2, byte == UInt8(ascii: "=") else {
                        output.removeLast(output.count - start)
                        return false
                    }
                    padding += 1
                    value = 0
                }
                bits = bits << 6 | UInt32(value)
            }
            output.append(UInt8(truncatingIfNeeded: bits >> 16))
            if padding < 2 { output.append(UInt8(truncatingIfNeeded: bits >> 8)) }
            if padding < 1 { output.append(UInt8(truncatingIfNeeded: bits)) }
            position += 4
        }
        return true
    }

    /// The bytes that `text` stands for; nil when it is not base64.
    package static func decode(_ text: String) -> [UInt8]? {
        var text = text
        var bytes: [UInt8] = []
        let isSound = text.withUTF8 { append(decoding: UnsafeRawBufferPointer($0), to: &bytes) }
        return isSound ? bytes : nil
    }

    /// The text that stands for `bytes`.
    package static func encode(_ bytes: some Collection<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        append(encoding: bytes, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends the text that stands for `bytes` to `output`.
    package static func append(encoding bytes: some Collection<UInt8>, to output: inout [UInt8]) {
        let alphabet = alphabet
        var iterator = bytes.makeIterator()
        while let first = iterator.next() {
            let second = iterator.next()
            let third = second == nil ? nil : iterator.next()
            let bits = UInt32(first) << 16 | UInt32(second ?? 0) << 8 | UInt32(third ?? 0)
            output.append(alphabet[Int(bits >> 18)])
            output.append(alphabet[Int(bits >> 12 & 63)])
            output.append(second == nil ? UInt8(ascii: "=") : alphabet[Int(bits >> 6 & 63)])
            output.append(third == nil ? UInt8(ascii: "=") : alphabet[Int(bits & 63)])
        }
    }
}
