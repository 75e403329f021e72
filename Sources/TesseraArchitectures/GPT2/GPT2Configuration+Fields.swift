public import TesseraCore
public import TesseraFiles

extension GPT2Configuration {
    /// Reads `config.json`; absent fields have the defaults of transformers' `GPT2Config`.
    ///
    /// - Throws: `LocatedError` for a field that is missing, of another type or impossible, and for what `GPT2Network`
    ///   does not have.
    public init(_ fields: JSONField) throws(LocatedError) {
        for (name, usual) in [
            ("scale_attn_weights", true), ("scale_attn_by_inverse_layer_idx", false),
            ("add_cross_attention", false),
        ] where try fields[name].optionalBool() ?? usual != usual {
            throw fields[name].error(
                "is not trained here", remedy: "use a model with attention as GPT-2 has it")
        }
        let name = fields["activation_function"]
        let named = try name.optionalString() ?? Activation.geluTanh.rawValue
        // Two words for the same function.
        guard let activation = Activation(rawValue: named == "gelu_pytorch_tanh" ? "gelu_new" : named) else {
            let known = Activation.allCases.map(\.rawValue).joined(separator: ", ")
            throw name.error("\"\(named)\" is not trained here", remedy: "use a model with one of: \(known)")
        }
        self.init(
            vocabularySize: try fields["vocab_size"].integer(),
            hiddenSize: try fields["n_embd"].integer(), layerCount: try fields["n_layer"].integer(),
            headCount: try fields["n_head"].integer(),
            feedForwardSize: try fields["n_inner"].optionalInteger(),
            contextLength: try fields["n_positions"].optionalInteger() ?? 1024,
            epsilon: try fields["layer_norm_epsilon"].optionalDouble() ?? 1e-5, activation: activation,
            tiedEmbeddings: try fields["tie_word_embeddings"].optionalBool() ?? true)
        try check(file: fields.file)
    }

    /// What `config.json` says; dropout, which is not trained with here, is 0.
    public var fields: JSONObject {
        [
            "architectures": ["GPT2LMHeadModel"], "model_type": "gpt2",
            "vocab_size": .integer(vocabularySize), "n_embd": .integer(hiddenSize),
            "n_layer": .integer(layerCount), "n_head": .integer(headCount),
            "n_inner": .integer(feedForwardSize), "n_positions": .integer(contextLength),
            "layer_norm_epsilon": .number(epsilon), "activation_function": .string(activation.rawValue),
            "attn_pdrop": 0.0, "embd_pdrop": 0.0, "resid_pdrop": 0.0,
            "tie_word_embeddings": .bool(tiedEmbeddings),
        ]
    }
}
