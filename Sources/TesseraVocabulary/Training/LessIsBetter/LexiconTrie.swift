/// A trie over the bytes of types that come and go, each with a number.
///
/// Children of a node are a linked list, those of the root a table; nodes that are not needed any more are used again.
struct LexiconTrie: Sendable {
    private var roots = [Int32](repeating: -1, count: 256)
    private var nodes: [Node] = []
    private var free: [Int32] = []

    private struct Node: Sendable {
        var byte: UInt8
        var child: Int32 = -1
        var sibling: Int32 = -1
        var value: Int32 = -1
    }

    /// How many nodes are in use.
    var nodeCount: Int { nodes.count - free.count }

    /// Puts `value`, which is not negative, under `key`, which is not empty.
    mutating func insert(_ key: some Collection<UInt8>, value: Int32) {
        var node: Int32 = -1
        for byte in key {
            var next = child(of: node, byte)
            if next < 0 { next = addChild(to: node, byte) }
            node = next
        }
        if node >= 0 { nodes[Int(node)].value = value }
    }

    /// Takes `key` out, which must be there, with the nodes that only it needs.
    mutating func remove(_ key: some Collection<UInt8>) {
        var path: [Int32] = [-1]
        for byte in key {
            let next = child(of: path[path.count - 1], byte)
            guard next >= 0 else { return }
            path.append(next)
        }
        guard let last = path.last, last >= 0 else { return }
        nodes[Int(last)].value = -1
        while let node = path.popLast(), node >= 0, let parent = path.last {
            guard nodes[Int(node)].value < 0, nodes[Int(node)].child < 0 else { return }
            unlink(node, from: parent)
            free.append(node)
        }
    }

    /// The value under `key`; negative: none.
    func value(of key: some Collection<UInt8>) -> Int32 {
        var node: Int32 = -1
        for byte in key {
            node = child(of: node, byte)
            if node < 0 { return -1 }
        }
        return node < 0 ? -1 : nodes[Int(node)].value
    }

    /// Calls `body` with the end and the value of every key that `text` has at `start`, the shortest first.
    @inline(__always)
    func forEachMatch(
        in text: UnsafeBufferPointer<UInt8>, at start: Int, _ body: (_ end: Int, _ value: Int32) -> Void
    ) {
        nodes.withUnsafeBufferPointer { nodes in
            var node = roots[Int(text[start])]
            var end = start + 1
            while node >= 0 {
                let value = nodes[Int(node)].value
                if value >= 0 { body(end, value) }
                guard end < text.count else { return }
                let byte = text[end]
                end += 1
                node = nodes[Int(node)].child
                while node >= 0, nodes[Int(node)].byte != byte { node = nodes[Int(node)].sibling }
            }
        }
    }

    /// All keys with their values, in no order.
    var entries: [(key: [UInt8], value: Int32)] {
        var entries: [(key: [UInt8], value: Int32)] = []
        var waiting = roots.filter { $0 >= 0 }.map { ($0, [nodes[Int($0)].byte]) }
        while let (node, key) = waiting.popLast() {
            if nodes[Int(node)].value >= 0 { entries.append((key, nodes[Int(node)].value)) }
            var next = nodes[Int(node)].child
            while next >= 0 {
                waiting.append((next, key + [nodes[Int(next)].byte]))
                next = nodes[Int(next)].sibling
            }
        }
        return entries
    }

    /// The child of `node` for `byte`; the root is -1, and so is a child that is not there.
    private func child(of node: Int32, _ byte: UInt8) -> Int32 {
        guard node >= 0 else { return roots[Int(byte)] }
        var child = nodes[Int(node)].child
        while child >= 0, nodes[Int(child)].byte != byte { child = nodes[Int(child)].sibling }
        return child
    }

    private mutating func addChild(to node: Int32, _ byte: UInt8) -> Int32 {
        let new: Int32
        if let used = free.popLast() {
            nodes[Int(used)] = Node(byte: byte)
            new = used
        } else {
            new = Int32(truncatingIfNeeded: nodes.count)
            nodes.append(Node(byte: byte))
        }
        if node < 0 {
            roots[Int(byte)] = new
        } else {
            nodes[Int(new)].sibling = nodes[Int(node)].child
            nodes[Int(node)].child = new
        }
        return new
    }

    private mutating func unlink(_ node: Int32, from parent: Int32) {
        let sibling = nodes[Int(node)].sibling
        guard parent >= 0 else {
            roots[Int(nodes[Int(node)].byte)] = -1
            return
        }
        if nodes[Int(parent)].child == node {
            nodes[Int(parent)].child = sibling
            return
        }
        var before = nodes[Int(parent)].child
        while before >= 0, nodes[Int(before)].sibling != node { before = nodes[Int(before)].sibling }
        if before >= 0 { nodes[Int(before)].sibling = sibling }
    }
}
