public import TesseraCore
public import TesseraFiles

extension LlamaConfiguration {
    /// Reads `config.json`; absent fields have the defaults of transformers' `LlamaConfig`.
    ///
    /// - Throws: `LocatedError` for a field that is missing, of another type or impossible, and for what `LlamaNetwork`
    ///   does not have.
    public init(_ fields: JSONField) throws(LocatedError) {
        let headCount = try fields["num_attention_heads"].integer()
        let hiddenSize = try fields["hidden_size"].integer()
        try fields["hidden_act"].expect("silu", otherwise: "silu")
        for name in ["attention_bias", "mlp_bias"] where try fields[name].optionalBool() == true {
            throw fields[name].error("biases are not trained here", remedy: "use a model without them")
        }
        let parameters = fields["rope_parameters"]
        let scaling = parameters.isPresent ? parameters : fields["rope_scaling"]
        if scaling.isPresent {
            let type = scaling["rope_type"]
            try (type.isPresent ? type : scaling["type"]).expect("default", otherwise: "")
        }
        let base = parameters["rope_theta"].isPresent ? parameters["rope_theta"] : fields["rope_theta"]
        self.init(
            vocabularySize: try fields["vocab_size"].integer(), hiddenSize: hiddenSize,
            layerCount: try fields["num_hidden_layers"].integer(), headCount: headCount,
            keyValueHeadCount: try fields["num_key_value_heads"].optionalInteger(),
            headSize: try fields["head_dim"].optionalInteger(),
            feedForwardSize: try fields["intermediate_size"].integer(),
            contextLength: try fields["max_position_embeddings"].optionalInteger() ?? 2048,
            epsilon: try fields["rms_norm_eps"].optionalDouble() ?? 1e-6,
            rotaryBase: try base.optionalDouble() ?? 10_000,
            tiedEmbeddings: try fields["tie_word_embeddings"].optionalBool() ?? false)
        try check(file: fields.file)
    }

    /// What `config.json` says, in the spelling that every version of transformers reads.
    public var fields: JSONObject {
        [
            "architectures": ["LlamaForCausalLM"], "model_type": "llama",
            "vocab_size": .integer(vocabularySize), "hidden_size": .integer(hiddenSize),
            "intermediate_size": .integer(feedForwardSize), "num_hidden_layers": .integer(layerCount),
            "num_attention_heads": .integer(headCount),
            "num_key_value_heads": .integer(keyValueHeadCount), "head_dim": .integer(headSize),
            "max_position_embeddings": .integer(contextLength), "rms_norm_eps": .number(epsilon),
            "hidden_act": "silu", "attention_bias": false, "mlp_bias": false,
            "rope_theta": .number(rotaryBase), "rope_scaling": nil,
            "tie_word_embeddings": .bool(tiedEmbeddings),
        ]
    }
}

extension JSONField {
    /// Refuses another text than `text`; what is absent counts as `absent`.
    func expect(_ text: String, otherwise absent: String) throws(LocatedError) {
        let found = try optionalString() ?? absent
        guard found == text else {
            throw error("is \"\(found)\", and only \"\(text)\" is trained here", remedy: "use another model")
        }
    }
}
