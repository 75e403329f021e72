/// GPT-2's split rule, optionally after every numeric character was cut out.
///
/// The expression, from the GPT-2 release (Radford et al., 2019, `encoder.py`):
/// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`.
///
/// With `cutsDigits`, a numeric character ends the text before it, so that white space in front of it is a piece
/// of its own. That is what a sequence of `Digits` and `ByteLevel` does in the reference.
struct GPT2Splitter {
    private let text: UTF8Text
    private let cutsDigits: Bool
    private let table = CharacterTable()

    /// Letters, numbers, white space, or none of them: the four sets that the expression tells apart.
    private static let kinds: CharacterClass = [.letter, .number, .whitespace]

    @inline(__always)
    init(text: UTF8Text, cutsDigits: Bool) {
        self.text = text
        self.cutsDigits = cutsDigits
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
    @inline(__always)
    private func end(ofPieceAt position: Int, limit: Int) -> Int {
        let first = text[position]
        if first == 0x27, let end = endOfContraction(at: position, limit: limit) { return end }
        let (own, length) = characterClass(at: position)
        if cutsDigits, own.contains(.numeric) { return position + length }
        let next = position + length
        if first == 0x20, next < limit {
            let (following, followingLength) = characterClass(at: next)
            if !following.contains(.whitespace), !(cutsDigits && following.contains(.numeric)) {
                return endOfRun(
                    of: following.intersection(Self.kinds), from: next + followingLength, limit: limit)
            }
        }
        if own.contains(.whitespace) { return endOfSpaces(from: next, start: position, limit: limit) }
        return endOfRun(of: own.intersection(Self.kinds), from: next, limit: limit)
    }

    /// The end of a run of characters of one kind.
    @inline(__always)
    private func endOfRun(of kind: CharacterClass, from position: Int, limit: Int) -> Int {
        var position = position
        while position < limit {
            let (own, length) = characterClass(at: position)
            if own.intersection(Self.kinds) != kind { break }
            if cutsDigits, own.contains(.numeric) { break }
            position += length
        }
        return position
    }

    /// The end of white space: `\s+(?!\S)`, which leaves the last character to what follows, or else `\s+`.
    @inline(__always)
    private func endOfSpaces(from position: Int, start: Int, limit: Int) -> Int {
        var position = position
        var last = start
        while position < limit {
            let (own, length) = characterClass(at: position)
            guard own.contains(.whitespace) else {
                let cut = cutsDigits && own.contains(.numeric)
                return cut || last == start ? position : last
            }
            last = position
            position += length
        }
        return position
    }

    /// The end of `'s`, `'t`, `'m`, `'d`, `'re`, `'ve` or `'ll`; nil when there is none.
    @inline(__always)
    private func endOfContraction(at position: Int, limit: Int) -> Int? {
        guard position + 1 < limit else { return nil }
        switch text[position + 1] {
        case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"):
            return position + 2
        case UInt8(ascii: "r"), UInt8(ascii: "v"):
            return position + 2 < limit && text[position + 2] == UInt8(ascii: "e") ? position + 3 : nil
        case UInt8(ascii: "l"):
            return position + 2 < limit && text[position + 2] == UInt8(ascii: "l") ? position + 3 : nil
        default: return nil
        }
    }

    @inline(__always)
    private func characterClass(at position: Int) -> (CharacterClass, Int) {
        let byte = text[position]
        if byte < 0x80 { return (table.ofASCII(byte), 1) }
        let (scalar, length) = text.scalar(at: position)
        return (table.of(scalar), length)
    }
}
