/// Strings of bytes that text is cut into: the tokenizer of the paper's theorems, with both of its encoders.
///
/// Rajaraman et al., arXiv 2404.08335, section 4: a dictionary that is good under one encoder can be poor under the
/// other, so every number names its encoder.
public struct TokenDictionary: Sendable {
    /// The strings by id.
    public let entries: [[UInt8]]

    /// How text is cut.
    public enum Encoder: String, CaseIterable, Sendable {
        /// The longest entry that the rest of the text begins with, again and again.
        case greedy
        /// The fewest entries; of several such ways the one whose first entries are longest.
        case minimal
    }

    // A trie: the child of a node by byte, and the entry that ends there, -1 for none.
    private var children: [[UInt8: Int]] = [[:]]
    private var ends: [Int] = [-1]

    /// A dictionary of the strings, the empty one and repetitions left out.
    public init(_ strings: some Sequence<[UInt8]>) {
        var kept: [[UInt8]] = []
        for string in strings where !string.isEmpty {
            var node = 0
            for byte in string {
                if let child = children[node][byte] {
                    node = child
                } else {
                    children.append([:])
                    ends.append(-1)
                    children[node][byte] = children.count - 1
                    node = children.count - 1
                }
            }
            if ends[node] < 0 {
                ends[node] = kept.count
                kept.append(string)
            }
        }
        entries = kept
    }

    /// The ids of `text`, or nil when some of it has no entry.
    public func encode(_ text: [UInt8], by encoder: Encoder) -> [Int]? {
        switch encoder {
        case .greedy: greedy(text)
        case .minimal: minimal(text)
        }
    }

    private func greedy(_ text: [UInt8]) -> [Int]? {
        var ids: [Int] = []
        var start = 0
        while start < text.count {
            var longest: (id: Int, end: Int)?
            matches(in: text, from: start) { longest = ($0, $1) }
            guard let longest else { return nil }
            ids.append(longest.id)
            start = longest.end
        }
        return ids
    }

    private func minimal(_ text: [UInt8]) -> [Int]? {
        // From the end: the fewest entries of each suffix, and the longest first entry of such a way.
        let impossible = Int.max
        var fewest = [Int](repeating: impossible, count: text.count) + [0]
        var first = [(id: Int, end: Int)](repeating: (-1, 0), count: text.count)
        for start in stride(from: text.count - 1, through: 0, by: -1) {
            matches(in: text, from: start) { id, end in
                if fewest[end] != impossible, fewest[end] + 1 <= fewest[start] {
                    fewest[start] = fewest[end] + 1
                    first[start] = (id, end)
                }
            }
        }
        guard fewest[0] != impossible else { return nil }
        var ids: [Int] = []
        var start = 0
        while start < text.count {
            ids.append(first[start].id)
            start = first[start].end
        }
        return ids
    }

    /// Calls `body` with every entry that `text` has at `start`, the shortest first.
    private func matches(in text: [UInt8], from start: Int, _ body: (_ id: Int, _ end: Int) -> Void) {
        var node = 0
        for position in start..<text.count {
            guard let child = children[node][text[position]] else { return }
            node = child
            if ends[node] >= 0 { body(ends[node], position + 1) }
        }
    }
}
