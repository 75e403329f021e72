/// What the normalization forms need to know of each code point: Unicode 9.0, as in the reference.
struct NormalizationData: Sendable {
    /// The tables, built at first use.
    static let shared = NormalizationData()

    /// What a code point means to a form.
    struct Flags: OptionSet, Sendable {
        let rawValue: UInt8
        static let decomposes = Flags(rawValue: 1)
        static let decomposesCompatibly = Flags(rawValue: 2)
        /// Never occurs in the form, or composes with what stands before it.
        static let changesComposed = Flags(rawValue: 4)
        static let changesComposedCompatibly = Flags(rawValue: 8)
        /// Has a canonical combining class above 0.
        static let nonstarter = Flags(rawValue: 16)
    }

    private let flagTable = CodePointTable(runs: flagRuns)
    private let classTable = CodePointTable(runs: classRuns)
    private let canonicalMappings = CodePointMappings(canonical)
    private let compatibleMappings = CodePointMappings(compatible)

    /// Open addressing: two code points and what they compose to, 21 bits each; 0 is free.
    private var compositions = [UInt64](repeating: 0, count: 4096)

    private init() {
        var reader = GeneratedTextReader(Self.pairs)
        while let first = reader.next(), let second = reader.next(), let composed = reader.next() {
            let pair = UInt64(first) << 21 | UInt64(second)
            var slot = Self.slot(of: pair)
            while compositions[slot] != 0 { slot = (slot + 1) % compositions.count }
            compositions[slot] = pair << 21 | UInt64(composed)
        }
    }

    private static func slot(of pair: UInt64) -> Int {
        Int(truncatingIfNeeded: (pair &* 0x9E37_79B9_7F4A_7C15) >> 52)
    }

    @inline(__always)
    func flags(of scalar: UInt32) -> Flags { Flags(rawValue: flagTable[scalar]) }

    /// The canonical combining class.
    @inline(__always)
    func combiningClass(of scalar: UInt32) -> UInt8 { classTable[scalar] }

    /// Calls `body` with the code points of the full decomposition.
    @inline(__always)
    func decompose(_ scalar: UInt32, compatibly: Bool, _ body: (UInt32) -> Void) {
        if Hangul.syllables.contains(scalar) {
            Hangul.decompose(scalar, body)
        } else if compatibly, let mapping = compatibleMappings.mapping(of: scalar) {
            mapping.forEach(body)
        } else if let mapping = canonicalMappings.mapping(of: scalar) {
            mapping.forEach(body)
        } else {
            body(scalar)
        }
    }

    /// What two code points compose to.
    func compose(_ first: UInt32, _ second: UInt32) -> UInt32? {
        if let syllable = Hangul.compose(first, second) { return syllable }
        let pair = UInt64(first) << 21 | UInt64(second)
        var slot = Self.slot(of: pair)
        while compositions[slot] != 0 {
            if compositions[slot] >> 21 == pair { return UInt32(compositions[slot] & 0x1F_FFFF) }
            slot = (slot + 1) % compositions.count
        }
        return nil
    }
}

/// The composition of Hangul syllables from jamo (Unicode Standard 9.0, section 3.12).
private enum Hangul {
    static let syllables: Range<UInt32> = 0xAC00..<0xD7A4
    private static let leading: UInt32 = 0x1100
    private static let vowel: UInt32 = 0x1161
    private static let trailing: UInt32 = 0x11A7

    @inline(__always)
    static func decompose(_ syllable: UInt32, _ body: (UInt32) -> Void) {
        let index = syllable - syllables.lowerBound
        body(leading + index / 588)
        body(vowel + index % 588 / 28)
        if index % 28 != 0 { body(trailing + index % 28) }
    }

    static func compose(_ first: UInt32, _ second: UInt32) -> UInt32? {
        if (leading..<leading + 19).contains(first), (vowel..<vowel + 21).contains(second) {
            return syllables.lowerBound + (first - leading) * 588 + (second - vowel) * 28
        }
        if syllables.contains(first), (first - syllables.lowerBound) % 28 == 0,
            (trailing + 1..<trailing + 28).contains(second)
        {
            return first + (second - trailing)
        }
        return nil
    }
}
