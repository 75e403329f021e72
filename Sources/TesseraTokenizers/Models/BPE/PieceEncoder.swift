internal import TesseraCore

/// Encodes pieces of text, many at a time, with the tables of a `BytePairModel`.
///
/// A block goes through in two steps. The first makes a key of the bytes of each piece and finds its line in the
/// table of words seen before; so many lines are fetched from memory at once. The second copies the tokens of known
/// words, and merges the others and remembers them.
struct PieceEncoder {
    private let model: BytePairModel
    private let scratch: EncoderScratch
    private let memory: PieceMemory
    private let merger: WordMerger
    private let shortMerger: ShortWordMerger
    private let byteTokens: UnsafePointer<TokenID>
    private let wholeTokens: WholeTokenTable

    /// Where the pieces of the next block start; room for `PieceMemory.capacity`.
    let starts: UnsafeMutablePointer<Int>
    /// Where they end.
    let ends: UnsafeMutablePointer<Int>

    /// Makes an encoder; the caller keeps `model` and `scratch` alive.
    init(model: BytePairModel, pairs: PairTable.View, scratch: EncoderScratch) {
        self.model = model
        self.scratch = scratch
        memory = scratch.pieces
        merger = WordMerger(pairs: pairs)
        byteTokens = UnsafePointer(model.byteTokens.elements)
        wholeTokens = model.wholeTokens
        shortMerger = ShortWordMerger(
            pairs: pairs, bytePairs: UnsafePointer(model.bytePairs.elements),
            byteTokens: UnsafePointer(model.ownByteTokens.elements))
        starts = memory.starts
        ends = memory.ends
    }

    /// Appends the tokens of one piece.
    func append(_ range: Range<Int>, of text: UTF8Text, to ids: inout [TokenID]) {
        starts[0] = range.lowerBound
        ends[0] = range.upperBound
        appendBlock(1, of: text, to: &ids)
    }

