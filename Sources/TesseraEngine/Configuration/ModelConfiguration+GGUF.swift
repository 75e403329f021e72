public import TesseraCore
public import TesseraFiles

extension ModelConfiguration {
    /// Reads the configuration from the metadata of a GGUF file whose `general.architecture` is "llama".
    ///
    /// - Throws: `LocatedError` for another architecture, a missing or impossible value, or scaled rotary
    ///   embeddings, which this engine does not have.
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
        if let scaling = try file.metadata.optionalString(field), scaling != "none" {
            throw LocatedError(
                file: file.path, field: field, problem: "\"\(scaling)\" is not supported",
                remedy: "use a model without scaled rotary embeddings"
            )
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
