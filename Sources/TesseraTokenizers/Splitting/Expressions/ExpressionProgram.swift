internal import TesseraCore

/// A regular expression as the instructions of a nondeterministic automaton (Thompson, 1968), in which of two ways
/// the first is preferred.
struct ExpressionProgram: Sendable {
    /// One instruction; targets are places in `instructions`.
    enum Instruction: Hashable, Sendable {
        /// A code point of set number `set`.
        case consume(set: Int, target: Int)
        /// Two ways, the better one first.
        case split(Int, Int)
        /// The next code point is of `set`, or there is none.
        case next(set: Int, orEnd: Bool, target: Int)
        /// The previous code point is of `set`, or there is none.
        case previous(set: Int, orStart: Bool, target: Int)
        /// Look number `look` holds here.
        case look(Int, target: Int)
        case match
    }

    /// A lookahead or lookbehind whose body is longer than a code point.
    struct Look: Sendable {
        /// The place of the body among `segments`.
        var segment: Int
        var isAhead: Bool
        var isNegated: Bool
    }

    /// The instructions of the whole or of the body of a look, and where they begin.
    struct Segment: Sendable {
        var range: Range<Int>
        var entry: Int
        /// Whether it is the body of a lookbehind.
        var isBehind = false
    }

    private(set) var instructions: [Instruction] = []
    /// The sets that instructions name.
    private(set) var sets: [CodePointSet] = []
    private(set) var looks: [Look] = []
    /// The bodies of looks, inner ones first; the expression itself is last.
    private(set) var segments: [Segment] = []

    /// The most instructions.
    static let longest = 8192

    private var setNumbers: [CodePointSet: Int] = [:]
    private var steps = 0

    /// The program of `node`, which has no atomic groups.
    ///
    /// - Throws: `LocatedError` for an expression that grows too large, or that looks behind in a way that is not
    ///   supported.
    init(_ node: ExpressionNode) throws(LocatedError) {
        var code: [Instruction] = []
        let entry = try Self.compile(segment: node, of: &self, into: &code)
        try append(code, entry: entry, isBehind: false)
        setNumbers = [:]
    }

    /// Where the expression itself begins.
    var entry: Int { segments.last?.entry ?? 0 }

    private mutating func append(
        _ code: [Instruction], entry: Int, isBehind: Bool
    ) throws(LocatedError) {
        let base = instructions.count
        for instruction in code { instructions.append(instruction.moved(by: base)) }
        guard instructions.count <= Self.longest else { throw Self.tooLarge }
        segments.append(
            Segment(range: base..<instructions.count, entry: base + entry, isBehind: isBehind))
    }

    private static let tooLarge = LocatedError(
        problem: "the expression is too large: its repetitions spelled out have more than \(longest) steps")

    private static func compile(
        segment node: ExpressionNode, of program: inout ExpressionProgram, into code: inout [Instruction]
    ) throws(LocatedError) -> Int {
        code.append(.match)
        return try program.compile(node, before: 0, into: &code)
    }

    private mutating func number(of set: CodePointSet) -> Int {
        if let known = setNumbers[set] { return known }
        sets.append(set)
        setNumbers[set] = sets.count - 1
        return sets.count - 1
    }

    /// Appends the instructions of `node` that go on at `target`; returns where they begin.
    private mutating func compile(
        _ node: ExpressionNode, before target: Int, into code: inout [Instruction]
    ) throws(LocatedError) -> Int {
        steps += 1
        guard code.count <= Self.longest, steps < 20 * Self.longest else { throw Self.tooLarge }
        switch node {
        case .set(let set): code.append(.consume(set: number(of: set), target: target))
        case .next(let set, let orEnd):
            code.append(.next(set: number(of: set), orEnd: orEnd, target: target))
        case .previous(let set, let orStart):
            code.append(.previous(set: number(of: set), orStart: orStart, target: target))
        case .sequence(let items):
            var entry = target
            for item in items.reversed() { entry = try compile(item, before: entry, into: &code) }
            return entry
        case .alternatives(let branches):
            var rest: Int?
            for branch in branches.reversed() {
                let entry = try compile(branch, before: target, into: &code)
                if let other = rest {
                    code.append(.split(entry, other))
                    rest = code.count - 1
                } else {
                    rest = entry
                }
            }
            return rest ?? target
        case .repetition(let body, let least, let most, let isLazy):
            return try compileRepetition(
                of: body, least, most, isLazy: isLazy, before: target, into: &code)
        case .look(let body, let isAhead, let isNegated):
            let look = try compileLook(body, isAhead: isAhead, isNegated: isNegated)
            code.append(.look(look, target: target))
        case .atomic:
            throw LocatedError(problem: "the expression has an atomic group, which is not supported")
        }
        return code.count - 1
    }

    private mutating func compileRepetition(
        of body: ExpressionNode, _ least: Int, _ most: Int?, isLazy: Bool, before target: Int,
        into code: inout [Instruction]
    ) throws(LocatedError) -> Int {
        var entry = target
        var required = least
        if let most {
            for _ in least..<most {
                let inner = try compile(body, before: entry, into: &code)
                code.append(isLazy ? .split(target, inner) : .split(inner, target))
                entry = code.count - 1
            }
        } else {
            let loop = code.count
            code.append(.match)
            let inner = try compile(body, before: loop, into: &code)
            code[loop] = isLazy ? .split(target, inner) : .split(inner, target)
            entry = required > 0 ? inner : loop
            required = max(required - 1, 0)
        }
        for _ in 0..<required { entry = try compile(body, before: entry, into: &code) }
        return entry
    }

    private mutating func compileLook(
        _ body: ExpressionNode, isAhead: Bool, isNegated: Bool
    ) throws(LocatedError) -> Int {
        guard looks.count < Self.mostLooks else {
            throw LocatedError(
                problem: "the expression has more than \(Self.mostLooks) lookaheads and lookbehinds")
        }
        let before = looks.count
        var code: [Instruction] = []
        let entry = try Self.compile(segment: body, of: &self, into: &code)
        if !isAhead {
            guard code.count <= 64, segments.count(where: \.isBehind) < Self.mostBehind else {
                throw LocatedError(problem: "the expression has lookbehinds that are too long or too many")
            }
            let looksOn = code.contains { if case .next = $0 { true } else { false } }
            guard !looksOn, looks.count == before else {
                throw LocatedError(
                    problem: "the expression looks around inside a lookbehind, which is not supported")
            }
        }
        try append(code, entry: entry, isBehind: !isAhead)
        looks.append(Look(segment: segments.count - 1, isAhead: isAhead, isNegated: isNegated))
        return looks.count - 1
    }

    /// The most looks.
    static let mostLooks = 64
    /// The most lookbehinds, each of which takes a bit for every place of a text.
    static let mostBehind = 8
}

extension ExpressionProgram.Instruction {
    /// The instruction with its targets `distance` further on.
    fileprivate func moved(by distance: Int) -> Self {
        switch self {
        case .consume(let set, let target): .consume(set: set, target: target + distance)
        case .split(let first, let second): .split(first + distance, second + distance)
        case .next(let set, let orEnd, let target):
            .next(set: set, orEnd: orEnd, target: target + distance)
        case .previous(let set, let orStart, let target):
            .previous(set: set, orStart: orStart, target: target + distance)
        case .look(let look, let target): .look(look, target: target + distance)
        case .match: .match
        }
    }
}
