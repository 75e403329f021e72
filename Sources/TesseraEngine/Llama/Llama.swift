internal import TesseraCore
internal import TesseraFiles

/// Llama 1 to 3.
///
/// Touvron et al., arXiv:2302.13971, section 2.2, and for Llama 3 Grattafiori et al., arXiv:2407.21783, section 3.2:
///
///     h = norm(x)                                                  norm: root mean square
///     x = x + Wo softmax(rope(Wq h) rope(Wk h)^T / sqrt(headSize)) Wv h
///     h = norm(x)
///     x = x + Wdown (silu(Wgate h) * (Wup h))
///
/// Llama 3.1 and later stretch the rotary embedding. GGUF files have the rows of Wq and Wk in the order of rotary pairs
/// that are neighbours, and say the stretching with a tensor of divisors.
enum Llama: Architecture {
    static func configuration(folder fields: JSONField) throws(LocatedError) -> ModelConfiguration {
        var c = try ModelConfiguration(
            decoder: .llama, folder: fields, contextLength: 2048, tiedEmbeddings: false)
        c.rotary = [try RotaryEmbedding(folder: fields, headSize: c.headSize, contextLength: c.contextLength)]
        try c.readAttentionBiases(fields)
        if try fields["mlp_bias"].optionalBool() == true { c.biases.insert(.feedForward) }
        return c
    }

    static func configuration(gguf fields: GGUFFields) throws(LocatedError) -> ModelConfiguration {
        var c = try ModelConfiguration(.llama, gguf: fields)
        c.rotary = [
            try RotaryEmbedding(
                gguf: fields, headSize: c.headSize, isInterleaved: true, contextLength: c.contextLength)
        ]
        c.findBiases(fields)
        try c.slide(fields)
        return c
    }

    static func layerTensors(_ c: ModelConfiguration) -> [TensorSpecification] {
        layerTensors(c, turnsNeighboursInGGUF: true)
    }

    /// The tensors that Llama has and that others have too.
    static func layerTensors(_ c: ModelConfiguration, turnsNeighboursInGGUF: Bool) -> [TensorSpecification] {
        func rows(_ heads: Int) -> TensorSpecification.Storage {
            turnsNeighboursInGGUF ? .neighbours(heads: heads) : .plain
        }
        var tensors: [TensorSpecification] = [
            .vector(.attentionNorm, c.hiddenSize),
            .matrix(.query, c.querySize, c.hiddenSize, gguf: rows(c.headCount)),
            .matrix(.key, c.keyValueSize, c.hiddenSize, gguf: rows(c.keyValueHeadCount)),
            .matrix(.value, c.keyValueSize, c.hiddenSize),
            .matrix(.attentionOutput, c.hiddenSize, c.querySize),
            .vector(.feedForwardNorm, c.hiddenSize),
            .matrix(.gate, c.feedForwardSize, c.hiddenSize),
            .matrix(.up, c.feedForwardSize, c.hiddenSize),
            .matrix(.down, c.hiddenSize, c.feedForwardSize),
        ]
        if c.biases.contains(.queryKeyValue) {
            tensors += [
                .bias(.query, c.querySize, gguf: rows(c.headCount)),
                .bias(.key, c.keyValueSize, gguf: rows(c.keyValueHeadCount)), .bias(.value, c.keyValueSize),
            ]
        }
        if c.biases.contains(.attentionOutput) { tensors.append(.bias(.attentionOutput, c.hiddenSize)) }
        if c.biases.contains(.feedForward) {
            tensors += [
                .bias(.gate, c.feedForwardSize), .bias(.up, c.feedForwardSize), .bias(.down, c.hiddenSize),
            ]
        }
        return tensors
    }

    static func layer(
        _ t: LayerTensors, _ plan: LayerPlan, _ c: ModelConfiguration
    ) throws(LocatedError) -> DecoderLayer {
        DecoderLayer(
            attention: AttentionWeights(
                norm: try t.norm(.attentionNorm, .rootMeanSquare, c), query: try t.projection(.query),
                key: try t.projection(.key), value: try t.projection(.value),
                output: try t.projection(.attentionOutput), plan: plan
            ),
            feedForward: FeedForwardWeights(
                norm: try t.norm(.feedForwardNorm, .rootMeanSquare, c), gate: try t.projection(.gate),
                up: try t.projection(.up), down: try t.projection(.down), activation: c.activation
            )
        )
    }
}

extension ModelConfiguration {
    /// Gives attention biases where `attention_bias` says so.
    mutating func readAttentionBiases(_ fields: JSONField) throws(LocatedError) {
        guard try fields["attention_bias"].optionalBool() == true else { return }
        biases.formUnion([.queryKeyValue, .attentionOutput])
    }

    /// Takes biases from the tensors of the first layer, since GGUF files do not say.
    mutating func findBiases(_ fields: GGUFFields) {
        let tensors: [(String, Biases)] = [
            ("attn_q", .queryKeyValue), ("attn_output", .attentionOutput), ("ffn_up", .feedForward),
        ]
        for (name, bias) in tensors where fields.file.tensor("blk.0.\(name).bias") != nil {
            biases.insert(bias)
        }
    }
}
