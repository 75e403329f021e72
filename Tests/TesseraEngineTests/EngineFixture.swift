import TesseraCore
import TesseraEngine
import TesseraFiles
import TesseraTestSupport
import Testing

/// A tiny model on disk, loaded in several ways.
struct EngineFixture {
    let tiny: TinyModel
    private let folder: TemporaryFolder

    init(
        _ tiny: TinyModel = TinyModel(
            heads: 3, keyValueHeads: 1, headSize: 32, hidden: 96, feedForward: 160, format: .q4_1, seed: 7)
    ) throws {
        self.tiny = tiny
        folder = try TemporaryFolder()
        try tiny.gguf().write(to: folder.path("model.gguf"))
    }

    func load(_ kind: EngineKind, threads: Int = 2, cacheByteLimit: Int? = nil) throws -> DecoderModel {
        try DecoderModel.load(
            .gguf(path: folder.path("model.gguf")),
            options: EngineOptions(
                threads: threads, precision: kind.precision, cacheFormat: kind.cacheFormat,
                cacheByteLimit: cacheByteLimit)
        )
    }
}

/// A precision with a format of the cache, as a test argument.
enum EngineKind: CaseIterable {
    case fast
    case eightBits
    case exact

    var precision: EngineOptions.Precision { self == .exact ? .float32 : .fast }
    var cacheFormat: EngineOptions.CacheFormat? { self == .eightBits ? .q8 : nil }
}

extension DecoderModel {
    /// The row of logits after every token, read one by one into a cache of their own: what every other way of reading
    /// must give.
    func rowsOneByOne(_ tokens: [TokenID]) throws -> [[Float]] {
        let cache = try makeCache(capacity: max(1, tokens.count))
        var logits: [Float] = []
        return try tokens.map { token in
            try read([token], cache: cache, rows: .last, logits: &logits)
            return logits
        }
    }

    /// The rows of logits of a batch, item by item.
    func rows(of items: [BatchItem<KeyValueCache>]) throws -> [[[Float]]] {
        var logits: [Float] = []
        try read(items, logits: &logits)
        var rest = logits[...]
        let rows = items.map { item in
            let count =
                switch item.rows {
                case .none: 0
                case .last: 1
                case .all: item.tokens.count
                }
            return (0..<count).map { _ in
                defer { rest = rest.dropFirst(vocabularySize) }
                return Array(rest.prefix(vocabularySize))
            }
        }
        #expect(rest.isEmpty)
        return rows
    }

    /// A cache that holds `tokens`.
    func cache(holding tokens: [TokenID], capacity: Int) throws -> KeyValueCache {
        let cache = try makeCache(capacity: capacity)
        var logits: [Float] = []
        if !tokens.isEmpty { try read(tokens, cache: cache, rows: .none, logits: &logits) }
        return cache
    }
}
