import TesseraCore
import TesseraEngine
import TesseraFiles
import TesseraTestSupport
import Testing

/// How a text is cut into calls, chunks and threads does not change what it means.
@Suite("passes agree with each other", .serialized)
struct PassTests {
    static let precisions = EngineOptions.Precision.allCases

    private let folder: TemporaryFolder
    private let tiny = TinyModel(
        heads: 3, keyValueHeads: 1, headSize: 32, hidden: 96, feedForward: 160, format: .q4_1, seed: 7
    )

    init() throws {
        folder = try TemporaryFolder()
        try tiny.gguf().write(to: folder.path("model.gguf"))
    }

    private func load(_ precision: EngineOptions.Precision, threads: Int = 2) throws -> DecoderModel {
        try DecoderModel.load(
            .gguf(path: folder.path("model.gguf")),
            options: EngineOptions(threads: threads, precision: precision)
        )
    }

    private func difference(_ a: some Collection<Float>, _ b: some Collection<Float>) throws -> Float {
        try #require(a.count == b.count)
        return zip(a, b).map { abs($0 - $1) }.max() ?? 0
    }

    @Test(
        "a prompt at once, in pieces and token by token", arguments: [1, 2, 255, 256, 257, 600], precisions)
    func chunks(_ count: Int, _ precision: EngineOptions.Precision) throws {
        let model = try load(precision)
        let tokens = tiny.tokens(count)
        let cache = try model.makeCache(capacity: 600)
        var atOnce: [Float] = []
        try model.read(tokens, cache: cache, rows: .last, logits: &atOnce)
        #expect(cache.count == count)

        cache.truncate(to: 0)
        var everyRow: [Float] = []
        try model.read(tokens, cache: cache, rows: .all, logits: &everyRow)
        #expect(everyRow.count == count * model.vocabularySize)
        #expect(try difference(atOnce, everyRow.suffix(model.vocabularySize)) == 0)

        let stepwise = try model.makeCache(capacity: 601)
        var single: [Float] = []
        for (position, token) in tokens.enumerated() {
            let rows: LogitRows = position % 3 == 1 && position != count - 1 ? .none : .last
            try model.read([token], cache: stepwise, rows: rows, logits: &single)
            #expect(single.count == (rows == .none ? 0 : model.vocabularySize))
            if rows == .last {
                let row = everyRow[position * model.vocabularySize..<(position + 1) * model.vocabularySize]
                #expect(try difference(single, row) == 0)
            }
        }
        #expect(try difference(single, atOnce) == 0)
    }

    @Test("any number of threads gives the same bits", arguments: precisions)
    func threads(_ precision: EngineOptions.Precision) throws {
        let tokens = tiny.tokens(300)
        var expected: [[Float]] = []
        for threads in [1, 2, 3, 7] {
            let model = try load(precision, threads: threads)
            let cache = try model.makeCache(capacity: 310)
            var found: [[Float]] = []
            var logits: [Float] = []
            try model.read(tokens, cache: cache, rows: .all, logits: &logits)
            found.append(logits)
            for token in tokens.prefix(5) {
                try model.read([token], cache: cache, rows: .last, logits: &logits)
                found.append(logits)
            }
            if threads == 1 { expected = found }
            #expect(found == expected, "\(threads) threads")
        }
    }

    @Test("what was truncated can be read again", arguments: precisions)
    func truncation(_ precision: EngineOptions.Precision) throws {
        let model = try load(precision)
        let tokens = tiny.tokens(40)
        let cache = try model.makeCache(capacity: 64)
        var first: [Float] = []
        try model.read(Array(tokens[..<30]), cache: cache, rows: .none, logits: &first)
        try model.read(Array(tokens[30...]), cache: cache, rows: .all, logits: &first)

        var again: [Float] = []
        try model.read(tiny.tokens(20), cache: cache, rows: .last, logits: &again)
        cache.truncate(to: 100)
        #expect(cache.count == 60)
        cache.truncate(to: 30)
        #expect(cache.count == 30)
        try model.read(Array(tokens[30...]), cache: cache, rows: .all, logits: &again)
        #expect(again == first)

        cache.truncate(to: -5)
        #expect(cache.count == 0)
    }

    @Test("texts in several caches do not disturb each other")
    func separateCaches() throws {
        let model = try load(.fast)
        let (a, b) = (tiny.tokens(12), Array(tiny.tokens(24).suffix(12)))
        func alone(_ tokens: [TokenID]) throws -> [Float] {
            var logits: [Float] = []
            let cache = try model.makeCache(capacity: 12)
            for token in tokens { try model.read([token], cache: cache, rows: .last, logits: &logits) }
            return logits
        }
        let expected = (try alone(a), try alone(b))
        let caches = (try model.makeCache(capacity: 12), try model.makeCache(capacity: 300))
        var logits: ([Float], [Float]) = ([], [])
        for (x, y) in zip(a, b) {
            try model.read([x], cache: caches.0, rows: .last, logits: &logits.0)
            try model.read([y], cache: caches.1, rows: .last, logits: &logits.1)
        }
        #expect(logits.0 == expected.0)
        #expect(logits.1 == expected.1)
    }

    @Test("callers on several threads take turns")
    func concurrentCallers() async throws {
        let model = try load(.fast)
        let tokens = tiny.tokens(20)
        let read = { @Sendable () throws -> [Float] in
            let cache = try model.makeCache(capacity: 20)
            var logits: [Float] = []
            for token in tokens { try model.read([token], cache: cache, rows: .last, logits: &logits) }
            return logits
        }
        let expected = try read()
        try await withThrowingTaskGroup(of: [Float].self) { group in
            for _ in 0..<4 { group.addTask { try read() } }
            for try await logits in group { #expect(logits == expected) }
        }
    }
}
