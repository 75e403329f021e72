internal import TesseraCore
internal import TesseraFiles

extension ModelConfiguration {
    /// What `config.json` says of the model, in the spelling that every version of transformers reads.
    ///
    /// - Throws: `LocatedError` for what the class cannot say.
    func folderFields(
        dtype: TensorFormat, roles: (beginning: TokenID?, end: TokenID?), file: String
    ) throws(LocatedError) -> JSONObject {
        // A llama file with a window is a Mistral.
        let isMistral = architecture == .llama && layers.contains { $0.window != nil }
        let kind = isMistral ? ModelArchitecture.mistral : architecture
        var fields: JSONObject = [
            "architectures": [.string(kind.classes[0])], "model_type": .string(kind.modelType),
            "vocab_size": .integer(vocabularySize),
            "torch_dtype": .string(
                dtype == .float16 ? "float16" : dtype == .bfloat16 ? "bfloat16" : "float32"),
        ]
        if let id = roles.beginning { fields["bos_token_id"] = .integer(Int(id)) }
        if let id = roles.end { fields["eos_token_id"] = .integer(Int(id)) }
        switch kind {
        case .gpt2: addGPT2(to: &fields)
        case .bert: addBERT(to: &fields)
        default: try addDecoder(kind, to: &fields, file)
        }
        return fields
    }

    private func addGPT2(to fields: inout JSONObject) {
        fields["n_embd"] = .integer(hiddenSize)
        fields["n_layer"] = .integer(layerCount)
        fields["n_head"] = .integer(headCount)
        fields["n_inner"] = .integer(feedForwardSize)
        fields["n_positions"] = .integer(contextLength)
        fields["layer_norm_epsilon"] = .number(epsilon)
        fields["activation_function"] = .string(activation.folderName)
        fields["tie_word_embeddings"] = .bool(tiedEmbeddings)
    }

    private func addShape(to fields: inout JSONObject) {
        fields["hidden_size"] = .integer(hiddenSize)
        fields["intermediate_size"] = .integer(feedForwardSize)
        fields["num_hidden_layers"] = .integer(layerCount)
        fields["num_attention_heads"] = .integer(headCount)
        fields["max_position_embeddings"] = .integer(contextLength)
    }

    private func addBERT(to fields: inout JSONObject) {
        addShape(to: &fields)
        fields["type_vocab_size"] = .integer(tokenTypeCount)
        fields["layer_norm_eps"] = .number(epsilon)
        fields["hidden_act"] = .string(activation.folderName)
    }

    private func addDecoder(
        _ kind: ModelArchitecture, to fields: inout JSONObject, _ file: String
    ) throws(LocatedError) {
        addShape(to: &fields)
        fields["num_key_value_heads"] = .integer(keyValueHeadCount)
        fields["head_dim"] = .integer(headSize)
        fields["rms_norm_eps"] = .number(epsilon)
        fields[kind == .gemma3 ? "hidden_activation" : "hidden_act"] = .string(activation.folderName)
        fields["tie_word_embeddings"] = .bool(tiedEmbeddings)
        if kind != .qwen2 { fields["attention_bias"] = .bool(biases.contains(.attentionOutput)) }
        if kind == .llama || kind == .smollm3 { fields["mlp_bias"] = .bool(biases.contains(.feedForward)) }
        if biases.contains(.queryKeyValue) != biases.contains(.attentionOutput), kind != .qwen2 {
            throw LocatedError(
                file: file, field: "attention_bias",
                problem: "some products of attention have a bias and others not",
                remedy: "keep it as GGUF")
        }
        // The defaults of some classes are beyond small vocabularies.
        fields["pad_token_id"] = .null
        try addRotary(kind, to: &fields, file)
        addWindows(kind, to: &fields)
        if kind == .smollm3 {
            fields["no_rope_layers"] = .array(layers.map { .integer($0.rotary == nil ? 0 : 1) })
        }
        if kind == .gemma3 {
            // A whole number in every published model, and transformers takes no other.
            guard let scalar = Int(exactly: (1 / (attentionScale * attentionScale)).rounded()) else {
                throw LocatedError(
                    file: file, field: "attention.scale",
                    problem: "is \(attentionScale), which config.json cannot say",
                    remedy: "keep it as GGUF")
            }
            fields["query_pre_attn_scalar"] = .integer(scalar)
        }
    }

