public import TesseraCore

/// Two sources whose trees are laid over each other.
///
/// Which of them was right how often is counted apart for nodes that one proposed, and for those of both.
public struct MergedDrafts<First: DraftSource, Second: DraftSource>: DraftSource {
    /// The source whose nodes come first.
    public private(set) var first: First

    /// The source that fills up.
    public private(set) var second: Second

    /// Creates a source.
    public init(_ first: First, _ second: Second) {
        self.first = first
        self.second = second
    }

    public var learnsFromPrompt: Bool { first.learnsFromPrompt || second.learnsFromPrompt }

    public mutating func propose(after text: [TokenID], limit: Int) throws(LocatedError) -> DraftTree {
        let trees = (
            try first.propose(after: text, limit: limit), try second.propose(after: text, limit: limit)
        )
        var tree = DraftTree()
        let shared = Self.sharedNodes(trees.0, trees.1)
        for (index, node) in trees.0.nodes.enumerated() {
            let kind = node.kind &* 4 &+ (shared.contains(index) ? 3 : 0)
            tree.add(node.token, after: node.parent, kind: kind, guess: node.guess)
        }
        var places: [Int] = []
        for node in trees.1.nodes {
            let parent = node.parent < 0 ? -1 : places[node.parent]
            // A node of both keeps what the first said of it.
            let kind = node.kind &* 4 &+ (trees.0.count == 0 ? 1 : 2)
            places.append(tree.add(node.token, after: parent, kind: kind, guess: node.guess) ?? parent)
        }
        return tree
    }

    public mutating func observe(_ pass: ReadPass) {
        first.observe(pass)
        second.observe(pass)
    }

    /// The nodes of `a` that stand in `b` too.
    private static func sharedNodes(_ a: DraftTree, _ b: DraftTree) -> Set<Int> {
        var places: [Int: Int] = [-1: -1]
        for (index, node) in a.nodes.enumerated() {
            guard let parent = places[node.parent] else { continue }
            places[index] = b.child(of: parent, holding: node.token)
        }
        return Set(places.keys).subtracting([-1])
    }
}

extension MergedDrafts: Sendable where First: Sendable, Second: Sendable {}
