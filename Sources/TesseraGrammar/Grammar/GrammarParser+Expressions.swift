internal import TesseraCore
internal import TesseraTokenizers

extension GrammarParser {
    mutating func alternatives() throws(LocatedError) -> GrammarExpression {
        var parts = [try sequence()]
        while take("|") {
            skipSpace()
            parts.append(try sequence())
        }
        return parts.count == 1 ? parts[0] : .choice(parts)
    }

    mutating func sequence() throws(LocatedError) -> GrammarExpression {
        var parts: [GrammarExpression] = []
        while position < scalars.count, !isRuleNext {
            let start = position
            guard let item = try item() else { break }
            nodes += 1
            guard nodes < Self.nodeLimit else { throw error("more than \(Self.nodeLimit) parts", at: start) }
            skipSpace()
            parts.append(try repeated(item))
        }
        return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    /// One item without what repeats it; nil at the end of a sequence.
    mutating func item() throws(LocatedError) -> GrammarExpression? {
        let start = position
        switch scalars[position] {
        case 0x22: return try literal()
        case 0x5B: return try characterClass()
        case 0x2E:
            position += 1
            return .characters(.all)
        case 0x28:
            position += 1
            guard depth < limits.depth else {
                throw error(
                    "more than \(limits.depth) groups inside each other", at: start,
                    remedy: "give inner groups rules of their own")
            }
            guard position >= scalars.count || scalars[position] != 0x3D else {
                throw error("lookahead assertions are not supported", at: start, remedy: "leave it out")
            }
            depth += 1
            skipSpace()
            let inner = try alternatives()
            depth -= 1
            guard take(")") else { throw error("a group without end", at: start) }
            return inner
        case 0x7C, 0x29: return nil
        case 0x3C, 0x21:
            throw error(
                "token terminals such as <think> are not supported", at: start,
                remedy: "write the text of the token in quotes")
        case 0x2A, 0x2B, 0x3F, 0x7B: throw error("nothing to repeat before \(quoted(position))", at: start)
        default:
            guard let name = identifier() else { throw error("unexpected \(quoted(position))", at: start) }
            return .rule(try number(of: name, at: start))
        }
    }

    /// An item with the repetitions behind it.
    mutating func repeated(_ item: GrammarExpression) throws(LocatedError) -> GrammarExpression {
        var item = item
        var levels = 0
        while position < scalars.count {
            let start = position
            let bounds: (least: Int, most: Int?)
            if take("*") {
                bounds = (0, nil)
            } else if take("+") {
                bounds = (1, nil)
            } else if take("?") {
                bounds = (0, 1)
            } else if take("{") {
                bounds = try counts(start)
            } else {
                return item
            }
            skipSpace()
            levels += 1
            guard levels <= 3 else { throw error("more than 3 repetitions in a row", at: start) }
            item = .repetition(item, least: bounds.least, most: bounds.most)
        }
        return item
    }

    /// `n}`, `n,}` or `n,m}` behind a brace.
    mutating func counts(_ start: Int) throws(LocatedError) -> (least: Int, most: Int?) {
        skipSpace()
        guard let least = try count(start) else { throw error("expected a count", at: position) }
        skipSpace()
        if take("}") { return (least, least) }
        guard take(",") else { throw error("expected , or }", at: position) }
        skipSpace()
        let most = try count(start)
        skipSpace()
        guard take("}") else { throw error("expected }", at: position) }
        if let most, most < least {
            throw error("the counts {\(least),\(most)} are the wrong way round", at: start)
        }
        return (least, most)
    }

    mutating func count(_ start: Int) throws(LocatedError) -> Int? {
        var value = 0
        var digits = 0
        while position < scalars.count, (0x30...0x39).contains(scalars[position]) {
            value = min(value * 10 + Int(scalars[position]) - 0x30, limits.repetition + 1)
            digits += 1
            position += 1
        }
        guard digits > 0 else { return nil }
        guard value <= limits.repetition else {
            throw error(
                "a repetition of more than \(limits.repetition)", at: start,
                remedy: "use a smaller count, or * for any number")
        }
        return value
    }
}
