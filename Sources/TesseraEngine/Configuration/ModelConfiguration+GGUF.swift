public import TesseraCore
public import TesseraFiles

extension ModelConfiguration {
    /// Reads the configuration from the metadata of a GGUF file whose `general.architecture` is "llama".
    ///
    /// - Throws: `LocatedError` for another architecture, a missing or impossible value, and for what this
    ///   engine does not have: mixtures of experts and scaled rotary embeddings.
    public init(gguf file: GGUFFile) throws(LocatedError) {
        let metadata = file.metadata
        let architecture = try metadata.string("general.architecture")
        guard architecture == "llama" else {
            throw LocatedError(
                file: file.path, field: "general.architecture",
                problem: "\"\(architecture)\" is not supported",
                remedy: "use a model of the architecture llama"
            )
        }
        let experts = "llama.expert_count"
        if let count = try metadata.optionalInteger(experts), count != 0 {
            throw LocatedError(
                file: file.path, field: experts,
                problem: "is \(count); mixtures of experts are not supported",
                remedy: "use a dense Llama model"
            )
        }
        try Self.refuseScaledRope(file)

        let names = FieldNames.gguf
        guard let embedding = file.tensor("token_embd.weight"), let rows = embedding.shape.first else {
            throw LocatedError(
                file: file.path, field: "token_embd.weight", problem: "the tensor is missing",
                remedy: "the file is incomplete; fetch or convert it again"
            )
        }
        let hiddenSize = try metadata.integer(names.hiddenSize)
        let headCount = try metadata.integer(names.headCount)
        let keyLength = try metadata.optionalInteger(names.headSize)
        let headSize = keyLength ?? (headCount > 0 ? hiddenSize / headCount : 0)
        if keyLength == nil, headCount > 0, headSize * headCount != hiddenSize {
            throw LocatedError(
                file: file.path, field: names.headCount,
                problem: "\(headCount) heads do not divide the hidden size \(hiddenSize)",
                remedy: "the file is damaged; fetch or convert it again"
            )
        }
        try self.init(
            architecture: architecture,
            vocabularySize: try metadata.optionalInteger(names.vocabularySize) ?? rows,
            hiddenSize: hiddenSize,
            layerCount: try metadata.integer(names.layerCount),
            headCount: headCount,
            keyValueHeadCount: try metadata.optionalInteger(names.keyValueHeadCount) ?? headCount,
            headSize: headSize,
            feedForwardSize: try metadata.integer(names.feedForwardSize),
            epsilon: try metadata.double(names.epsilon),
            ropeBase: try metadata.optionalDouble(names.ropeBase) ?? 10_000,
            contextLength: try metadata.integer(names.contextLength),
            interleavedRope: true,
            tiedEmbeddings: file.tensor("output.weight") == nil,
            file: file.path, names: names
        )
        try expect(headSize, "llama.attention.value_length", in: file)
        try expect(headSize, "llama.rope.dimension_count", in: file)
    }

    /// Fails when an optional size is there and is not the head size.
    private func expect(_ size: Int, _ field: String, in file: GGUFFile) throws(LocatedError) {
        if let value = try file.metadata.optionalInteger(field), value != size {
            throw LocatedError(
                file: file.path, field: field, problem: "is \(value) where a head has \(size) floats",
                remedy: "use a model that rotates whole heads"
            )
        }
    }

    private static func refuseScaledRope(_ file: GGUFFile) throws(LocatedError) {
        let field = "llama.rope.scaling.type"
        let scaling = try file.metadata.optionalString(field)
        if let scaling, scaling != "none" {
            throw LocatedError(
                file: file.path, field: field, problem: "\"\(scaling)\" is not supported",
                remedy: "use a model without scaled rotary embeddings"
            )
        }
        // Files without a type scale linearly when they have a factor; 0 and 1 leave the positions as they are.
        for field in ["llama.rope.scaling.factor", "llama.rope.scale_linear"] where scaling == nil {
            if let factor = try file.metadata.optionalDouble(field), factor != 0, factor != 1 {
                throw LocatedError(
                    file: file.path, field: field, problem: "positions scaled by \(factor) are not supported",
                    remedy: "use a model without scaled rotary embeddings"
                )
            }
        }
        if file.tensor("rope_freqs.weight") != nil {
            throw LocatedError(
                file: file.path, field: "rope_freqs.weight",
                problem: "scaled rotary frequencies are not supported",
                remedy: "use a model without scaled rotary embeddings"
            )
        }
    }
}

extension ModelConfiguration.FieldNames {
    fileprivate static let gguf = Self(
        vocabularySize: "llama.vocab_size",
        hiddenSize: "llama.embedding_length",
        layerCount: "llama.block_count",
        headCount: "llama.attention.head_count",
        keyValueHeadCount: "llama.attention.head_count_kv",
        headSize: "llama.attention.key_length",
        feedForwardSize: "llama.feed_forward_length",
        epsilon: "llama.attention.layer_norm_rms_epsilon",
        ropeBase: "llama.rope.freq_base",
        contextLength: "llama.context_length"
    )
}
