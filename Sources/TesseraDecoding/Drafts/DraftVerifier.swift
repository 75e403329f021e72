internal import TesseraCore

/// Reads a text together with drafts of what comes: the one verifier of every speculative method.
///
/// After Leviathan et al., arXiv:2211.17192, and Miao et al., "SpecInfer", arXiv:2305.09781, section 4, in the form
/// that keeps the output itself: a pass reads the last token and a tree of drafts, each of which sees only what it
/// follows. The loop draws at every place as it would without drafts, from the same scores with the same noise; as
/// long as a draft holds what was drawn, its row is there already. Then the cache is cut to the path that held.
struct DraftVerifier<Model: BatchCausalModel>: TextReader {
    private(set) var drafting: Drafting
    private(set) var counts: DraftCounts? = DraftCounts()

    /// Tokens after which nothing is read.
    private let ends: Set<TokenID>

    /// What the source proposed at the last pass, and what of it was read.
    private var pool = DraftTree()
    private var tree = DraftTree()

    /// The rows of the last pass, `[1 + tree.count, vocabularySize]`, as the model gave them.
    private var rows: [Float] = []
    private var readTokens: [TokenID] = []

    /// How long it took to propose and to read.
    private var passSeconds = 0.0

    /// The node where the text ends; -1 for the token before the tree.
    private var node = -1

    /// The nodes of the tree that came true.
    private var path: [Int] = []

    init(_ drafting: Drafting, ends: Set<TokenID>) {
        self.drafting = drafting
        self.ends = ends
    }

    mutating func read(
        _ prompt: [TokenID], in text: inout ReadText<Model>, logits: inout [Float],
        cancellation: Cancellation,
        progress: Progress
    ) throws(LocatedError) -> Bool {
        // Prompts are read in blocks; rows of all tokens of one take much memory.
        let wantsRows = drafting.source.learnsFromPrompt
        return try text.read(
            prompt, logits: &logits, rowsOfAll: wantsRows, cancellation: cancellation, progress: progress
        ) { tokens, rows in
            rows.withUnsafeBufferPointer { rows in
                let logits = wantsRows ? rows : UnsafeBufferPointer(rebasing: rows[..<0])
                drafting.source.observe(
                    ReadPass(
                        tokens: tokens, accepted: Array(tokens.indices), logits: logits, isPrompt: true))
            }
        }
    }

    mutating func append(
        _ token: TokenID, to text: inout ReadText<Model>, all: [TokenID], remaining: Int,
        constraint: inout (any LogitConstraint)?, logits: inout [Float]
    ) throws(LocatedError) {
        if let child = tree.child(of: node, holding: token) {
            text.accept(token, row: child + 1)
            node = child
            path.append(child)
            counts?.accepted += 1
        } else {
            closePass(before: token)
            try readNext(token, in: &text, all: all, remaining: remaining, &constraint)
        }
        copyRow(of: node, to: &logits)
    }

    /// Whether the draft after this place may be kept in place of `token`: not where output is to be that of plain
    /// decoding.
    ///
    /// - Parameter logits: the row that `token` was drawn from.
    mutating func settled(_ token: TokenID, from logits: [Float]) -> TokenID {
        guard drafting.rollback > 0, tree.child(of: node, holding: token) == nil,
            let child = tree.nodes.first(where: { $0.parent == node })?.token, Int(child) < logits.count
        else { return token }
        let loss = logits.withUnsafeBufferPointer { LogitRow($0).negativeLogProbability(of: Int(child)) }
        guard let loss, loss <= drafting.rollback else { return token }
        counts?.tolerated += 1
        return child
    }

    mutating func finish(_ text: inout ReadText<Model>) throws(LocatedError) {
        closePass(before: nil)
        try text.settle()
    }

    /// Tells the source and the counts what became of the last pass.
    private mutating func closePass(before token: TokenID?) {
        guard !readTokens.isEmpty else { return }
        let start = ContinuousClock.now
        let held = path.map { tree.nodes[$0].token }
        drafting.learn(pool, held + (token.map { [$0] } ?? []))
        rows.withUnsafeBufferPointer { rows in
            drafting.source.observe(
                ReadPass(tokens: readTokens, accepted: [0] + path.map { $0 + 1 }, logits: rows))
        }
        drafting.learn(rows: readTokens.count, seconds: passSeconds + seconds(start, .now))
        (pool, tree, node) = (DraftTree(), DraftTree(), -1)
        path.removeAll(keepingCapacity: true)
        readTokens.removeAll(keepingCapacity: true)
    }

    private mutating func readNext(
        _ token: TokenID, in text: inout ReadText<Model>, all: [TokenID], remaining: Int,
        _ constraint: inout (any LogitConstraint)?
    ) throws(LocatedError) {
        let start = ContinuousClock.now
        let room = text.capacity - text.tokens.count - 1
        if room > 0, remaining > 1 {
            pool = try drafting.source.propose(after: all, limit: drafting.size.poolSize).readable(
                vocabularySize: text.model.vocabularySize, remaining: remaining, ends: ends,
                under: &constraint)
            tree = drafting.chosen(from: pool, room: room)
        }
        do throws(LocatedError) {
            try text.append(token, tree, rows: &rows)
        } catch {
            // Where there is no memory for drafts there may be some for the token.
            let isAlone = tree.count == 0
            (pool, tree) = (DraftTree(), DraftTree())
            if isAlone { throw error }
            try text.append(token, tree, rows: &rows)
        }
        readTokens = [token] + tree.nodes.map(\.token)
        passSeconds = seconds(start, .now)
        counts?.passes += 1
        counts?.drafted += tree.count
    }

    /// The sampler changes what it draws from, and the source is to see what the model gave.
    private func copyRow(of node: Int, to logits: inout [Float]) {
        guard !readTokens.isEmpty else { return }
        let size = rows.count / readTokens.count
        let row = rows[(node + 1) * size..<(node + 2) * size]
        if logits.count == size {
            logits.withUnsafeMutableBufferPointer { target in
                row.withUnsafeBufferPointer { source in _ = target.update(fromContentsOf: source) }
            }
        } else {
            logits = Array(row)
        }
    }
}
