import TesseraCore
import TesseraEngine
import TesseraTestSupport
import Testing

/// Draft trees: every node sees the text, its ancestors and itself, as if only they had been read.
@Suite("draft trees", .serialized)
struct TreeTests {
    private let fixture: EngineFixture

    init() throws { fixture = try EngineFixture() }

    struct Tree {
        var tokens: [TokenID]
        var parents: [Int]

        /// The nodes from the root to `node`.
        func path(to node: Int) -> [Int] {
            (parents[node] < 0 ? [] : path(to: parents[node])) + [node]
        }

        static func random(_ count: Int, vocabulary: Int, branching: Double, seed: UInt64) -> Tree {
            var random = SeededGenerator(seed: seed)
            var tree = Tree(tokens: [], parents: [])
            for node in 0..<count {
                tree.tokens.append(TokenID.random(in: 0..<TokenID(vocabulary), using: &random))
                let isBranch = Double.random(in: 0..<1, using: &random) < branching
                tree.parents.append(isBranch ? Int.random(in: -1..<node, using: &random) : node - 1)
            }
            return tree
        }
    }

    @Test(
        "each node's row is that of its path, and so is what follows an accepted path",
        arguments: EngineKind.allCases, [0, 1, 40, 63, 64, 100, 300])
    func trees(_ kind: EngineKind, _ held: Int) throws {
        let model = try fixture.load(kind)
        let text = fixture.tiny.tokens(held)
        for (count, branching) in [(2, 1.0), (7, 0.5), (33, 0.3), (81, 0.15), (90, 0.02)] {
            let tree = Tree.random(count, vocabulary: 50, branching: branching, seed: UInt64(count + held))
            let nodes = Set([0, 1, count / 2, count - 2, count - 1])
            let cache = try model.cache(holding: text, capacity: 600)
            let item = BatchItem(cache: cache, tokens: tree.tokens, parents: tree.parents, rows: .all)
            let rows = try model.rows(of: [item])[0]
            #expect(cache.count == held + count)
            for node in nodes.sorted() {
                let path = tree.path(to: node)
                let line = text + path.map { tree.tokens[$0] }
                let next = TokenID(node % 50)
                let expected = try model.rowsOneByOne(line + [next, 3])
                #expect(rows[node] == expected[line.count - 1], "node \(node) of \(count)")

                let accepted = try model.makeCache(copying: cache, capacity: 600)
                try accepted.keep(path, from: held)
                #expect(accepted.count == line.count)
                let following = try model.rows(of: [
                    BatchItem(cache: accepted, tokens: [next, 3], rows: .all)
                ])
                #expect(following[0] == Array(expected.suffix(2)), "after node \(node) of \(count)")
            }
            // The copies left the tree as it was.
            try cache.keep(tree.path(to: count - 1), from: held)
            let next = try model.rows(of: [BatchItem(cache: cache, tokens: [7])])
            let line = text + tree.path(to: count - 1).map { tree.tokens[$0] } + [7]
            #expect(next[0] == [try model.rowsOneByOne(line)[line.count - 1]])
        }
    }

    @Test("trees of several texts go with lines in one pass", arguments: EngineKind.allCases)
    func batchOfTrees(_ kind: EngineKind) throws {
        let model = try fixture.load(kind)
        let text = fixture.tiny.tokens(200)
        let trees = (0..<6).map { Tree.random(20 + $0, vocabulary: 50, branching: 0.4, seed: UInt64($0)) }
        var items = try trees.enumerated().map { index, tree in
            BatchItem(
                cache: try model.cache(holding: Array(text[..<(index * 31)]), capacity: 300),
                tokens: tree.tokens, parents: tree.parents, rows: .all)
        }
        items.insert(
            BatchItem(cache: try model.cache(holding: Array(text[..<150]), capacity: 300), tokens: [5]), at: 3
        )
        let together = try model.rows(of: items)
        for (index, item) in items.enumerated() {
            item.cache.truncate(to: item.cache.count - item.tokens.count)
            #expect(try model.rows(of: [item]) == [together[index]])
        }
    }

    @Test("more rows than a chunk holds", arguments: [1, 3])
    func largeTree(_ threads: Int) throws {
        let model = try fixture.load(.fast, threads: threads)
        let text = fixture.tiny.tokens(50)
        let tree = Tree.random(400, vocabulary: 50, branching: 0.1, seed: 3)
        let cache = try model.cache(holding: text, capacity: 500)
        let rows = try model.rows(of: [
            BatchItem(cache: cache, tokens: tree.tokens, parents: tree.parents, rows: .all)
        ])[0]
        for node in [0, 200, 255, 256, 257, 399] {
            let line = text + tree.path(to: node).map { tree.tokens[$0] }
            #expect(rows[node] == (try model.rowsOneByOne(line)[line.count - 1]), "node \(node)")
        }
    }

