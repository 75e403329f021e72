internal import TesseraCore
internal import TesseraTokenizers

/// The end of a text, from a place that no token reaches across, in which it is told which tokens may stand.
///
/// Tokens may stand at the beginning of a text when the tokenizer makes them of the text followed by *some*
/// continuation. To ask for the text alone is too strict where the tokenizer looks ahead: GPT-2's rule cuts `.⏎⏎The`
/// into `.`, `⏎`, `⏎`, `The`, and its head `.⏎⏎` into two tokens.
struct TokenWindow {
    private let tokenizer: any Tokenizer
    private let vocabulary: ByteVocabulary

    /// What stands in front when the window is encoded, and the tokens of it, which are taken off.
    private var anchor: [UInt8] = []
    private var anchorCount = 0

    /// How many of the first bytes are none of the text's: a space that the tokenizer writes in front of a text.
    private var lead = 0

    /// The text as its tokens spell it.
    private(set) var bytes: [UInt8] = []

    /// The times that a text was encoded.
    private(set) var encodings = 0

    init(_ tokenizer: some Tokenizer, vocabulary: ByteVocabulary) {
        self.tokenizer = tokenizer
        self.vocabulary = vocabulary
    }

    /// The tokens of the window's beginning, or of all of it, with a continuation.
    mutating func encode(_ text: [UInt8]) -> [TokenID] {
        encodings += 1
        var ids: [TokenID] = []
        (anchor + text.dropFirst(lead)).withUnsafeBufferPointer {
            tokenizer.encode($0, special: .asText, into: &ids)
        }
        return Array(ids.dropFirst(anchorCount))
    }

    /// Whether `tokens`, which spell `text`, may stand at the beginning of the window.
    mutating func admits(_ tokens: [TokenID], spelling text: [UInt8]) -> Bool {
        let whole = text.dropLast(lengthOfUnfinishedScalar(text))
        guard firstInvalidUTF8Offset(in: Array(whole)) == nil else { return false }
        for continuation in Self.continuations(of: text)
        where encode(text + continuation).starts(with: tokens) {
            return true
        }
        return false
    }

    /// The continuations that are tried: what rules that look ahead tell apart (nothing, letters, spaces, digits
    /// alone and in groups, ends of lines), longer runs behind white space, or what may finish the last character.
    static func continuations(of text: [UInt8]) -> [[UInt8]] {
        let unfinished = lengthOfUnfinishedScalar(text)
        guard unfinished > 0 else {
            let isSpace = text.last.map { [0x09, 0x0A, 0x0D, 0x20].contains($0) } ?? false
            return isSpace ? usualContinuations + runs : usualContinuations
        }
        let lead = text[text.count - unfinished]
        let missing = (lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2) - unfinished
        return (0x80...0xBF).map { [$0] + Array(repeating: 0x80, count: missing - 1) }
    }

    private static let usualContinuations: [[UInt8]] = ["", "a", " ", "0", "00", "\n"].map { Array($0.utf8) }

    /// How a run of white space is cut depends on how long it will be.
    private static let runs: [[UInt8]] =
        (2...15).map { Array(repeating: 0x20, count: $0) }
        + (2...4).flatMap { count in [0x09, 0x0A].map { Array(repeating: $0, count: count) } }

    mutating func append(_ byte: UInt8) { bytes.append(byte) }

    // MARK: Where it begins

    /// Takes a text.
    ///
    /// - Parameter isInside: whether other tokens stand before it, so that the tokenizer puts nothing in front.
    /// - Returns: the tokens of the text without its last character when that is unfinished.
    /// - Throws: `LocatedError` for text that is not UTF-8, or that its tokens do not spell.
    @discardableResult
    mutating func begin(_ text: [UInt8], inside isInside: Bool) throws(LocatedError) -> [TokenID] {
        let whole = Array(text.dropLast(lengthOfUnfinishedScalar(text)))
        if let offset = firstInvalidUTF8Offset(in: whole) {
            throw LocatedError.invalidUTF8(file: nil, offset: offset)
        }
        // What an empty text begins with shows in another.
        let sample = whole.isEmpty ? [UInt8(ascii: "a")] : whole
        (anchor, anchorCount, lead) = ([], 0, 0)
        var ids = encode(sample)
        var spelled = tokenizer.bytes(of: ids)
        if isInside {
            if spelled != sample, let other = anchored(sample, first: text.first) {
                (ids, spelled) = (other, sample)
            }
            guard spelled == sample else { throw Self.changes }
        }
        guard spelled.count - sample.count <= 8, spelled.suffix(sample.count) == sample[...] else {
            throw Self.changes
        }
        lead = spelled.count - sample.count
        bytes = spelled.prefix(lead) + text
        return whole.isEmpty ? [] : ids
    }

