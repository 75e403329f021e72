import TesseraCore
import TesseraDecoding
import TesseraEngine
import TesseraFiles
import TesseraTestSupport
import TesseraTokenizers
import Testing

/// What 8-bit activations and smaller keys and values cost the model, on a fixed text of 20,000 tokens.
@Suite("the fast precision predicts as well as float32", .serialized)
struct PerplexityTests {
    /// The largest relative difference of the perplexities.
    static let tolerance = 0.01

    /// The same for keys and values in 8 bits instead of float16.
    static let cacheTolerance = 0.005

    static let tokenCount = 20_000

    @Test("perplexity of 20,000 tokens within 1 %, and within 0.5 % with a cache in 8 bits")
    func perplexity() throws {
        let path = try DefaultModel.path()
        let tokenizer = try TokenizerLoader.load(path: path).tokenizer
        let text = try MappedFile(path: LogitsGolden.folder() + "/evaluation-text.txt")
        let ids = text.bytes.withMemoryRebound(to: UInt8.self) { bytes in
            var ids: [TokenID] = []
            tokenizer.encode(bytes, special: .asText, into: &ids)
            return ids
        }
        try #require(ids.count >= Self.tokenCount)
        let excerpt = tokenizer.bytes(of: ids.prefix(Self.tokenCount))

        func perplexity(_ options: EngineOptions) throws -> Double {
            let model = try DecoderModel.load(.gguf(path: path), options: options)
            let result = try evaluate(
                excerpt, model: model, tokenizer: tokenizer,
                options: EvaluationOptions(window: 512, stride: 511)
            )
            #expect(abs(result.tokenCount - Self.tokenCount) <= 1)
            let name = "\(options.precision), cache \(options.resolvedCacheFormat)"
            print("\(name): perplexity \(result.perplexity), \(Int(result.tokensPerSecond)) tokens/s")
            return result.perplexity
        }
        let fast = try perplexity(EngineOptions())
        let eightBits = try perplexity(EngineOptions(cacheFormat: .q8))
        let float32 = try perplexity(EngineOptions(precision: .float32))
        #expect(float32 > 1 && float32 < 100, "the model reads the text as text")
        #expect(abs(fast / float32 - 1) <= Self.tolerance)
        #expect(abs(eightBits / fast - 1) <= Self.cacheTolerance)
    }
}
