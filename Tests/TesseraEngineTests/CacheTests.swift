import TesseraCore
import TesseraEngine
import TesseraTestSupport
import Testing

/// Pages of keys and values: taken as texts grow, shared by texts that begin alike, given back.
@Suite("the paged cache", .serialized)
struct CacheTests {
    private let fixture: EngineFixture
    private let pageBytes: Int

    init() throws {
        fixture = try EngineFixture(
            TinyModel(
                layers: 1, heads: 2, keyValueHeads: 1, headSize: 32, hidden: 32, feedForward: 32, seed: 9))
        pageBytes = try fixture.load(.fast).cacheUse.pageBytes
    }

    private func pages(_ model: DecoderModel) -> (held: Int, idle: Int) {
        (model.cacheUse.heldBytes / pageBytes, model.cacheUse.idleBytes / pageBytes)
    }

    @Test("pages come as a text grows and go as it is cut")
    func growth() throws {
        let model = try fixture.load(.fast)
        #expect(model.cacheUse.pageTokens == 64)
        #expect(pageBytes == 64 * model.configuration.cacheBytesPerToken(.float16))
        do {
            let cache = try model.makeCache(capacity: 1000)
            #expect(pages(model) == (0, 0))
            var logits: [Float] = []
            for (count, held) in [(1, 1), (63, 1), (1, 2), (64, 3), (500, 10)] {
                try model.read(
                    Array(fixture.tiny.tokens(700)[..<count]), cache: cache, rows: .none, logits: &logits)
                #expect(pages(model) == (held, 0))
                #expect(cache.byteCount == held * pageBytes)
            }
            cache.truncate(to: 129)
            #expect(pages(model) == (3, 0))
            cache.truncate(to: 128)
            #expect(pages(model) == (2, 0))
            cache.truncate(to: 0)
            #expect(pages(model) == (0, 0))
            try model.read([1], cache: cache, rows: .none, logits: &logits)
        }
        #expect(pages(model) == (0, 0))
    }

    @Test("the formats take what they say")
    func formats() throws {
        let floats = 2 * 32
        #expect(try fixture.load(.fast).cacheUse.pageBytes == 64 * floats * 2)
        #expect(try fixture.load(.exact).cacheUse.pageBytes == 64 * floats * 4)
        #expect(try fixture.load(.eightBits).cacheUse.pageBytes == 64 * 2 * 34)
    }

    @Test("texts that begin alike share their full pages", arguments: EngineKind.allCases)
    func sharing(_ kind: EngineKind) throws {
        let model = try fixture.load(kind)
        let text = fixture.tiny.tokens(300)
        let size = model.cacheUse.pageBytes
        let first = try model.cache(holding: Array(text[..<200]), capacity: 300)
        // Read at the same time, they are found to be equal.
        let second = try model.cache(holding: Array(text[..<140]), capacity: 300)
        #expect(model.cacheUse.heldBytes == (4 + 1) * size)

        let third = try model.makeCache(capacity: 300)
        #expect(third.adopt(Array(text[..<150])) == 128)
        #expect(model.cacheUse.heldBytes == 5 * size)
        #expect(third.adopt(Array(text[..<150])) == 128)
        let other = try model.makeCache(capacity: 300)
        #expect(other.adopt(Array(text[..<64])) == 0, "the last token is to be read")
        #expect(other.adopt(Array(text[..<65])) == 64)
        #expect(other.adopt([1] + text[..<200]) == 64, "not the text that it holds")
        let small = try model.makeCache(capacity: 127)
        #expect(small.adopt(text) == 64)

        let expected = try model.rowsOneByOne(text)
        for cache in [first, second, third, other, small] {
            let end = min(cache.count + 70, cache.capacity)
            let item = BatchItem(cache: cache, tokens: Array(text[cache.count..<end]))
            #expect(try model.rows(of: [item])[0] == [expected[end - 1]])
        }
    }

    @Test("a text that has begun a page goes over to the full one")
    func adoptionOfAPageBegun() throws {
        let model = try fixture.load(.fast)
        let text = fixture.tiny.tokens(300)
        let full = try model.cache(holding: text, capacity: 300)
        let begun = try model.cache(holding: Array(text[..<70]), capacity: 300)
        #expect(pages(model).held == 5 + 1)
        #expect(begun.adopt(text) == 256)
        #expect(pages(model).held == 5)
        let rows = try model.rows(of: [BatchItem(cache: begun, tokens: Array(text[256...]))])
        #expect(rows[0] == [try model.rowsOneByOne(text)[299]])
        #expect(full.count == 300)
    }

