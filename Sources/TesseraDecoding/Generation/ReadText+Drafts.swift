internal import TesseraCore

// Reading a tree of drafts in one pass, and keeping what came true of it.
extension ReadText where Model: BatchCausalModel {
    /// Reads a token and a tree of drafts after it.
    ///
    /// `accept` says which of the drafts belong to the text, and `settle` or the next pass forgets the others.
    ///
    /// - Parameter rows: receives the row of the token and those of the nodes, in their order.
    /// - Throws: `LocatedError` when the cache is full or an id is out of range.
    mutating func append(_ token: TokenID, _ tree: DraftTree, rows: inout [Float]) throws(LocatedError) {
        try settle()
        let item = BatchItem(
            cache: cache, tokens: [token] + tree.nodes.map(\.token),
            parents: tree.count == 0 ? nil : [-1] + tree.nodes.map { $0.parent + 1 }, rows: .all)
        do throws(BatchReadError) {
            try model.read([item], logits: &rows)
        } catch {
            throw error.cause
        }
        open = OpenTree(base: tokens.count, rows: [0], size: 1 + tree.count)
        add(token)
    }

    /// Takes a draft into the text: the child of the last one that was taken.
    mutating func accept(_ token: TokenID, row: Int) {
        open?.rows.append(row)
        add(token)
    }

    /// What passes over a few rows after this text cost, each measured twice and the shorter time taken; the text
    /// stays as it is.
    ///
    /// - Throws: `LocatedError` when the model fails.
    func passCost() throws(LocatedError) -> PassCost {
        var points: [(rows: Int, seconds: Double)] = []
        var logits: [Float] = []
        let base = cache.count
        guard let token = tokens.last else { return PassCost([]) }
        for rows in [2] + PassCost.measuredRows where rows <= capacity - base {
            var best = Double.infinity
            for _ in 0..<2 {
                let item = BatchItem(
                    cache: cache, tokens: Array(repeating: token, count: rows),
                    parents: [-1] + Array(repeating: 0, count: rows - 1), rows: .all)
                let start = ContinuousClock.now
                do throws(BatchReadError) {
                    try model.read([item], logits: &logits)
                } catch {
                    throw error.cause
                }
                best = min(best, seconds(start, .now))
                cache.truncate(to: base)
            }
            points.append((rows, best))
        }
        // The first pass only warms up.
        return PassCost(Array(points.dropFirst()))
    }
}
