public import TesseraCore

/// Drafts for texts that are read side by side in one pass, as a server reads them.
///
/// One source serves all texts: of the methods, lookup keeps nothing, and a table or a store belongs to the model more
/// than to a text. What drafts are worth is counted over all texts as well. The more texts a pass reads anyway, the
/// more another row costs beside what the pass gives, so the fewer drafts pay: after Liu et al., "Optimizing
/// speculative decoding for serving large language models using goodput", arXiv:2406.14066, with the cost of a pass
/// learnt from the times that passes take (see `PassCost`).
public struct BatchDrafting: Sendable {
    /// The most drafts and last tokens that a pass reads together.
    public static let mostRows = 64

    private var source: any DraftSource & Sendable
    private let size: Drafting.Size
    private var cost = PassCost.expected
    private var acceptance = AcceptanceCounts()

    /// Creates drafts by a method; nil for plain decoding.
    ///
    /// Prompts do not fill the table of successors: the scores of all their tokens would delay other texts.
    ///
    /// - Parameter table: the successors that are known to begin with; made for the methods that keep a table alone.
    /// - Throws: `LocatedError` for a size out of range, and what making the table throws.
    public init?(
        _ method: DraftMethod, size: Drafting.Size = .measured,
        table: @autoclosure () throws(LocatedError) -> RecyclingTable
    ) throws(LocatedError) {
        try size.check()
        let source = try method.source(table: try table(), primesFromPrompt: false)
        guard let source else { return nil }
        self.source = source
        self.size = size
    }

    /// Tokens that may follow a text.
    package mutating func propose(after text: [TokenID]) -> DraftTree {
        // Only a source that asks a model can fail; a text goes on without drafts as well.
        (try? source.propose(after: text, limit: size.poolSize)) ?? DraftTree()
    }

    /// What is read of proposals for some texts in one pass.
    ///
    /// - Parameters:
    ///   - pools: the proposals, and how many tokens each text has room for behind its last one.
    ///   - rows: what the pass reads anyway: the last tokens of these texts, and of prompts.
    package func chosen(from pools: [(tree: DraftTree, room: Int)], beside rows: Int) -> [DraftTree] {
        let mostOfText = if case .nodes(let count) = size { count } else { Int.max }
        var ranked: [(chance: Float, text: Int, node: Int)] = []
        for (text, pool) in pools.enumerated() {
            let likeliest = acceptance.ranked(pool.tree).prefix(max(0, min(pool.room, mostOfText)))
            ranked += likeliest.map { ($0.chance, text, $0.node) }
        }
        ranked.sort { ($0.chance, $1.text, $1.node) > ($1.chance, $0.text, $0.node) }
        ranked.removeLast(max(0, ranked.count - max(0, Self.mostRows - pools.count)))
        if size == .measured {
            let count = cost.payingCount(ranked.map(\.chance), beside: rows, giving: pools.count)
            ranked.removeLast(ranked.count - count)
        }
        var kept = Array(repeating: Set<Int>(), count: pools.count)
        for draft in ranked { kept[draft.text].insert(draft.node) }
        return pools.indices.map { text in pools[text].tree.filtered { kept[text].contains($0) } }
    }

    /// Learns from what followed where `pool` was proposed, and from the rows that were read.
    package mutating func learn(_ pool: DraftTree, _ tokens: [TokenID], from pass: ReadPass) {
        acceptance.count(pool, tokens)
        source.observe(pass)
    }

    /// Learns from a piece of a prompt.
    package mutating func learn(prompt tokens: [TokenID]) {
        let none = UnsafeBufferPointer<Float>(start: nil, count: 0)
        source.observe(
            ReadPass(tokens: tokens, accepted: Array(tokens.indices), logits: none, isPrompt: true))
    }

    /// Learns from the time of a pass.
    package mutating func learn(rows: Int, seconds: Double) {
        cost.learn(rows: rows, seconds: seconds)
    }
}
