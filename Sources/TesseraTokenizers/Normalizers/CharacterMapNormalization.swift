/// "Precompiled": SentencePiece's character map as Hugging Face tokenizers applies it.
///
/// A grapheme cluster of fewer than six bytes is replaced as a whole by what its shortest beginning in the map is
/// replaced by; the code points of others are looked up alone.
struct CharacterMapNormalization: Sendable {
    private let map: CharacterMap

    init(_ map: CharacterMap) { self.map = map }

    private struct Edit {
        var range: Range<Int>
        var replacement: ArraySlice<UInt8>
    }

    func apply(to text: inout AlignedText) {
        let edits = text.withText(edits)
        guard !edits.isEmpty else { return }
        text.rewrite { source, rewriter in
            var writer = Writer()
            for edit in edits { writer.write(edit, of: source, to: &rewriter) }
            writer.finish(source, &rewriter)
        }
    }

    private func edits(of text: UTF8Text) -> [Edit] {
        var edits: [Edit] = []
        let breaks = GraphemeBreak.table
        var start = 0
        while start < text.count {
            // An ASCII character before another is a cluster, unless it is a carriage return.
            if text[start] < 0x80, !map.mayBegin(with: text[start]), text[start] != 0x0D,
                start + 1 < text.count, text[start + 1] < 0x80
            {
                start += 1
                continue
            }
            let end = breaks.endOfCluster(in: text, from: start)
            if end - start < 6, let whole = map.shortestMatch(in: text, start..<end) {
                edits.append(Edit(range: start..<end, replacement: whole))
            } else {
                var position = start
                while position < end {
                    let range = position..<position + text.scalar(at: position).length
                    if map.mayBegin(with: text[position]), let part = map.shortestMatch(in: text, range) {
                        edits.append(Edit(range: range, replacement: part))
                    }
                    position = range.upperBound
                }
            }
            start = end
        }
        return edits
    }

    /// Gives each new code point the change that the reference gives it.
    private struct Writer {
        /// How far the old text is dealt with.
        private var position = 0
        /// The last code point, whose change an edit that removes everything adds to.
        private var last: (scalar: UInt32, change: Int)?
        /// Whether something was removed at the very start, which the reference does not count: from then on
        /// origins are behind.
        private var lags = false

        mutating func write(_ edit: Edit, of source: UTF8Text, to rewriter: inout Rewriter) {
            keep(to: edit.range.lowerBound, source, &rewriter)
            var oldCount = 0
            while position < edit.range.upperBound {
                position += source.scalar(at: position).length
                oldCount += 1
            }
            edit.replacement.withUnsafeBufferPointer { bytes in
                let replacement = UTF8Text(bytes)
                let newCount = bytes.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
                var (place, index) = (0, 0)
                while place < replacement.count {
                    let (scalar, length) = replacement.scalar(at: place)
                    flush(&rewriter)
                    last = (scalar, index >= min(oldCount, newCount) ? 1 : 0)
                    place += length
                    index += 1
                }
                guard newCount < oldCount else { return }
                if last == nil { lags = true } else { last?.change -= oldCount - newCount }
            }
        }

        mutating func finish(_ source: UTF8Text, _ rewriter: inout Rewriter) {
            keep(to: source.count, source, &rewriter)
            flush(&rewriter)
        }

        /// Copies the old text up to `end`, holding its last code point back.
        private mutating func keep(to end: Int, _ source: UTF8Text, _ rewriter: inout Rewriter) {
            guard position < end else { return }
            flush(&rewriter)
            let held = source.startOfScalar(before: end)
            if lags {
                while position < held {
                    let (scalar, length) = source.scalar(at: position)
                    rewriter.emit(scalar, change: 0)
                    position += length
                }
            } else {
                rewriter.copyNext(to: held)
            }
            last = (source.scalar(at: held).value, 0)
            position = end
        }

        private mutating func flush(_ rewriter: inout Rewriter) {
            if let last { rewriter.emit(last.scalar, change: last.change) }
            last = nil
        }
    }
}
