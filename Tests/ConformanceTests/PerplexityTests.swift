import TesseraCore
import TesseraDecoding
import TesseraEngine
import TesseraFiles
import TesseraTestSupport
import TesseraTokenizers
import Testing

/// What 8-bit activations and float16 keys and values cost the model, on a fixed text of 20,000 tokens.
@Suite("the fast precision predicts as well as float32", .serialized)
struct PerplexityTests {
    /// The largest relative difference of the perplexities.
    static let tolerance = 0.01

    static let tokenCount = 20_000

    @Test("perplexity of 20,000 tokens within 1 %")
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

        var perplexities: [EngineOptions.Precision: Double] = [:]
        for precision in EngineOptions.Precision.allCases {
            let model = try LlamaModel.load(.gguf(path: path), options: EngineOptions(precision: precision))
            let result = try evaluate(
                excerpt, model: model, tokenizer: tokenizer,
                options: EvaluationOptions(window: 512, stride: 511)
            )
            #expect(abs(result.tokenCount - Self.tokenCount) <= 1)
            perplexities[precision] = result.perplexity
            print("\(precision): perplexity \(result.perplexity), \(Int(result.tokensPerSecond)) tokens/s")
        }
        let fast = try #require(perplexities[.fast])
        let float32 = try #require(perplexities[.float32])
        #expect(float32 > 1 && float32 < 100, "the model reads the text as text")
        #expect(abs(fast / float32 - 1) <= Self.tolerance)
    }
}