    @Test("a tree without branches is a line")
    func lineAsTree() throws {
        let model = try fixture.load(.fast)
        let text = fixture.tiny.tokens(20)
        let cache = try model.makeCache(capacity: 30)
        let rows = try model.rows(of: [
            BatchItem(cache: cache, tokens: text, parents: Array(-1..<19), rows: .all)
        ])
        #expect(rows == [try model.rowsOneByOne(text)])
        #expect(try model.rows(of: [BatchItem(cache: cache, tokens: [3])]).count == 1)
    }

    @Test("a tree that is cut back to a line can be read on; one with branches cannot")
    func cuts() throws {
        let model = try fixture.load(.fast)
        let text = fixture.tiny.tokens(10)
        let cache = try model.cache(holding: text, capacity: 60)
        let tree = BatchItem(cache: cache, tokens: [1, 2, 3, 4], parents: [-1, 0, 0, 2], rows: .all)
        let rows = try model.rows(of: [tree])
        var logits: [Float] = []
        #expect(throws: LocatedError.self) {
            try model.read([5], cache: cache, rows: .last, logits: &logits)
        }
        #expect(cache.count == 14)
        cache.truncate(to: 13)
        #expect(throws: LocatedError.self) {
            try model.read([5], cache: cache, rows: .last, logits: &logits)
        }
        cache.truncate(to: 12)
        let line = try model.rowsOneByOne(text + [1, 2, 5])
        #expect(try model.rows(of: [BatchItem(cache: cache, tokens: [5])]) == [[line[12]]])
        cache.truncate(to: 10)
        #expect(try model.rows(of: [tree]) == rows)
        try cache.keep([], from: 10)
        #expect(cache.count == 10)
        #expect(try model.rows(of: [tree]) == rows)
    }

    @Test("rows that are not held, do not ascend or come from before are left out")
    func oddRows() throws {
        let model = try fixture.load(.fast)
        let text = fixture.tiny.tokens(10)
        let cache = try model.cache(holding: text, capacity: 60)
        _ = try model.rows(of: [BatchItem(cache: cache, tokens: [1, 2, 3], parents: [-1, -1, 0])])
        try cache.keep([0], from: 99)
        try cache.keep([0], from: -1)
        #expect(cache.count == 13)
        try cache.keep([-1, 0, 0, 2, 1, 77, .max, .min], from: 10)
        #expect(cache.count == 12)
        let expected = try model.rowsOneByOne(text + [1, 3, 4])
        #expect(try model.rows(of: [BatchItem(cache: cache, tokens: [4])]) == [[expected[12]]])
    }

    @Test("tokens left out of a text leave the others where they were", arguments: EngineKind.allCases)
    func eviction(_ kind: EngineKind) throws {
        let model = try fixture.load(kind)
        let text = fixture.tiny.tokens(200)
        let cache = try model.cache(holding: text, capacity: 210)
        let copy = try model.makeCache(copying: cache, capacity: 210)
        // Four at the beginning and the last hundred, as attention sinks do.
        try cache.keep([0, 1, 2, 3] + Array(100..<200), from: 0)
        #expect(cache.count == 104)
        let row = try model.rows(of: [BatchItem(cache: cache, tokens: [9, 8], rows: .all)])[0]
        #expect(row.allSatisfy { $0.allSatisfy(\.isFinite) })
        // Nothing that such a text holds is passed off as a plain text.
        let other = try model.makeCache(capacity: 210)
        #expect(other.adopt(Array(text[..<4]) + text[100...] + [9, 8]) == 0)
        #expect(other.adopt(text) == 192)
        // The same again gives the same, and the copy still holds the whole text.
        let whole = try model.rows(of: [BatchItem(cache: copy, tokens: [9, 8], rows: .all)])[0]
        #expect(whole == Array(try model.rowsOneByOne(text + [9, 8]).suffix(2)))
        #expect(whole != row)
        copy.truncate(to: 200)
        try copy.keep([0, 1, 2, 3] + Array(100..<200), from: 0)
        #expect(try model.rows(of: [BatchItem(cache: copy, tokens: [9, 8], rows: .all)])[0] == row)
    }
}
