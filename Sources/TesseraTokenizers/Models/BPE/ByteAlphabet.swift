/// The characters by which byte-level vocabularies spell bytes: `Ġ` is the space.
///
/// Printable Latin-1 characters stand for themselves, the other 68 bytes for U+0100 and on, in order (Radford et
/// al., 2019, `bytes_to_unicode` in the GPT-2 release). All are one or two bytes of UTF-8.
struct ByteAlphabet: Sendable {
    /// For each code point below 0x144, its byte; negative when it is not in the alphabet.
    private let bytes: [Int16]

    /// For each byte, its character.
    private let characters: [UInt16]

    /// Builds the two tables.
    init() {
        var bytes = [Int16](repeating: -1, count: 0x144)
        var characters = [UInt16](repeating: 0, count: 256)
        var next: UInt16 = 0x100
        for byte in UInt16(0)..<256 {
            let stands = (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || byte >= 0xAE
            let character = stands ? byte : next
            if !stands { next += 1 }
            bytes[Int(character)] = Int16(byte)
            characters[Int(byte)] = character
        }
        self.bytes = bytes
        self.characters = characters
    }

    /// Appends the bytes that `spelling` stands for.
    ///
    /// A spelling with a character outside the alphabet stands for itself.
    func appendBytes(of spelling: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        let start = output.count
        var position = 0
        while position < spelling.count {
            guard let (byte, length) = byte(at: position, of: spelling) else {
                output.removeLast(output.count - start)
                output.append(contentsOf: spelling)
                return
            }
            output.append(byte)
            position += length
        }
    }

    /// How many bytes `spelling` stands for.
    func byteCount(of spelling: UnsafeRawBufferPointer) -> Int {
        var count = 0
        var position = 0
        while position < spelling.count {
            guard let (_, length) = byte(at: position, of: spelling) else { return spelling.count }
            count += 1
            position += length
        }
        return count
    }

    /// The byte that the character at `position` of `spelling` stands for; nil when it is not in the alphabet.
    @inline(__always)
    func byte(at position: Int, of spelling: UnsafeRawBufferPointer) -> (UInt8, length: Int)? {
        let lead = spelling[position]
        var code = Int(lead)
        var length = 1
        if lead >= 0x80 {
            guard (0xC2...0xC5).contains(lead), position + 1 < spelling.count else { return nil }
            let second = spelling[position + 1]
            guard second & 0xC0 == 0x80 else { return nil }
            code = (code & 0x1F) << 6 | Int(second & 0x3F)
            length = 2
        }
        guard code < bytes.count, bytes[code] >= 0 else { return nil }
        return (UInt8(truncatingIfNeeded: bytes[code]), length)
    }

    /// Appends the spelling of `byte`.
    func appendSpelling(of byte: UInt8, to output: inout [UInt8]) {
        let character = characters[Int(byte)]
        if character < 0x80 {
            output.append(UInt8(truncatingIfNeeded: character))
        } else {
            output.append(0xC0 | UInt8(truncatingIfNeeded: character >> 6))
            output.append(0x80 | UInt8(truncatingIfNeeded: character & 0x3F))
        }
    }
}
