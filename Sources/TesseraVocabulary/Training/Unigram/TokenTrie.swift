/// Finds the tokens that begin at a place of a word, by code points.
struct TokenTrie: Sendable {
    private struct Node {
        /// The code point that leads here.
        var label: UInt32
        /// Where its children start; they stand in a row, ordered by label.
        var firstChild: UInt32
        var childCount: UInt32
        /// The token that ends here; negative for none.
        var token: Int32
    }

    private var nodes: [Node] = []
    /// For each code point below a bound, the node at which a token that begins with it goes on, plus one.
    private var roots: [UInt32]

    /// Makes a trie of tokens, none empty, in the order of their code points.
    init(_ tokens: [[UInt32]]) {
        roots = [UInt32](repeating: 0, count: 0x11_0001)
        // Nodes are made level by level, so that the children of one stand together.
        var level: [(range: Range<Int>, node: Int)] = []
        var start = 0
        while start < tokens.count {
            let label = tokens[start][0]
            var end = start + 1
            while end < tokens.count, tokens[end][0] == label { end += 1 }
            nodes.append(Node(label: label, firstChild: 0, childCount: 0, token: -1))
            roots[Int(label)] = UInt32(nodes.count)
            level.append((start..<end, nodes.count - 1))
            start = end
        }
        var depth = 1
        while !level.isEmpty {
            var next: [(range: Range<Int>, node: Int)] = []
            for (range, node) in level {
                var start = range.lowerBound
                if tokens[start].count == depth {
                    nodes[node].token = Int32(start)
                    start += 1
                }
                nodes[node].firstChild = UInt32(nodes.count)
                while start < range.upperBound {
                    let label = tokens[start][depth]
                    var end = start + 1
                    while end < range.upperBound, tokens[end][depth] == label { end += 1 }
                    nodes.append(Node(label: label, firstChild: 0, childCount: 0, token: -1))
                    nodes[node].childCount += 1
                    next.append((start..<end, nodes.count - 1))
                    start = end
                }
            }
            level = next
            depth += 1
        }
    }

    /// Calls `body` with every token that begins at `start` of `word`, and where it ends; the shortest first.
    @inline(__always)
    func forEachToken(
        in word: UnsafeBufferPointer<UInt32>, from start: Int, _ body: (_ token: Int, _ end: Int) -> Void
    ) {
        let root = roots[Int(word[start])]
        guard root != 0 else { return }
        nodes.withUnsafeBufferPointer { nodes in
            var node = nodes[Int(root) - 1]
            var place = start + 1
            while true {
                if node.token >= 0 { body(Int(node.token), place) }
                guard place < word.count, node.childCount > 0 else { return }
                let label = word[place]
                var low = Int(node.firstChild)
                var high = low + Int(node.childCount)
                while high - low > 1 {
                    let middle = (low + high) / 2
                    if nodes[middle].label <= label { low = middle } else { high = middle }
                }
                guard nodes[low].label == label else { return }
                node = nodes[low]
                place += 1
            }
        }
    }
}
