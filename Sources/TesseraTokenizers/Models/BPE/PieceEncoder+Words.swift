internal import CIntrinsics
internal import TesseraCore

/// The pieces of a block that are not among the recent tokens: found in the tables of words and of whole tokens, or
/// merged and remembered.
extension PieceEncoder {
    /// Finds the tokens of the first `missingCount` pieces that `PieceMemory.missing` names, and writes to its
    /// `results` where they are: at a negative place for those longer than `LongWordCache.longestWord`, which are left
    /// out.
    @inline(never)
    func findTokens(_ places: UnsafePointer<Int>, missing missingCount: Int, of text: UTF8Text) {
        guard var view = memory.shortWords.view else {
            // Without memory for words everything is merged.
            for number in 0..<missingCount { memory.results[number] = (-1, 0) }
            return
        }
        for number in 0..<missingCount { prefetchWord(piece(number, places, text), number, view) }
        let recent = memory.recentTokens.view
        let (lines, results, pool) = (memory.lines, memory.results, memory.output)
        var used = 0
        var mergingCount = 0
        for number in 0..<missingCount {
            let piece = piece(number, places, text)
            guard piece.count <= LongWordCache.longestWord else {
                memory.results[number] = (-1, 0)
                continue
            }
            let output = pool + used
            var count = 0
            if !piece.key.isNone { count = view.copyTokens(piece.key, line: lines[number], to: output) }
            if UInt(bitPattern: count &- 1) < UInt(ShortWordCache.mostTokens) {
                if count == 1 { recent.insert(piece.key, output[0]) }
                results[number] = (used, count)
                used &+= count
                continue
            }
            let isKnown = count == ShortWordCache.manyTokens
            count = copyTokens(piece, hash: memory.hashes[number], isKnown: isKnown, to: output)
            if let newView = memory.shortWords.view, newView.differs(from: view) {
                view = newView
                for later in number..<missingCount {
                    lines[later] = view.line(of: self.piece(later, places, text).key)
                }
            }
            if count == 0, piece.count <= ShortWordMerger.longestWord {
                // Said there until the tokens are: whether the table of short words has an entry.
                memory.results[number] = (0, isKnown ? 1 : 0)
                memory.merging[mergingCount] = number
                mergingCount += 1
                continue
            }
            if count == 0 {
                count = copyMerging(piece, to: output)
                remember(piece, hash: memory.hashes[number], isKnown: isKnown, output, count: count)
            }
            results[number] = (used, count)
            used += count
        }
        mergeWords(mergingCount, places, text, from: used)
    }

    /// One of the pieces that `PieceMemory.missing` names.
    private struct Piece {
        let start: UnsafePointer<UInt8>
        let count: Int
        let key: ShortWordCache.Key

        /// Whether it is looked up by its key alone, so that its hash was not worked out.
        var hasOnlyKey: Bool { count <= WholeTokenTable.longestKey && !key.isNone }
    }

    @inline(__always)
    private func piece(_ number: Int, _ places: UnsafePointer<Int>, _ text: UTF8Text) -> Piece {
        let index = memory.missing[number]
        let start = places[index]
        return Piece(
            start: text.start + start, count: places[index &+ 1] - start, key: memory.keys[index])
    }

    /// Asks for the lines of memory in which a piece will be looked up.
    ///
    /// Nothing waits for them here, so those of many pieces are under way at once.
    @inline(__always)
    private func prefetchWord(_ piece: Piece, _ number: Int, _ view: ShortWordCache.View) {
        guard piece.count <= LongWordCache.longestWord else { return }
        var key = piece.key
        if !piece.hasOnlyKey {
            let hash = wholeTokens.hash(piece.start, count: piece.count)
            memory.hashes[number] = hash
            if key.isNone, let line = memory.longWords.line(of: hash) { prefetch(line) }
            key = WholeTokenTable.key(ofHash: hash)
        }
        if !piece.key.isNone {
            memory.lines[number] = view.line(of: piece.key)
            prefetch(memory.lines[number])
        }
        prefetch(wholeTokens.firstSlot(of: key))
    }

