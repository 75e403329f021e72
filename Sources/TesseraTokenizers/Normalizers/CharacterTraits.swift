/// The properties of a character that normalizers and pre-tokenizers ask for, each of the Unicode version of the
/// reference; `Scripts/generate-normalization.py` compares them with it for every code point.
struct CharacterTraits: OptionSet, Sendable {
    let rawValue: UInt8

    /// General category M of Unicode 9.0: what `StripAccents` drops.
    static let mark = CharacterTraits(rawValue: 1)
    /// General category Mn of Unicode 8.0: what `BertNormalizer` drops as accents.
    static let nonspacingMark = CharacterTraits(rawValue: 2)
    /// General categories Cc, Cf and Co of Unicode 8.0.
    static let other = CharacterTraits(rawValue: 4)
    /// General category P of Unicode 8.0, and the ASCII symbols.
    static let punctuation = CharacterTraits(rawValue: 8)
    /// Its lowercase in Unicode 17.0 is another.
    static let lowercases = CharacterTraits(rawValue: 16)

    /// All characters' traits.
    static let table = CharacterTraitsTable()
}

/// The traits of each code point and the lowercase of those that have one.
struct CharacterTraitsTable: Sendable {
    private let traits = CodePointTable(runs: CharacterTraits.runs)
    private let lowercase = CodePointMappings(CharacterTraits.lowercase)

    /// The traits of `scalar`.
    @inline(__always)
    subscript(scalar: UInt32) -> CharacterTraits { CharacterTraits(rawValue: traits[scalar]) }

    /// What `scalar` becomes in lowercase; nil when it stays.
    func lowercase(of scalar: UInt32) -> ArraySlice<UInt32>? { lowercase.mapping(of: scalar) }
}

/// Whether `scalar` has the property White_Space, the same in all versions that matter.
@inline(__always)
func isWhiteSpace(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x09...0x0D, 0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
    default: false
    }
}
