internal import TesseraCore
internal import TesseraFiles

/// Qwen 3 without mixtures of experts.
///
/// Yang et al., arXiv:2505.09388, section 2: Llama, with the query and the key of every head normed before they turn,
/// and heads whose size does not follow from the hidden size:
///
///     q = rope(norm(Wq h)),  k = rope(norm(Wk h)),  v = Wv h
enum Qwen3: Architecture {
    static func configuration(folder fields: JSONField) throws(LocatedError) -> ModelConfiguration {
        var c = try ModelConfiguration(
            decoder: .qwen3, folder: fields, keyValueHeadCount: 32, headSize: 128, contextLength: 32_768,
            tiedEmbeddings: false)
        c.rotary = [try RotaryEmbedding(folder: fields, headSize: c.headSize, contextLength: c.contextLength)]
        try c.readAttentionBiases(fields)
        try c.slideAsQwen(fields)
        return c
    }

    static func configuration(gguf fields: GGUFFields) throws(LocatedError) -> ModelConfiguration {
        var c = try ModelConfiguration(.qwen3, gguf: fields)
        c.rotary = [
            try RotaryEmbedding(
                gguf: fields, headSize: c.headSize, isInterleaved: false, contextLength: c.contextLength)
        ]
        c.findBiases(fields)
        try c.slide(fields)
        return c
    }

    static func layerTensors(_ c: ModelConfiguration) -> [TensorSpecification] {
        Llama.layerTensors(c, turnsNeighboursInGGUF: false)
            + [.vector(.queryNorm, c.headSize), .vector(.keyNorm, c.headSize)]
    }

    static func layer(
        _ t: LayerTensors, _ plan: LayerPlan, _ c: ModelConfiguration
    ) throws(LocatedError) -> DecoderLayer {
        DecoderLayer(
            attention: AttentionWeights(
                norm: try t.norm(.attentionNorm, .rootMeanSquare, c), query: try t.projection(.query),
                key: try t.projection(.key), value: try t.projection(.value),
                queryNorm: try t.norm(.queryNorm, .rootMeanSquare, c),
                keyNorm: try t.norm(.keyNorm, .rootMeanSquare, c), output: try t.projection(.attentionOutput),
                plan: plan
            ),
            feedForward: try Llama.layer(t, plan, c).feedForward
        )
    }
}
