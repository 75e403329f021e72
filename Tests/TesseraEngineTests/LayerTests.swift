import TesseraCore
import TesseraEngine
import TesseraFiles
import TesseraTestSupport
import Testing

/// What is seen of the layers is what the plain forward pass computes, and looking changes nothing.
@Suite("looking into layers", .serialized)
struct LayerTests {
    private let fixture: EngineFixture
    private let tiny = TinyModel(layers: 3, heads: 4, keyValueHeads: 2, seed: 11)

    init() throws { fixture = try EngineFixture(tiny) }

    /// The largest difference, as a share of the largest number expected.
    private func worst(_ found: [Float], _ expected: [Double]) -> Double {
        #expect(found.count == expected.count)
        let largest = expected.map(abs).max() ?? 0
        let difference = zip(found, expected).map { abs(Double($0) - $1) }.max() ?? 0
        return largest > 0 ? difference / largest : difference
    }

    @Test("states, early logits and attention weights agree", arguments: EngineKind.allCases, [1, 2, 3])
    func agreement(_ kind: EngineKind, _ threads: Int) throws {
        let model = try fixture.load(kind, threads: threads)
        let tokens = tiny.tokens(70)
        let reference = ReferenceLlama(tiny, interleavedRope: true)
        let layers = reference.layers(tokens)
        let tolerance = kind == .exact ? 2e-5 : 0.03
        // A weight moves by the factor exp(error of its score): keys that are off by up to 1/254 of the largest of
        // 32 numbers move the scores of this model, which reach 10, by a few hundredths.
        let weightTolerance = kind == .eightBits ? 0.06 : tolerance
        let all: Set = [0, 1, 2]
        let cases: [(held: Int, rows: Set<Int>?)] = [(0, nil), (66, nil), (69, nil), (60, [1, 4, 9])]
        for (held, rows) in cases {
            let cache = try model.cache(holding: Array(tokens[..<held]), capacity: 70)
            var logits: [Float] = []
            let seen = try model.read(
                [BatchItem(cache: cache, tokens: Array(tokens[held...]))],
                observing: LayerRequest(hiddenStates: all, logits: all, attention: all, rows: rows),
                logits: &logits)
            #expect(seen.rows == rows?.sorted() ?? Array(0..<70 - held))
            #expect(cache.count == 70)
            for (index, layer) in layers.enumerated() {
                let states = seen.rows.flatMap { layer.x[held + $0] }
                #expect(worst(seen.hiddenStates[index] ?? [], states) < tolerance)
                let early = seen.rows.flatMap { reference.logits(from: layer.x[held + $0]) }
                #expect(worst(seen.logits[index] ?? [], early) < tolerance)
                for (row, weights) in zip(seen.rows, seen.attention[index] ?? []) {
                    #expect(worst(weights, layer.attention[held + row]) < weightTolerance)
                }
                #expect(seen.attention[index]?.count == seen.rows.count)
            }
            // The early logits of the last layer are the logits.
            #expect(seen.logits[2]?.suffix(model.vocabularySize) == logits[...])
        }
    }

    @Test(
        "looking changes no bit of what is read, nor of what is read afterwards",
        arguments: EngineKind.allCases)
    func harmless(_ kind: EngineKind) throws {
        let model = try fixture.load(kind)
        let tokens = tiny.tokens(400)
        for wanted in [LogitRows.none, .last, .all] {
            let items = try [(0, 300), (10, 1), (64, 30)].map { held, count in
                BatchItem(
                    cache: try model.cache(holding: Array(tokens[..<held]), capacity: 400),
                    tokens: Array(tokens[held..<held + count]), rows: wanted)
            }
            let expected = try model.rows(of: items)
            for item in items { item.cache.truncate(to: item.cache.count - item.tokens.count) }
            var logits: [Float] = []
            let seen = try model.read(
                items, observing: LayerRequest(hiddenStates: [2], logits: [1, 2], attention: [0]),
                logits: &logits)
            #expect(logits == expected.flatMap { $0 }.flatMap { $0 })
            #expect(seen.hiddenStates[2]?.count == 331 * 64)
            #expect(seen.logits.keys.sorted() == [1, 2])
            if wanted == .all { #expect(seen.logits[2] == logits) }
            let next = items.map { BatchItem(cache: $0.cache, tokens: [3]) }
            let alone = try [300, 11, 94].map { count in
                Array(try model.rowsOneByOne(Array(tokens[..<count]) + [3]).suffix(1))
            }
            #expect(try model.rows(of: next) == alone)
        }
    }

    @Test("the rows of a draft tree attend to their branch", arguments: EngineKind.allCases)
    func tree(_ kind: EngineKind) throws {
        let model = try fixture.load(kind)
        let text = tiny.tokens(63)
        let cache = try model.cache(holding: text, capacity: 80)
        let item = BatchItem(cache: cache, tokens: [1, 2, 3, 4], parents: [-1, 0, 0, 2], rows: .none)
        var logits: [Float] = []
        let request = LayerRequest(hiddenStates: [2], attention: [0, 2], rows: [1, 3])
        let seen = try model.read([item], observing: request, logits: &logits)
        #expect(logits.isEmpty)
        for (index, line) in [text + [1, 2], text + [1, 3, 4]].enumerated() {
            let other = try model.makeCache(capacity: 80)
            let alone = try model.read(
                [BatchItem(cache: other, tokens: line)],
                observing: LayerRequest(hiddenStates: [2], attention: [0, 2], rows: [line.count - 1]),
                logits: &logits)
            for layer in [0, 2] {
                #expect(seen.attention[layer]?[index] == alone.attention[layer]?[0])
                #expect(seen.attention[layer]?[index].count == 4 * line.count)
            }
            let states = seen.hiddenStates[2] ?? []
            #expect(Array(states[index * 64..<(index + 1) * 64]) == alone.hiddenStates[2])
        }
    }

    @Test("layers and rows that are not there are refused")
    func refusals() throws {
        let model = try fixture.load(.fast)
        let cache = try model.makeCache(capacity: 10)
        let requests = [
            LayerRequest(hiddenStates: [3]), LayerRequest(logits: [-1]), LayerRequest(attention: [7]),
            LayerRequest(hiddenStates: [0], rows: [2]), LayerRequest(rows: [-1]),
        ]
        for request in requests {
            var logits: [Float] = []
            do {
                let items = [BatchItem(cache: cache, tokens: [1, 2])]
                _ = try model.read(items, observing: request, logits: &logits)
                Issue.record("read")
            } catch {
                #expect(error.reason == .request)
            }
            #expect(cache.count == 0)
        }
    }
}
