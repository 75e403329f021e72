public import TesseraCore

/// Drafts what followed the last tokens where they stood before.
///
/// Saxena, "Prompt lookup decoding", 2023 (github.com/apoorvumang/prompt-lookup-decoding): texts that quote or change
/// what they were given say much of it again. Where the published one tries endings of 3, 2 and 1 tokens, here the
/// place with the longest common ending counts, and of equals the latest.
public struct PromptLookup: DraftSource {
    /// The most tokens of an ending that are compared.
    public let longestMatch: Int

    public var learnsFromPrompt: Bool { false }

    /// Creates a source.
    public init(longestMatch: Int = 8) {
        self.longestMatch = max(1, longestMatch)
    }

    public mutating func propose(after text: [TokenID], limit: Int) -> DraftTree {
        var tree = DraftTree()
        guard let match = longestMatch(in: text) else { return tree }
        var node = -1
        // A text that repeats itself goes round: what was drafted is followed like what was said.
        let period = text.count - match.end
        for depth in 0..<max(0, limit) {
            let token = text[match.end + depth % period]
            // Endings of one token are often chance; further on, what still holds goes on holding.
            let start: Float = match.length >= 3 ? 0.7 : (match.length == 2 ? 0.5 : 0.25)
            node =
                tree.add(
                    token, after: node, kind: match.length << 8 | min(depth, 16),
                    guess: depth == 0 ? start : max(start, 0.7)) ?? node
        }
        return tree
    }

    public mutating func observe(_ pass: ReadPass) {}

    /// The length of the longest ending of `text` that stands before its end too, and where that place ends.
    private func longestMatch(in text: [TokenID]) -> (length: Int, end: Int)? {
        guard let last = text.last else { return nil }
        var best: (length: Int, end: Int)?
        var index = text.count - 2
        while index >= 0 {
            if text[index] == last {
                var length = 1
                while length < longestMatch, length <= index,
                    text[index - length] == text[text.count - 1 - length]
                {
                    length += 1
                }
                if length > best?.length ?? 0 { best = (length, index + 1) }
                if length == longestMatch { break }
            }
            index -= 1
        }
        return best
    }
}