    @Test(
        "a cut inside a shared page leaves the other text alone",
        arguments: [0, 1, 63, 64, 65, 100, 127, 128, 190])
    func copyOnWrite(_ cut: Int) throws {
        for limit in [nil, 100 * pageBytes] {
            let model = try fixture.load(.fast, cacheByteLimit: limit)
            let text = fixture.tiny.tokens(200)
            let other = Array(text[..<cut]) + Array(fixture.tiny.tokens(400)[200..<330])
            let first = try model.cache(holding: Array(text[..<199]), capacity: 200)
            let second = try model.makeCache(copying: first, capacity: 400)
            second.truncate(to: cut)
            let rest = Array(other[cut...])
            let changed = try model.rows(of: [BatchItem(cache: second, tokens: rest, rows: .all)])[0]
            #expect(changed == Array(try model.rowsOneByOne(other)[cut...]))
            let row = try model.rows(of: [BatchItem(cache: first, tokens: [text[199]])])
            #expect(row == [[try model.rowsOneByOne(text)[199]]])
        }
    }

    @Test("copies that go on at the same time")
    func copies() throws {
        let model = try fixture.load(.fast)
        let text = fixture.tiny.tokens(100)
        let original = try model.cache(holding: text, capacity: 100)
        #expect(throws: LocatedError.self) { try model.makeCache(copying: original, capacity: 99) }
        #expect(throws: LocatedError.self) { try model.makeCache(copying: original, capacity: 5000) }
        let elsewhere = try fixture.load(.fast)
        #expect(throws: LocatedError.self) { try elsewhere.makeCache(copying: original, capacity: 100) }
        let copies = try (0..<5).map { _ in try model.makeCache(copying: original, capacity: 110) }
        #expect(pages(model).held == 2)
        let items = copies.enumerated().map { BatchItem(cache: $1, tokens: [TokenID($0), 7], rows: .all) }
        for (index, rows) in try model.rows(of: items).enumerated() {
            let expected = try model.rowsOneByOne(text + [TokenID(index), 7])
            #expect(rows == Array(expected.suffix(2)))
        }
        withExtendedLifetime((original, copies)) { #expect(pages(model).held == 7) }
    }

    @Test("with a limit, idle pages stay, and the one used longest ago goes first")
    func eviction() throws {
        let model = try fixture.load(.fast, cacheByteLimit: 8 * pageBytes)
        let tokens = fixture.tiny.tokens(1000)
        let texts = (0..<3).map { Array(tokens[$0 * 200..<$0 * 200 + 150]) }
        func kept(_ text: [TokenID]) throws -> Int { try model.makeCache(capacity: 200).adopt(text + [0]) }
        for text in texts { _ = try model.cache(holding: text, capacity: 200) }
        #expect(pages(model) == (0, 6))
        #expect(try texts.map(kept) == [128, 128, 128])
        // Five more pages: three of the six must go, and of the text used longest ago the end first.
        _ = try kept(texts[0])
        let long = try model.cache(holding: Array(tokens.suffix(300)), capacity: 300)
        #expect(pages(model) == (5, 3))
        #expect(try texts.map(kept) == [128, 0, 64])
        _ = long
    }

    @Test("a text that does not fit is refused, and no cache changes")
    func exhaustion() throws {
        let model = try fixture.load(.fast, cacheByteLimit: 4 * pageBytes + 17)
        let tokens = fixture.tiny.tokens(600)
        let first = try model.cache(holding: Array(tokens[..<100]), capacity: 600)
        let second = try model.cache(holding: Array(tokens[300..<350]), capacity: 600)
        #expect(model.cacheUse.byteLimit == 4 * pageBytes + 17)
        let small = BatchItem(cache: second, tokens: Array(tokens[350..<355]))
        let large = BatchItem(cache: first, tokens: Array(tokens[100..<300]))
        var logits: [Float] = [4]
        for items in [[small, large], [large, small], [large]] {
            do {
                try model.read(items, logits: &logits)
                Issue.record("read")
            } catch {
                #expect(error.reason == .exhausted)
                #expect(error.cause.field == "cache")
            }
            #expect(first.count == 100 && second.count == 50)
            #expect(pages(model) == (3, 0))
        }
        let row = try model.rows(of: [small])
        #expect(row == [[try fixture.load(.fast).rowsOneByOne(Array(tokens[300..<355]))[54]]])
        second.truncate(to: 0)
        #expect(throws: BatchReadError.self) { try model.read([large], logits: &logits) }
        let shorter = BatchItem(cache: first, tokens: Array(tokens[100..<256]))
        let rows = try model.rows(of: [shorter])
        #expect(rows == [[try fixture.load(.fast).rowsOneByOne(Array(tokens[..<256]))[255]]])
        #expect(throws: LocatedError.self) {
            try model.read([1], cache: first, rows: .last, logits: &logits)
        }
        #expect(first.count == 256)
    }

    @Test("a limit that holds no page is refused")
    func tooSmallLimit() throws {
        for limit in [pageBytes - 1, 0, -1] {
            #expect(throws: LocatedError.self) { try fixture.load(.fast, cacheByteLimit: limit) }
        }
        #expect(try fixture.load(.fast, cacheByteLimit: pageBytes).cacheUse.byteLimit == pageBytes)
    }

