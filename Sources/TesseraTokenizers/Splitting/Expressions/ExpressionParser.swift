internal import TesseraCore

/// Reads the notation of regular expressions that tokenizer files use.
struct ExpressionParser {
    /// The flags that hold from some place on.
    struct Flags {
        var ignoresCase = false
        var dotMatchesLineFeed = false
        var anchorsAtLines = false
        var isExtended = false
    }

    let dialect: ExpressionDialect
    let scalars: [UInt32]
    var position = 0
    var flags = Flags()
    private var depth = 0

    /// The deepest nesting of groups and classes.
    static let deepest = 200
    /// The longest expression, in code points.
    static let longest = 100_000
    /// The largest number in `{m,n}`: that of Oniguruma.
    static let largestCount = 100_000

    init(_ source: String, dialect: ExpressionDialect) throws(LocatedError) {
        self.dialect = dialect
        scalars = source.unicodeScalars.map(\.value)
        flags.anchorsAtLines = dialect == .oniguruma
        guard scalars.count <= Self.longest else {
            throw LocatedError(
                problem: "the expression has \(scalars.count) characters; the most is \(Self.longest)")
        }
    }

    /// The structure of the whole expression.
    mutating func parse() throws(LocatedError) -> ExpressionNode {
        let node = try alternatives()
        if position < scalars.count { throw error("an unmatched \")\"") }
        return node
    }

    /// An error at `place`, by default the next character.
    func error(_ problem: String, at place: Int? = nil) -> LocatedError {
        LocatedError(problem: "\(problem) at character \((place ?? position) + 1) of the expression")
    }

    /// The next character; nil at the end.
    var next: UInt32? { position < scalars.count ? scalars[position] : nil }

    /// Steps over `text` if it comes next.
    mutating func take(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard position + count <= scalars.count else { return false }
        for offset in 0..<count where scalars[position + offset] != UInt32(text.utf8Start[offset]) {
            return false
        }
        position += count
        return true
    }

    /// Counts a level of nesting.
    mutating func descend() throws(LocatedError) {
        depth += 1
        if depth > Self.deepest { throw error("more than \(Self.deepest) levels of nesting") }
    }

    mutating func ascend() { depth -= 1 }
}

extension ExpressionParser {
    /// `a|b`, up to `)` or the end; flags set inside hold to its end.
    private mutating func alternatives() throws(LocatedError) -> ExpressionNode {
        try descend()
        let outer = flags
        defer {
            flags = outer
            ascend()
        }
        var branches: [ExpressionNode] = []
        repeat { branches.append(try sequence()) } while take("|")
        return branches.count == 1 ? branches[0] : .alternatives(branches)
    }

    private mutating func sequence() throws(LocatedError) -> ExpressionNode {
        var items: [ExpressionNode] = []
        while let character = next, character != 0x7C, character != 0x29 {
            if flags.isExtended, skipsBlank(character) { continue }
            guard let item = try item() else { continue }
            items.append(try repeated(item))
        }
        return items.count == 1 ? items[0] : .sequence(items)
    }

    /// White space and comments, which `(?x)` lets stand for nothing.
    private mutating func skipsBlank(_ character: UInt32) -> Bool {
        if character == 0x23 {
            while let character = next, character != 0x0A {
                _ = character
                position += 1
            }
            return true
        }
        guard UnicodeProperty.whitespace.contains(character) else { return false }
        position += 1
        return true
    }

    /// One item without its quantifier; nil when it was only flags or a comment.
    private mutating func item() throws(LocatedError) -> ExpressionNode? {
        let start = position
        guard let character = next else { return nil }
        position += 1
        switch character {
        case 0x28: return try group(start)
        case 0x5B:
            position = start
            return .set(try characterClass())
        case 0x5C: return try escape(start)
        case 0x2E:
            return .set(flags.dotMatchesLineFeed ? .all : CodePointSet(0x0A).inverted)
        case 0x5E: return flags.anchorsAtLines ? Self.lineStart(dialect) : .previous(.empty, orStart: true)
        case 0x24:
            return .next(flags.anchorsAtLines ? CodePointSet(0x0A) : .empty, orEnd: true)
        case 0x2A, 0x2B, 0x3F: throw error("a quantifier without anything to repeat", at: start)
        default:
            return .set(cased(CodePointSet(character)))
        }
    }