    private func addRotary(
        _ kind: ModelArchitecture, to fields: inout JSONObject, _ file: String
    ) throws(LocatedError) {
        guard let rotary = rotary.first else { return }
        fields["rope_theta"] = .number(rotary.base)
        if rotary.dimensions != headSize {
            fields["partial_rotary_factor"] = .number(Double(rotary.dimensions) / Double(headSize))
        }
        if self.rotary.count > 1 { fields["rope_local_base_freq"] = .number(self.rotary[1].base) }
        fields["rope_scaling"] = try rotary.folderScaling(contextLength: contextLength, file: file)
        if case .long(_, _, let context, _) = rotary.scaling {
            fields["original_max_position_embeddings"] = .integer(context)
        }
    }

    private func addWindows(_ kind: ModelArchitecture, to fields: inout JSONObject) {
        let window = layers.lazy.compactMap(\.window).first
        fields["sliding_window"] = window.map { .integer($0) } ?? .null
        switch kind {
        case .qwen2, .qwen3, .smollm3:
            fields["use_sliding_window"] = .bool(window != nil)
            fallthrough
        case .gemma3:
            fields["layer_types"] = .array(
                layers.map { .string($0.window == nil ? "full_attention" : "sliding_attention") })
        default: break
        }
    }
}

extension ModelConfiguration.Activation {
    /// What transformers calls it.
    fileprivate var folderName: String {
        switch self {
        case .silu: "silu"
        case .gelu: "gelu"
        case .geluTanh: "gelu_pytorch_tanh"
        case .relu: "relu"
        }
    }
}

extension RotaryEmbedding {
    /// The value of `rope_scaling`.
    fileprivate func folderScaling(contextLength: Int, file: String) throws(LocatedError) -> JSONValue {
        func numbers(_ values: [Double]) -> JSONValue { .array(values.map { .number($0) }) }
        switch scaling {
        case .none: return .null
        case .linear(let factor): return ["rope_type": "linear", "factor": .number(factor)]
        case .llama3(let factor, let low, let high, let context):
            return [
                "rope_type": "llama3", "factor": .number(factor), "low_freq_factor": .number(low),
                "high_freq_factor": .number(high), "original_max_position_embeddings": .integer(context),
            ]
        case .yarn(let factor, let context, let fast, let slow, let magnitude):
            return [
                "rope_type": "yarn", "factor": .number(factor),
                "original_max_position_embeddings": .integer(context),
                "beta_fast": .number(fast), "beta_slow": .number(slow),
                "attention_factor": .number(magnitude),
            ]
        case .long(let short, let long, let context, let magnitude):
            return [
                "rope_type": "longrope", "short_factor": numbers(short), "long_factor": numbers(long),
                "original_max_position_embeddings": .integer(context), "attention_factor": .number(magnitude),
            ]
        case .divided(let divisors):
            guard let found = llama3Scaling(divisors) else {
                throw LocatedError(
                    file: file, field: "rope_freqs.weight",
                    problem: "config.json cannot say how these divisors stretch the rotary embedding",
                    remedy: "keep it as GGUF")
            }
            var named = self
            named.scaling = found
            return try named.folderScaling(contextLength: contextLength, file: file)
        }
    }

    /// Llama 3's scaling that gives these divisors, of those that are in use; nil when none does.
    private func llama3Scaling(_ divisors: [Double]) -> Scaling? {
        guard let factor = divisors.max() else { return nil }
        var plain = self
        plain.scaling = .none
        let frequencies = plain.frequencies(isLong: false)
        for context in [8192, 4096, 2048, 16_384, 32_768] {
            let scaling = Scaling.llama3(
                factor: factor, lowFrequency: 1, highFrequency: 4, originalContext: context)
            var named = self
            named.scaling = scaling
            let found = zip(frequencies, named.frequencies(isLong: false)).map { $0 / $1 }
            if zip(found, divisors).allSatisfy({ abs($0 - $1) <= 1e-5 * $1 }) { return scaling }
        }
        return nil
    }
}
