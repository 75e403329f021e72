internal import TesseraCore

/// Reads GBNF, llama.cpp's notation, and what xgrammar's EBNF adds to it.
///
/// `name ::= …` with literals in double quotes, classes `[a-z]` and `[^…]`, `.`, groups, `|`, `*`, `+`, `?`, `{n}`,
/// `{n,}`, `{n,m}` and comments from `#` to the end of the line. A rule ends where the next begins, so that it may
/// run over several lines. Escapes: `\n \r \t \\ \" \' \[ \] \- \xHH \uHHHH \UHHHHHHHH`; they stand for code points.
struct GrammarParser {
    let scalars: [UInt32]
    var position = 0
    let limits: GrammarLimits
    let file: String?
    var depth = 0
    var nodes = 0
    var rules: [Grammar.Rule] = []
    var isDefined: [Bool] = []
    var places: [Int] = []
    var numbers: [String: Int] = [:]
    var current = ""

    /// Expressions that a source of the largest size could hold; a tenth is plenty.
    static let nodeLimit = 2_000_000

    init(_ text: String, limits: GrammarLimits, file: String?) throws(LocatedError) {
        guard text.utf8.count <= limits.sourceBytes else {
            throw LocatedError(
                file: file, field: "grammar", problem: "it has more than \(limits.sourceBytes) bytes",
                remedy: "shorten it")
        }
        scalars = text.unicodeScalars.map(\.value)
        self.limits = limits
        self.file = file
    }

    /// Reads all rules.
    mutating func grammar(root: String) throws(LocatedError) -> Grammar {
        skipSpace()
        while position < scalars.count { try rule() }
        guard let number = numbers[root], isDefined[number] else {
            throw LocatedError(
                file: file, field: "rule \(root)", problem: "the grammar does not define it",
                remedy: "call the first rule \"\(root)\", or name another rule as the root")
        }
        if let missing = isDefined.firstIndex(of: false) {
            throw error(
                "the rule \"\(rules[missing].name)\" is used but not defined", at: places[missing],
                remedy: "add a line \(rules[missing].name) ::= …, or correct the name")
        }
        return Grammar(rules: rules, root: number)
    }

    mutating func rule() throws(LocatedError) {
        let start = position
        guard let name = identifier() else { throw error("expected the name of a rule", at: start) }
        current = name
        skipSpace()
        guard take("::=") else { throw error("expected ::= after the name of a rule", at: position) }
        let number = try self.number(of: name, at: start)
        guard !isDefined[number] else {
            throw error("the rule is defined twice", at: start, remedy: "join both with |")
        }
        isDefined[number] = true
        skipSpace()
        rules[number].expression = try alternatives()
        if position < scalars.count, !isRuleNext {
            throw error("unexpected \(quoted(position))", at: position)
        }
    }

    mutating func number(of name: String, at place: Int) throws(LocatedError) -> Int {
        if let number = numbers[name] { return number }
        guard rules.count < limits.rules else {
            throw error("more than \(limits.rules) rules", at: place, remedy: "split the grammar")
        }
        numbers[name] = rules.count
        rules.append(Grammar.Rule(name: name, expression: .empty))
        isDefined.append(false)
        places.append(place)
        return rules.count - 1
    }
}

extension GrammarParser {
    /// Whether a name and `::=` come next.
    var isRuleNext: Bool {
        var place = position
        while place < scalars.count, Self.isNameCharacter(scalars[place]) { place += 1 }
        guard place > position else { return false }
        while place < scalars.count, [0x20, 0x09, 0x0A, 0x0D].contains(scalars[place]) { place += 1 }
        return scalars[place...].starts(with: [0x3A, 0x3A, 0x3D])
    }

    mutating func identifier() -> String? {
        var name = ""
        while position < scalars.count, Self.isNameCharacter(scalars[position]),
            let scalar = Unicode.Scalar(scalars[position])
        {
            name.unicodeScalars.append(scalar)
            position += 1
        }
        return name.isEmpty ? nil : name
    }

    static func isNameCharacter(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
        default: false
        }
    }

    mutating func take(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard position + count <= scalars.count else { return false }
        for index in 0..<count where scalars[position + index] != UInt32(text.utf8Start[index]) {
            return false
        }
        position += count
        return true
    }

    mutating func skipSpace() {
        while position < scalars.count {
            switch scalars[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            case 0x23: while position < scalars.count, scalars[position] != 0x0A { position += 1 }
            default: return
            }
        }
    }

    func quoted(_ place: Int) -> String {
        guard place < scalars.count, let scalar = Unicode.Scalar(scalars[place]) else { return "end" }
        return "'\(Character(scalar))'"
    }

    func error(_ problem: String, at place: Int, remedy: String = "correct the grammar")
        -> LocatedError
    {
        let before = scalars[..<min(place, scalars.count)]
        let line = before.count(where: { $0 == 0x0A }) + 1
        let column = before.count - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
        let rule = current.isEmpty ? "" : " (rule \(current))"
        return LocatedError(
            file: file, field: "line \(line), column \(column)\(rule)", problem: problem, remedy: remedy)
    }
}
