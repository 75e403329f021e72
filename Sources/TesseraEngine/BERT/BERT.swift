internal import TesseraCore
internal import TesseraFiles

/// BERT, an encoder.
///
/// Devlin et al., arXiv:1810.04805, section 3, with the norms of Vaswani et al., arXiv:1706.03762, after the sums:
///
///     x = norm(E[tokens] + P[positions] + S[kinds of text])         norm: mean 0, variance 1
///     x = norm(x + Wo softmax(q k^T / sqrt(headSize)) v + b)         q, k, v: W x + b, every token sees every other
///     x = norm(x + Wdown gelu(Wup x + b) + b)
enum BERT: Architecture {
    static let folderNames = TensorNames(
        model: [
            .embedding: "bert.embeddings.word_embeddings", .positions: "bert.embeddings.position_embeddings",
            .tokenTypes: "bert.embeddings.token_type_embeddings", .embeddingNorm: "bert.embeddings.LayerNorm",
        ],
        layer: [
            .query: "attention.self.query", .key: "attention.self.key", .value: "attention.self.value",
            .attentionOutput: "attention.output.dense", .attentionNorm: "attention.output.LayerNorm",
            .up: "intermediate.dense", .down: "output.dense", .feedForwardNorm: "output.LayerNorm",
        ],
        layerPrefix: "bert.encoder.layer.", optionalPrefix: "bert."
    )

    static let ggufNames = TensorNames(
        model: TensorNames.gguf.model,
        layer: TensorNames.gguf.layer.merging(
            [.attentionNorm: "attn_output_norm", .feedForwardNorm: "layer_output_norm"],
            uniquingKeysWith: { $1 }),
        layerPrefix: TensorNames.gguf.layerPrefix, isGGUF: true
    )

    static func configuration(folder fields: JSONField) throws(LocatedError) -> ModelConfiguration {
        let kind = fields["position_embedding_type"]
        if let name = try kind.optionalString(), name != "absolute" {
            throw kind.error("\"\(name)\" is not supported", remedy: "use a model with absolute positions")
        }
        if try fields["is_decoder"].optionalBool() == true {
            throw fields["is_decoder"].error("is not supported", remedy: "use an encoder")
        }
        var names = ModelConfiguration.FieldNames.folder
        names.epsilon = "layer_norm_eps"
        let hiddenSize = try fields[names.hiddenSize].integer()
        let headCount = try fields[names.headCount].integer()
        guard headCount > 0, hiddenSize > 0, hiddenSize.isMultiple(of: headCount) else {
            throw fields[names.headCount].error(
                "\(headCount) heads do not divide the hidden size \(hiddenSize)")
        }
        let layerCount = try ModelConfiguration.checkedLayers(
            try fields[names.layerCount].integer(), file: fields.file ?? "", field: names.layerCount)
        let c = ModelConfiguration(
            architecture: .bert, vocabularySize: try fields[names.vocabularySize].integer(),
            hiddenSize: hiddenSize,
            headCount: headCount, keyValueHeadCount: headCount, headSize: hiddenSize / headCount,
            feedForwardSize: try fields[names.feedForwardSize].integer(),
            epsilon: try fields[names.epsilon].optionalDouble() ?? 1e-12,
            contextLength: try fields[names.contextLength].optionalInteger() ?? 512, tiedEmbeddings: true,
            layers: Array(repeating: LayerPlan(window: nil, rotary: nil), count: layerCount),
            attentionScale: 1 / (Double(hiddenSize) / Double(headCount)).squareRoot(),
            activation: try ModelConfiguration.Activation(fields["hidden_act"]) ?? .gelu,
            biases: [.queryKeyValue, .attentionOutput, .feedForward],
            tokenTypeCount: try fields["type_vocab_size"].optionalInteger() ?? 2
        )
        try c.check(file: fields.file ?? "", names: names)
        guard (1...ModelConfiguration.mostTokenTypes).contains(c.tokenTypeCount) else {
            throw fields["type_vocab_size"].error(
                "is \(c.tokenTypeCount), not in 1...\(ModelConfiguration.mostTokenTypes)")
        }
        return c
    }

    static func configuration(gguf fields: GGUFFields) throws(LocatedError) -> ModelConfiguration {
        var c = try ModelConfiguration(.bert, gguf: fields, epsilon: "attention.layer_norm_epsilon")
        for index in c.layers.indices { c.layers[index].rotary = nil }
        c.tiedEmbeddings = true
        c.activation = .gelu
        c.biases = [.queryKeyValue, .attentionOutput, .feedForward]
        guard let types = fields.file.tensor("token_types.weight"), let count = types.shape.first,
            (1...ModelConfiguration.mostTokenTypes).contains(count)
        else {
            throw fields.error(tensor: "token_types.weight", "the tensor is missing or has another shape")
        }
        c.tokenTypeCount = count
        return c
    }

    static func tensors(_ c: ModelConfiguration) -> [TensorSpecification] {
        [
            .matrix(.embedding, c.vocabularySize, c.hiddenSize),
            .matrix(.positions, c.contextLength, c.hiddenSize),
            .matrix(.tokenTypes, c.tokenTypeCount, c.hiddenSize), .vector(.embeddingNorm, c.hiddenSize),
            .bias(.embeddingNorm, c.hiddenSize),
        ]
    }

    static func layerTensors(_ c: ModelConfiguration) -> [TensorSpecification] {
        let (hidden, inner) = (c.hiddenSize, c.feedForwardSize)
        return [
            .matrix(.query, hidden, hidden), .bias(.query, hidden), .matrix(.key, hidden, hidden),
            .bias(.key, hidden),
            .matrix(.value, hidden, hidden), .bias(.value, hidden), .matrix(.attentionOutput, hidden, hidden),
            .bias(.attentionOutput, hidden), .vector(.attentionNorm, hidden), .bias(.attentionNorm, hidden),
            .matrix(.up, inner, hidden), .bias(.up, inner), .matrix(.down, hidden, inner),
            .bias(.down, hidden),
            .vector(.feedForwardNorm, hidden), .bias(.feedForwardNorm, hidden),
        ]
    }

    static func layer(
        _ t: LayerTensors, _ plan: LayerPlan, _ c: ModelConfiguration
    ) throws(LocatedError) -> DecoderLayer {
        DecoderLayer(
            attention: AttentionWeights(
                norm: try t.norm(.attentionNorm, .layer, c), query: try t.projection(.query),
                key: try t.projection(.key), value: try t.projection(.value),
                output: try t.projection(.attentionOutput), plan: plan
            ),
            feedForward: FeedForwardWeights(
                norm: try t.norm(.feedForwardNorm, .layer, c), up: try t.projection(.up),
                down: try t.projection(.down), activation: c.activation
            )
        )
    }
}
