import TesseraCore
import TesseraDecoding
import TesseraEngine
import TesseraFiles
import TesseraTestSupport
import TesseraTokenizers
import Testing

/// Texts with a bounded cache, on the default model.
@Suite("a cache with a budget", .serialized)
struct EvictionTests {
    private let model: DecoderModel
    private let tokenizer: PipelineTokenizer

    /// About 330 tokens.
    private let prompt: [TokenID]

    init() throws {
        let path = try DefaultModel.path()
        model = try DecoderModel.load(.gguf(path: path))
        tokenizer = try TokenizerLoader.load(path: path).tokenizer
        let names = ["Anna", "Bert", "Clara", "David", "Emil", "Fanny"]
        let lines = (0..<24).map {
            "\($0). \(names[$0 % 6]) keeps a list of things to buy, and reads it twice.\n"
        }
        prompt = tokenizer.encode("Notes:\n" + lines.joined() + "The list")
    }

    private func generated<Model: CausalModel>(_ model: Model) throws -> [TokenID] {
        var text = try ReadText(model: model, capacity: 600)
        return try generate(
            from: prompt, in: &text, tokenizer: tokenizer,
            options: GenerationOptions(maximumTokens: 40, ignoresEndOfText: true)
        ).tokens
    }

    @Test(
        "a policy that gives up nothing generates what plain decoding does",
        arguments: EvictionOptions.Method.allCases)
    func keepsAll(_ method: EvictionOptions.Method) throws {
        let expected = try generated(model)
        let budget = CacheBudget.tokens(prompt.count + 40)
        #expect(try generated(EvictionOptions(method, budget: budget).evicting(model)) == expected)
    }

