internal import TesseraCore
internal import TesseraDecoding

/// A text's share of a pass.
struct PassShare<Cache: CausalCache> {
    let text: RunningText<Cache>
    let cache: Cache
    /// Tokens of a prompt, or the last token that was drawn.
    let tokens: [TokenID]
    /// Which of them get a row of logits.
    let rows: LogitRows
    /// Where the cache ended before the pass.
    let base: Int
    /// What was proposed after the last token drawn, and what of it is read; nil without drafts.
    var drafts: (pool: DraftTree, tree: DraftTree)?

    init(text: RunningText<Cache>, cache: Cache, tokens: [TokenID], rows: LogitRows) {
        self.text = text
        self.cache = cache
        self.tokens = tokens
        self.rows = rows
        base = cache.count
    }

    /// The drafts that are read.
    var tree: DraftTree { drafts?.tree ?? DraftTree() }

    /// What the model is to read.
    var item: BatchItem<Cache> {
        guard let drafts, let token = tokens.last else {
            return BatchItem(cache: cache, tokens: tokens, rows: rows)
        }
        return BatchItem(cache: cache, token: token, drafts: drafts.tree)
    }

    /// The rows of logits that it gets.
    var rowCount: Int {
        switch rows {
        case .none: 0
        case .last: 1 + tree.count
        case .all: tokens.count
        }
    }
}
