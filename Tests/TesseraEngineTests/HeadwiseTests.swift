import Synchronization
import TesseraCore
import TesseraEngine
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Attention is shown as it is, and heads that keep different tokens see only these.
@Suite("caches that differ from head to head", .serialized)
struct HeadwiseTests {
    private let fixture: EngineFixture
    private let tiny = TinyModel(layers: 3, heads: 4, keyValueHeads: 2, seed: 11)

    init() throws { fixture = try EngineFixture(tiny) }

    /// Keeps what it is shown.
    private final class Watcher: AttentionObserver {
        struct Row: Equatable {
            let queryHead: Int
            let index: Int
            let logits: [Float]
        }

        private let seen = Mutex<[[Int]: [Row]]>([:])

        /// The layers that it asks for.
        private let layers: Range<Int>

        init(layers: Range<Int> = 0..<3) { self.layers = layers }

        func watches(layer: Int) -> Bool { layers.contains(layer) }

        func observe(_ row: AttentionRow) {
            let copy = Row(queryHead: row.queryHead, index: row.index, logits: Array(row.logits))
            seen.withLock { $0[[row.layer, row.head], default: []].append(copy) }
        }

        /// By layer and head, in order.
        var rows: [[Int]: [Row]] { seen.withLock { $0 } }
    }

    /// Heads that share keys, and keys that fill no block of the 8-bit format.
    private static let shapes = [(keyValueHeads: 2, headSize: 32), (keyValueHeads: 1, headSize: 40)]

    @Test("the softmax of what is shown is the attention", arguments: EngineKind.allCases, shapes)
    func agreement(_ kind: EngineKind, _ shape: (keyValueHeads: Int, headSize: Int)) throws {
        let tiny = TinyModel(
            layers: 3, heads: 4, keyValueHeads: shape.keyValueHeads, headSize: shape.headSize, seed: 11)
        let fixture = try EngineFixture(tiny)
        let model = try fixture.load(kind)
        let tokens = tiny.tokens(70)
        let layers = ReferenceLlama(tiny, interleavedRope: true).layers(tokens)
        // As in "states, early logits and attention weights agree".
        let tolerance = kind == .exact ? 2e-5 : kind == .fast ? 0.03 : 0.06
        for held in [0, 1, 60, 69] {
            let watcher = Watcher()
            let cache = try model.cache(holding: Array(tokens[..<held]), capacity: 70)
            var logits: [Float] = []
            try model.read(
                Array(tokens[held...]), cache: cache, rows: .last, observer: watcher, logits: &logits)
            #expect(watcher.rows.count == 3 * shape.keyValueHeads)
            for (place, rows) in watcher.rows {
                let group = 4 / shape.keyValueHeads
                #expect(rows.count == group * (70 - held))
                for row in rows {
                    #expect(row.queryHead / group == place[1])
                    let position = held + row.index
                    #expect(row.logits.count == position + 1)
                    let expected =
                        layers[place[0]].attention[position].dropFirst(row.queryHead * (position + 1))
                    let found = softmax(row.logits)
                    let difference = zip(found, expected).map { abs($0 - $1) }.max() ?? 1
                    #expect(difference < tolerance)
                }
            }
        }
    }

    private func softmax(_ logits: [Float]) -> [Double] {
        let largest = Double(logits.max() ?? 0)
        let weights = logits.map { exp(Double($0) - largest) }
        let total = weights.reduce(0, +)
        return weights.map { $0 / total }
    }

    @Test("watching changes no bit, and sees the same in the same order with any number of threads")
    func threads() throws {
        let tokens = tiny.tokens(300)
        var shown: [[[Int]: [Watcher.Row]]] = []
        for threads in 1...3 {
            let model = try fixture.load(.fast, threads: threads)
            let cache = try model.makeCache(capacity: 300)
            var (plain, watched): ([Float], [Float]) = ([], [])
            try model.read(tokens, cache: cache, rows: .all, logits: &plain)
            cache.truncate(to: 0)
            let watcher = Watcher()
            try model.read(tokens, cache: cache, rows: .all, observer: watcher, logits: &watched)
            #expect(plain == watched)
            for rows in watcher.rows.values {
                for head in Set(rows.map(\.queryHead)) {
                    #expect(rows.filter { $0.queryHead == head }.map(\.index) == Array(0..<300))
                }
            }
            shown.append(watcher.rows)
        }
        #expect(shown[0] == shown[1] && shown[0] == shown[2])
    }

