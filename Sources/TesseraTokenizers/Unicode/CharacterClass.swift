/// The properties of a character that split rules ask for.
struct CharacterClass: OptionSet, Sendable {
    let rawValue: UInt8

    /// `\p{L}` of Unicode 16.0.
    static let letter = CharacterClass(rawValue: 1)
    /// `\p{N}` of Unicode 16.0.
    static let number = CharacterClass(rawValue: 2)
    /// `\s`: the property White_Space.
    static let whitespace = CharacterClass(rawValue: 4)
    /// General category N of Unicode 17.0, by which the `Digits` pre-tokenizer splits.
    static let numeric = CharacterClass(rawValue: 8)
    /// `\w` of Unicode 16.0, by which added tokens tell whether they stand inside a word.
    static let word = CharacterClass(rawValue: 16)
}

/// The two-stage table of `CharacterClass`, laid down in the program's read-only data.
///
/// The versions are those of the reference, Hugging Face tokenizers 0.23.3; `Scripts/generate-unicode.py` compares
/// the table with it for every code point.
struct CharacterTable {
    private let indexStart: UnsafePointer<UInt8>
    private let blockStart: UnsafePointer<UInt8>

    /// A view of the table; costs nothing.
    @inline(__always)
    init() {
        indexStart = Self.index.utf8Start
        blockStart = Self.blocks.utf8Start
    }

    /// The properties of an ASCII character: `byte` must be below 128.
    @inline(__always)
    func ofASCII(_ byte: UInt8) -> CharacterClass {
        // The first block is that of the first code points.
        CharacterClass(rawValue: blockStart[Int(byte)] &- 0x30)
    }

    /// The properties of `scalar`; none for values that are not code points.
    @inline(__always)
    func of(_ scalar: UInt32) -> CharacterClass {
        guard scalar < 0x11_0000 else { return [] }
        let entry = Int(scalar) / Self.blockSize * 2
        let block = Int(indexStart[entry] &- 0x30) << 6 | Int(indexStart[entry + 1] &- 0x30)
        return CharacterClass(
            rawValue: blockStart[block * Self.blockSize + Int(scalar) % Self.blockSize] &- 0x30)
    }
}
