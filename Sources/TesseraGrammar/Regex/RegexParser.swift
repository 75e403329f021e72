internal import TesseraCore
internal import TesseraTokenizers

/// Reads the part of ECMAScript's regular expressions that is regular: what JSON Schema's `pattern` is written in.
///
/// Literals, `.`, classes, `\d \w \s` and their opposites (ASCII but for `\s`), `\p{…}`, escapes, groups, `|`, `*`,
/// `+`, `?`, `{n,m}` and lazy forms of these, which match the same. `^` may begin and `$` end an alternative of the
/// outermost level. Look-around, backreferences and word boundaries are errors.
struct RegexParser {
    /// An alternative of the outermost level.
    struct Alternative {
        var expression: GrammarExpression
        /// Whether it began with `^` and ended with `$`.
        var isAnchored: (start: Bool, end: Bool)
    }

    let scalars: [UInt32]
    let limits: GrammarLimits
    let place: (file: String?, field: String)
    var position = 0
    var depth = 0

    init(
        _ text: String, limits: GrammarLimits, file: String?, field: String
    ) throws(LocatedError) {
        place = (file, field)
        self.limits = limits
        guard text.utf8.count <= limits.sourceBytes else {
            throw LocatedError(
                file: file, field: field, problem: "it has more than \(limits.sourceBytes) bytes",
                remedy: "shorten it")
        }
        scalars = text.unicodeScalars.map(\.value)
    }

    /// Reads the whole expression.
    mutating func alternatives() throws(LocatedError) -> [Alternative] {
        var found: [Alternative] = []
        repeat {
            let begins = take("^")
            let expression = try sequence()
            let ends = take("$")
            found.append(Alternative(expression: expression, isAnchored: (begins, ends)))
        } while take("|")
        guard position == scalars.count else {
            throw error(
                scalars[position] == 0x29
                    ? "a parenthesis that closes nothing" : "an anchor inside the expression")
        }
        return found
    }

    mutating func inner() throws(LocatedError) -> GrammarExpression {
        var parts = [try sequence()]
        while take("|") { parts.append(try sequence()) }
        return parts.count == 1 ? parts[0] : .choice(parts)
    }

    mutating func sequence() throws(LocatedError) -> GrammarExpression {
        var parts: [GrammarExpression] = []
        while position < scalars.count, ![0x7C, 0x29, 0x24].contains(scalars[position]) {
            parts.append(try repeated(try atom()))
        }
        return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    mutating func atom() throws(LocatedError) -> GrammarExpression {
        let start = position
        let scalar = scalars[position]
        position += 1
        switch scalar {
        case 0x28: return try group(start)
        case 0x5B: return .characters(try characterClass(start))
        case 0x5C:
            if let set = try classEscape() { return .characters(set) }
            return .characters(CodePointSet(try escapedCharacter(start)))
        case 0x2E: return .characters(Self.lineBreaks.inverted)
        case 0x5E: throw error("an anchor inside the expression", at: start)
        case 0x2A, 0x2B, 0x3F, 0x7B: throw error("nothing to repeat", at: start)
        default: return .characters(CodePointSet(scalar))
        }
    }

    /// The characters that `.` does not match.
    static let lineBreaks = CodePointSet(ordered: [0x0A...0x0A, 0x0D...0x0D, 0x2028...0x2029])

    mutating func group(_ start: Int) throws(LocatedError) -> GrammarExpression {
        if take("?") {
            if take("<") {
                guard position < scalars.count, ![0x3D, 0x21].contains(scalars[position]) else {
                    throw error("lookbehind, which is not regular here,", at: start)
                }
                while position < scalars.count, !take(">") { position += 1 }
            } else if !take(":") {
                throw error("lookahead or flags, which are not supported,", at: start)
            }
        }
        guard depth < limits.depth else {
            throw error("more than \(limits.depth) groups inside each other", at: start)
        }
        depth += 1
        let expression = try inner()
        depth -= 1
        guard take(")") else {
            throw error(
                position < scalars.count ? "an anchor inside the expression" : "a group without end",
                at: start)
        }
        return expression
    }

    mutating func repeated(_ atom: GrammarExpression) throws(LocatedError) -> GrammarExpression {
        let start = position
        let bounds: (least: Int, most: Int?)
        if take("*") {
            bounds = (0, nil)
        } else if take("+") {
            bounds = (1, nil)
        } else if take("?") {
            bounds = (0, 1)
        } else if take("{") {
            guard let least = try count(start) else { throw error("a brace without a count", at: start) }
            var most: Int? = least
            if take(",") { most = try count(start) }
            guard take("}") else { throw error("counts without end", at: start) }
            if let most, most < least { throw error("counts the wrong way round", at: start) }
            bounds = (least, most)
        } else {
            return atom
        }
        _ = take("?")
        if position < scalars.count, [0x2A, 0x2B, 0x3F, 0x7B].contains(scalars[position]) {
            throw error("two repetitions in a row", at: position)
        }
        return .repetition(atom, least: bounds.least, most: bounds.most)
    }

    mutating func count(_ start: Int) throws(LocatedError) -> Int? {
        var value = 0
        let first = position
        while position < scalars.count, (0x30...0x39).contains(scalars[position]) {
            value = min(value * 10 + Int(scalars[position]) - 0x30, limits.repetition + 1)
            position += 1
        }
        guard position > first else { return nil }
        guard value <= limits.repetition else {
            throw error("a repetition of more than \(limits.repetition)", at: start)
        }
        return value
    }
}

extension RegexParser {
    mutating func take(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard position + count <= scalars.count else { return false }
        for index in 0..<count where scalars[position + index] != UInt32(text.utf8Start[index]) {
            return false
        }
        position += count
        return true
    }

    func error(_ problem: String, at place: Int? = nil) -> LocatedError {
        LocatedError(
            file: self.place.file, field: self.place.field,
            problem: "\(problem) at character \((place ?? position) + 1) of the regular expression",
            remedy: "use the subset that Documentation/Grammars.md lists")
    }
}
