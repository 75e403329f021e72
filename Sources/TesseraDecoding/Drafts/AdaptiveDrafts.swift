public import TesseraCore

/// Drafts from a store of three tokens in a row that learns from the text while it grows.
///
/// Liu et al., "Adaptive draft-verification for efficient large language model decoding", AAAI 2025,
/// arXiv:2407.12021. The tree is grown best first, by the product of normalised weights, where the paper searches with
/// visits and rollouts: its rollouts were found to add nothing. Prompts are taken in whole, where the published code
/// sees only their last tokens. With one branch the tree is a line: the cheapest of small models.
public struct AdaptiveDrafts: DraftSource, Sendable {
    private var store: TrigramStore
    private let window: Int
    private let step: Float
    private let depth: Int
    private let branches: Int
    private let takesPrompt: Bool

    public var learnsFromPrompt: Bool { false }

    /// Creates a source that knows a corpus, or nothing.
    ///
    /// - Parameters:
    ///   - corpus: texts; what follows a pair in them has weights that sum to 1.
    ///   - window: the last tokens whose threes gain weight at every pass.
    ///   - step: how much they gain; 0 learns nothing.
    ///   - takesPrompt: whether prompts are taken in whole.
    ///   - depth: the most tokens that a draft is long.
    ///   - branches: the most successors of a pair that are drafted.
    ///   - mostPairs: the most pairs of tokens kept.
    public init(
        corpus: [[TokenID]] = [], window: Int = 16, step: Float = 0.04, takesPrompt: Bool = true,
        depth: Int = 8, branches: Int = 12, mostPairs: Int = 1 << 18
    ) {
        store = TrigramStore(mostPairs: mostPairs)
        if !corpus.isEmpty { store.count(corpus) }
        self.window = min(max(3, window), 1 << 10)
        self.step = step > 0 ? min(step, TrigramStore.mostWeight) : 0
        self.takesPrompt = takesPrompt
        self.depth = min(max(1, depth), 64)
        self.branches = max(1, branches)
    }

    /// The pairs of tokens known.
    public var pairCount: Int { store.count }

    /// A node that may be added to the tree.
    private struct Branch {
        let pair: (TokenID, TokenID)
        let token: TokenID
        let parent: Int
        let depth: Int
        let rank: Int
        let share: Float
        let chance: Float
    }

    public mutating func propose(after text: [TokenID], limit: Int) -> DraftTree {
        if step > 0 { store.strengthen(text.suffix(window), by: step) }
        var tree = DraftTree()
        guard text.count >= 2 else { return tree }
        var open = branches(
            after: (text[text.count - 2], text[text.count - 1]), parent: -1, depth: 1, chance: 1)
        while tree.count < limit,
            let best = open.indices.max(by: { (open[$0].chance, $1) < (open[$1].chance, $0) })
        {
            let branch = open.remove(at: best)
            // Of a kind: the place among the successors, how sure the store is of it, and how deep it lies.
            let kind = (min(branch.rank, 3) * 8 + Int(branch.share * 7.99)) * 16 + min(branch.depth, 15)
            guard
                let node = tree.add(
                    branch.token, after: branch.parent, kind: kind, guess: 0.7 * branch.share),
                branch.depth < depth
            else { continue }
            open += branches(
                after: (branch.pair.1, branch.token), parent: node, depth: branch.depth + 1,
                chance: branch.chance)
        }
        return tree
    }

    public mutating func observe(_ pass: ReadPass) {
        // A prompt once, as strongly as a window that passes over it.
        guard pass.isPrompt, takesPrompt, step > 0 else { return }
        store.strengthen(pass.tokens[...], by: step * Float(max(1, window - 2)))
    }

    private func branches(
        after pair: (TokenID, TokenID), parent: Int, depth: Int, chance: Float
    ) -> [Branch] {
        let successors = store.successors(of: pair.0, pair.1)
        let total = successors.reduce(Float(0)) { $0 + $1.weight }
        guard total > 0 else { return [] }
        let ranked = successors.indices.sorted { (successors[$0].weight, $1) > (successors[$1].weight, $0) }
        return ranked.prefix(branches).enumerated().map { rank, index in
            let share = successors[index].weight / total
            return Branch(
                pair: pair, token: successors[index].token, parent: parent, depth: depth, rank: rank,
                share: share,
                chance: chance * share)
        }
    }
}
