import TesseraTokenizers

/// A backtracking matcher written to be obviously right, and slow: what the automata are held against.
///
/// Knows the notation of the known expressions only, and traps on any other.
struct OracleExpression {
    /// Tries to match from a place on; `rest` says whether what follows matches, and where the whole match ends.
    typealias Matcher = (_ text: [UInt32], _ place: Int, _ rest: (Int) -> Int?) -> Int?

    private let matcher: Matcher

    init(_ source: String) {
        var reader = OracleReader(source)
        matcher = reader.alternatives()
        precondition(reader.isAtEnd, "not all of the expression was read")
    }

    /// The matches in `text`, as ranges of its code points; as `find_iter` of the references.
    func matches(in text: [UInt32]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var place = 0
        while place <= text.count {
            guard let end = matcher(text, place, { $0 }), !(end == place && found.last?.upperBound == place)
            else {
                place += 1
                continue
            }
            found.append(place..<end)
            place = end
        }
        return found
    }

    /// Matches and what is between them, joined again by code points.
    func pieces(of text: String) -> [String] {
        let scalars = text.unicodeScalars.map(\.value)
        var ends: [Int] = []
        for match in matches(in: scalars) { ends += [match.lowerBound, match.upperBound] }
        var pieces: [String] = []
        var start = 0
        for end in ends + [scalars.count] where end > start {
            var piece = String.UnicodeScalarView()
            for value in scalars[start..<end] { piece.append((Unicode.Scalar(value) ?? "\u{FFFD}")) }
            pieces.append(String(piece))
            start = end
        }
        return pieces
    }
}

/// Reads an expression into matchers.
private struct OracleReader {
    typealias Matcher = OracleExpression.Matcher
    typealias Test = (UInt32) -> Bool

    private let source: [UInt32]
    private var place = 0
    private var ignoresCase = false

    init(_ source: String) { self.source = source.unicodeScalars.map(\.value) }

    var isAtEnd: Bool { place == source.count }
    private var next: Character? { isAtEnd ? nil : Character((Unicode.Scalar(source[place]) ?? "\u{FFFD}")) }

    private mutating func take(_ text: String) -> Bool {
        let wanted = text.unicodeScalars.map(\.value)
        guard source[place...].starts(with: wanted) else { return false }
        place += wanted.count
        return true
    }

    mutating func alternatives() -> Matcher {
        var made = sequence()
        while take("|") {
            let first = made
            let second = sequence()
            made = { text, place, rest in first(text, place, rest) ?? second(text, place, rest) }
        }
        return made
    }

    private mutating func sequence() -> Matcher {
        var made: Matcher = { _, place, rest in rest(place) }
        while let character = next, character != "|", character != ")" {
            let first = made
            let second = quantified(item())
            made = { text, place, rest in first(text, place) { second(text, $0, rest) } }
        }
        return made
    }

    private mutating func item() -> Matcher {
        if take("(?:") { return group { $0.alternatives() } }
        if take("(?i:") {
            ignoresCase = true
            defer { ignoresCase = false }
            return group { $0.alternatives() }
        }
        for (mark, isNegated) in [("(?=", false), ("(?!", true)] where take(mark) {
            let body = group { $0.alternatives() }
            return { text, place, rest in (body(text, place) { $0 } != nil) != isNegated ? rest(place) : nil }
        }
        if take("(") { return group { $0.alternatives() } }
        if take("$") {  // Oniguruma's: at every line end
            return { text, place, rest in
                place == text.count || text[place] == 0x0A ? rest(place) : nil
            }
        }
        if take("\\z") { return { text, place, rest in place == text.count ? rest(place) : nil } }
        if take("\\b") {
            let word = UnicodeProperty.wordOfOniguruma
            return { text, place, rest in
                let before = place > 0 && word.contains(text[place - 1])
                let after = place < text.count && word.contains(text[place])
                return before != after ? rest(place) : nil
            }
        }
        let test = take("[") ? characterClass() : single()
        return { text, place, rest in place < text.count && test(text[place]) ? rest(place + 1) : nil }
    }

    private mutating func group(_ body: (inout Self) -> Matcher) -> Matcher {
        let made = body(&self)
        precondition(take(")"))
        return made
    }

