internal import TesseraCore
internal import TesseraFiles

/// Phi-3 and Phi-4-mini.
///
/// Abdin et al., arXiv:2404.14219, section 2: Llama, with queries, keys and values in one matrix and gate and up in
/// another, heads that turn in part, and rotary embeddings stretched by LongRoPE:
///
///     [q; k; v] = Wqkv h,  [g; u] = Wgu h
enum Phi3: Architecture {
    static func configuration(folder fields: JSONField) throws(LocatedError) -> ModelConfiguration {
        var c = try ModelConfiguration(
            decoder: .phi3, folder: fields, epsilon: 1e-5, contextLength: 4096, tiedEmbeddings: false)
        c.rotary = [try RotaryEmbedding(folder: fields, headSize: c.headSize, contextLength: c.contextLength)]
        if let window = try ModelConfiguration.window(fields) {
            c.slide(Array(repeating: true, count: c.layerCount), window: window)
        }
        return c
    }

    static func configuration(gguf fields: GGUFFields) throws(LocatedError) -> ModelConfiguration {
        var c = try ModelConfiguration(.phi3, gguf: fields)
        c.rotary = [
            try RotaryEmbedding(
                gguf: fields, headSize: c.headSize, isInterleaved: false, contextLength: c.contextLength)
        ]
        try c.slide(fields)
        return c
    }

    static func layerTensors(_ c: ModelConfiguration) -> [TensorSpecification] {
        [
            .vector(.attentionNorm, c.hiddenSize),
            .matrix(.queryKeyValue, c.querySize + 2 * c.keyValueSize, c.hiddenSize),
            .matrix(.attentionOutput, c.hiddenSize, c.querySize),
            .vector(.feedForwardNorm, c.hiddenSize),
            .matrix(.gateUp, 2 * c.feedForwardSize, c.hiddenSize),
            .matrix(.down, c.hiddenSize, c.feedForwardSize),
        ]
    }

    static func layer(
        _ t: LayerTensors, _ plan: LayerPlan, _ c: ModelConfiguration
    ) throws(LocatedError) -> DecoderLayer {
        let (query, key, value) = try t.queryKeyValue(c)
        let gateUp = try t.projection(.gateUp)
        return DecoderLayer(
            attention: AttentionWeights(
                norm: try t.norm(.attentionNorm, .rootMeanSquare, c), query: query, key: key, value: value,
                output: try t.projection(.attentionOutput), plan: plan
            ),
            feedForward: FeedForwardWeights(
                norm: try t.norm(.feedForwardNorm, .rootMeanSquare, c),
                gate: gateUp.rows(0..<c.feedForwardSize),
                up: gateUp.rows(c.feedForwardSize..<2 * c.feedForwardSize), down: try t.projection(.down),
                activation: c.activation
            )
        )
    }
}

extension LayerTensors {
    /// The three parts of one matrix.
    func queryKeyValue(
        _ c: ModelConfiguration
    ) throws(LocatedError) -> (query: Projection, key: Projection, value: Projection) {
        let all = try projection(.queryKeyValue)
        let (keys, values) = (c.querySize, c.querySize + c.keyValueSize)
        return (all.rows(0..<keys), all.rows(keys..<values), all.rows(values..<values + c.keyValueSize))
    }
}
