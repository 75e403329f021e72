internal import TesseraCore
internal import TesseraDecoding

// Drafts in passes: proposed for every text that waits for its next token, read beside all others, and forgotten
// before the next pass but for what came true.
extension Scheduler {
    /// Gives shares drafts of what follows the last token that was drawn, as far as they pay.
    func propose(for shares: inout [Share]) {
        guard var drafting = self.drafting.take() else { return }
        let start = ContinuousClock.now
        defer {
            self.drafting = drafting
            draftSeconds = (ContinuousClock.now - start).inSeconds
        }
        let ends = tokenizer.specialTokens.endOfText
        let places = shares.indices.filter { index in
            let share = shares[index]
            return share.text.generatedCount > 0 && share.rows == .last && share.tokens.count == 1
        }
        let pools = places.map { place in
            let text = shares[place].text
            let tree = text.readable(
                drafting.propose(after: text.tokens), vocabularySize: model.vocabularySize, ends: ends)
            return (tree: tree, room: shares[place].cache.capacity - shares[place].base - 1)
        }
        let chosen = drafting.chosen(from: pools, beside: shares.reduce(0) { $0 + $1.tokens.count })
        for (index, place) in places.enumerated() {
            shares[place].drafts = (pools[index].tree, chosen[index])
        }
    }

    /// Reads the shares, without their drafts where there is memory for the texts alone.
    ///
    /// - Returns: the time it took.
    func readWithDrafts(_ shares: inout [Share]) throws(BatchReadError) -> Double {
        do throws(BatchReadError) {
            return try read(shares)
        } catch {
            guard error.reason == .exhausted, shares.contains(where: { $0.tree.count > 0 }) else {
                throw error
            }
            for index in shares.indices where shares[index].drafts != nil {
                shares[index].drafts = (DraftTree(), DraftTree())
            }
            return try read(shares)
        }
    }

    /// Learns what a pass over so many rows takes; prompts, most of whose tokens get no logits, say nothing of it.
    func learnCost(_ shares: [Share], seconds: Double) {
        guard drafting != nil, shares.allSatisfy({ $0.drafts != nil }) else { return }
        drafting?.learn(rows: shares.reduce(0) { $0 + $1.rowCount }, seconds: seconds + draftSeconds)
    }

    /// Draws along the drafts of a text as long as they hold what is drawn, and keeps those.
    func follow(
        _ drafts: (pool: DraftTree, tree: DraftTree), of share: Share,
        _ block: UnsafeMutableBufferPointer<Float>, width: Int
    ) throws(LocatedError) {
        // A draw changes its row, and the source is to see what the model gave.
        let row = UnsafeMutableBufferPointer<Float>.allocate(capacity: width)
        defer { row.deallocate() }
        var path = [0]
        var drawn: [TokenID] = []
        var node = -1
        var reason: StopReason?
        while reason == nil {
            let source = block[(node + 1) * width..<(node + 2) * width]
            _ = row.initialize(fromContentsOf: source)
            reason = try draw(share.text, row)
            guard let token = share.text.tokens.last else { break }
            drawn.append(token)
            guard reason == nil, let child = drafts.tree.child(of: node, holding: token) else { break }
            node = child
            path.append(child + 1)
        }
        if path.count <= drafts.tree.count { try share.cache.keep(path, from: share.base) }
        metrics.acceptedTokens.add(path.count - 1)
        let start = ContinuousClock.now
        drafting?.learn(
            drafts.pool, drawn,
            from: ReadPass(
                tokens: share.item.tokens, accepted: path, logits: UnsafeBufferPointer(block)))
        draftSeconds += (ContinuousClock.now - start).inSeconds
        if let reason { finish(share.text, reason) }
    }
}
