public import TesseraCore

/// Tokens that may follow a text, as a tree: a node's tokens are read after those of the nodes above it.
///
/// A tree is closed under prefixes by construction: a node is added below one that is there.
public struct DraftTree: Hashable, Sendable {
    /// A token that may come.
    public struct Node: Hashable, Sendable {
        /// The token.
        public let token: TokenID

        /// The node that it follows; -1 when it follows the text.
        public let parent: Int

        /// How many tokens lie between the text and what follows this node: 1 for a node that follows the text.
        public let depth: Int

        /// Nodes of one kind come true about equally often, by the word of the source.
        public let kind: Int

        /// How likely the source takes it to be, once what is above it came true, before anything was counted.
        public let guess: Float
    }

    /// The nodes, parents before their children.
    public private(set) var nodes: [Node] = []

    /// Creates an empty tree.
    public init() {}

    /// The number of nodes.
    public var count: Int { nodes.count }

    /// Adds a token below a node, or finds the child that holds it already.
    ///
    /// - Parameters:
    ///   - parent: the node that it follows; -1 for the text.
    ///   - kind: see `Node.kind`; what a found child has stays.
    ///   - guess: see `Node.guess`; brought into 0 to 1.
    /// - Returns: the node; nil when there is no such parent.
    @discardableResult
    public mutating func add(_ token: TokenID, after parent: Int, kind: Int = 0, guess: Float = 0.5) -> Int? {
        guard parent == -1 || nodes.indices.contains(parent) else { return nil }
        if let child = child(of: parent, holding: token) { return child }
        let depth = parent < 0 ? 1 : nodes[parent].depth + 1
        let guess = guess > 0 ? min(guess, 1) : 0
        nodes.append(Node(token: token, parent: parent, depth: depth, kind: kind, guess: guess))
        return nodes.count - 1
    }

    /// The child of a node, or of the text for -1, that holds `token`.
    public func child(of parent: Int, holding token: TokenID) -> Int? {
        nodes.firstIndex { $0.parent == parent && $0.token == token }
    }

    /// The tree of those nodes alone that `isKept` says, without what would hang in the air.
    public func filtered(_ isKept: (Int) -> Bool) -> DraftTree {
        var tree = DraftTree()
        var places = Array(repeating: -2, count: nodes.count)
        for (index, node) in nodes.enumerated() {
            let parent = node.parent < 0 ? -1 : places[node.parent]
            guard parent != -2, isKept(index) else { continue }
            let place = tree.add(node.token, after: parent, kind: node.kind, guess: node.guess)
            places[index] = place ?? -2
        }
        return tree
    }

    /// The tree without what a pass would read for nothing.
    ///
    /// - Parameters:
    ///   - vocabularySize: the model has the ids below it.
    ///   - remaining: how many tokens may still be drawn; nothing is drawn after the last of them.
    ///   - ends: tokens after which nothing is read.
    ///   - constraint: what it forbids is left out; it is as before afterwards.
    package func readable(
        vocabularySize: Int, remaining: Int, ends: Set<TokenID>,
        under constraint: inout (any LogitConstraint)?
    ) -> DraftTree {
        let tree = filtered { index in
            let node = nodes[index]
            return Int(node.token) < vocabularySize && node.depth < remaining && !ends.contains(node.token)
        }
        guard constraint != nil else { return tree }
        return tree.allowed(
            enter: { token in (try? constraint?.advance(token)) != nil },
            leave: { constraint?.rollback(1) })
    }

    /// The tree without what is not allowed, for which each node is entered after those above it and left again.
    ///
    /// - Parameters:
    ///   - enter: goes one token further and says whether that is allowed; when it is not, nothing has changed.
    ///   - leave: goes one token back.
    private func allowed(enter: (TokenID) -> Bool, leave: () -> Void) -> DraftTree {
        var children = Array(repeating: [Int](), count: nodes.count + 1)
        for (index, node) in nodes.enumerated() { children[node.parent + 1].append(index) }
        var isAllowed = Array(repeating: false, count: nodes.count)
        var open: [(node: Int, isDone: Bool)] = children[0].reversed().map { ($0, false) }
        while let (node, isDone) = open.popLast() {
            if isDone {
                leave()
            } else if enter(nodes[node].token) {
                isAllowed[node] = true
                open.append((node, true))
                for child in children[node + 1].reversed() { open.append((child, false)) }
            }
        }
        return filtered { isAllowed[$0] }
    }
}
