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

    /// The range extended to whole code points.
    private func widened(_ range: Range<Int>, in text: UTF8Text, _ piece: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start > piece.lowerBound, start < piece.upperBound, text[start] & 0xC0 == 0x80 { start -= 1 }
        while end < piece.upperBound, text[end] & 0xC0 == 0x80 { end += 1 }
        return start..<end
    }
}