    /// Writes the tokens of a piece that the table of short words does not hold, if another does.
    ///
    /// - Parameter isKnown: whether the table of short words says that the other one has it.
    /// - Returns: how many tokens there are; zero when the piece must be merged.
    private func copyTokens(
        _ piece: Piece, hash: UInt64, isKnown: Bool, to output: UnsafeMutablePointer<TokenID>
    ) -> Int {
        if isKnown || piece.key.isNone {
            let hash = piece.hasOnlyKey ? wholeTokens.hash(piece.start, count: piece.count) : hash
            let count = memory.longWords.copyTokens(piece.start, count: piece.count, hash: hash, to: output)
            if count > 0 || isKnown { return count }
        }
        if piece.hasOnlyKey {
            guard let id = wholeTokens.token(piece.key) else { return 0 }
            output[0] = id
            memory.recentTokens.view.insert(piece.key, id)
            return 1
        }
        guard let id = wholeTokens.likelyToken(hash: hash),
            model.vocabulary.withSpelling(
                of: Int(id), { model.alphabet.isSpelling($0, of: piece.start, count: piece.count) })
        else { return 0 }
        output[0] = id
        remember(piece, hash: hash, isKnown: false, output, count: 1)
        return 1
    }

    /// Merges the pieces that `PieceMemory.merging` names, several at once, and writes their tokens to `output` from
    /// place `used` on.
    private func mergeWords(
        _ mergingCount: Int, _ places: UnsafePointer<Int>, _ text: UTF8Text, from used: Int
    ) {
        guard mergingCount > 0 else { return }
        let words = memory.words
        var used = used
        var next = 0
        var active = 0
        func finish(_ number: Int, _ piece: Piece, count: Int) {
            let isKnown = memory.results[number].count == 1
            remember(
                piece, hash: memory.hashes[number], isKnown: isKnown, memory.output + used, count: count)
            memory.results[number] = (used, count)
            used += count
        }
        /// Does the next merge of the word at `slot`, or of one that follows it there; false when there is none.
        func mergeNext(at slot: Int) -> Bool {
            while !shortMerger.merge(&words[slot]) {
                let number = words[slot].number
                let count = shortMerger.finish(words[slot], into: memory.output + used)
                finish(number, piece(number, places, text), count: count)
                guard begin(at: slot) else { return false }
            }
            return true
        }
        /// Begins with the next word at `slot`; false when there is none.
        func begin(at slot: Int) -> Bool {
            while next < mergingCount {
                let number = memory.merging[next]
                next += 1
                let piece = piece(number, places, text)
                words[slot].number = number
                if shortMerger.begin(&words[slot], piece.start, count: piece.count) { return true }
                // A byte of it has no token.
                finish(number, piece, count: copyMerging(piece, to: memory.output + used))
            }
            return false
        }
        while active < PieceMemory.mergingCount, begin(at: active) { active += 1 }
        while active > 0 {
            var slot = 0
            while slot < active {
                if mergeNext(at: slot) {
                    slot &+= 1
                } else {
                    active &-= 1
                    (words[slot], words[active]) = (words[active], words[slot])
                }
            }
            for slot in 0..<active { shortMerger.note(words[slot]) }
        }
    }

    /// Writes the tokens of a piece of up to `LongWordCache.longestWord` bytes, merged by itself.
    private func copyMerging(_ piece: Piece, to output: UnsafeMutablePointer<TokenID>) -> Int {
        merge(piece.start, count: piece.count) { tokens in
            if let start = tokens.baseAddress { output.update(from: start, count: tokens.count) }
            return tokens.count
        }
    }

    /// Remembers the tokens of a piece.
    ///
    /// - Parameters:
    ///   - hash: that of the piece unless it has only a key.
    ///   - isKnown: whether the table of short words says already that another one has them.
    ///   - ids: the tokens; eight may be read.
    private func remember(
        _ piece: Piece, hash: UInt64, isKnown: Bool, _ ids: UnsafePointer<TokenID>, count: Int
    ) {
        guard count > 0 else { return }
        if !piece.key.isNone, count <= ShortWordCache.mostTokens, !isKnown {
            memory.shortWords.insert(piece.key, ids, count: count)
            return
        }
        let hash = piece.hasOnlyKey ? wholeTokens.hash(piece.start, count: piece.count) : hash
        memory.longWords.insert(piece.start, count: piece.count, hash: hash, ids, tokens: count)
        if !piece.key.isNone, !isKnown {
            memory.shortWords.insert(piece.key, ids, count: ShortWordCache.manyTokens)
        }
    }
}
