public import TesseraCore
public import TesseraFiles

extension ModelConfiguration {
    /// Reads the configuration from the metadata of a GGUF file.
    ///
    /// - Throws: `LocatedError` for an architecture that is not supported, a missing or impossible value, and for what
    ///   this engine does not have, such as mixtures of experts.
    public init(gguf file: GGUFFile) throws(LocatedError) {
        let architecture = try ModelArchitecture(gguf: file)
        let fields = GGUFFields(file: file, prefix: architecture.ggufName)
        if let count = try fields.optionalInteger("expert_count"), count != 0 {
            throw fields.error(
                "expert_count", "is \(count); mixtures of experts are not supported",
                remedy: "use a dense model")
        }
        self = try architecture.definition.configuration(gguf: fields)
    }

    /// Reads what models of all architectures have in common, and checks it.
    ///
    /// The rotary embeddings, windows and biases are left to the architecture.
    ///
    /// - Parameter epsilon: the key of what norms add.
    init(
        _ architecture: ModelArchitecture, gguf fields: GGUFFields,
        epsilon: String = "attention.layer_norm_rms_epsilon"
    ) throws(LocatedError) {
        let file = fields.file
        let names = FieldNames(fields, epsilon: epsilon)
        guard let embedding = file.tensor("token_embd.weight"), let rows = embedding.shape.first else {
            throw LocatedError(
                file: file.path, field: "token_embd.weight", problem: "the tensor is missing",
                remedy: "the file is incomplete; fetch or convert it again"
            )
        }
        let hiddenSize = try fields.integer("embedding_length")
        let headCount = try fields.integer("attention.head_count")
        let keyLength = try fields.optionalInteger("attention.key_length")
        let size = keyLength ?? (headCount > 0 ? hiddenSize / headCount : 0)
        if keyLength == nil, headCount > 0, size * headCount != hiddenSize {
            throw fields.error(
                "attention.head_count", "\(headCount) heads do not divide the hidden size \(hiddenSize)")
        }
        let layerCount = try Self.checkedLayers(
            try fields.integer("block_count"), file: file.path, field: names.layerCount)
        self.init(
            architecture: architecture,
            vocabularySize: try fields.optionalInteger("vocab_size") ?? rows,
            hiddenSize: hiddenSize,
            headCount: headCount,
            keyValueHeadCount: try fields.optionalInteger("attention.head_count_kv") ?? headCount,
            headSize: size,
            feedForwardSize: try fields.integer("feed_forward_length"),
            epsilon: try fields.double(epsilon),
            contextLength: try fields.integer("context_length"),
            tiedEmbeddings: file.tensor("output.weight") == nil,
            layers: Array(repeating: LayerPlan(window: nil, rotary: 0), count: layerCount),
            attentionScale: 1 / Double(max(1, size)).squareRoot()
        )
        try check(file: file.path, names: names)
        if let length = try fields.optionalInteger("attention.value_length"), length != size {
            throw fields.error("attention.value_length", "is \(length) where a head has \(size) floats")
        }
    }

    /// Gives layers the file's window.
    ///
    /// - Parameter period: every so many layers, the last of them sees everything, where the file does not say; nil
    ///   when all layers slide.
    mutating func slide(_ fields: GGUFFields, period: Int? = nil) throws(LocatedError) {
        guard let window = try fields.window() else { return }
        let key = "attention.sliding_window_pattern"
        switch fields.file.metadata[fields.name(key)] {
        case nil:
            slide(layers.indices.map { index in period.map { index % $0 < $0 - 1 } ?? true }, window: window)
        case .integer(let period):
            guard (1...Self.mostLayers).contains(period) else {
                throw fields.error(key, "is \(period), not a number of layers")
            }
            slide(layers.indices.map { $0 % period < period - 1 }, window: window)
        default:
            guard let slides = fields.file.metadata.flags(fields.name(key)), slides.count == layerCount else {
                throw fields.error(
                    key, "is neither a number of layers nor one truth value for each of \(layerCount)")
            }
            slide(slides, window: window)
        }
    }
}

extension GGUFMetadata {
    /// An array of truth values, or of numbers that are 0 for false.
    fileprivate func flags(_ key: String) -> [Bool]? {
        guard case .numbers(let numbers)? = self[key] else { return nil }
        return numbers.map { number in
            switch number {
            case .bool(let value): value
            case .integer(let value): value != 0
            default: false
            }
        }
    }
}

extension ModelConfiguration.FieldNames {
    /// The keys of a GGUF file.
    fileprivate init(_ fields: GGUFFields, epsilon: String) {
        self.init(
            vocabularySize: fields.name("vocab_size"),
            hiddenSize: fields.name("embedding_length"),
            layerCount: fields.name("block_count"),
            headCount: fields.name("attention.head_count"),
            keyValueHeadCount: fields.name("attention.head_count_kv"),
            headSize: fields.name("attention.key_length"),
            feedForwardSize: fields.name("feed_forward_length"),
            epsilon: fields.name(epsilon),
            contextLength: fields.name("context_length")
        )
    }
}
