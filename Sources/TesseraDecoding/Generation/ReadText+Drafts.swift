package import TesseraCore

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
        let item = BatchItem(cache: cache, token: token, drafts: tree)
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
}

extension BatchItem {
    /// The last token of a text and a tree of drafts after it, each with its row.
    package init(cache: Cache, token: TokenID, drafts tree: DraftTree) {
        self.init(
            cache: cache, tokens: [token] + tree.nodes.map(\.token),
            parents: tree.count == 0 ? nil : [-1] + tree.nodes.map { $0.parent + 1 }, rows: .all)
    }
}
