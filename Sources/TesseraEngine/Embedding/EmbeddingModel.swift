internal import CTesseraKernels
internal import Synchronization
public import TesseraCore
public import TesseraFiles

/// An encoder that gives texts vectors, near each other where the texts mean alike.
///
/// ```swift
/// let model = try EmbeddingModel.load(location)
/// let vectors = try model.embed([tokenizer.encode("a cat"), tokenizer.encode("a kitten")])
/// ```
///
/// Several threads may hold it; its passes run one after another, since they share a thread team and scratch memory.
public final class EmbeddingModel: Sendable {
    /// The shape of the model.
    public let configuration: ModelConfiguration

    /// How it is run, with defaults filled in.
    public let options: EngineOptions

    /// The file or folder it was loaded from.
    public let path: String

    /// How hidden states become a vector.
    public let pooling: Pooling

    /// The bytes of all weights, as stored.
    public let weightBytes: Int

    /// The numbers of a vector.
    public var size: Int { configuration.hiddenSize }

    /// The most tokens of a text, special ones included.
    public var contextLength: Int { configuration.contextLength }

    private let encoder: Encoder

    /// Maps the weights of a GGUF file or a Hugging Face folder and starts the thread team.
    ///
    /// - Parameter pooling: nil for what the file says, which is the mean where it says nothing.
    /// - Throws: `LocatedError` for a model that is no encoder or cannot be read, or an option that this machine cannot
    ///   honour.
    public static func load(
        _ location: ModelLocation, pooling: Pooling? = nil, options: EngineOptions = EngineOptions()
    ) throws(LocatedError) -> EmbeddingModel {
        switch location {
        case .gguf(let path):
            let file = try GGUFFile(path: path)
            let configuration = try ModelConfiguration(gguf: file)
            let fields = GGUFFields(file: file, prefix: configuration.architecture.ggufName)
            let stated = pooling == nil ? try Pooling(gguf: fields) : .mean
            return try EmbeddingModel(configuration, file, BERT.ggufNames, pooling ?? stated, options)
        case .folder(let path):
            let configuration = try ModelConfiguration(folder: path)
            let stated = pooling == nil ? try Pooling(folder: path) : .mean
            return try EmbeddingModel(
                configuration, try SafetensorsFolder(path: path), BERT.folderNames, pooling ?? stated, options
            )
        }
    }

    private init(
        _ configuration: ModelConfiguration, _ source: some TensorSource, _ names: TensorNames,
        _ pooling: Pooling,
        _ options: EngineOptions
    ) throws(LocatedError) {
        guard !configuration.architecture.isCausal else {
            throw LocatedError(
                file: source.path, field: "architecture",
                problem: "\(configuration.architecture.rawValue) continues texts and gives no vectors",
                remedy: "use an encoder such as BERT"
            )
        }
        var options = options
        let instructionSet = try options.resolvedInstructionSet()
        options.instructionSet = instructionSet
        let threads = options.threads ?? Int(tk_available_cores())
        options.threads = threads
        let weights = try EncoderWeights(configuration, from: source, names: names)
        encoder = try Encoder(
            configuration, weights, team: try ThreadTeam(threads: threads), isa: instructionSet.kernels,
            exact: options.precision == .float32)
        self.configuration = configuration
        self.options = options
        self.pooling = pooling
        path = source.path
        weightBytes = weights.byteCount
    }

    /// The vectors of texts, of length 1, so that their product is the cosine of the angle between them.
    ///
    /// - Parameter texts: the ids of each, with the special tokens that the tokenizer puts around a text.
    /// - Throws: `LocatedError` naming the text that is empty or too long or has an id out of range, or when memory is
    ///   refused.
    public func embed(_ texts: [[TokenID]]) throws(LocatedError) -> [[Float]] {
        for (index, text) in texts.enumerated() { try check(text, index) }
        var vectors: [[Float]] = []
        for text in texts { vectors.append(normalized(pooled(try hiddenStates(text), count: text.count))) }
        return vectors
    }

    /// The last hidden states of a text, `[tokens, size]`.
    ///
    /// - Throws: as `embed` does.
    public func hiddenStates(of text: [TokenID]) throws(LocatedError) -> [Float] {
        try check(text, 0)
        return try hiddenStates(text)
    }

    private func hiddenStates(_ text: [TokenID]) throws(LocatedError) -> [Float] {
        try encoder.read(text)
    }

    private func pooled(_ states: [Float], count: Int) -> [Float] {
        switch pooling {
        case .first: return Array(states.prefix(size))
        case .mean:
            var sums = [Double](repeating: 0, count: size)
            for index in states.indices { sums[index % size] += Double(states[index]) }
            return sums.map { Float($0 / Double(count)) }
        case .largest:
            return (0..<size).map { column in
                stride(from: column, to: states.count, by: size).reduce(-.infinity) { max($0, states[$1]) }
            }
        }
    }

    private func normalized(_ vector: [Float]) -> [Float] {
        let length = vector.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        return length > 0 ? vector.map { Float(Double($0) / length) } : vector
    }

    private func check(_ text: [TokenID], _ index: Int) throws(LocatedError) {
        func failure(_ problem: String, _ remedy: String) -> LocatedError {
            LocatedError(file: path, field: "text \(index)", problem: problem, remedy: remedy)
        }
        guard !text.isEmpty else { throw failure("has no tokens", "give at least one") }
        guard text.count <= contextLength else {
            throw failure(
                "has \(text.count) tokens, more than \(contextLength)", "shorten it or embed it in parts")
        }
        if let id = text.first(where: { Int($0) >= configuration.vocabularySize }) {
            throw failure(
                "the id \(id) is not below \(configuration.vocabularySize)",
                "use the tokenizer that belongs to this model")
        }
    }
}
