internal import TesseraCore

/// Finds the matches of a `TextPattern`, from left to right, none overlapping.
struct PatternFinder: Sendable {
    private enum Kind: Sendable {
        case string(StringFinder)
        case expression(RegularExpression)
    }

    private let kind: Kind

    /// Makes the pattern ready.
    ///
    /// - Throws: `LocatedError` when an expression is not one.
    init(_ pattern: TextPattern) throws(LocatedError) {
        switch pattern {
        case .string(let string): kind = .string(StringFinder(Array(string.utf8)))
        case .expression(let source): kind = .expression(try RegularExpression(source))
        }
    }

    /// The finder of a string that is not empty; nil for other patterns.
    var stringFinder: StringFinder? {
        guard case .string(let finder) = kind, !finder.isEmpty else { return nil }
        return finder
    }

    /// Calls `body` with the matches in `range`; there is none in an empty range.
    @inline(__always)
    func forEachMatch(in text: UTF8Text, range: Range<Int>, _ body: (Range<Int>) -> Void) {
        guard !range.isEmpty else { return }
        switch kind {
        case .string(let finder): finder.forEachMatch(in: text, range: range, body)
        case .expression(let expression): expression.forEachMatch(in: text, range: range, body)
        }
    }
}

/// Finds a string in time linear in the text (Knuth, Morris and Pratt, 1977).
struct StringFinder: Sendable {
    private let needle: [UInt8]
    /// For each length of a matched beginning, that of the longest shorter one that ends there too.
    private let borders: [Int]

    init(_ needle: [UInt8]) {
        self.needle = needle
        var borders = [0, 0]
        for length in needle.indices.dropFirst() {
            var border = borders[length]
            while border > 0, needle[border] != needle[length] { border = borders[border] }
            borders.append(needle[border] == needle[length] ? border + 1 : 0)
        }
        self.borders = borders
    }

    /// Whether the string is empty.
    var isEmpty: Bool { needle.isEmpty }

    /// Replaces the string in the next part of a text, holding back what may be the start of one.
    ///
    /// - Parameter matched: how many bytes are held back, those at the start of the string; 0 at the start.
    func replace(_ part: [UInt8], with content: [UInt8], matched: inout Int) -> [UInt8] {
        guard !needle.isEmpty else { return part }
        var output: [UInt8] = []
        output.reserveCapacity(part.count + matched)
        for byte in part {
            while matched > 0, needle[matched] != byte {
                output += needle[..<(matched - borders[matched])]
                matched = borders[matched]
            }
            guard needle[matched] == byte else {
                output.append(byte)
                continue
            }
            matched += 1
            if matched == needle.count {
                output += content
                matched = 0
            }
        }
        return output
    }

    /// The bytes that `replace` holds back.
    func heldBack(_ matched: Int) -> [UInt8] { Array(needle.prefix(matched)) }

    /// Calls `body` with the matches in `range`; the empty string is at every end of a code point, as an expression.
    func forEachMatch(in text: UTF8Text, range: Range<Int>, _ body: (Range<Int>) -> Void) {
        guard let first = needle.first else {
            for position in range where text[position] & 0xC0 != 0x80 { body(position..<position) }
            body(range.upperBound..<range.upperBound)
            return
        }
        var matched = 0
        var position = range.lowerBound
        while position < range.upperBound {
            let byte = text[position]
            position += 1
            if matched == 0, byte != first { continue }
            while matched > 0, needle[matched] != byte { matched = borders[matched] }
            if needle[matched] == byte { matched += 1 }
            if matched == needle.count {
                body(position - matched..<position)
                matched = 0
            }
        }
    }
}
