internal import TesseraCore

/// Takes atomic groups and possessive quantifiers out of an expression, so that automata can run it.
///
/// `X*+` is `X*(?!X)` when `X` matches in one way at most; `(?>A|B)` is `A|(?!A)B`; and at the end of an expression,
/// where nothing can fail any more, a group is atomic anyway.
struct AtomicRewriting {
    /// An equal expression without atomic groups.
    ///
    /// - Parameter isLast: whether nothing that could fail follows `node`.
    /// - Throws: `LocatedError` for an atomic group whose parts may match in several ways.
    func rewrite(_ node: ExpressionNode, isLast: Bool) throws(LocatedError) -> ExpressionNode {
        switch node {
        case .set, .next, .previous: return node
        case .sequence(let items):
            var made: [ExpressionNode] = []
            for (index, item) in items.enumerated() {
                made.append(try rewrite(item, isLast: isLast && index == items.count - 1))
            }
            return .sequence(made)
        case .alternatives(let branches):
            var made: [ExpressionNode] = []
            for branch in branches { made.append(try rewrite(branch, isLast: isLast)) }
            return .alternatives(made)
        case .repetition(let body, let least, let most, let isLazy):
            let isOnce = most == 1
            return .repetition(
                try rewrite(body, isLast: isLast && isOnce), least: least, most: most, isLazy: isLazy)
        case .look(let body, let isAhead, let isNegated):
            return .look(try rewrite(body, isLast: isAhead), isAhead: isAhead, isNegated: isNegated)
        case .atomic(let body):
            let plain = try rewrite(body, isLast: isLast)
            return isLast ? plain : try committed(plain)
        }
    }

    /// `node`, which has no atomic groups, restricted to the first way in which it matches.
    private func committed(_ node: ExpressionNode) throws(LocatedError) -> ExpressionNode {
        if matchesInOneWay(node) { return node }
        switch node {
        case .sequence(let items):
            guard let last = items.last, items.dropLast().allSatisfy(matchesInOneWay) else { break }
            return .sequence(items.dropLast() + [try committed(last)])
        case .alternatives(let branches):
            var made: [ExpressionNode] = []
            var refused: [ExpressionNode] = []
            for branch in branches {
                made.append(.sequence(refused + [try committed(branch)]))
                refused.append(not(branch))
            }
            return .alternatives(made)
        case .repetition(let body, let least, let most, let isLazy):
            guard matchesInOneWay(body) else { break }
            let required = ExpressionNode.repetition(body, least: least, most: least, isLazy: false)
            if isLazy { return required }
            guard let most else { return .sequence([required, .some(body), not(body)]) }
            let full = ExpressionNode.repetition(body, least: most, most: most, isLazy: false)
            guard most > least else { return full }
            let fewer = ExpressionNode.repetition(body, least: least, most: most - 1, isLazy: false)
            return .alternatives([full, .sequence([fewer, not(body)])])
        case .set, .next, .previous, .look, .atomic: break
        }
        throw LocatedError(
            problem:
                "the expression has an atomic group that may match in several ways, which is not supported")
    }

    private func not(_ node: ExpressionNode) -> ExpressionNode {
        if case .set(let set) = node { return .next(set.inverted, orEnd: true) }
        return .look(node, isAhead: true, isNegated: true)
    }

    /// Whether a match that starts at a given place can have one length only.
    private func matchesInOneWay(_ node: ExpressionNode) -> Bool { length(of: node) != nil }

    /// How many code points a match has; nil when that varies.
    private func length(of node: ExpressionNode) -> Int? {
        switch node {
        case .set: return 1
        case .next, .previous, .look: return 0
        case .sequence(let items):
            var sum = 0
            for item in items {
                guard let length = length(of: item) else { return nil }
                sum = min(sum + length, 1 << 40)
            }
            return sum
        case .alternatives(let branches):
            guard let first = branches.first, let known = length(of: first) else { return nil }
            return branches.allSatisfy { length(of: $0) == known } ? known : nil
        case .repetition(let body, let least, let most, _):
            guard let most, least == most, let length = length(of: body) else { return nil }
            return min(length, 1 << 20) * most
        case .atomic: return nil
        }
    }
}
