/// Romanizes one stretch of code points from left to right: at each place the longest thing that is known there.
///
/// A stretch is what stands between ASCII characters, which stay as they are; nothing looks across its ends. Every
/// step takes bounded time, so a stretch takes time linear in its length.
struct RomanEngine {
    let table: RomanTable
    let rules: [RomanRule]
    let ranges: [UInt32: Range<Int>]
    let asciiOnly: Bool
    /// Whether words end without the vowel that their last consonant carries.
    let dropsFinalVowel: Bool

    /// The code points of the stretch.
    var scalars: [UInt32] = []
    /// What was written.
    var output: [UInt8] = []
    /// Whether `edges` are wanted.
    var notesEdges = false
    /// The edges so far: they tile `0..<scalars.count`.
    var edges: [Edge] = []
    /// Whether the next sound is written with its first letter twice: after an addak.
    var doublesNext = false
    /// Where a Thai syllable ended with a vowel, which a consonant there may close.
    var openSyllableEnd = -1
    /// Where a Thai consonant ended that no written vowel follows.
    var bareOnsetEnd = -1

    /// A part of the stretch and the end of what was written for it.
    struct Edge {
        var start: Int
        var end: Int
        var outputEnd: Int
        var source: RomanSpan.Source
    }

    init(_ rules: RomanRules, asciiOnly: Bool) {
        table = rules.table
        self.rules = rules.rules
        ranges = rules.ranges
        self.asciiOnly = asciiOnly
        dropsFinalVowel = rules.dropsFinalVowel
    }

    /// Writes what `scalars` sound like to `output`, which it empties first.
    mutating func run() {
        output.removeAll(keepingCapacity: true)
        edges.removeAll(keepingCapacity: true)
        doublesNext = false
        openSyllableEnd = -1
        bareOnsetEnd = -1
        var place = 0
        while place < scalars.count { place = step(at: place) }
    }

    /// Romanizes what begins at `place`.
    ///
    /// - Returns: where it ends, which is after `place`.
    private mutating func step(at place: Int) -> Int {
        let scalar = scalars[place]
        if scalar >= 0xAC00, scalar <= 0xD7A3 {
            writeHangul(scalar)
            return end(place, place + 1, .hangul)
        }
        let (entry, hasRules) = table.lookUp(scalar)
        if hasRules, let rule = rule(at: place) {
            writeSound(rules[rule].target)
            let next = place + rules[rule].source.count
            if rules[rule].kind == .consonant, keepsVowel(at: next - 1, .consonant) {
                output.append(UInt8(ascii: "a"))
            }
            return end(place, next, .rule)
        }
        switch scalar {
        case 0x0A71:
            // Gurmukhi's addak doubles the consonant after it.
            doublesNext = true
            return end(place, place + 1, .rule)
        case 0x0E00...0x0E7F:
            if let next = thai(at: place) { return next }
        case 0x0F40...0x0FBC:
            if let next = tibetan(at: place) { return next }
        case 0x3041...0x30FF:
            if let next = kana(at: place) { return next }
        case 0x3007, 0x4E00...0x9FFF:
            if let next = hanNumber(at: place) { return next }
        default: break
        }
        switch entry.kind {
        case .unknown:
            if asciiOnly { output.append(UInt8(ascii: "?")) } else { writeItself(scalar) }
            return end(place, place + 1, .itself)
        case .kept:
            if asciiOnly { write(entry.range) } else { writeItself(scalar) }
            return end(place, place + 1, .itself)
        case .consonant, .roundConsonant, .subjoined:
            if doublesNext { writeSound(Array(table.texts[entry.range])) } else { write(entry.range) }
            if keepsVowel(at: place, entry.kind) {
                output.append(UInt8(ascii: entry.kind == .roundConsonant ? "o" : "a"))
            }
            return end(place, place + 1, .name)
        case .digit:
            write(entry.range)
            return end(place, place + 1, .number)
        case .separator, .text, .vowelSign, .killer, .mark:
            write(entry.range)
            return end(place, place + 1, .name)
        }
    }

    /// Notes an edge.
    mutating func end(_ start: Int, _ end: Int, _ source: RomanSpan.Source) -> Int {
        if notesEdges {
            edges.append(Edge(start: start, end: end, outputEnd: output.count, source: source))
        }
        return end
    }

    /// Writes a code point as it is.
    private mutating func writeItself(_ scalar: UInt32) {
        switch scalar {
        case ..<0x80: output.append(UInt8(truncatingIfNeeded: scalar))
        case ..<0x800:
            output.append(UInt8(truncatingIfNeeded: 0xC0 | scalar >> 6))
            output.append(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F))
        case ..<0x10000:
            output.append(UInt8(truncatingIfNeeded: 0xE0 | scalar >> 12))
            output.append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3F))
            output.append(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F))
        default:
            output.append(UInt8(truncatingIfNeeded: 0xF0 | scalar >> 18 & 7))
            output.append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 12 & 0x3F))
            output.append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3F))
            output.append(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F))
        }
    }

    /// Writes a text of the table; most have one to three bytes, for which a loop is the fastest way.
    @inline(__always)
    mutating func write(_ range: Range<Int>) {
        for index in range { output.append(table.texts[index]) }
    }

    /// Writes a text, byte by byte for the same reason.
    @inline(__always)
    mutating func write(_ text: String) {
        for byte in text.utf8 { output.append(byte) }
    }

    /// Writes a sound, its first letter twice after an addak.
    mutating func writeSound(_ text: [UInt8]) {
        if doublesNext, let first = text.first {
            doublesNext = false
            if !Self.vowels.contains(first) { output.append(first) }
        }
        for byte in text { output.append(byte) }
    }

    static let vowels = Array("aeiouAEIOU".utf8)

    /// The number of the rule that holds at `place`: the longest, and of those the most restricted.
    private func rule(at place: Int) -> Int? {
        guard let range = ranges[scalars[place]] else { return nil }
        for index in range where holds(index, at: place) { return index }
        return nil
    }

    private func holds(_ index: Int, at place: Int) -> Bool {
        let count = rules[index].source.count
        let end = place + count
        guard end <= scalars.count else { return false }
        for offset in 1..<max(count, 1) where scalars[place + offset] != rules[index].source[offset] {
            return false
        }
        if rules[index].isFree { return true }
        let conditions = rules[index].conditions
        if let wanted = conditions.atStart, isInWord(place - 1) == wanted { return false }
        if let wanted = conditions.atEnd, isInWord(end) == wanted { return false }
        let before = place > 0 ? scalars[place - 1] : nil
        let following = end < scalars.count ? scalars[end] : nil
        if !conditions.after.isEmpty {
            guard let before, conditions.after.contains(before) else { return false }
        }
        if !conditions.before.isEmpty {
            guard let following, conditions.before.contains(following) else { return false }
        }
        if let before, conditions.notAfter.contains(before) { return false }
        if let following, conditions.notBefore.contains(following) { return false }
        return true
    }

    /// Whether there is a letter, a mark or a digit at `place`.
    func isInWord(_ place: Int) -> Bool {
        guard scalars.indices.contains(place) else { return false }
        if (0xAC00...0xD7A3).contains(scalars[place]) { return true }
        switch table.lookUp(scalars[place]).entry.kind {
        case .unknown, .kept, .separator: return false
        default: return true
        }
    }

    /// The kind of the code point at `place`; nil beyond the ends.
    func kind(at place: Int) -> RomanTable.Kind? {
        scalars.indices.contains(place) ? table.lookUp(scalars[place]).entry.kind : nil
    }
}
