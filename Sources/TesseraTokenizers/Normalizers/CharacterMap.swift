internal import TesseraCore

/// The precompiled character map of SentencePiece: byte sequences and what they are replaced by.
///
/// Its bytes are the size of a double array (Aoe, 1989; as in Darts-clone), the array, and the replacements, each
/// ended by a zero. Nothing about the array is taken on trust: places outside it match nothing.
struct CharacterMap: Sendable {
    /// The longest replacement, in bytes; Unicode's longest compatibility decomposition has 33.
    private static let longestReplacement = 4096

    /// The longest sequence that is looked for, in bytes, which bounds the time for arrays that run in circles.
    private static let longestSequence = 256

    private let units: [UInt32]
    private let replacements: [UInt8]
    /// Whether a sequence begins with this byte.
    private var begins = [Bool](repeating: false, count: 256)

    /// Reads the map.
    ///
    /// - Throws: `LocatedError` when the sizes are wrong or the replacements are not UTF-8.
    init(_ bytes: [UInt8]) throws(LocatedError) {
        let field = "precompiled_charsmap"
        let remedy = "export the tokenizer again"
        guard bytes.count >= 4 else {
            throw LocatedError(field: field, problem: "has \(bytes.count) bytes", remedy: remedy)
        }
        func word(_ index: Int) -> UInt32 {
            (0..<4).reduce(0) { $0 | UInt32(bytes[index * 4 + $1]) << UInt32($1 * 8) }
        }
        let unitCount = Int(word(0)) / 4
        guard unitCount > 0, unitCount <= (bytes.count - 4) / 4 else {
            throw LocatedError(
                field: field,
                problem: "says that its trie has \(word(0)) bytes; it has \(bytes.count) in all",
                remedy: remedy)
        }
        units = (1...unitCount).map(word)
        replacements = Array(bytes[(4 + unitCount * 4)...])
        guard firstInvalidUTF8Offset(in: replacements) == nil else {
            throw LocatedError(field: field, problem: "has replacements that are not UTF-8", remedy: remedy)
        }
        let longest = replacements.split(separator: 0).map(\.count).max() ?? 0
        guard longest <= Self.longestReplacement else {
            throw LocatedError(
                field: field, problem: "has a replacement of \(longest) bytes",
                remedy: "use at most \(Self.longestReplacement)")
        }
        for byte in UInt8.min...UInt8.max { begins[Int(byte)] = next(root, byte) != nil }
    }

    /// Whether a sequence may begin with `byte`.
    @inline(__always)
    func mayBegin(with byte: UInt8) -> Bool { begins[Int(byte)] }

    /// The replacement for the shortest sequence at the start of `range`, wherever that ends.
    func shortestMatch(in text: UTF8Text, _ range: Range<Int>) -> ArraySlice<UInt8>? {
        var node = root
        for position in range {
            let byte = text[position]
            guard byte != 0, let (after, hasValue) = next(node, byte) else { return nil }
            if hasValue { return replacement(at: after) }
            node = after
        }
        return nil
    }

    /// The replacement for the longest sequence at the start of `range`, and where the sequence ends: between code
    /// points.
    func longestMatch(in text: UTF8Text, _ range: Range<Int>) -> (replacement: ArraySlice<UInt8>, end: Int)? {
        var node = root
        var found: (node: Int, end: Int)?
        for position in range.prefix(Self.longestSequence) {
            guard let (after, hasValue) = next(node, text[position]) else { break }
            let isBetweenScalars = position + 1 == text.count || text[position + 1] & 0xC0 != 0x80
            if hasValue, isBetweenScalars { found = (after, position + 1) }
            node = after
        }
        guard let found, let replacement = replacement(at: found.node) else { return nil }
        return (replacement, found.end)
    }

    private var root: Int { Self.offset(units[0]) }

    /// The place reached from `node` by `byte`, and whether a sequence ends there.
    @inline(__always)
    private func next(_ node: Int, _ byte: UInt8) -> (node: Int, hasValue: Bool)? {
        let place = node ^ Int(byte)
        guard place < units.count else { return nil }
        let unit = units[place]
        guard unit & (1 << 31 | 0xFF) == UInt32(byte) else { return nil }
        return (place ^ Self.offset(unit), unit >> 8 & 1 == 1)
    }

    private static func offset(_ unit: UInt32) -> Int { Int(unit >> 10) << Int((unit & 1 << 9) >> 6) }

    /// The text whose place stands at `node`; nil when that is no place between characters.
    private func replacement(at node: Int) -> ArraySlice<UInt8>? {
        guard node < units.count else { return nil }
        let start = Int(units[node] & 0x7FFF_FFFF)
        guard start <= replacements.count else { return nil }
        if start < replacements.count, replacements[start] & 0xC0 == 0x80 { return nil }
        let end = replacements[start...].firstIndex(of: 0) ?? replacements.count
        return replacements[start..<end]
    }
}