    @Test("random uses of a small pool agree with texts read alone", arguments: 1...6)
    func randomUse(_ seed: UInt64) throws {
        let limit = 14
        let model = try fixture.load(.fast, threads: 1, cacheByteLimit: seed == 6 ? nil : limit * pageBytes)
        var use = RandomCacheUse(model: model, reference: try fixture.load(.fast, threads: 1), seed: seed)
        for _ in 0..<400 {
            try use.step()
            let (held, idle) = pages(model)
            #expect(held + idle <= limit || seed == 6)
            let wanted = use.texts.map { ($0.tokens.count + 63) / 64 }
            #expect(held >= wanted.max() ?? 0 && held <= wanted.reduce(0, +))
        }
        #expect(use.reads > 50 && (seed == 6 || use.refusals > 0))
        use.texts = []
        #expect(pages(model).held == 0)
    }
}

/// Random operations on caches of one model, with the texts that they must amount to.
private struct RandomCacheUse {
    let model: DecoderModel
    let reference: DecoderModel
    var random: SeededGenerator
    var texts: [(cache: KeyValueCache, tokens: [TokenID])] = []
    var reads = 0
    var refusals = 0

    init(model: DecoderModel, reference: DecoderModel, seed: UInt64) {
        self.model = model
        self.reference = reference
        random = SeededGenerator(seed: seed)
    }

    /// Few different texts, so that many begin alike.
    private mutating func tokens(_ count: Int, after text: [TokenID]) -> [TokenID] {
        let kind = TokenID.random(in: 0..<3, using: &random)
        return (0..<count).map {
            ($0 + text.count).isMultiple(of: 40) ? kind : TokenID(($0 + text.count) % 7)
        }
    }

    mutating func step() throws {
        switch Int.random(in: 0..<12, using: &random) {
        case 0,
            1 where texts.count < 8:
            texts.append((try model.makeCache(capacity: Int.random(in: 100...400, using: &random)), []))
        case 2 where texts.count > 4:
            texts.remove(at: Int.random(in: texts.indices, using: &random))
        case 3 where !texts.isEmpty:
            let index = Int.random(in: texts.indices, using: &random)
            let count = Int.random(in: 0...texts[index].tokens.count + 5, using: &random)
            texts[index].cache.truncate(to: count)
            texts[index].tokens = Array(texts[index].tokens.prefix(count))
        case 4 where !texts.isEmpty && texts.count < 8:
            let (cache, tokens) = texts[Int.random(in: texts.indices, using: &random)]
            texts.append((try model.makeCache(copying: cache, capacity: max(400, cache.count)), tokens))
        case 5 where !texts.isEmpty:
            let index = Int.random(in: texts.indices, using: &random)
            let wanted = texts[index].tokens + tokens(150, after: texts[index].tokens)
            let before = texts[index].tokens.count
            let count = texts[index].cache.adopt(wanted)
            #expect(count >= before && (count == before || count.isMultiple(of: 64)))
            texts[index].tokens = Array(wanted[..<count])
        case 6 where !texts.isEmpty:
            try readTree(Int.random(in: texts.indices, using: &random))
        default:
            try readLines()
        }
        #expect(texts.allSatisfy { $0.cache.count == $0.tokens.count })
    }

    private mutating func readLines() throws {
        var items: [(index: Int, item: BatchItem<KeyValueCache>)] = []
        for index in texts.indices where Bool.random(using: &random) {
            let (cache, text) = texts[index]
            let room = min(cache.capacity - cache.count, Int.random(in: 1...90, using: &random))
            if room > 0 { items.append((index, BatchItem(cache: cache, tokens: tokens(room, after: text)))) }
        }
        guard let rows = try read(items.map(\.item)) else { return }
        for ((index, item), rows) in zip(items, rows) {
            texts[index].tokens += item.tokens
            #expect(rows == [try expected(texts[index].tokens)])
        }
    }

    private mutating func readTree(_ index: Int) throws {
        let (cache, text) = texts[index]
        guard cache.capacity - cache.count >= 12 else { return }
        let parents = (0..<12).map { Int.random(in: max(-1, $0 - 3)..<max(0, $0), using: &random) }
        let item = BatchItem(cache: cache, tokens: tokens(12, after: text), parents: parents, rows: .all)
        guard let rows = try read([item]) else { return }
        var path = [11]
        while let first = path.first, parents[first] >= 0 { path.insert(parents[first], at: 0) }
        let line = text + path.map { item.tokens[$0] }
        #expect(rows[0][11] == (try expected(line)))
        try cache.keep(path, from: text.count)
        texts[index].tokens = line
    }

    private mutating func read(_ items: [BatchItem<KeyValueCache>]) throws -> [[[Float]]]? {
        do {
            reads += 1
            return try model.rows(of: items)
        } catch let error as BatchReadError {
            #expect(error.reason == .exhausted)
            refusals += 1
            return nil
        }
    }

    private func expected(_ tokens: [TokenID]) throws -> [Float] {
        var logits: [Float] = []
        try reference.read(
            tokens, cache: reference.makeCache(capacity: tokens.count), rows: .last, logits: &logits)
        return logits
    }
}
