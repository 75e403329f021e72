internal import TesseraCore

/// A rule that people wrote: what some code points sound like, and where that holds.
struct RomanRule: Sendable {
    /// The code points that it reads.
    var source: [UInt32]
    /// What it writes.
    var target: [UInt8]
    /// What it makes of the source: a consonant is followed by its vowel where no sign says otherwise.
    var kind = RomanTable.Kind.text
    /// Where it holds.
    var conditions = Conditions() {
        didSet { isFree = conditions.isEmpty }
    }
    /// Whether it holds everywhere.
    private(set) var isFree = true

    init(_ source: [UInt32], _ target: [UInt8], kind: RomanTable.Kind, conditions: Conditions) {
        self.source = source
        self.target = target
        self.kind = kind
        self.conditions = conditions
        isFree = conditions.isEmpty
    }

    struct Conditions: Hashable, Sendable {
        /// Nil: anywhere; else whether it must stand at the start of a word, or must not.
        var atStart: Bool?
        /// Nil: anywhere; else whether it must stand at the end of a word, or must not.
        var atEnd: Bool?
        /// The code points one of which must stand before; empty: any.
        var after: Set<UInt32> = []
        /// The code points none of which may stand before.
        var notAfter: Set<UInt32> = []
        /// The code points one of which must follow; empty: any.
        var before: Set<UInt32> = []
        /// The code points none of which may follow.
        var notBefore: Set<UInt32> = []

        /// Whether the rule holds everywhere.
        var isEmpty: Bool { self == Conditions() }

        /// How many restrictions there are: the rule with the most of them wins among those of one length.
        var count: Int {
            (atStart == nil ? 0 : 1) + (atEnd == nil ? 0 : 1)
                + [after, notAfter, before, notBefore].count { !$0.isEmpty }
        }
    }
}

extension RomanRule {
    /// The rules of a text that hold for a language.
    ///
    /// A line has pairs `source=target` between spaces, after conditions in brackets that hold for all of them: `^`
    /// at the start of a word, `$` at its end, `<abc` after one of these characters, `>abc` before one, each with `!`
    /// in front for the opposite; `ascii` when only ASCII may be written; `rus,ukr` for these languages only, `!rus,ukr` for all others. `~` at the start of
    /// a pair makes the source a consonant that the vowel `a` follows, `+` the vowel of the consonant before. What
    /// follows `#` is a comment. `U+200D` stands for a code point.
    ///
    /// A rule of lower-case letters stands for their capitals too.
    static func parse(
        _ text: String, language: String?, asciiOnly: Bool, into add: (RomanRule) throws -> Void
    ) rethrows {
        // By scalars: a mark after a space or an equals sign is one character with it.
        for line in text.unicodeScalars.split(separator: "\n") {
            var conditions = Conditions()
            var holds = true
            var isInBrackets = false
            for var word in line.split(separator: " ") {
                if word.elementsEqual("#".unicodeScalars) { break }
                if word.first == "[" {
                    isInBrackets = true
                    word = word.dropFirst()
                }
                if isInBrackets {
                    if word.last == "]" {
                        isInBrackets = false
                        word = word.dropLast()
                    }
                    if word.elementsEqual("ascii".unicodeScalars) {
                        holds = asciiOnly && holds
                    } else {
                        holds = conditions.add(word, language: language) && holds
                    }
                    continue
                }
                guard holds, let equals = word.dropFirst().firstIndex(of: "=") else { continue }
                var kind = RomanTable.Kind.text
                var source = word[..<equals]
                if source.count > 1, source.first == "~" {
                    kind = .consonant
                    source = source.dropFirst()
                } else if source.count > 1, source.first == "+" {
                    kind = .vowelSign
                    source = source.dropFirst()
                }
                let target = word[word.index(after: equals)...].map { $0 == "_" ? " " : $0 }
                var spelled = String.UnicodeScalarView()
                spelled.append(contentsOf: target)
                let rule = RomanRule(
                    scalars(of: source), Array(String(spelled).utf8), kind: kind, conditions: conditions)
                try add(rule)
                for capital in capitals(of: rule) { try add(capital) }
            }
        }
    }

    /// The code points of a word, in which `U+` and four or five digits spell one.
    private static func scalars(of word: Substring.UnicodeScalarView) -> [UInt32] {
        var found: [UInt32] = []
        var rest = word
        while let first = rest.first {
            let digits = rest.dropFirst(2).prefix { $0.properties.isASCIIHexDigit && $0.value < 0x61 }
            if rest.starts(with: "U+".unicodeScalars), let value = UInt32(String(digits), radix: 16) {
                found.append(value)
                rest = rest[digits.endIndex...]
            } else {
                found.append(first.value)
                rest = rest.dropFirst()
            }
        }
        return found
    }

    /// The same rule for a word that begins with a capital, and for one of capitals only.
    private static func capitals(of rule: RomanRule) -> [RomanRule] {
        func upper(_ scalar: UInt32) -> UInt32? {
            guard let scalar = Unicode.Scalar(scalar) else { return nil }
            let mapped = scalar.properties.uppercaseMapping.unicodeScalars
            guard mapped.count == 1, let only = mapped.first, only != scalar else { return nil }
            return only.value
        }
        guard let first = rule.source.first, let capital = upper(first) else { return [] }
        var made: [RomanRule] = []
        var titled = rule
        titled.source[0] = capital
        if let place = titled.target.firstIndex(where: { (0x61...0x7A).contains($0) }) {
            titled.target[place] -= 32
        }
        made.append(titled)
        var all = rule
        all.source = rule.source.map { upper($0) ?? $0 }
        if all.source != titled.source {
            all.target = all.target.map { (0x61...0x7A).contains($0) ? $0 - 32 : $0 }
            made.append(all)
        }
        return made
    }
}

extension RomanRule.Conditions {
    /// Adds what a word between brackets says.
    ///
    /// - Returns: false when it says that the rule does not hold for the language.
    fileprivate mutating func add(_ word: Substring.UnicodeScalarView, language: String?) -> Bool {
        let isOpposite = word.first == "!"
        let word = isOpposite ? word.dropFirst() : word
        switch word.first {
        case "^": atStart = !isOpposite
        case "$": atEnd = !isOpposite
        case "<":
            let set = Self.withCapitals(word.dropFirst())
            if isOpposite { notAfter = set } else { after = set }
        case ">":
            let set = Self.withCapitals(word.dropFirst())
            if isOpposite { notBefore = set } else { before = set }
        default:
            let names = word.split(separator: ",")
            return names.contains { $0.elementsEqual((language ?? "").unicodeScalars) } != isOpposite
        }
        return true
    }

    private static func withCapitals(_ text: Substring.UnicodeScalarView) -> Set<UInt32> {
        var set = Set(text.map(\.value))
        for scalar in text {
            for capital in scalar.properties.uppercaseMapping.unicodeScalars { set.insert(capital.value) }
        }
        return set
    }
}
