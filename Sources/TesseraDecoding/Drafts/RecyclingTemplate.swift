/// The shape of the trees of token recycling: which of a token's successors are followed how deep.
public struct RecyclingTemplate: Hashable, Sendable {
    /// A place in the tree.
    struct Node: Hashable, Sendable {
        /// The place above it; -1 for the text.
        let parent: Int

        /// Which successor of the token above it stands there, 0 for the likeliest.
        let rank: Int
    }

    /// The places, parents first, those that come true most often before others.
    let nodes: [Node]

    /// The published tree "2.2.2" of 80 places (arXiv:2408.08696, appendix), in the order measured on SmolLM2-135M
    /// for the first sixteen and by depth after them.
    public static let published = RecyclingTemplate(paths: first + all)

    /// A tree of the given paths, each the ranks from the text down; those whose parent is not there are left out,
    /// and so are ranks that the table does not have.
    init(paths: [[Int]]) {
        var nodes: [Node] = []
        var places: [[Int]: Int] = [[]: -1]
        for path in paths where places[path] == nil {
            guard let rank = path.last, (0..<RecyclingTable.width).contains(rank),
                let parent = places[Array(path.dropLast())]
            else { continue }
            places[path] = nodes.count
            nodes.append(Node(parent: parent, rank: rank))
        }
        self.nodes = nodes
    }

    /// The same tree without the places of successors beyond the first `width`.
    package func narrowed(to width: Int) -> RecyclingTemplate {
        RecyclingTemplate(
            paths: nodes.indices.map { path(to: $0) }.filter { $0.allSatisfy { rank in rank < width } })
    }

    /// The ranks from the text down to a place.
    private func path(to index: Int) -> [Int] {
        index < 0 ? [] : path(to: nodes[index].parent) + [nodes[index].rank]
    }

    private static let first: [[Int]] = [
        [0], [0, 0], [1], [2], [0, 0, 0], [0, 1], [3], [4], [5], [6], [1, 0], [0, 0, 0, 0], [0, 2], [2, 0],
        [7], [0, 3],
    ]

    /// The published paths: for each of a depth, how many of its first successors are followed.
    private static let all: [[Int]] = {
        let counts: [[([Int], Int)]] = [
            [([], 8)],
            [([0], 8), ([1], 4), ([2], 3), ([3], 2), ([4], 1), ([5], 1), ([6], 1), ([7], 1)],
            [
                ([0, 0], 8), ([0, 1], 3), ([0, 2], 2), ([0, 3], 1), ([0, 4], 1), ([0, 5], 1), ([0, 6], 1),
                ([0, 7], 1), ([1, 0], 2), ([1, 1], 1), ([2, 0], 1), ([3, 0], 1), ([4, 0], 1), ([5, 0], 1),
            ],
            [
                ([0, 0, 0], 5), ([0, 0, 1], 2), ([0, 0, 2], 1), ([0, 0, 3], 1), ([0, 0, 4], 1),
                ([0, 1, 0], 1), ([0, 2, 0], 1), ([1, 0, 0], 1), ([2, 0, 0], 1), ([3, 0, 0], 1),
            ],
            [
                ([0, 0, 0, 0], 3), ([0, 0, 0, 1], 1), ([0, 0, 0, 2], 1), ([0, 0, 1, 0], 1),
                ([0, 1, 0, 0], 1), ([1, 0, 0, 0], 1),
            ],
            [([0, 0, 0, 0, 0], 2), ([0, 0, 0, 1, 0], 1)],
        ]
        return counts.joined().flatMap { path, count in (0..<count).map { path + [$0] } }
    }()
}
