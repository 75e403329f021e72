internal import TesseraCore

/// How often nodes of each kind came true, once what is above them had.
///
/// Nodes that were proposed and not read count too, as far as the text shows what would have become of them.
struct AcceptanceCounts: Sendable {
    private var counts: [Int: (tried: Float, held: Float)] = [:]

    /// A source's own guess weighs like this many trials.
    private static let guessWeight: Float = 4

    /// Counts are halved when they reach this, so that what a text is like now matters more than what was.
    private static let memory: Float = 128

    /// The most kinds that are kept apart.
    private static let mostKinds = 1 << 14

    /// How likely each node of a tree is to come true: the product of its own kind's share and those above it.
    func chances(of tree: DraftTree) -> [Float] {
        var chances: [Float] = []
        chances.reserveCapacity(tree.count)
        for node in tree.nodes {
            let above = node.parent < 0 ? 1 : chances[node.parent]
            let count = counts[node.kind] ?? (0, 0)
            let share =
                (count.held + Self.guessWeight * node.guess) / (count.tried + Self.guessWeight)
            chances.append(above * share)
        }
        return chances
    }

    /// The nodes of a tree with how likely each is to come true, the likeliest first.
    ///
    /// A node is never likelier than the one above it, which has the lower index: any prefix is a tree.
    func ranked(_ tree: DraftTree) -> [(node: Int, chance: Float)] {
        chances(of: tree).enumerated().map { (node: $0, chance: $1) }
            .sorted { ($0.chance, $1.node) > ($1.chance, $0.node) }
    }

    /// Counts what became of a tree when the text went on with `tokens`.
    mutating func count(_ tree: DraftTree, _ tokens: some Sequence<TokenID>) {
        var node = -1
        for token in tokens {
            var next: Int?
            for (index, child) in tree.nodes.enumerated() where child.parent == node {
                let held = child.token == token
                if held { next = index }
                add(child.kind, held: held)
            }
            guard let next else { return }
            node = next
        }
    }

    private mutating func add(_ kind: Int, held: Bool) {
        guard counts[kind] != nil || counts.count < Self.mostKinds else { return }
        var count = counts[kind] ?? (0, 0)
        if count.tried >= Self.memory { count = (count.tried / 2, count.held / 2) }
        counts[kind] = (count.tried + 1, count.held + (held ? 1 : 0))
    }
}