    /// Appends the tokens of the first `count` pieces that `starts` and `ends` tell of; none may be empty.
    @inline(never)
    func appendBlock(_ count: Int, of text: UTF8Text, to ids: inout [TokenID]) {
        guard var view = memory.shortWords.view else {
            // Without memory for words everything is merged.
            for index in 0..<count {
                append(merging: text.start + starts[index], count: ends[index] - starts[index], to: &ids)
            }
            return
        }
        let keys = memory.keys
        let lines = memory.lines
        let masks = memory.masks
        let lastWhole = text.count - 16
        var touched: UInt64 = 0
        for index in 0..<count {
            let start = starts[index]
            let length = ends[index] &- start
            var key = ShortWordCache.Key.none
            if length <= ShortWordCache.longestWord, text.start[start &+ length &- 1] != 0 {
                if start <= lastWhole {
                    let bytes = UnsafeRawPointer(text.start + start)
                    key.low = bytes.loadUnaligned(as: UInt64.self) & masks[length].low
                    key.high = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self) & masks[length].high
                } else {
                    key = ShortWordCache.Key(text.start + start, count: length)
                }
            }
            keys[index] = key
            lines[index] = view.line(of: key)
        }
        // Nothing waits long for what is loaded here, so many loads are under way at once: the lines of all words, then
        // the slots of those that may be tokens.
        let missing = memory.missing
        var missingCount = 0
        for index in 0..<count {
            missing[missingCount] = index
            missingCount &+= view.mayHold(keys[index], line: lines[index]) ? 0 : 1
        }
        for place in 0..<missingCount { touched ^= wholeTokens.firstSlot(of: keys[missing[place]]).pointee }
        memory.touched = touched
        let output = memory.output
        var used = 0
        for index in 0..<count {
            let tokens = view.copyTokens(keys[index], line: lines[index], to: output + used)
            if UInt(bitPattern: tokens &- 1) < UInt(ShortWordCache.mostTokens) {
                used &+= tokens
                continue
            }
            let length = ends[index] - starts[index]
            if length > LongWordCache.longestWord
                || used + length + ShortWordCache.mostTokens * (count - index) > PieceMemory.outputCapacity
            {
                ids.append(contentsOf: UnsafeBufferPointer(start: output, count: used))
                used = 0
            }
            if length > LongWordCache.longestWord {
                append(merging: text.start + starts[index], count: length, to: &ids)
                continue
            }
            let isKnown = tokens == ShortWordCache.manyTokens
            used += encode(
                text.start + starts[index], count: length, keys[index], isKnown: isKnown, to: output + used)
            if !isKnown, let newView = memory.shortWords.view, newView.differs(from: view) {
                view = newView
                for later in index..<count { lines[later] = view.line(of: keys[later]) }
            }
        }
        ids.append(contentsOf: UnsafeBufferPointer(start: output, count: used))
    }

    /// Writes the tokens of a piece that the table of short words does not hold.
    ///
    /// - Parameters:
    ///   - key: its key; zero when it has none.
    ///   - isKnown: whether it was seen before and has a key.
    ///   - output: has room for as many tokens as bytes, and for eight.
    /// - Returns: how many tokens there are.
    @inline(never)
    private func encode(
        _ start: UnsafePointer<UInt8>, count: Int, _ key: ShortWordCache.Key, isKnown: Bool,
        to output: UnsafeMutablePointer<TokenID>
    ) -> Int {
        let hasKey = key.low != 0 || key.high != 0
        if !hasKey || isKnown {
            let tokens = memory.longWords.copyTokens(start, count: count, to: output)
            if tokens > 0 { return tokens }
        }
        if let id = hasKey && count <= WholeTokenTable.longestKey
            ? wholeTokens.token(key) : longToken(start, count: count)
        {
            output[0] = id
            if hasKey {
                memory.shortWords.insert(key, output, count: 1)
            } else {
                memory.longWords.insert(start, count: count, output, tokens: 1)
            }
            return 1
        }
        let tokens = merge(start, count: count, to: output)
        if hasKey, tokens > 0, tokens <= ShortWordCache.mostTokens {
            memory.shortWords.insert(key, output, count: tokens)
        } else {
            memory.longWords.insert(start, count: count, output, tokens: tokens)
            if hasKey, tokens > 0, !isKnown {
                memory.shortWords.insert(key, output, count: ShortWordCache.manyTokens)
            }
        }
        return tokens
    }

    /// Writes the tokens of a piece of up to `LongWordCache.longestWord` bytes, found by merging.
    private func merge(
        _ start: UnsafePointer<UInt8>, count: Int, to output: UnsafeMutablePointer<TokenID>
    ) -> Int {
        if count <= ShortWordMerger.longestWord {
            let tokens = shortMerger.merge(start, count: count, memory.symbols, into: output)
            if tokens > 0 { return tokens }
        }
        return mergeLong(start, count: count) { ids in
            for (index, id) in ids.enumerated() { output[index] = id }
            return ids.count
        }
    }

    /// Appends the tokens of a piece of any length, found by merging.
    private func append(merging start: UnsafePointer<UInt8>, count: Int, to ids: inout [TokenID]) {
        if model.ignoresMerges, let id = wholeToken(start, count: count) {
            ids.append(id)
            return
        }
        // Places are 32 bits wide. A piece of two gigabytes would need forty of scratch: it is cut instead.
        var done = 0
        while done < count {
            let length = min(count - done, 1 << 31)
            mergeLong(start + done, count: length) { ids.append(contentsOf: $0) }
            done += length
        }
    }

    /// Calls `body` with the tokens of a piece, dropping bytes that have none.
    private func mergeLong<Result>(
        _ start: UnsafePointer<UInt8>, count: Int, _ body: (UnsafeBufferPointer<TokenID>) -> Result
    ) -> Result {
        scratch.symbols.removeAll(keepingCapacity: true)
        for index in 0..<count {
            let id = byteTokens[Int(start[index])]
            if id != BytePairModel.noToken { scratch.symbols.append(id) }
        }
        let tokens = scratch.symbols.withUnsafeMutableBufferPointer {
            merger.merge($0, links: &scratch.links)
        }
        return scratch.symbols.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[..<tokens])) }
    }

    /// The token that a word of up to `WholeTokenTable.longestWord` bytes, which has no key, is as a whole.
    private func longToken(_ start: UnsafePointer<UInt8>, count: Int) -> TokenID? {
        guard let id = wholeTokens.likelyToken(start, count: count) else { return nil }
        let isSame = model.vocabulary.withSpelling(of: Int(id)) {
            model.alphabet.isSpelling($0, of: start, count: count)
        }
        return isSame ? id : nil
    }

    private func wholeToken(_ start: UnsafePointer<UInt8>, count: Int) -> TokenID? {
        guard count <= wholeTokens.longestSpelling else { return nil }
        scratch.spelling.removeAll(keepingCapacity: true)
        for index in 0..<count { model.alphabet.appendSpelling(of: start[index], to: &scratch.spelling) }
        return scratch.spelling.withUnsafeBytes { model.vocabulary.id(ofSpelling: $0) }
    }
}
