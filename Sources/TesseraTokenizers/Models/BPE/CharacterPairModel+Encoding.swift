internal import TesseraCore

extension CharacterPairModel {
    /// Encodes a piece by parts that no merge connects, most of which were seen before.
    func encodeCut(
        _ piece: PieceBytes, _ cuts: SafeCuts, _ merger: WordMerger, _ scratch: EncoderScratch,
        _ sink: inout some TokenSink
    ) {
        var start = 0
        while start < piece.count {
            if userDefined.begins(with: piece[start]), let match = userDefinedToken(in: piece, at: start) {
                sink.append(match.id, start: start, end: match.end)
                start = match.end
                continue
            }
            var (scalar, length) = piece.scalar(at: start)
            var end = start + length
            if unknownStandsApart, symbols[scalar] == nil {
                appendBytes(of: piece, start..<end, &sink)
                start = end
                continue
            }
            var characters = 1
            while end < piece.count {
                if userDefined.begins(with: piece[end]), userDefinedToken(in: piece, at: end) != nil { break }
                let (next, nextLength) = piece.scalar(at: end)
                if cuts.allows(scalar, next) || unknownStandsApart && symbols[next] == nil { break }
                (scalar, length) = (next, nextLength)
                end += length
                characters += 1
            }
            if characters == 1, let id = symbols[scalar] {
                sink.append(id, start: start, end: end)
            } else {
                encodePart(piece, start..<end, merger, scratch, &sink)
            }
            start = end
        }
    }

    /// Encodes a part of a piece, from the cache if it was there lately.
    func encodePart(
        _ piece: PieceBytes, _ range: Range<Int>, _ merger: WordMerger, _ scratch: EncoderScratch,
        _ sink: inout some TokenSink
    ) {
        guard range.count <= WordCache.longestWord else {
            merge(piece, range, merger, scratch, key: nil, &sink)
            return
        }
        let key = WordCache.key(
            piece.start + range.lowerBound, count: range.count, readable: piece.count - range.lowerBound)
        guard let ids = scratch.cache.tokens(key) else {
            merge(piece, range, merger, scratch, key: key, &sink)
            return
        }
        var start = range.lowerBound
        for index in ids.indices {
            let end = start + length(of: ids[index], isFirst: index == 0, isLast: index + 1 == ids.count)
            sink.append(ids[index], start: start, end: end)
            start = end
        }
    }

    /// The bytes of text of a token whose characters are all known.
    @inline(__always)
    private func length(of id: TokenID, isFirst: Bool, isLast: Bool) -> Int {
        let length = vocabulary.spellingLength(of: Int(id))
        if symbols.isUniform { return length }
        return length - (isFirst ? 0 : symbols.prefix.count) - (isLast ? symbols.suffix.count : 0)
    }

    @inline(never)
    private func merge(
        _ piece: PieceBytes, _ range: Range<Int>, _ merger: WordMerger, _ scratch: EncoderScratch,
        key: WordCache.Key?, _ sink: inout some TokenSink
    ) {
        Self.forEachBoundedPart(of: piece, range) { range in
            let isPlain = collectSymbols(of: piece, range, into: scratch)
            scratch.symbols.withUnsafeMutableBufferPointer { ids in
                guard isPlain, ids.count <= WordMerger.longestScan, let first = ids.baseAddress else {
                    merger.link(ids, links: &scratch.links)
                    appendLinked(UnsafeBufferPointer(ids), of: piece, range, scratch, &sink)
                    if let key { remember(key, ids, range.count, scratch) }
                    return
                }
                let count = merger.scan(first, ranks: scratch.ranks, count: ids.count)
                if let key { scratch.cache.insert(key, first, count: count) }
                var place = range.lowerBound
                for id in ids[..<count] {
                    let next = place + vocabulary.spellingLength(of: Int(id))
                    sink.append(id, start: place, end: next)
                    place = next
                }
            }
        }
    }

    /// Puts the tokens of a short word into the cache if its ranges follow from their spellings.
    private func remember(
        _ key: WordCache.Key, _ ids: UnsafeMutableBufferPointer<TokenID>, _ byteCount: Int,
        _ scratch: EncoderScratch
    ) {
        guard scratch.symbolEnd == byteCount, let first = ids.baseAddress else { return }
        var tokens = 0
        var position = 0
        while position < ids.count {
            let next = Int(scratch.links.next[position])
            let end = next < ids.count ? Int(scratch.starts[next]) : scratch.symbolEnd
            let id = ids[position]
            guard Int(id) < vocabulary.count,
                end - Int(scratch.starts[position])
                    == length(of: id, isFirst: position == 0, isLast: next >= ids.count)
            else { return }
            ids[tokens] = id
            tokens += 1
            position = next
        }
        scratch.cache.insert(key, first, count: tokens)
    }

