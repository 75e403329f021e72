internal import TesseraCore
internal import TesseraFiles

/// Gemma 3, text only.
///
/// Gemma Team, arXiv:2503.19786, section 2:
///
///     x = sqrt(hidden) E[tokens]
///     h = norm(x),  q = rope(norm(Wq h)),  k = rope(norm(Wk h)),  v = Wv h      norm: root mean square
///     x = x + norm(Wo softmax(scale q k^T) v)
///     h = norm(x)
///     x = x + norm(Wdown (gelu(Wgate h) * (Wup h)))
///     logits = E norm(x)
///
/// Five layers see a window, the sixth everything; both kinds have a rotary embedding of their own. Folders store the
/// weights of norms less one; GGUF files store them whole.
enum Gemma3: Architecture {
    /// Of so many layers the last sees everything, where the file does not say.
    static let period = 6

    static let folderNames = TensorNames(
        model: TensorNames.llama.model,
        layer: TensorNames.llama.layer.merging(
            [
                .attentionOutputNorm: "post_attention_layernorm",
                .feedForwardNorm: "pre_feedforward_layernorm",
                .feedForwardOutputNorm: "post_feedforward_layernorm",
            ], uniquingKeysWith: { $1 }),
        layerPrefix: TensorNames.llama.layerPrefix
    )

    static func configuration(folder fields: JSONField) throws(LocatedError) -> ModelConfiguration {
        var c = try ModelConfiguration(
            decoder: .gemma3, folder: fields, keyValueHeadCount: 4, headSize: 256, contextLength: 131_072,
            tiedEmbeddings: true)
        for name in ["attn_logit_softcapping", "final_logit_softcapping"] where fields[name].isPresent {
            throw fields[name].error("is not supported", remedy: "use a Gemma 3 model")
        }
        if try fields["use_bidirectional_attention"].optionalBool() == true {
            throw fields["use_bidirectional_attention"].error(
                "is not supported", remedy: "use a model that continues texts")
        }
        let scale = fields["query_pre_attn_scalar"]
        let scalar = try scale.optionalDouble() ?? 256
        guard scalar.isFinite, scalar > 0 else { throw scale.error("is \(scalar), not a positive number") }
        c.attentionScale = 1 / scalar.squareRoot()
        try c.readAttentionBiases(fields)

        c.rotary = [try globalRotary(fields, c), try localRotary(fields, c)]
        let period =
            fields["sliding_window_pattern"].isPresent ? "sliding_window_pattern" : "_sliding_window_pattern"
        let every = try fields[period].optionalInteger() ?? Self.period
        guard every > 0 else { throw fields[period].error("is \(every), not a number of layers") }
        let slides = try c.slidingLayers(fields) ?? c.layers.indices.map { !($0 + 1).isMultiple(of: every) }
        guard let window = try ModelConfiguration.window(fields, absent: 4096) else { return c }
        c.slide(slides, window: window)
        c.turnLocally()
        return c
    }

    private static func globalRotary(
        _ fields: JSONField, _ c: ModelConfiguration
    ) throws(LocatedError) -> RotaryEmbedding {
        try RotaryEmbedding(
            folder: fields, kind: "full_attention", base: 1_000_000, headSize: c.headSize,
            contextLength: c.contextLength)
    }

    /// That of the layers with a window, which is never stretched in older files.
    private static func localRotary(
        _ fields: JSONField, _ c: ModelConfiguration
    ) throws(LocatedError) -> RotaryEmbedding {
        guard !fields["rope_parameters"].isPresent else {
            return try RotaryEmbedding(
                folder: fields, kind: "sliding_attention", headSize: c.headSize,
                contextLength: c.contextLength)
        }
        let field = fields["rope_local_base_freq"]
        let base = try field.optionalDouble() ?? 10_000
        guard base.isFinite, base > 0 else { throw field.error("is \(base), not a positive number") }
        return RotaryEmbedding(base: base, dimensions: c.headSize, isInterleaved: false)
    }

    static func configuration(gguf fields: GGUFFields) throws(LocatedError) -> ModelConfiguration {
        var c = try ModelConfiguration(.gemma3, gguf: fields)
        c.activation = .geluTanh
        let global = try RotaryEmbedding(
            gguf: fields, headSize: c.headSize, isInterleaved: false, contextLength: c.contextLength)
        let local = RotaryEmbedding(
            base: try fields.optionalPositive("rope.freq_base_swa") ?? 10_000, dimensions: global.dimensions,
            isInterleaved: false)
        c.rotary = [global, local]
        if let scale = try fields.optionalPositive("attention.scale") {
            c.attentionScale = scale
        } else if c.layerCount == 62 {
            // The one size, 27B, whose scale does not follow from the size of a head.
            c.attentionScale = 1 / (Double(c.hiddenSize) / Double(c.headCount)).squareRoot()
        }
        try c.slide(fields, period: period)
        c.turnLocally()
        return c
    }

    static func layerTensors(_ c: ModelConfiguration) -> [TensorSpecification] {
        func norm(_ role: TensorRole, _ count: Int) -> TensorSpecification {
            .vector(role, count, folder: .lessOne)
        }
        return Llama.layerTensors(c, turnsNeighboursInGGUF: false).filter { $0.isBias || $0.shape.count == 2 }
            + [
                norm(.attentionNorm, c.hiddenSize), norm(.queryNorm, c.headSize), norm(.keyNorm, c.headSize),
                norm(.attentionOutputNorm, c.hiddenSize), norm(.feedForwardNorm, c.hiddenSize),
                norm(.feedForwardOutputNorm, c.hiddenSize),
            ]
    }

    static func embeddingScale(_ c: ModelConfiguration) -> Float { Float(c.hiddenSize).squareRoot() }

    static func tensors(_ c: ModelConfiguration) -> [TensorSpecification] {
        var tensors: [TensorSpecification] = [
            .matrix(.embedding, c.vocabularySize, c.hiddenSize),
            .vector(.outputNorm, c.hiddenSize, folder: .lessOne),
        ]
        if !c.tiedEmbeddings { tensors.append(.matrix(.outputHead, c.vocabularySize, c.hiddenSize)) }
        return tensors
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
                outputNorm: try t.norm(.attentionOutputNorm, .rootMeanSquare, c), plan: plan
            ),
            feedForward: FeedForwardWeights(
                norm: try t.norm(.feedForwardNorm, .rootMeanSquare, c), gate: try t.projection(.gate),
                up: try t.projection(.up), down: try t.projection(.down), activation: c.activation,
                outputNorm: try t.norm(.feedForwardOutputNorm, .rootMeanSquare, c)
            )
        )
    }
}

extension ModelConfiguration {
    /// Gives the layers with a window the second rotary embedding.
    fileprivate mutating func turnLocally() {
        for index in layers.indices where layers[index].window != nil { layers[index].rotary = 1 }
    }
}
