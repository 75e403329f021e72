internal import TesseraCore
internal import TesseraTokenizers

extension BytePairTraining {
    /// Goes on with the merges of `first` over the borders of words: the second stage of SuperBPE (Liu et al., 2025).
    ///
    /// The pieces in `counts` are stretches of text with many words. They are first encoded with the merges known, to
    /// which no border holds any more, as it will be when the tokenizer is used.
    ///
    /// - Parameter definition: the tokenizer of the first stage, with the pre-tokenizer of the second.
    func learnSuperwords(
        from counts: consuming PieceCounts, after first: Outcome, definition: TokenizerDefinition
    ) throws -> Outcome {
        var whole = definition
        whole.normalizer = nil
        whole.addedTokens = []
        // Pieces are cut already.
        whole.preTokenizer =
            cutter.spellsBytes ? .byteLevel(addsPrefixSpace: false, usesExpression: false) : nil
        let encoder = try PipelineTokenizer(whole)
        let lengths = first.spellings.map { spelling in
            UInt32(truncatingIfNeeded: max(1, spelling.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }))
        }
        var builder = SymbolArena.Builder()
        var check = PieceTotals(smallestCount: settings.smallestPieceCount)
        var ids: [TokenID] = []
        var pieceCount = 0
        var singles = 0
        /// Encodes a piece; nil when it is one token, which has no pair.
        func slots(of piece: UnsafeBufferPointer<UInt8>, _ slots: inout [UInt32]) -> Bool {
            ids.removeAll(keepingCapacity: true)
            encoder.encode(piece, special: .asText, into: &ids)
            guard ids.count > 1 else { return false }
            slots.removeAll(keepingCapacity: true)
            for id in ids {
                let length = Int(lengths[Int(id)])
                slots.append(id)
                guard length > 1 else { continue }
                slots.append(contentsOf: repeatElement(SymbolArena.hole, count: length - 2))
                slots.append(id)
            }
            return true
        }
        var word: [UInt32] = []
        try counts.forEach { piece, count throws(LocatedError) in
            guard try check.accepts(piece, count) else { return }
            pieceCount += 1
            if slots(of: piece, &word) {
                builder.note(symbols: word.count, count: count)
            } else {
                singles &+= count &* ids.count
            }
        }
        try cancellation.check()
        let arena = try builder.build { filler throws(LocatedError) in
            try counts.forEach { piece, count throws(LocatedError) in
                guard check.isFrequent(count), slots(of: piece, &word) else { return }
                word.withUnsafeBufferPointer { filler.add($0, count: count) }
            }
        }
        try cancellation.check()
        var limits = MergeLimits(vocabularySize: settings.vocabularySize)
        limits.smallestCount = settings.smallestCount
        let spaces =
            cutter.spellsBytes
            ? [9, 10, 13, 32].map(cutter.spelling(of:)) : [[0x20], Array("\u{2581}".utf8)]
        let trainer = MergeTrainer(
            arena, spellings: first.spellings, lengths: lengths, limits: limits,
            superwords: SuperwordRule(spaces: spaces, tokens: first.spellings))
        var outcome = try run(trainer)
        outcome.merges = first.merges + outcome.merges
        outcome.pieceCount = first.pieceCount + pieceCount
        outcome.tokenCount &+= singles
        return outcome
    }
}
