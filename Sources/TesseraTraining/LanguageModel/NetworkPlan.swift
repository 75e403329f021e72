public import TesseraArchitectures
public import TesseraCore
public import TesseraTensor

/// Which network is trained, but for its vocabulary.
public struct NetworkPlan: Hashable, Sendable {
    /// A kind of network.
    public enum Architecture: String, Hashable, Sendable, CaseIterable {
        /// Rotary positions, root mean square norms, a gated feed-forward block.
        case llama
        /// Learned positions, layer norms, biases.
        case gpt2
    }

    /// The kind.
    public var architecture = Architecture.llama
    /// The number of layers.
    public var layers = 4
    /// The numbers of a token between layers.
    public var width = 128
    /// The attention heads of a layer.
    public var heads = 4
    /// The heads that keys and values have, for `llama`; as many as heads when nil.
    public var keyValueHeads: Int?
    /// The most tokens that it sees.
    public var context = 128

    /// Creates the plan of a small network.
    public init() {}

    /// Refuses sizes that no network of the kind has, and those that this machine has no memory for.
    ///
    /// - Parameter batchSize: the windows that are computed at once.
    /// - Throws: `LocatedError` naming the size.
    public func check(vocabularySize: Int, batchSize: Int) throws(LocatedError) {
        try checkRanges(batchSize: batchSize)
        guard width.isMultiple(of: heads * 2) else {
            throw LocatedError(
                field: "heads", problem: "\(heads) heads do not divide a width of \(width) into even parts",
                remedy: "give a width that is a multiple of twice the heads")
        }
        if let keyValueHeads {
            guard architecture == .llama else {
                throw LocatedError(
                    field: "key-value-heads", problem: "\(architecture.rawValue) has none of its own",
                    remedy: "leave it out")
            }
            guard (1...heads).contains(keyValueHeads), heads.isMultiple(of: keyValueHeads) else {
                throw LocatedError(
                    field: "key-value-heads", problem: "\(keyValueHeads) cannot be shared by \(heads) heads",
                    remedy: "give a number that divides the heads")
            }
        }
        try checkMemory(vocabularySize: vocabularySize, batchSize: batchSize)
    }

    private func checkRanges(batchSize: Int) throws(LocatedError) {
        let ranges = [
            ("layers", layers, 1...4096), ("width", width, 2...1 << 20), ("heads", heads, 1...1 << 19),
            ("context", context, 1...1 << 24), ("batch", batchSize, 1...1 << 24),
        ]
        for (name, value, range) in ranges where !range.contains(value) {
            throw LocatedError(
                field: name, problem: "\(value) is not in \(range.lowerBound)...\(range.upperBound)",
                remedy: "give a number in that range")
        }
    }

    /// A rough count, in floating point since sizes that fit no machine may fit no integer either.
    private func checkMemory(vocabularySize: Int, batchSize: Int) throws(LocatedError) {
        let (layers, width, vocabulary) = (Double(layers), Double(width), Double(vocabularySize))
        let parameters = layers * 12 * width * width + 2 * vocabulary * width
        let tokens = Double(batchSize) * Double(context)
        // A parameter has a gradient and two moments; logits have a softmax and a gradient.
        let bytes = 4 * (4 * parameters + 3 * tokens * vocabulary + tokens * layers * 16 * width)
        guard bytes <= Double(machineMemory()) else {
            throw LocatedError(
                field: "sizes",
                problem: "training takes about \(Int(min(bytes / 1e9, 1e15))) GB, and this machine has "
                    + "\(machineMemory() / 1_000_000_000)",
                remedy: "give a smaller width, number of layers, batch or context")
        }
    }

    /// Makes the network, with numbers drawn from a seed.
    ///
    /// - Throws: `LocatedError` for sizes that `check` refuses.
    public func makeNetwork(
        vocabularySize: Int, seed: UInt64, device: Device = .cpu
    ) throws(LocatedError) -> any CausalNetwork {
        let random = try RandomGenerator(seed: seed, device: device)
        switch architecture {
        case .llama:
            return try LlamaNetwork(
                LlamaConfiguration(
                    vocabularySize: vocabularySize, hiddenSize: width, layerCount: layers, headCount: heads,
                    keyValueHeadCount: keyValueHeads, contextLength: context), random: random)
        case .gpt2:
            return try GPT2Network(
                GPT2Configuration(
                    vocabularySize: vocabularySize, hiddenSize: width, layerCount: layers, headCount: heads,
                    contextLength: context), random: random)
        }
    }
}
