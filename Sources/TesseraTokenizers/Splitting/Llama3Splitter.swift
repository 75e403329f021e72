/// Llama 3's split rule; with one digit a piece also Qwen 2's.
///
/// The expression, from the tokenizer files of the models:
/// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`.
struct Llama3Splitter {
    private let text: UTF8Text
    private let digits: Int
    private let table = CharacterTable()

    private static let kinds: CharacterClass = [.letter, .number, .whitespace]

    @inline(__always)
    init(text: UTF8Text, digits: Int) {
        self.text = text
        self.digits = digits
    }

    /// Calls `body` with every piece of `range`, in order.
    @inline(__always)
    func forEachPiece(in range: Range<Int>, _ body: (Range<Int>) -> Void) {
        var position = range.lowerBound
        while position < range.upperBound {
            let end = self.end(ofPieceAt: position, limit: range.upperBound)
            body(position..<end)
            position = end
        }
    }

    /// Where the piece that starts at `position` ends.
    private func end(ofPieceAt position: Int, limit: Int) -> Int {
        let first = text[position]
        if first == 0x27, let end = endOfContraction(at: position, limit: limit) { return end }
        let (own, length) = characterClass(at: position)
        let next = position + length
        if own.contains(.letter) { return endOfRun(of: .letter, from: next, limit: limit) }
        if own.contains(.number) { return endOfNumber(from: next, limit: limit) }
        if !Self.isLineBreak(first), next < limit {
            let (following, followingLength) = characterClass(at: next)
            if following.contains(.letter) {
                return endOfRun(of: .letter, from: next + followingLength, limit: limit)
            }
            if first == 0x20, following.intersection(Self.kinds).isEmpty {
                return endOfOthers(from: next + followingLength, limit: limit)
            }
        }
        if own.contains(.whitespace) { return endOfSpaces(at: position, limit: limit) }
        return endOfOthers(from: next, limit: limit)
    }

    /// The end of a run of characters of one kind.
    @inline(__always)
    private func endOfRun(of kind: CharacterClass, from position: Int, limit: Int) -> Int {
        var position = position
        while position < limit {
            let (own, length) = characterClass(at: position)
            if own.intersection(Self.kinds) != kind { break }
            position += length
        }
        return position
    }

    /// The end of `[^\s\p{L}\p{N}]*[\r\n]*`.
    private func endOfOthers(from position: Int, limit: Int) -> Int {
        var position = endOfRun(of: [], from: position, limit: limit)
        while position < limit, Self.isLineBreak(text[position]) { position += 1 }
        return position
    }

    /// The end of `\p{N}{0,digits-1}`.
    private func endOfNumber(from position: Int, limit: Int) -> Int {
        var position = position
        var left = digits - 1
        while left > 0, position < limit {
            let (own, length) = characterClass(at: position)
            guard own.contains(.number) else { break }
            position += length
            left -= 1
        }
        return position
    }

    /// The end of `\s*[\r\n]+`, or else of `\s+(?!\S)`, or else of `\s+`.
    private func endOfSpaces(at start: Int, limit: Int) -> Int {
        var position = start
        var last = start
        var afterLineBreak = 0
        while position < limit {
            let (own, length) = characterClass(at: position)
            guard own.contains(.whitespace) else { break }
            last = position
            position += length
            if Self.isLineBreak(text[last]) { afterLineBreak = position }
        }
        if afterLineBreak > 0 { return afterLineBreak }
        return position == limit || last == start ? position : last
    }

    /// The end of a contraction in any letter case; nil when there is none.
    ///
    /// U+017F folds to `s`, so the expression takes it for one.
    private func endOfContraction(at position: Int, limit: Int) -> Int? {
        guard position + 1 < limit else { return nil }
        switch text[position + 1] | 0x20 {
        case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"):
            return position + 2
        case UInt8(ascii: "r"), UInt8(ascii: "v"):
            return position + 2 < limit && text[position + 2] | 0x20 == UInt8(ascii: "e") ? position + 3 : nil
        case UInt8(ascii: "l"):
            return position + 2 < limit && text[position + 2] | 0x20 == UInt8(ascii: "l") ? position + 3 : nil
        default:
            return position + 2 < limit && text[position + 1] == 0xC5 && text[position + 2] == 0xBF
                ? position + 3 : nil
        }
    }

    private static func isLineBreak(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

    @inline(__always)
    private func characterClass(at position: Int) -> (CharacterClass, Int) {
        let byte = text[position]
        if byte < 0x80 { return (table.ofASCII(byte), 1) }
        let (scalar, length) = text.scalar(at: position)
        return (table.of(scalar), length)
    }
}
