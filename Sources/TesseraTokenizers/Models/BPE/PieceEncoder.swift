internal import CIntrinsics
internal import TesseraCore

/// Encodes pieces of text, many at a time, with the tables of a `BytePairModel`.
///
/// A block goes through in steps, each a loop over many pieces that waits for none of them. The first makes a key of
/// the bytes of each piece and takes the token of those met lately. For the others the lines of larger tables are
/// fetched from memory, many at once; then the tokens of known words are copied, and the others merged and remembered.
struct PieceEncoder {
    let model: BytePairModel
    let memory: PieceMemory
    private let scratch: EncoderScratch
    let shortMerger: ShortWordMerger
    let wholeTokens: WholeTokenTable.View
    private let merger: WordMerger
    private let byteTokens: UnsafePointer<TokenID>

    /// Makes an encoder; the caller keeps `model` and `scratch` alive.
    init(
        model: BytePairModel, pairs: PairTable.View, wholeTokens: WholeTokenTable.View,
        scratch: EncoderScratch
    ) {
        self.model = model
        self.scratch = scratch
        memory = scratch.pieces
        merger = WordMerger(pairs: pairs)
        byteTokens = UnsafePointer(model.byteTokens.elements)
        self.wholeTokens = wholeTokens
        shortMerger = ShortWordMerger(
            pairs: pairs, bytePairs: UnsafePointer(model.bytePairs.elements),
            byteTokens: UnsafePointer(model.ownByteTokens.elements))
    }

    /// Appends the tokens of one piece.
    func append(_ range: Range<Int>, of text: UTF8Text, to ids: inout [TokenID]) {
        memory.places[0] = range.lowerBound
        memory.places[1] = range.upperBound
        appendBlock(memory.places, 1, of: text, to: &ids)
    }

    /// Appends the tokens of `count` pieces, none of them empty, each of which ends where the next begins.
    ///
    /// - Parameters:
    ///   - places: where the pieces begin, then where the last ends.
    ///   - count: at most `PieceMemory.capacity`.
    @inline(never)
    func appendBlock(
        _ places: UnsafePointer<Int>, _ count: Int, of text: UTF8Text, to ids: inout [TokenID]
    ) {
        let recent = memory.recentTokens.view
        let (tokens, keys, lines, missing) = (memory.tokens, memory.keys, memory.lines, memory.missing)
        let masks = memory.masks
        let lastWhole = text.count &- 16
        var start = places[0]
        for index in 0..<count {
            let end = places[index &+ 1]
            let length = end &- start
            var key = ShortWordCache.Key.none
            if length <= ShortWordCache.longestWord, text.start[end &- 1] != 0 {
                if start <= lastWhole {
                    let bytes = UnsafeRawPointer(text.start + start)
                    key.low = bytes.loadUnaligned(as: UInt64.self) & masks[length].low
                    key.high = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self) & masks[length].high
                } else {
                    key = ShortWordCache.Key(text.start + start, count: length)
                }
            }
            keys[index] = key
            lines[index] = recent.place(of: key)
            prefetch(lines[index])
            start = end
        }
        var missingCount = 0
        for index in 0..<count {
            var isFound = false
            tokens[index] = recent.token(of: keys[index], at: lines[index], isFound: &isFound)
            missing[missingCount] = index
            missingCount &+= isFound ? 0 : 1
        }
        if missingCount == 0 {
            ids.append(contentsOf: UnsafeBufferPointer(start: tokens, count: count))
        } else {
            findTokens(places, missing: missingCount, of: text)
            append(places, count, missing: missingCount, of: text, to: &ids)
        }
    }

    /// Appends the tokens of a block, those of `missingCount` pieces from `results`.
    private func append(
        _ places: UnsafePointer<Int>, _ count: Int, missing missingCount: Int, of text: UTF8Text,
        to ids: inout [TokenID]
    ) {
        let (tokens, missing, results, found) = (memory.tokens, memory.missing, memory.results, memory.output)
        let assembled = memory.assembled
        var used = 0
        var copied = 0
        for number in 0..<missingCount {
            let index = missing[number]
            let result = results[number]
            Self.copy(tokens + copied, to: assembled + used, count: index &- copied)
            used &+= index &- copied
            copied = index &+ 1
            if result.start >= 0, used + result.count + count <= PieceMemory.assembledCount {
                Self.copy(found + result.start, to: assembled + used, count: result.count)
                used &+= result.count
                continue
            }
            ids.append(contentsOf: UnsafeBufferPointer(start: assembled, count: used))
            used = 0
            if result.start >= 0 {
                ids.append(contentsOf: UnsafeBufferPointer(start: found + result.start, count: result.count))
            } else {
                let start = places[index]
                append(merging: text.start + start, count: places[index + 1] - start, to: &ids)
            }
        }
        Self.copy(tokens + copied, to: assembled + used, count: count &- copied)
        used &+= count &- copied
        ids.append(contentsOf: UnsafeBufferPointer(start: assembled, count: used))
    }

    /// Copies tokens by fours: up to three more are read and written behind them.
    @inline(__always)
    private static func copy(
        _ source: UnsafePointer<TokenID>, to target: UnsafeMutablePointer<TokenID>, count: Int
    ) {
        var place = 0
        while place < count {
            let four = UnsafeRawPointer(source + place).loadUnaligned(as: SIMD4<TokenID>.self)
            UnsafeMutableRawPointer(target + place).storeBytes(of: four, as: SIMD4<TokenID>.self)
            place &+= 4
        }
    }

    /// Calls `body` with the tokens of a piece of any length, found by merging, dropping bytes that have none.
    func merge<Result>(
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

    /// Appends the tokens of a piece that is too long for the tables of words.
    func append(merging start: UnsafePointer<UInt8>, count: Int, to ids: inout [TokenID]) {
        if model.ignoresMerges, let id = wholeToken(start, count: count) {
            ids.append(id)
            return
        }
        // Places are 32 bits wide. A piece of two gigabytes would need forty of scratch: it is cut instead.
        var done = 0
        while done < count {
            let length = min(count - done, 1 << 31)
            merge(start + done, count: length) { ids.append(contentsOf: $0) }
            done += length
        }
    }

    private func wholeToken(_ start: UnsafePointer<UInt8>, count: Int) -> TokenID? {
        guard count <= wholeTokens.longestSpelling else { return nil }
        scratch.spelling.removeAll(keepingCapacity: true)
        for index in 0..<count { model.alphabet.appendSpelling(of: start[index], to: &scratch.spelling) }
        return scratch.spelling.withUnsafeBytes { model.vocabulary.id(ofSpelling: $0) }
    }
}
