public import TesseraCore
internal import TesseraFiles

extension ModelConfiguration {
    /// Reads the configuration from `config.json` in a Hugging Face folder.
    ///
    /// Absent fields have the defaults of the class that the file names.
    ///
    /// - Throws: `LocatedError` for an architecture that is not supported, a field that is missing, of another type or
    ///   impossible, and for what this engine does not have.
    public init(folder path: String) throws(LocatedError) {
        let fields = try JSONField(
            contentsOf: path.hasSuffix("/") ? path + "config.json" : path + "/config.json")
        let architecture = try ModelArchitecture(folder: fields)
        self = try architecture.definition.configuration(folder: fields)
    }

    /// Reads what decoders with rotary embeddings and gated feed-forward blocks have in common, and checks it.
    ///
    /// The rotary embeddings, windows and biases are left to the architecture.
    ///
    /// - Parameters:
    ///   - keyValueHeadCount: the number of key/value heads where the file has none; nil for as many as query heads.
    ///   - headSize: the size of a head where the file has none; nil to divide the hidden size.
    init(
        decoder architecture: ModelArchitecture, folder fields: JSONField, keyValueHeadCount: Int? = nil,
        headSize: Int? = nil, epsilon: Double = 1e-6, contextLength: Int, tiedEmbeddings: Bool
    ) throws(LocatedError) {
        let names = FieldNames.folder
        let hiddenSize = try fields[names.hiddenSize].integer()
        let headCount = try fields[names.headCount].integer()
        let stated = try fields[names.headSize].optionalInteger() ?? headSize
        if stated == nil, headCount > 0, !hiddenSize.isMultiple(of: headCount) {
            throw fields[names.headCount].error(
                "\(headCount) heads do not divide the hidden size \(hiddenSize)")
        }
        let layerCount = try Self.checkedLayers(
            try fields[names.layerCount].integer(), file: fields.file ?? "", field: names.layerCount)
        let sharing = fields[names.keyValueHeadCount]
        let size = stated ?? (headCount > 0 ? hiddenSize / headCount : 0)
        self.init(
            architecture: architecture,
            vocabularySize: try fields[names.vocabularySize].integer(),
            hiddenSize: hiddenSize,
            headCount: headCount,
            // A null stands for as many as query heads in every class.
            keyValueHeadCount: try sharing.optionalInteger()
                ?? (sharing.value == nil ? keyValueHeadCount : nil) ?? headCount,
            headSize: size,
            feedForwardSize: try fields[names.feedForwardSize].integer(),
            epsilon: try fields[names.epsilon].optionalDouble() ?? epsilon,
            contextLength: try fields[names.contextLength].optionalInteger() ?? contextLength,
            tiedEmbeddings: try fields["tie_word_embeddings"].optionalBool() ?? tiedEmbeddings,
            layers: Array(repeating: LayerPlan(window: nil, rotary: 0), count: layerCount),
            attentionScale: 1 / Double(max(1, size)).squareRoot(),
            activation: try Activation(fields[architecture == .gemma3 ? "hidden_activation" : "hidden_act"])
                ?? (architecture == .gemma3 ? .geluTanh : .silu)
        )
        try check(file: fields.file ?? "", names: names)
    }

    /// The window in `sliding_window`; nil when null.
    static func window(_ fields: JSONField, absent: Int? = nil) throws(LocatedError) -> Int? {
        let field = fields["sliding_window"]
        guard field.value != nil else { return absent }
        guard let window = try field.optionalInteger() else { return nil }
        guard (1...mostPositions).contains(window) else {
            throw field.error("is \(window), not a number of tokens")
        }
        return window
    }

    /// Which layers see a window only, by `layer_types`; nil when that is absent.
    func slidingLayers(_ fields: JSONField) throws(LocatedError) -> [Bool]? {
        let field = fields["layer_types"]
        guard let kinds = try field.optionalArray() else { return nil }
        guard kinds.count == layerCount else {
            throw field.error("has \(kinds.count) kinds where there are \(layerCount) layers")
        }
        var slide: [Bool] = []
        for index in kinds.indices {
            switch try field[index].string() {
            case "sliding_attention": slide.append(true)
            case "full_attention": slide.append(false)
            case let kind:
                throw field[index].error(
                    "\"\(kind)\" is not supported",
                    remedy: "use a model with full_attention and sliding_attention")
            }
        }
        return slide
    }

    /// Gives the layers that slide the window.
    mutating func slide(_ layers: [Bool], window: Int) {
        for (index, slides) in layers.enumerated() where slides { self.layers[index].window = window }
    }
}

extension ModelConfiguration.FieldNames {
    /// The spelling of most classes of Hugging Face transformers.
    static let folder = Self(
        vocabularySize: "vocab_size",
        hiddenSize: "hidden_size",
        layerCount: "num_hidden_layers",
        headCount: "num_attention_heads",
        keyValueHeadCount: "num_key_value_heads",
        headSize: "head_dim",
        feedForwardSize: "intermediate_size",
        epsilon: "rms_norm_eps",
        contextLength: "max_position_embeddings"
    )
}

extension ModelConfiguration.Activation {
    /// The activation that Hugging Face transformers calls so; nil when the field is absent.
    init?(_ field: JSONField) throws(LocatedError) {
        switch try field.optionalString() {
        case nil: return nil
        case "silu", "swish": self = .silu
        case "gelu": self = .gelu
        case "gelu_new", "gelu_fast", "gelu_pytorch_tanh": self = .geluTanh
        case "relu": self = .relu
        case let name?:
            throw field.error(
                "\"\(name)\" is not supported",
                remedy: "use a model with silu, gelu, gelu_pytorch_tanh or relu")
        }
    }
}
