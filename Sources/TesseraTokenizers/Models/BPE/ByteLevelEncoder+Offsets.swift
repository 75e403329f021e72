internal import TesseraCore

extension ByteLevelEncoder {
    /// Lays tokens over the bytes of their piece; bytes that have no token count with the token before them.
    func appendSpans(
        of ids: [TokenID], piece: Range<Int>, text: UTF8Text, to spans: inout [TokenSpan]
    ) {
        var position = piece.lowerBound
        for id in ids {
            while position < piece.upperBound, !model.hasToken(text[position]) { position += 1 }
            let start = position
            var left = max(model.tokenByteCount(of: id), 1)
            while position < piece.upperBound, left > 0 {
                if model.hasToken(text[position]) { left -= 1 }
                position += 1
            }
            spans.append(TokenSpan(id: id, range: widened(start..<position, in: text, piece)))
        }
    }

    /// The range extended to whole code points and, where the file says so, without white space at its edges.
    private func widened(_ range: Range<Int>, in text: UTF8Text, _ piece: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start > piece.lowerBound, start < piece.upperBound, text[start] & 0xC0 == 0x80 { start -= 1 }
        while end < piece.upperBound, text[end] & 0xC0 == 0x80 { end += 1 }
        guard trimsOffsets else { return start..<end }
        let table = CharacterTable()
        while start < end {
            let (scalar, length) = text.scalar(at: start)
            guard table.of(scalar).contains(.whitespace) else { break }
            start += length
        }
        while end > start {
            let previous = text.startOfScalar(before: end)
            guard table.of(text.scalar(at: previous).value).contains(.whitespace) else { break }
            end = previous
        }
        return start..<end
    }
}