    private mutating func quantified(_ item: @escaping Matcher) -> Matcher {
        var bounds: (least: Int, most: Int)
        if take("*") {
            bounds = (0, .max)
        } else if take("+") {
            bounds = (1, .max)
        } else if take("?") {
            bounds = (0, 1)
        } else if take("{") {
            bounds.least = number()
            bounds.most = take(",") ? number() : bounds.least
            precondition(take("}"))
            return Self.repeated(item, bounds.least, bounds.most)
        } else {
            return item
        }
        let greedy = Self.repeated(item, bounds.least, bounds.most)
        guard take("+") else { return greedy }
        return { text, place, rest in greedy(text, place) { $0 }.flatMap(rest) }
    }

    private mutating func number() -> Int {
        var value = 0
        while let digit = next?.wholeNumberValue {
            value = value * 10 + digit
            place += 1
        }
        return value
    }

    private static func repeated(_ item: @escaping Matcher, _ least: Int, _ most: Int) -> Matcher {
        func attempt(_ count: Int, _ text: [UInt32], _ place: Int, _ rest: (Int) -> Int?) -> Int? {
            if count < most {
                let longer = item(text, place) { end in
                    end > place || count < least ? attempt(count + 1, text, end, rest) : nil
                }
                if let longer { return longer }
            }
            return count >= least ? rest(place) : nil
        }
        return { text, place, rest in attempt(0, text, place, rest) }
    }

    private mutating func characterClass() -> Test {
        let isNegated = take("^")
        var tests: [[Test]] = [[]]
        while !take("]") {
            if take("&&") {
                tests.append([])
            } else if take("[") {
                tests[tests.count - 1].append(characterClass())
            } else {
                let start = place
                let test = single()
                let low = value(at: start)
                if next == "-", source[place + 1] != 0x5D {
                    place += 1
                    let second = place
                    _ = single()
                    let range = low...value(at: second)
                    tests[tests.count - 1].append { range.contains($0) }
                } else {
                    tests[tests.count - 1].append(test)
                }
            }
        }
        return { scalar in tests.allSatisfy { $0.contains { $0(scalar) } } != isNegated }
    }

    /// The code point that the item at `start` stands for.
    private func value(at start: Int) -> UInt32 {
        guard source[start] == 0x5C else { return source[start] }
        switch Character((Unicode.Scalar(source[start + 1]) ?? "\u{FFFD}")) {
        case "n": return 0x0A
        case "r": return 0x0D
        case "t": return 0x09
        case "x":
            let digits = source[(start + 3)...].prefix { $0 != 0x7D }.map {
                Character(Unicode.Scalar($0) ?? "\u{FFFD}")
            }
            return UInt32(String(digits), radix: 16) ?? 0
        default: return source[start + 1]
        }
    }

    private mutating func single() -> Test {
        let start = place
        place += 1
        guard source[start] == 0x5C else {
            if next != nil || isAtEnd, ignoresCase { return Self.anyCase(source[start]) }
            let value = source[start]
            return { $0 == value }
        }
        place += 1
        switch Character((Unicode.Scalar(source[start + 1]) ?? "\u{FFFD}")) {
        case "p":
            place += 1
            let name = String(
                source[place...].prefix { $0 != 0x7D }.map { Character(Unicode.Scalar($0) ?? "\u{FFFD}") })
            place += name.unicodeScalars.count + 1
            let set = UnicodeProperty.named(name)
            return { set?.contains($0) ?? false }
        case "s": return { UnicodeProperty.whitespace.contains($0) }
        case "S": return { !UnicodeProperty.whitespace.contains($0) }
        case "d": return { UnicodeProperty.decimal.contains($0) }
        case "x":
            place += source[place...].prefix { $0 != 0x7D }.count + 1
        default: break
        }
        let value = value(at: start)
        return { $0 == value }
    }

    /// Letters of contractions: the long s is an s.
    private static func anyCase(_ value: UInt32) -> Test {
        let cases: [UInt32: [UInt32]] = [0x73: [0x73, 0x53, 0x17F]]
        let both = cases[value] ?? ((0x61...0x7A).contains(value) ? [value, value - 32] : [value])
        return { both.contains($0) }
    }
}
