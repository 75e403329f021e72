internal import TesseraCore

extension ExpressionParser {
    /// `item` with the quantifiers that follow it.
    mutating func repeated(_ item: ExpressionNode) throws(LocatedError) -> ExpressionNode {
        var node = item
        var levels = 0
        while true {
            let start = position
            guard let bounds = try quantifier() else { return node }
            levels += 1
            if levels > 20 { throw error("more than 20 quantifiers in a row", at: start) }
            if take("?") {
                node = .repetition(node, least: bounds.least, most: bounds.most, isLazy: true)
            } else {
                node = .repetition(node, least: bounds.least, most: bounds.most, isLazy: false)
                if bounds.mayBePossessive, take("+") { node = .atomic(node) }
            }
        }
    }

    private struct Bounds {
        var least: Int
        var most: Int?
        var mayBePossessive = true
    }

    /// A quantifier; nil when what follows is none.
    ///
    /// `{` without numbers is an ordinary character in Oniguruma.
    private mutating func quantifier() throws(LocatedError) -> Bounds? {
        if take("*") { return Bounds(least: 0, most: nil) }
        if take("+") { return Bounds(least: 1, most: nil) }
        if take("?") { return Bounds(least: 0, most: 1) }
        let start = position
        guard take("{") else { return nil }
        let least = try number()
        var most = least
        if take(",") { most = try number() } else if least == nil { return try ordinaryBrace(start) }
        guard least != nil || (most != nil && dialect == .oniguruma), take("}") else {
            return try ordinaryBrace(start)
        }
        let possessive = dialect == .fancyRegex
        if let most, let least, most < least {
            throw error("a repetition whose bounds are swapped", at: start)
        }
        return Bounds(least: least ?? 0, most: most, mayBePossessive: possessive)
    }

    private mutating func ordinaryBrace(_ start: Int) throws(LocatedError) -> Bounds? {
        position = start
        if dialect == .fancyRegex { throw error("a repetition that is not {m}, {m,} or {m,n}") }
        return nil
    }

    private mutating func number() throws(LocatedError) -> Int? {
        let start = position
        var value = 0
        while let character = next, (0x30...0x39).contains(character) {
            value = value * 10 + Int(character - 0x30)
            if value > Self.largestCount {
                throw error("a repetition of more than \(Self.largestCount)", at: start)
            }
            position += 1
        }
        return position > start ? value : nil
    }
}
