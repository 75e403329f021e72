internal import TesseraCore
internal import TesseraFiles

/// GPT-2.
///
/// Radford et al., "Language models are unsupervised multitask learners" (2019), section 2.3:
///
///     x = E[tokens] + P[positions]
///     h = norm(x),  [q; k; v] = Wqkv h + b                          norm: mean 0, variance 1
///     x = x + Wo softmax(q k^T / sqrt(headSize)) v + b
///     h = norm(x)
///     x = x + Wdown gelu(Wup h + b) + b
///     logits = E norm(x)
///
/// Folders have every matrix transposed; it is turned once at load, in memory of its own. GGUF files need no copy.
enum GPT2: Architecture {
    static let folderNames = TensorNames(
        model: [
            .embedding: "transformer.wte", .positions: "transformer.wpe", .outputNorm: "transformer.ln_f",
            .outputHead: "lm_head",
        ],
        layer: [
            .attentionNorm: "ln_1", .queryKeyValue: "attn.c_attn", .attentionOutput: "attn.c_proj",
            .feedForwardNorm: "ln_2", .up: "mlp.c_fc", .down: "mlp.c_proj",
        ],
        layerPrefix: "transformer.h.", optionalPrefix: "transformer."
    )

    static func configuration(folder fields: JSONField) throws(LocatedError) -> ModelConfiguration {
        let names = ModelConfiguration.FieldNames(
            vocabularySize: "vocab_size", hiddenSize: "n_embd", layerCount: "n_layer", headCount: "n_head",
            keyValueHeadCount: "n_head", headSize: "n_embd", feedForwardSize: "n_inner",
            epsilon: "layer_norm_epsilon", contextLength: "n_positions")
        for (name, usual) in [
            ("scale_attn_weights", true), ("scale_attn_by_inverse_layer_idx", false),
            ("add_cross_attention", false),
        ] where try fields[name].optionalBool() ?? usual != usual {
            throw fields[name].error("is not supported", remedy: "use a model with attention as GPT-2 has it")
        }
        let hiddenSize = try fields["n_embd"].integer()
        let headCount = try fields["n_head"].integer()
        guard headCount > 0, hiddenSize > 0, hiddenSize.isMultiple(of: headCount) else {
            throw fields["n_head"].error("\(headCount) heads do not divide the hidden size \(hiddenSize)")
        }
        let layerCount = try ModelConfiguration.checkedLayers(
            try fields["n_layer"].integer(), file: fields.file ?? "", field: "n_layer")
        let (fourfold, overflow) = hiddenSize.multipliedReportingOverflow(by: 4)
        let c = ModelConfiguration(
            architecture: .gpt2, vocabularySize: try fields["vocab_size"].integer(), hiddenSize: hiddenSize,
            headCount: headCount, keyValueHeadCount: headCount, headSize: hiddenSize / headCount,
            feedForwardSize: try fields["n_inner"].optionalInteger() ?? (overflow ? 0 : fourfold),
            epsilon: try fields["layer_norm_epsilon"].optionalDouble() ?? 1e-5,
            contextLength: try fields["n_positions"].optionalInteger() ?? 1024,
            tiedEmbeddings: try fields["tie_word_embeddings"].optionalBool() ?? true,
            layers: Array(repeating: LayerPlan(window: nil, rotary: nil), count: layerCount),
            attentionScale: 1 / (Double(hiddenSize) / Double(headCount)).squareRoot(),
            activation: try ModelConfiguration.Activation(fields["activation_function"]) ?? .geluTanh,
            biases: [.queryKeyValue, .attentionOutput, .feedForward]
        )
        try c.check(file: fields.file ?? "", names: names)
        return c
    }

    static func configuration(gguf fields: GGUFFields) throws(LocatedError) -> ModelConfiguration {
        var c = try ModelConfiguration(.gpt2, gguf: fields, epsilon: "attention.layer_norm_epsilon")
        for index in c.layers.indices { c.layers[index].rotary = nil }
        c.activation = .geluTanh
        c.biases = [.queryKeyValue, .attentionOutput, .feedForward]
        return c
    }

    static func tensors(_ c: ModelConfiguration) -> [TensorSpecification] {
        var tensors: [TensorSpecification] = [
            .matrix(.embedding, c.vocabularySize, c.hiddenSize),
            .matrix(.positions, c.contextLength, c.hiddenSize),
            .vector(.outputNorm, c.hiddenSize), .bias(.outputNorm, c.hiddenSize),
        ]
        if !c.tiedEmbeddings { tensors.append(.matrix(.outputHead, c.vocabularySize, c.hiddenSize)) }
        return tensors
    }

    static func layerTensors(_ c: ModelConfiguration) -> [TensorSpecification] {
        let (hidden, inner) = (c.hiddenSize, c.feedForwardSize)
        return [
            .vector(.attentionNorm, hidden), .bias(.attentionNorm, hidden),
            .matrix(.queryKeyValue, 3 * hidden, hidden, folder: .transposed),
            .bias(.queryKeyValue, 3 * hidden),
            .matrix(.attentionOutput, hidden, hidden, folder: .transposed), .bias(.attentionOutput, hidden),
            .vector(.feedForwardNorm, hidden), .bias(.feedForwardNorm, hidden),
            .matrix(.up, inner, hidden, folder: .transposed), .bias(.up, inner),
            .matrix(.down, hidden, inner, folder: .transposed), .bias(.down, hidden),
        ]
    }

    static func layer(
        _ t: LayerTensors, _ plan: LayerPlan, _ c: ModelConfiguration
    ) throws(LocatedError) -> DecoderLayer {
        let (query, key, value) = try t.queryKeyValue(c)
        return DecoderLayer(
            attention: AttentionWeights(
                norm: try t.norm(.attentionNorm, .layer, c), query: query, key: key, value: value,
                output: try t.projection(.attentionOutput), plan: plan
            ),
            feedForward: FeedForwardWeights(
                norm: try t.norm(.feedForwardNorm, .layer, c), up: try t.projection(.up),
                down: try t.projection(.down), activation: c.activation
            )
        )
    }
}
