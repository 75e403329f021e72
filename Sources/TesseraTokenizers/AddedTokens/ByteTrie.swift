/// A trie over byte strings: children of a node are a linked list, those of the root a table.
struct ByteTrie: Sendable {
    private var roots = [Int32](repeating: -1, count: 256)
    private var nodes: [Node] = []

    private struct Node: Sendable {
        var byte: UInt8
        var child: Int32 = -1
        var sibling: Int32 = -1
        var value: Int32 = -1
    }

    /// Whether nothing was inserted.
    var isEmpty: Bool { nodes.isEmpty }

    /// Puts `value` under `key`, unless that is empty or has a value already.
    mutating func insert(_ key: [UInt8], value: Int32) {
        guard let first = key.first else { return }
        if roots[Int(first)] < 0 { roots[Int(first)] = add(first) }
        var node = Int(roots[Int(first)])
        for byte in key.dropFirst() {
            var child = nodes[node].child
            while child >= 0, nodes[Int(child)].byte != byte { child = nodes[Int(child)].sibling }
            if child < 0 {
                child = add(byte)
                nodes[Int(child)].sibling = nodes[node].child
                nodes[node].child = child
            }
            node = Int(child)
        }
        if nodes[node].value < 0 { nodes[node].value = value }
    }

    /// Whether a key begins with `byte`.
    @inline(__always)
    func begins(with byte: UInt8) -> Bool { roots[Int(byte)] >= 0 }

    /// The longest key at `position`, and where it ends.
    func longestMatch(in text: UTF8Text, at position: Int, limit: Int) -> (value: Int, end: Int)? {
        var node = roots[Int(text[position])]
        var end = position + 1
        var found: (Int, Int)?
        while node >= 0 {
            let value = nodes[Int(node)].value
            if value >= 0 { found = (Int(value), end) }
            guard end < limit else { break }
            let byte = text[end]
            end += 1
            node = nodes[Int(node)].child
            while node >= 0, nodes[Int(node)].byte != byte { node = nodes[Int(node)].sibling }
        }
        return found
    }

    /// Whether the bytes from `position` to `limit` begin a key or are one; there must be one byte at least.
    func holdsBeginning(in text: UTF8Text, from position: Int, to limit: Int) -> Bool {
        var node = roots[Int(text[position])]
        var next = position + 1
        while node >= 0, next < limit {
            let byte = text[next]
            next += 1
            node = nodes[Int(node)].child
            while node >= 0, nodes[Int(node)].byte != byte { node = nodes[Int(node)].sibling }
        }
        return node >= 0
    }

    private mutating func add(_ byte: UInt8) -> Int32 {
        nodes.append(Node(byte: byte))
        return Int32(truncatingIfNeeded: nodes.count - 1)
    }
}