    @Test("a layer that is not asked for is not shown, and the others are as ever")
    func watchedLayers() throws {
        let model = try fixture.load(.fast)
        let tokens = tiny.tokens(40)
        var logits: [Float] = []
        let (all, one) = (Watcher(), Watcher(layers: 1..<2))
        for watcher in [all, one] {
            let cache = try model.makeCache(capacity: 40)
            try model.read(tokens, cache: cache, rows: .last, observer: watcher, logits: &logits)
        }
        #expect(!one.rows.isEmpty && one.rows == all.rows.filter { $0.key[0] == 1 })
    }

    /// A choice of 30 of 100 entries, another one for each head, with the last: places filled from behind.
    private func choice(_ layer: Int, _ head: Int) -> (kept: Set<Int>, moves: [EntryMove]) {
        let random = CounterRandom(seed: UInt64(layer * 10 + head))
        let kept = Set([99] + (0..<99).sorted { random.bits(at: $0) < random.bits(at: $1) }.prefix(29))
        let holes = (0..<30).filter { !kept.contains($0) }
        let sources = (30..<100).filter(kept.contains)
        return (kept, zip(sources, holes).map { EntryMove(from: $0, to: $1) })
    }

    @Test("what is read after a compaction is what masking gives")
    func masking() throws {
        let tokens = tiny.tokens(104)
        let reference = ReferenceLlama(tiny, interleavedRope: true)
        let kept = (0..<6).map { choice($0 / 2, $0 % 2).kept }
        let masked = reference.layers(tokens) { layer, head, query, key in
            query < 100 || key >= 100 || kept[layer * 2 + head].contains(key)
        }
        let model = try fixture.load(.exact)
        let cache = try model.cache(holding: Array(tokens[..<100]), capacity: 200)
        try cache.compact(to: 30) { choice($0, $1).moves }
        #expect(cache.count == 30)
        var logits: [Float] = []
        for position in 100..<104 {
            try model.read([tokens[position]], cache: cache, rows: .last, logits: &logits)
            let expected = reference.logits(from: masked[2].x[position])
            let largest = expected.map(abs).max() ?? 1
            #expect(zip(logits, expected).allSatisfy { abs(Double($0) - $1) < 2e-5 * largest })
        }
        // What was read since can be taken back, and read again.
        let last = logits
        cache.truncate(to: 30)
        try model.read(Array(tokens[100..<104]), cache: cache, rows: .last, logits: &logits)
        #expect(logits == last)
    }

    @Test("memory is given back, and other texts keep what they share")
    func memory() throws {
        let tokens = tiny.tokens(640)
        let model = try fixture.load(.fast)
        let before = model.cacheUse.heldBytes
        let cache = try model.cache(holding: tokens, capacity: 640)
        // Keys and values, layers, heads, tokens, floats, bytes of a half.
        #expect(model.cacheUse.heldBytes - before == 2 * 3 * 2 * 640 * 32 * 2)
        let copy = try model.makeCache(copying: cache, capacity: 700)
        var (first, second): ([Float], [Float]) = ([], [])
        try model.read([1], cache: copy, rows: .last, logits: &first)
        copy.truncate(to: 640)
        try cache.compact(to: 128) { _, _ in (600..<640).map { EntryMove(from: $0, to: $0 - 600) } }
        #expect(cache.byteCount == 2 * 3 * 2 * 128 * 32 * 2)
        try model.read([1], cache: copy, rows: .last, logits: &second)
        #expect(first == second)
        copy.truncate(to: 0)
        #expect(model.cacheUse.heldBytes - before == cache.byteCount)
    }

    @Test("moves of what is not there, or to where nothing stays, are refused, and nothing has changed")
    func refusals() throws {
        let model = try fixture.load(.fast)
        let tokens = tiny.tokens(100)
        let cache = try model.cache(holding: tokens, capacity: 101)
        let moves = [
            EntryMove(from: 100, to: 0), EntryMove(from: -1, to: 0), EntryMove(from: 50, to: 30),
            EntryMove(from: 50, to: -1),
        ]
        for move in moves {
            #expect(throws: LocatedError.self) { try cache.compact(to: 30) { _, _ in [move] } }
        }
        try cache.compact(to: 100) { _, _ in moves }  // nothing is given up, so nothing moves
        #expect(cache.count == 100)
        var (found, expected): ([Float], [Float]) = ([], [])
        try model.read([3], cache: cache, rows: .last, logits: &found)
        try model.read(
            [3], cache: model.cache(holding: tokens, capacity: 101), rows: .last, logits: &expected)
        #expect(found == expected)
        try cache.compact(to: 0) { _, _ in [] }
        #expect(cache.count == 0 && cache.byteCount == 0)
    }
}
