internal import TesseraCore

/// Finds added tokens in a text: at each place the longest, from left to right, none overlapping.
///
/// As in the reference, tokens that are not normalized are looked for first, the others in what is left; a match
/// that is refused (a special token read as text, or a single word inside a longer one) is passed over whole.
struct AddedTokenMatcher: Sendable {
    private let tokens: [AddedToken]
    private var passes: [Pass] = []

    /// What one pass over a text looks for.
    private final class Pass: Sendable {
        let trie: ByteTrie
        let finder: FirstByteFinder

        init(_ trie: ByteTrie) {
            self.trie = trie
            finder = FirstByteFinder { trie.begins(with: $0) }
        }
    }

    /// Makes a matcher of `tokens` for text that no normalizer changes; those with empty contents are never found.
    init(_ tokens: [AddedToken]) {
        self.tokens = tokens
        for normalized in [false, true] {
            let trie = Self.trie(of: tokens) { $0.isNormalized == normalized ? $0.content : nil }
            if !trie.isEmpty { passes.append(Pass(trie)) }
        }
    }

    /// Makes a matcher for one pass over a text.
    ///
    /// - Parameter content: what is looked for instead of a token's content; nil: the token is not looked for.
    init(_ tokens: [AddedToken], _ content: (AddedToken) -> [UInt8]?) {
        self.tokens = tokens
        let trie = Self.trie(of: tokens, content)
        if !trie.isEmpty { passes = [Pass(trie)] }
    }

    /// Finds nothing.
    static let nothing = AddedTokenMatcher([])

    /// Whether nothing is looked for.
    var isEmpty: Bool { passes.isEmpty }

    private static func trie(of tokens: [AddedToken], _ content: (AddedToken) -> [UInt8]?) -> ByteTrie {
        var trie = ByteTrie()
        for (index, token) in tokens.enumerated() {
            if let content = content(token) { trie.insert(content, value: Int32(truncatingIfNeeded: index)) }
        }
        return trie
    }

    /// A stretch of text: an added token or what lies between two.
    enum Segment {
        case token(TokenID, Range<Int>)
        case text(Range<Int>)
    }

    /// Calls `body` with the segments of `text`, in order; none is empty.
    @inline(__always)
    func forEachSegment(of text: UTF8Text, special: SpecialTokenReading, _ body: (Segment) -> Void) {
        if passes.isEmpty {
            if text.count > 0 { body(.text(0..<text.count)) }
        } else {
            segments(of: text, in: 0..<text.count, pass: 0, special: special, body)
        }
    }

    private func segments(
        of text: UTF8Text, in range: Range<Int>, pass: Int, special: SpecialTokenReading,
        _ body: (Segment) -> Void
    ) {
        guard pass < passes.count else {
            if !range.isEmpty { body(.text(range)) }
            return
        }
        let looked = passes[pass]
        var start = range.lowerBound
        var position = start
        while position < range.upperBound {
            position = looked.finder.next(in: text, from: position, to: range.upperBound)
            guard position < range.upperBound else { break }
            guard
                let (index, matchEnd) = looked.trie.longestMatch(
                    in: text, at: position, limit: range.upperBound)
            else {
                position += 1
                continue
            }
            let token = tokens[index]
            var match = position..<matchEnd
            position = matchEnd
            if token.isSpecial, special == .asText { continue }
            if token.isSingleWord, touchesWord(match, in: text, range) { continue }
            if token.stripsLeft {
                match = startOfSpaces(before: match, in: text, from: start)..<match.upperBound
            }
            if token.stripsRight { match = match.lowerBound..<endOfSpaces(after: match, in: text, range) }
            segments(of: text, in: start..<match.lowerBound, pass: pass + 1, special: special, body)
            body(.token(token.id, match))
            start = match.upperBound
            position = start
        }
        segments(of: text, in: start..<range.upperBound, pass: pass + 1, special: special, body)
    }

    private func touchesWord(_ match: Range<Int>, in text: UTF8Text, _ range: Range<Int>) -> Bool {
        let before =
            match.lowerBound > range.lowerBound
            && isWordCharacter(at: text.startOfScalar(before: match.lowerBound), in: text)
        return before
            || match.upperBound < range.upperBound && isWordCharacter(at: match.upperBound, in: text)
    }

    private func isWordCharacter(at position: Int, in text: UTF8Text) -> Bool {
        CharacterTable().of(text.scalar(at: position).value).contains(.word)
    }

    /// Where the white space before `match` starts, at the earliest `limit`, the end of the match before it.
    private func startOfSpaces(before match: Range<Int>, in text: UTF8Text, from limit: Int) -> Int {
        var start = match.lowerBound
        while start > limit {
            let previous = text.startOfScalar(before: start)
            guard CharacterTable().of(text.scalar(at: previous).value).contains(.whitespace) else { break }
            start = previous
        }
        return start
    }

    private func endOfSpaces(after match: Range<Int>, in text: UTF8Text, _ range: Range<Int>) -> Int {
        var end = match.upperBound
        while end < range.upperBound {
            let (scalar, length) = text.scalar(at: end)
            guard CharacterTable().of(scalar).contains(.whitespace) else { break }
            end += length
        }
        return end
    }
}
