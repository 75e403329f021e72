public import TesseraCore
internal import TesseraFiles

extension ModelConfiguration {
    /// Reads the configuration from `config.json` in a Hugging Face folder of the class `LlamaForCausalLM`.
    ///
    /// Absent fields have the defaults of that class. Rotary embeddings may be described by `rope_theta` or, as
    /// newer files do, by `rope_parameters`.
    ///
    /// - Throws: `LocatedError` for another architecture, a field that is missing or of another type, and for what
    ///   this engine does not have: scaled rotary embeddings, biases, activations other than SiLU.
    public init(folder path: String) throws(LocatedError) {
        let configPath = path.hasSuffix("/") ? path + "config.json" : path + "/config.json"
        let fields = try JSONField(contentsOf: configPath)
        try Self.checkArchitecture(fields)
        for name in ["attention_bias", "mlp_bias"] where try fields[name].optionalBool() == true {
            throw fields[name].error("biases are not supported", remedy: "use a Llama model without biases")
        }
        let activation = fields["hidden_act"]
        if let name = try activation.optionalString(), name != "silu" {
            throw activation.error("\"\(name)\" is not supported", remedy: "use a Llama model with silu")
        }

        let hiddenSize = try fields["hidden_size"].integer()
        let headCount = try fields["num_attention_heads"].integer()
        let headSize = try fields["head_dim"].optionalInteger()
        if headSize == nil, headCount > 0, !hiddenSize.isMultiple(of: headCount) {
            throw fields["num_attention_heads"].error(
                "\(headCount) heads do not divide the hidden size \(hiddenSize)"
            )
        }
        try self.init(
            architecture: "llama",
            vocabularySize: try fields["vocab_size"].integer(),
            hiddenSize: hiddenSize,
            layerCount: try fields["num_hidden_layers"].integer(),
            headCount: headCount,
            keyValueHeadCount: try fields["num_key_value_heads"].optionalInteger() ?? headCount,
            headSize: headSize ?? (headCount > 0 ? hiddenSize / headCount : 0),
            feedForwardSize: try fields["intermediate_size"].integer(),
            epsilon: try fields["rms_norm_eps"].optionalDouble() ?? 1e-6,
            ropeBase: try Self.ropeBase(fields),
            contextLength: try fields["max_position_embeddings"].optionalInteger() ?? 2048,
            interleavedRope: false,
            tiedEmbeddings: try fields["tie_word_embeddings"].optionalBool() ?? false,
            file: configPath, names: .huggingFace
        )
    }

    private static func checkArchitecture(_ fields: JSONField) throws(LocatedError) {
        let expected = "LlamaForCausalLM"
        let architectures = fields["architectures"]
        if architectures.isPresent {
            let name = try architectures[0].string()
            guard name == expected else {
                throw architectures.error(
                    "\"\(name)\" is not supported", remedy: "use a model of the class \(expected)")
            }
        } else {
            let kind = try fields["model_type"].string()
            guard kind == "llama" else {
                throw fields["model_type"].error(
                    "\"\(kind)\" is not supported", remedy: "use a model of the type llama")
            }
        }
    }

    private static func ropeBase(_ fields: JSONField) throws(LocatedError) -> Double {
        for scaling in [fields["rope_scaling"], fields["rope_parameters"]] where scaling.isPresent {
            _ = try scaling.object()
            let kind = scaling[scaling["rope_type"].isPresent ? "rope_type" : "type"]
            let remedy = "use a model without scaled rotary embeddings"
            if let name = try kind.optionalString() {
                guard name == "default" else {
                    throw kind.error("\"\(name)\" is not supported", remedy: remedy)
                }
            } else if scaling["factor"].isPresent {
                throw scaling["factor"].error("does not come with a type of scaling", remedy: remedy)
            }
            if let base = try scaling["rope_theta"].optionalDouble() { return base }
        }
        return try fields["rope_theta"].optionalDouble() ?? 10_000
    }
}

extension ModelConfiguration.FieldNames {
    fileprivate static let huggingFace = Self(
        vocabularySize: "vocab_size",
        hiddenSize: "hidden_size",
        layerCount: "num_hidden_layers",
        headCount: "num_attention_heads",
        keyValueHeadCount: "num_key_value_heads",
        headSize: "head_dim",
        feedForwardSize: "intermediate_size",
        epsilon: "rms_norm_eps",
        ropeBase: "rope_theta",
        contextLength: "max_position_embeddings"
    )
}
