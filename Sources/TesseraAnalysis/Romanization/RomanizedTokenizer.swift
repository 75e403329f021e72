public import TesseraCore
public import TesseraTokenizers

/// A tokenizer that reads romanized text: a normalizer in front of any other.
///
/// Texts are romanized before they are cut; everything else is as the tokenizer behind it says. Decoding gives romanized
/// text: there is no way back from ids to the native script.
public struct RomanizedTokenizer<Base: Tokenizer>: Tokenizer {
    /// What writes text in Latin letters.
    public let romanizer: Romanizer
    /// What cuts the romanized text.
    public let base: Base

    /// The spellings of special tokens that romanizing would change.
    private let foreignSpecials: [[UInt8]]

    /// Puts `romanizer` in front of `base`.
    public init(romanizer: Romanizer, base: Base) {
        self.romanizer = romanizer
        self.base = base
        let roles = base.specialTokens
        let ids = roles.endOfText.union([roles.beginOfText, roles.unknown, roles.padding].compactMap { $0 })
        foreignSpecials = ids.sorted().compactMap { base.spelling(of: $0) }.map { Array($0.utf8) }
            .filter { $0.contains { $0 >= 0x80 } }.sorted { $0.count > $1.count }
    }

    public var vocabularySize: Int { base.vocabularySize }
    public var specialTokens: SpecialTokens { base.specialTokens }

    public func encode(
        _ text: UnsafeBufferPointer<UInt8>, special: SpecialTokenReading, into ids: inout [TokenID]
    ) {
        let romanized = romanized(String(decoding: text, as: UTF8.self), special: special)
        romanized.withUnsafeBufferPointer { base.encode($0, special: special, into: &ids) }
    }

    public func bytes(of id: TokenID) -> [UInt8] { base.bytes(of: id) }
    public func makeTextDecoder() -> any TextDecoder { base.makeTextDecoder() }
    public func spelling(of id: TokenID) -> String? { base.spelling(of: id) }
    public func id(ofSpelling spelling: String) -> TokenID? { base.id(ofSpelling: spelling) }

    /// The text that `base` reads.
    private func romanized(_ text: String, special: SpecialTokenReading) -> [UInt8] {
        if special == .asText || foreignSpecials.isEmpty { return Array(romanizer.romanize(text).utf8) }
        return edges(of: text, special: special).reduce(into: []) { $0 += $1.text.utf8 }
    }

    /// The edges of a text, in which special tokens stay as they are where they are read as such.
    private func edges(of text: String, special: SpecialTokenReading) -> [RomanSpan] {
        guard special == .asTokens, !foreignSpecials.isEmpty else { return romanizer.edges(text) }
        let bytes = Array(text.utf8)
        var spans: [RomanSpan] = []
        var (start, scalars, place) = (0, 0, 0)
        func take(to end: Int) {
            for var span in romanizer.edges(String(decoding: bytes[start..<end], as: UTF8.self)) {
                span.bytes = span.bytes.lowerBound + start..<span.bytes.upperBound + start
                span.scalars = span.scalars.lowerBound + scalars..<span.scalars.upperBound + scalars
                spans.append(span)
            }
            scalars = spans.last?.scalars.upperBound ?? scalars
        }
        while place < bytes.count {
            guard let token = foreignSpecials.first(where: { bytes[place...].starts(with: $0) }) else {
                place += 1
                continue
            }
            take(to: place)
            let spelled = String(decoding: token, as: UTF8.self)
            let count = spelled.unicodeScalars.count
            spans.append(
                RomanSpan(
                    scalars: scalars..<scalars + count, bytes: place..<place + token.count, text: spelled,
                    source: .itself))
            scalars += count
            place += token.count
            start = place
        }
        take(to: bytes.count)
        return spans
    }
}

extension RomanizedTokenizer where Base == PipelineTokenizer {
    /// The tokens of a text, each with the bytes of the native text that it came from.
    ///
    /// A token that holds a part of what a character became has all of that character; neighbouring tokens may then
    /// have a character in common.
    public func encodeWithOffsets(_ text: String, special: SpecialTokenReading = .asTokens) -> [TokenSpan] {
        let edges = edges(of: text, special: special)
        // Where each edge ends in the romanized text.
        var ends: [Int] = []
        var romanized = ""
        for edge in edges {
            romanized += edge.text
            ends.append(romanized.utf8.count)
        }
        var first = 0
        return base.encodeWithOffsets(romanized, special: special).map { token in
            while first < edges.count, ends[first] <= token.range.lowerBound { first += 1 }
            var last = first
            while last + 1 < edges.count, ends[last] < token.range.upperBound { last += 1 }
            guard first < edges.count else {
                return TokenSpan(id: token.id, range: text.utf8.count..<text.utf8.count)
            }
            return TokenSpan(
                id: token.id, range: nativeRange(edges, first, last, from: ends, for: token.range))
        }
    }

    /// The native bytes of a range of the romanized text that lies in the edges from `first` to `last`.
    ///
    /// Inside ASCII, which is one edge as long as it is, offsets are exact.
    private func nativeRange(
        _ edges: [RomanSpan], _ first: Int, _ last: Int, from ends: [Int], for range: Range<Int>
    ) -> Range<Int> {
        func isExact(_ index: Int) -> Bool { edges[index].source == .ascii }
        let firstStart = ends[first] - edges[first].text.utf8.count
        let lastStart = ends[last] - edges[last].text.utf8.count
        let lower =
            edges[first].bytes.lowerBound + (isExact(first) ? max(range.lowerBound - firstStart, 0) : 0)
        let upper =
            isExact(last)
            ? edges[last].bytes.lowerBound + max(range.upperBound - lastStart, 0)
            : edges[last].bytes.upperBound
        return lower..<max(lower, upper)
    }
}
