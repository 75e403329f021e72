public import TesseraCore

/// Drafts what followed the last tokens where they stood before.
///
/// Saxena, "Prompt lookup decoding", 2023 (github.com/apoorvumang/prompt-lookup-decoding): texts that quote or change
/// what they were given say much of it again. Where the published one tries endings of 3, 2 and 1 tokens, here the
/// place with the longest common ending counts, and of equals the latest. Places where another token followed come after
/// it, each with a short line.
public struct PromptLookup: DraftSource, Sendable {
    /// The most tokens of an ending that are compared.
    public let longestMatch: Int

    /// The places that are followed, and how far those after the first.
    private static let (mostMatches, otherLength) = (3, 4)

    public var learnsFromPrompt: Bool { false }

    /// Creates a source.
    public init(longestMatch: Int = 8) {
        self.longestMatch = max(1, longestMatch)
    }

    public mutating func propose(after text: [TokenID], limit: Int) -> DraftTree {
        var tree = DraftTree()
        for (rank, match) in matches(in: text).enumerated() {
            // Endings of one token are often chance; further on, what still holds goes on holding.
            let start: Float = match.length >= 3 ? 0.7 : (match.length == 2 ? 0.5 : 0.25)
            var node = -1
            // A text that repeats itself goes round: what was drafted is followed like what was said.
            let period = text.count - match.end
            for depth in 0..<max(0, rank == 0 ? limit : min(limit, Self.otherLength)) {
                let guess = depth > 0 ? max(start, 0.7) : rank == 0 ? start : 0.3 * start
                node =
                    tree.add(
                        text[match.end + depth % period], after: node,
                        kind: (match.length << 2 | rank) << 8 | min(depth, 16), guess: guess) ?? node
            }
        }
        return tree
    }

    public mutating func observe(_ pass: ReadPass) {}

    /// The places where endings of `text` stand before its end too, and how long these are: the longest first and the
    /// latest of equals, each followed by another token.
    private func matches(in text: [TokenID]) -> [(length: Int, end: Int)] {
        guard let last = text.last else { return [] }
        var matches: [(length: Int, end: Int)] = []
        var index = text.count - 2
        while index >= 0, matches.first?.length != longestMatch {
            defer { index -= 1 }
            guard text[index] == last else { continue }
            var length = 1
            while length < longestMatch, length <= index,
                text[index - length] == text[text.count - 1 - length]
            {
                length += 1
            }
            if let same = matches.firstIndex(where: { text[$0.end] == text[index + 1] }) {
                guard matches[same].length < length else { continue }
                matches.remove(at: same)
            }
            let place = matches.firstIndex { $0.length < length } ?? matches.count
            matches.insert((length, index + 1), at: place)
            if matches.count > Self.mostMatches { matches.removeLast() }
        }
        return matches
    }
}