    /// `set` with the other cases of its letters where `(?i)` is on.
    func cased(_ set: CodePointSet) -> CodePointSet {
        flags.ignoresCase ? CaseFolding.shared.closure(of: set) : set
    }

    /// `^`: Oniguruma's does not hold after the line feed that ends the text.
    private static func lineStart(_ dialect: ExpressionDialect) -> ExpressionNode {
        let afterLineFeed = ExpressionNode.previous(CodePointSet(0x0A), orStart: false)
        let inside = ExpressionNode.sequence([afterLineFeed, .next(.all, orEnd: dialect == .fancyRegex)])
        return .alternatives([.previous(.empty, orStart: true), inside])
    }
}

extension ExpressionParser {
    /// What follows `(`.
    private mutating func group(_ start: Int) throws(LocatedError) -> ExpressionNode? {
        guard take("?") else { return try closing(try alternatives(), start) }
        if take(":") { return try closing(try alternatives(), start) }
        if take("=") { return try look(isAhead: true, isNegated: false, start) }
        if take("!") { return try look(isAhead: true, isNegated: true, start) }
        if take("<=") { return try look(isAhead: false, isNegated: false, start) }
        if take("<!") { return try look(isAhead: false, isNegated: true, start) }
        if take(">") { return .atomic(try closing(try alternatives(), start)) }
        if take("#") {
            while let character = next, character != 0x29 {
                _ = character
                position += 1
            }
            guard take(")") else { throw error("a comment without end", at: start) }
            return nil
        }
        if take("P<") || take("<") || take("'") {
            while let character = next, character != 0x3E, character != 0x27 {
                _ = character
                position += 1
            }
            position += 1
            return try closing(try alternatives(), start)
        }
        return try flagGroup(start)
    }

    private mutating func closing(_ node: ExpressionNode, _ start: Int) throws(LocatedError) -> ExpressionNode
    {
        guard take(")") else { throw error("a group without end", at: start) }
        return node
    }

    private mutating func look(
        isAhead: Bool, isNegated: Bool, _ start: Int
    ) throws(LocatedError) -> ExpressionNode {
        let node = try closing(try alternatives(), start)
        guard case .set(let set) = node else { return .look(node, isAhead: isAhead, isNegated: isNegated) }
        let wanted = isNegated ? set.inverted : set
        return isAhead ? .next(wanted, orEnd: isNegated) : .previous(wanted, orStart: isNegated)
    }

    /// `(?i)` and `(?i:…)`.
    private mutating func flagGroup(_ start: Int) throws(LocatedError) -> ExpressionNode? {
        let outer = flags
        var isOn = true
        while let character = next {
            position += 1
            switch character {
            case 0x2D: isOn = false
            case 0x69: flags.ignoresCase = isOn
            case 0x78: flags.isExtended = isOn
            case 0x6D where dialect == .oniguruma: flags.dotMatchesLineFeed = isOn
            case 0x6D: flags.anchorsAtLines = isOn
            case 0x73 where dialect == .fancyRegex: flags.dotMatchesLineFeed = isOn
            case 0x75 where dialect == .fancyRegex && isOn: break
            case 0x29: return try restOfGroup()
            case 0x3A:
                let node = try closing(try alternatives(), start)
                flags = outer
                return node
            default: throw error("an unsupported group", at: start)
            }
        }
        throw error("a group without end", at: start)
    }

    /// In Oniguruma `a(?i)b|c` is `a(?i:b|c)`; in fancy-regex the flags hold to the end of the group and no further.
    private mutating func restOfGroup() throws(LocatedError) -> ExpressionNode? {
        guard dialect == .oniguruma else { return nil }
        return try alternatives()
    }
}
