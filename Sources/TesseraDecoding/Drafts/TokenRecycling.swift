public import TesseraCore

/// Drafts from the tokens that the model found likely after each token the last time it read it.
///
/// Luo et al., "Turning trash into treasure: accelerating inference of large language models with token recycling",
/// ACL 2025, arXiv:2408.08696. What every pass computes and throws away, the best few tokens after each token read,
/// rejected drafts included, is kept in a table; the next tree is read out of it. The table serves one text after
/// another. Unlike the published code, rows that were never filled draft nothing, a token that a pass read several
/// times gets the row of its deepest accepted place, else of its first one, and the prompt fills the table too.
public struct TokenRecycling: DraftSource, Sendable {
    /// The tokens that followed each token.
    public private(set) var table: RecyclingTable

    private let template: RecyclingTemplate
    private let updates: Bool

    public let learnsFromPrompt: Bool

    /// Creates a source.
    ///
    /// - Parameters:
    ///   - table: what is known so far.
    ///   - template: the shape of trees.
    ///   - primesFromPrompt: whether prompts fill the table, for which their logits are computed.
    ///   - updates: whether later passes fill the table.
    public init(
        table: RecyclingTable, template: RecyclingTemplate = .published, primesFromPrompt: Bool = true,
        updates: Bool = true
    ) {
        self.table = table
        self.template = template
        self.updates = updates
        learnsFromPrompt = primesFromPrompt
    }

    public mutating func propose(after text: [TokenID], limit: Int) -> DraftTree {
        var tree = DraftTree()
        guard let last = text.last else { return tree }
        var places = Array(repeating: -2, count: template.nodes.count)
        for (index, node) in template.nodes.enumerated() where tree.count < limit {
            let parent = node.parent < 0 ? -1 : places[node.parent]
            guard parent != -2 else { continue }
            let above = parent < 0 ? last : tree.nodes[parent].token
            guard let token = table.successor(node.rank, of: above) else { continue }
            let guess: Float = node.rank == 0 ? 0.45 : 0.3 / Float(node.rank + 1)
            places[index] = tree.add(token, after: parent, kind: index, guess: guess) ?? -2
        }
        return tree
    }

    public mutating func observe(_ pass: ReadPass) {
        guard pass.isPrompt ? learnsFromPrompt : updates, pass.logits.count > 0 else { return }
        var places: [TokenID: Int] = [:]
        for index in pass.tokens.indices.reversed() { places[pass.tokens[index]] = index }
        for index in pass.accepted where pass.tokens.indices.contains(index) {
            places[pass.tokens[index]] = index
        }
        for (token, index) in places {
            if let row = pass.row(index) { table.update(token, from: row) }
        }
    }
}