    @Test(
        "half of the tokens are held, in half of the memory; each head has its own, the recent ones among them",
        arguments: [EvictionOptions.Method.window, .sinks, .h2o, .keyformer])
    func memory(_ method: EvictionOptions.Method) throws {
        let before = model.cacheUse.heldBytes
        let evicting = try EvictionOptions(method, budget: .tokens(128)).evicting(model)
        let cache = try evicting.makeCache(capacity: 600)
        var logits: [Float] = []
        try evicting.read(Array(prompt.prefix(256)), cache: cache, rows: .none, logits: &logits)
        #expect(cache.heldCount == 256)
        try evicting.read([prompt[256]], cache: cache, rows: .last, logits: &logits)
        for token in prompt[257..<300] {
            try evicting.read([token], cache: cache, rows: .last, logits: &logits)
            #expect(cache.heldCount == 128)
        }
        #expect(cache.count == 300)
        // Keys and values, 30 layers, 3 heads, tokens, 64 halves.
        #expect(cache.use.byteCount == 2 * 30 * 3 * 128 * 64 * 2)
        #expect(model.cacheUse.heldBytes - before == cache.use.byteCount)
        #expect(cache.use.promptByteCount == 2 * 30 * 3 * 320 * 64 * 2)
        var choices: Set<[Int]> = []
        for layer in 0..<30 {
            for head in 0..<3 {
                let held = cache.heldPositions(layer: layer, head: head)
                #expect(held.count == 128 && Set(held).isSuperset(of: 270..<300))
                if method == .sinks { #expect(held.prefix(4) == [0, 1, 2, 3]) }
                choices.insert(held)
            }
        }
        #expect(method == .h2o || method == .keyformer ? choices.count > 30 : choices.count == 1)
    }

    @Test("seeds choose, and the same seed chooses the same with any number of threads")
    func seeds() throws {
        func positions(_ seed: UInt64, threads: Int) throws -> [[Int]] {
            var options = EvictionOptions(.keyformer, budget: .percent(30))
            options.keyformer.seed = seed
            let model = try DecoderModel.load(
                .gguf(path: DefaultModel.path()), options: EngineOptions(threads: threads))
            let evicting = try options.evicting(model)
            let cache = try evicting.makeCache(capacity: 600)
            var logits: [Float] = []
            try evicting.read(Array(prompt.prefix(200)), cache: cache, rows: .last, logits: &logits)
            #expect(cache.heldCount == 60)
            return (0..<90).map { cache.heldPositions(layer: $0 / 3, head: $0 % 3) }
        }
        let first = try positions(1, threads: 1)
        #expect(try positions(1, threads: 2) == first)
        #expect(try positions(2, threads: 1) != first)
    }

    @Test("a text that goes on keeps what it holds; one that goes back is read again")
    func goingBack() throws {
        let evicting = try EvictionOptions(.h2o, budget: .tokens(64)).evicting(model)
        var text = try ReadText(model: evicting, capacity: 600)
        var (first, again): ([Float], [Float]) = ([], [])
        #expect(try text.read(Array(prompt.prefix(100)), logits: &first))
        #expect(try text.read(Array(prompt.prefix(150)), logits: &again))
        #expect(text.cache.heldCount == 64 && text.cache.count == 150)
        // Going back forgets everything, and reads as if for the first time.
        #expect(try text.read(Array(prompt.prefix(100)), logits: &again))
        #expect(text.cache.heldCount == 64 && text.tokens.count == 100)
        #expect(again == first)
        #expect(throws: LocatedError.self) { try text.cache.keep([0], from: 0) }
    }

    @Test("a copy goes on by itself, under another policy too")
    func copies() throws {
        let h2o = try EvictionOptions(.h2o, budget: .tokens(64)).evicting(model)
        let window = try EvictionOptions(.window, budget: .tokens(32)).evicting(model)
        let original = try h2o.makeCache(capacity: 300)
        var logits: [Float] = []
        try h2o.read(Array(prompt.prefix(120)), cache: original, rows: .none, logits: &logits)
        let copy = try window.makeCache(copying: original, capacity: 300)
        try window.read([prompt[120]], cache: copy, rows: .last, logits: &logits)
        #expect(copy.heldCount == 32 && original.heldCount == 120)
        #expect(copy.heldPositions(layer: 3, head: 1) == Array(89..<121))
        try h2o.read([prompt[120]], cache: original, rows: .last, logits: &logits)
        #expect(original.heldCount == 64)
    }

    @Test("a token that is none leaves everything as it was, and so does a budget that is none")
    func badInput() throws {
        expectLocatedError(field: "--cache-budget") {
            try EvictingModel(model, policy: SlidingWindow(), budget: .tokens(7))
        }
        let evicting = try EvictionOptions(.keyformer, budget: .tokens(64)).evicting(model)
        let cache = try evicting.makeCache(capacity: 150)
        var (logits, again): ([Float], [Float]) = ([], [])
        let start = Array(prompt.prefix(100))
        try evicting.read(start, cache: cache, rows: .last, logits: &logits)
        let held = (0..<90).map { cache.heldPositions(layer: $0 / 3, head: $0 % 3) }
        expectLocatedError { try evicting.read([.max], cache: cache, rows: .last, logits: &again) }
        expectLocatedError { try evicting.read([], cache: cache, rows: .last, logits: &again) }
        expectLocatedError {
            try evicting.read(Array(repeating: 1, count: 100), cache: cache, rows: .last, logits: &again)
        }
        #expect(cache.count == 100 && cache.heldCount == 64)
        #expect((0..<90).map { cache.heldPositions(layer: $0 / 3, head: $0 % 3) } == held)
        #expect(
            cache.heldPositions(layer: 30, head: 0).isEmpty && cache.heldPositions(layer: 0, head: -1).isEmpty
        )
    }

    @Test("a short prompt keeps at least the minimum, and a damaged policy is refused")
    func extremes() throws {
        let tiny = try EvictionOptions(.keyformer, budget: .percent(1)).evicting(model)
        let cache = try tiny.makeCache(capacity: 64)
        var logits: [Float] = []
        try tiny.read(Array(prompt.prefix(20)), cache: cache, rows: .last, logits: &logits)
        #expect(cache.heldCount == CacheBudget.minimum)

        struct Careless: CachePolicy {
            let places: [Int]
            func evicted(from entries: CacheEntries, keeping count: Int) -> [Int] { places }
        }
        for places in [[], [0], [0, 0, 1, 2], [0, 1, 2, 99], [-1, 0, 1, 2]] {
            let careless = try EvictingModel(model, policy: Careless(places: places), budget: .tokens(16))
            let cache = try careless.makeCache(capacity: 64)
            expectLocatedError(field: "cache policy") {
                try careless.read(Array(prompt.prefix(20)), cache: cache, rows: .last, logits: &logits)
            }
            #expect(cache.count == 0 && cache.heldCount == 0)
        }
    }
}
