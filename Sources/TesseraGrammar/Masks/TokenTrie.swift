internal import TesseraCore

/// The tokens of a vocabulary in the order of their bytes, as a tree of prefixes laid out in preorder.
///
/// Node `i + 1` is the first child of node `i` when it is deeper; `skip[i]` is the node after the subtree. Tokens are
/// in the same order, so those of a subtree lie together.
struct TokenTrie: Sendable {
    private(set) var bytes: [UInt8] = []
    /// The length of each node's prefix, from 1.
    private(set) var depths: [UInt16] = []
    private(set) var skip: [Int32] = []
    /// Where the tokens of each node begin in `tokens`; one more at the end.
    private(set) var firstToken: [Int32] = []
    private(set) var tokens: [TokenID] = []
    /// The bytes of each subtree below a node, of those with enough tokens; nil for the others.
    private(set) var subtreeBytes: [Int32: ByteSet] = [:]
    /// Whether a node is in `subtreeBytes`.
    private(set) var isLarge: [Bool] = []

    /// The node of each first byte; negative where there is none.
    private var roots = [Int32](repeating: -1, count: 256)

    /// Subtrees of fewer tokens are walked through.
    private static let largeSubtree = 24

    /// Builds the tree of tokens that have bytes, at most 65,535 each.
    init(_ entries: [(bytes: [UInt8], id: TokenID)]) {
        let sorted = entries.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
        var path: [Int] = []
        var previous: [UInt8] = []
        for entry in sorted {
            var shared = 0
            while shared < min(previous.count, entry.bytes.count), previous[shared] == entry.bytes[shared] {
                shared += 1
            }
            close(&path, to: shared)
            for depth in shared..<entry.bytes.count {
                path.append(bytes.count)
                bytes.append(entry.bytes[depth])
                depths.append(UInt16(truncatingIfNeeded: depth + 1))
                skip.append(0)
                firstToken.append(Int32(truncatingIfNeeded: tokens.count))
            }
            tokens.append(entry.id)
            previous = entry.bytes
        }
        close(&path, to: 0)
        firstToken.append(Int32(truncatingIfNeeded: tokens.count))
        collectSubtrees()
        var root = 0
        while root < bytes.count {
            roots[Int(bytes[root])] = Int32(truncatingIfNeeded: root)
            root = Int(skip[root])
        }
    }

    /// The node behind `byte` after a node, nil for the beginning.
    func child(of node: Int?, _ byte: UInt8) -> Int? {
        guard let node else {
            let root = roots[Int(byte)]
            return root < 0 ? nil : Int(root)
        }
        // Children of a node follow it; each sibling is behind the subtree of the one before.
        var child = node + 1
        while child < Int(skip[node]) {
            if bytes[child] == byte { return child }
            child = Int(skip[child])
        }
        return nil
    }

    /// Ends the nodes of `path` that are deeper than `depth`.
    private mutating func close(_ path: inout [Int], to depth: Int) {
        while path.count > depth { skip[path.removeLast()] = Int32(truncatingIfNeeded: bytes.count) }
    }

    private mutating func collectSubtrees() {
        isLarge = [Bool](repeating: false, count: bytes.count)
        var path: [(node: Int, set: ByteSet)] = []
        func finish(_ trie: inout TokenTrie, below depth: Int) {
            while path.count > depth, let (node, set) = path.popLast() {
                let count = trie.firstToken[Int(trie.skip[node])] - trie.firstToken[node]
                if count >= Self.largeSubtree {
                    trie.subtreeBytes[Int32(truncatingIfNeeded: node)] = set
                    trie.isLarge[node] = true
                }
                if !path.isEmpty {
                    path[path.count - 1].set.formUnion(set)
                    path[path.count - 1].set.insert(trie.bytes[node])
                }
            }
        }
        for node in bytes.indices {
            finish(&self, below: Int(depths[node]) - 1)
            path.append((node, ByteSet()))
        }
        finish(&self, below: 0)
    }

    /// The tokens whose bytes end at a node.
    @inline(__always)
    func tokens(at node: Int) -> Range<Int> { Int(firstToken[node])..<Int(firstToken[node + 1]) }

    /// The tokens whose bytes go on from a node, those that end there left out.
    @inline(__always)
    func tokens(below node: Int) -> Range<Int> {
        Int(firstToken[node + 1])..<Int(firstToken[Int(skip[node])])
    }
}