    /// Calls `body` with parts of `range` that are small enough for places of 32 bits, of a gigabyte.
    static func forEachBoundedPart(of piece: PieceBytes, _ range: Range<Int>, _ body: (Range<Int>) -> Void) {
        var start = range.lowerBound
        while start < range.upperBound {
            var end = min(range.upperBound, start + 1 << 30)
            while end < range.upperBound, piece[end] & 0xC0 == 0x80, end > start + 1 { end -= 1 }
            body(start..<end)
            start = end
        }
    }

    /// Appends the tokens that merging left at the places of their first symbols.
    private func appendLinked(
        _ ids: UnsafeBufferPointer<TokenID>, of piece: PieceBytes, _ range: Range<Int>,
        _ scratch: EncoderScratch, _ sink: inout some TokenSink
    ) {
        var output = PairOutput(model: self, piece: piece, range: range)
        var position = 0
        while position < ids.count {
            let next = Int(scratch.links.next[position])
            let end = next < ids.count ? Int(scratch.starts[next]) : scratch.symbolEnd
            output.append(ids[position], Int(scratch.starts[position])..<end, to: &sink)
            position = next
        }
        output.finish(&sink)
    }

    /// The longest user-defined token at `position`.
    func userDefinedToken(in piece: PieceBytes, at position: Int) -> (id: TokenID, end: Int)? {
        userDefined.longestMatch(
            in: UTF8Text(start: piece.start, count: piece.count), at: position, limit: piece.count
        ).map { (TokenID(truncatingIfNeeded: $0.value), $0.end) }
    }

    /// Appends the byte tokens of an unknown character.
    func appendBytes(of piece: PieceBytes, _ range: Range<Int>, _ sink: inout some TokenSink) {
        for position in range {
            guard let id = byteTokens?[piece[position]] else { continue }
            if hasKinds {
                // SentencePiece gives the last byte all of the character.
                let end = position + 1 == range.upperBound ? range.upperBound : range.lowerBound
                sink.append(id, start: range.lowerBound, end: end)
            } else {
                sink.append(id, start: position, end: position + 1)
            }
        }
    }

    /// Puts the symbols of a part of a piece into `scratch`, with the place where each starts.
    ///
    /// Places follow the reference, which adds up the lengths of symbols: a character without any token has no
    /// length, and an unknown one may come after the bytes of the next.
    ///
    /// - Returns: whether every symbol is a character of its own spelling.
    func collectSymbols(of piece: PieceBytes, _ range: Range<Int>, into scratch: EncoderScratch) -> Bool {
        scratch.symbols.removeAll(keepingCapacity: true)
        scratch.starts.removeAll(keepingCapacity: true)
        var isPlain = symbols.isUniform
        var length = 0
        var unknownLength = 0
        func add(_ id: TokenID, _ count: Int) {
            scratch.symbols.append(id)
            scratch.starts.append(UInt32(truncatingIfNeeded: length))
            length += count
        }
        func flush() {
            if unknownLength > 0 { add(hasKinds ? Self.unknownSymbol : unknownToken ?? 0, unknownLength) }
            unknownLength = 0
        }
        var position = range.lowerBound
        while position < range.upperBound {
            if userDefined.begins(with: piece[position]),
                let match = userDefinedToken(in: piece, at: position)
            {
                flush()
                add(match.id, match.end - position)
                position = match.end
                continue
            }
            let (scalar, count) = piece.scalar(at: position)
            let end = min(position + count, range.upperBound)
            let isFirst = position == range.lowerBound
            let isLast = end == range.upperBound
            if let id = symbols.symbol(scalar, isFirst: isFirst, isLast: isLast) {
                flush()
                add(id, end - position)
            } else {
                isPlain = false
                let bytes = piece.raw(position..<end)
                let prefix = isFirst ? [] : symbols.prefix
                let suffix = isLast ? symbols.suffix : []
                if !hasKinds, let byteTokens, byteTokens.cover(bytes),
                    prefix.allSatisfy({ byteTokens[$0] != nil }),
                    suffix.allSatisfy({ byteTokens[$0] != nil })
                {
                    for byte in prefix { if let id = byteTokens[byte] { add(id, 1) } }
                    for byte in bytes { if let id = byteTokens[byte] { add(id, 1) } }
                    for byte in suffix { if let id = byteTokens[byte] { add(id, 1) } }
                } else if unknownToken != nil || hasKinds {
                    if !fusesUnknown || hasKinds { flush() }
                    unknownLength += end - position
                }
            }
            position = end
        }
        flush()
        scratch.symbolEnd = length
        return isPlain
    }
}