    private static let changes = LocatedError(
        field: "tokenizer", problem: "it changes the text, or has no token for a part of it",
        remedy: "use a model whose tokens spell every text as it is, and text without control characters")

    /// Finds what may stand in front of a text so that the tokens of the text spell it and nothing else.
    ///
    /// - Parameter first: the byte that the text begins with; nil: any may come.
    private mutating func anchored(_ text: [UInt8], first: UInt8?) -> [TokenID]? {
        lead = 0
        for before in ["", "a", ".", "0", "\n"] {
            anchor = Array(before.utf8)
            // Nothing may grow together with it.
            if let last = anchor.last, vocabulary.joins(last, first) { continue }
            anchorCount = 0
            anchorCount = encode([]).count
            let ids = encode(text)
            if tokenizer.bytes(of: ids) == text { return ids }
        }
        return nil
    }

    /// Lets the window begin at `place` if what stands there is encoded the same behind another text.
    ///
    /// - Returns: the tokens before the place; nil when the window was left as it is.
    mutating func cut(at place: Int) -> [TokenID]? {
        let whole = Array(bytes.dropLast(lengthOfUnfinishedScalar(bytes)))
        guard place > lead, place < whole.count else { return nil }
        let ids = encode(whole)
        var shorter = self
        let tail = shorter.anchored(Array(whole[place...]), first: whole[place])
        encodings = shorter.encodings
        guard let tail, ids.count >= tail.count, ids.suffix(tail.count) == tail[...] else { return nil }
        let head = Array(ids.dropLast(tail.count))
        guard tokenizer.bytes(of: head).elementsEqual(whole[..<place]) else { return nil }
        shorter.bytes = Array(bytes[place...])
        self = shorter
        return head
    }

    /// A window of more bytes is shortened although no settled place is in it.
    private static let longWindow = 512

    /// Where a window that has grown long may begin at the latest; nil for others.
    var lastPlaceWhenLong: Int? {
        bytes.count > Self.longWindow ? bytes.count - Self.longWindow / 4 : nil
    }

    /// Lets the window begin at the last settled place, and when it is long all the same, as in scripts without spaces,
    /// behind a token.
    ///
    /// - Returns: the tokens before it; none where there is no such place.
    mutating func settle() -> [TokenID] {
        let before = bytes.indices.last { isSettled(at: $0) }.flatMap { cut(at: $0) } ?? []
        guard let lastPlaceWhenLong else { return before }
        var place = 0
        let places = encode(Array(bytes.dropLast(lengthOfUnfinishedScalar(bytes)))).map {
            place += vocabulary.length(of: $0)
            return place
        }
        for place in places.filter({ $0 <= lastPlaceWhenLong }).suffix(8).reversed() {
            if let head = cut(at: place) { return before + head }
        }
        return before
    }

    /// Whether no token reaches across a place and none on its left depends on what follows it.
    ///
    /// So it is between ink and white space where no token of the vocabulary holds the two bytes: rules that look ahead
    /// look from white space or digits on, and both sides of the place have been seen.
    func isSettled(at place: Int) -> Bool {
        guard place > 0, place < bytes.count, [0x09, 0x0A, 0x0D, 0x20].contains(bytes[place]),
            !vocabulary.joins(bytes[place - 1], bytes[place])
        else { return false }
        let left = String(decoding: bytes[max(0, place - 4)..<place], as: UTF8.self).unicodeScalars.last
        return left.map { !$0.properties.isWhitespace } ?? false
    }
}
