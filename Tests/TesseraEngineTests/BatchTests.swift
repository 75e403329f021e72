import TesseraCore
import TesseraEngine
import TesseraTestSupport
import Testing

/// A row has the same bits whatever it is read with.
@Suite("several texts in one pass", .serialized)
struct BatchTests {
    private let fixture: EngineFixture

    init() throws { fixture = try EngineFixture() }

    /// Texts of different lengths, none the beginning of another.
    private func texts(_ count: Int) -> [[TokenID]] {
        let tokens = fixture.tiny.tokens(1000)
        return (0..<count).map { Array(tokens[$0..<$0 + 2 + $0 * 37 % 190]) }
    }

    @Test("a text's rows are the same alone and in batches of 2 to 96", arguments: EngineKind.allCases)
    func batches(_ kind: EngineKind) throws {
        let model = try fixture.load(kind)
        let texts = texts(96)
        let alone = try texts.map { text in try model.rowsOneByOne(text).suffix(2) }
        for count in [2, 3, 5, 8, 9, 33, 96] {
            let caches = try texts.prefix(count).map { text in
                try model.cache(holding: Array(text.dropLast(2)), capacity: text.count)
            }
            for step in 0..<2 {
                let items = caches.enumerated().map { index, cache in
                    BatchItem(cache: cache, tokens: [texts[index][texts[index].count - 2 + step]])
                }
                for (index, rows) in try model.rows(of: items).enumerated() {
                    #expect(rows == [Array(alone[index])[step]], "text \(index) of \(count)")
                }
            }
            #expect(zip(caches, texts).allSatisfy { $0.count == $1.count })
        }
    }

    @Test("prompts, single tokens and fills go together", arguments: EngineKind.allCases)
    func mixture(_ kind: EngineKind) throws {
        let model = try fixture.load(kind)
        let tokens = fixture.tiny.tokens(900)
        let rows = try model.rowsOneByOne(tokens)
        let lengths = [(0, 300), (10, 1), (64, 64), (63, 2), (200, 1), (128, 129), (1, 5)]
        for wanted in [LogitRows.last, .all, .none] {
            let items = try lengths.enumerated().map { index, length in
                BatchItem(
                    cache: try model.cache(holding: Array(tokens[..<length.0]), capacity: 900),
                    tokens: Array(tokens[length.0..<length.0 + length.1]),
                    rows: index == 4 ? .last : index == 2 ? .none : wanted)
            }
            for ((length, item), found) in zip(zip(lengths, items), try model.rows(of: items)) {
                let expected =
                    switch item.rows {
                    case .none: 0..<0
                    case .last: length.0 + length.1 - 1..<length.0 + length.1
                    case .all: length.0..<length.0 + length.1
                    }
                #expect(found == Array(rows[expected]))
                #expect(item.cache.count == length.0 + length.1)
            }
        }
    }

    @Test(
        "any number of threads gives the same bits, in short and long texts", arguments: EngineKind.allCases)
    func threads(_ kind: EngineKind) throws {
        let tokens = fixture.tiny.tokens(700)
        var expected: [[[Float]]] = []
        for threads in 1...7 {
            let model = try fixture.load(kind, threads: threads)
            var found: [[[Float]]] = []
            for held in [[600], [40], [600, 20], [70, 130, 320, 400], Array(repeating: 300, count: 12)] {
                let items = try held.enumerated().map { index, count in
                    BatchItem(
                        cache: try model.cache(holding: Array(tokens[..<count]), capacity: 700),
                        tokens: Array(tokens[count..<count + 1 + index % 3]), rows: .all)
                }
                found += try model.rows(of: items)
            }
            if threads == 1 { expected = found }
            #expect(found == expected, "\(threads) threads")
        }
    }

    @Test("an empty batch does nothing")
    func empty() throws {
        let model = try fixture.load(.fast)
        #expect(try model.rows(of: []).isEmpty)
    }

    @Test("an item that cannot be read is named, and no text changes")
    func refusals() throws {
        let model = try fixture.load(.fast)
        let other = try fixture.load(.fast)
        let tokens = fixture.tiny.tokens(40)
        let good = try model.cache(holding: Array(tokens[..<10]), capacity: 20)
        let branched = try model.cache(holding: [1], capacity: 20)
        _ = try model.rows(of: [BatchItem(cache: branched, tokens: [1, 2], parents: [-1, -1])])
        let full = try model.cache(holding: Array(tokens[..<10]), capacity: 11)
        let bad: [BatchItem<KeyValueCache>] = [
            BatchItem(cache: full, tokens: []),
            BatchItem(cache: full, tokens: [1, 2]),
            BatchItem(cache: full, tokens: [50]),
            BatchItem(cache: try other.makeCache(capacity: 5), tokens: [1]),
            BatchItem(cache: branched, tokens: [1]),
            BatchItem(cache: good, tokens: [1]),
            BatchItem(cache: full, tokens: [1], parents: []),
            BatchItem(cache: full, tokens: [1], parents: [0]),
            BatchItem(cache: full, tokens: [1], parents: [-2]),
        ]
        for item in bad {
            var logits: [Float] = [1, 2, 3]
            do {
                try model.read([BatchItem(cache: good, tokens: [1]), item], logits: &logits)
                Issue.record("read \(item.tokens)")
            } catch {
                #expect(error.reason == .item(1))
                #expect(error.cause.remedy != nil)
            }
            #expect(good.count == 10 && full.count == 10 && branched.count == 3)
            #expect(logits == [1, 2, 3])
        }
        let row = try model.rows(of: [BatchItem(cache: good, tokens: [tokens[10]])])
        #expect(row == [[try model.rowsOneByOne(Array(tokens[...10]))[10]]])
    }
}
