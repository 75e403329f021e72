internal import CTesseraKernels
public import TesseraCore
public import TesseraFiles

/// A model of the Llama family that runs on mapped weights.
///
/// Several threads may hold it; its passes run one after another, since they share a thread team and scratch memory.
/// Each text has a cache of its own.
public final class LlamaModel: CausalModel {
    /// The shape of the model.
    public let configuration: ModelConfiguration

    /// How it is run, with defaults filled in.
    public let options: EngineOptions

    /// The file or folder it was loaded from.
    public let path: String

    /// The bytes of all weights, as stored; they stay in the file mapping.
    public let weightBytes: Int

    /// The bytes of each layer's weights.
    public let layerBytes: [Int]

    private let cacheShape: CacheShape
    private let engine: Engine

    /// The number of scores in one row of logits.
    public var vocabularySize: Int { configuration.vocabularySize }

    /// The most tokens a cache may hold.
    public var contextLength: Int { configuration.contextLength }

    /// Maps the weights of a GGUF file or a Hugging Face folder and starts the thread team.
    ///
    /// Takes milliseconds: nothing is copied but the norm vectors, and weights are read from the disk as they are used.
    ///
    /// - Throws: `LocatedError` for an architecture or tensor type that is not supported, a missing tensor, a shape
    ///   that does not fit the configuration, or an option that this machine cannot honour.
    public static func load(
        _ location: ModelLocation, options: EngineOptions = EngineOptions()
    ) throws(LocatedError) -> LlamaModel {
        switch location {
        case .gguf(let path):
            return try load(gguf: GGUFFile(path: path), options: options)
        case .folder(let path):
            let configuration = try ModelConfiguration(folder: path)
            let tensors = try SafetensorsFolder(path: path)
            return try LlamaModel(configuration, from: tensors, names: .huggingFace, options: options)
        }
    }

    /// The same for a GGUF file that is open already.
    public static func load(
        gguf file: GGUFFile, options: EngineOptions = EngineOptions()
    ) throws(LocatedError) -> LlamaModel {
        try LlamaModel(ModelConfiguration(gguf: file), from: file, names: .gguf, options: options)
    }

    private init(
        _ configuration: ModelConfiguration, from source: some TensorSource, names: TensorNames,
        options: EngineOptions
    ) throws(LocatedError) {
        var options = options
        let instructionSet = try options.resolvedInstructionSet()
        options.instructionSet = instructionSet
        let threads = options.threads ?? Int(tk_available_cores())
        options.threads = threads

        let weights = try LlamaWeights(configuration, from: source, names: names)
        let team = try ThreadTeam(threads: threads)
        let workspace = try Workspace(configuration, weights, threads: threads, isa: instructionSet.kernels)
        self.configuration = configuration
        self.options = options
        path = source.path
        weightBytes = weights.byteCount
        layerBytes = weights.layerBytes
        cacheShape = configuration.cacheShape(options.precision)
        engine = Engine(
            configuration: configuration, weights: weights, team: team, workspace: workspace,
            isa: instructionSet.kernels, exact: options.precision == .float32
        )
    }

    /// Makes an empty cache with room for `capacity` tokens; memory is used as it fills.
    ///
    /// - Throws: `LocatedError` when `capacity` is not in `1...contextLength` or memory is refused.
    public func makeCache(capacity: Int) throws(LocatedError) -> KeyValueCache {
        guard (1...contextLength).contains(capacity) else {
            throw LocatedError(
                file: path, field: "context", problem: "\(capacity) tokens are not in 1...\(contextLength)",
                remedy: "ask for a context that the model was made for"
            )
        }
        return try KeyValueCache(shape: cacheShape, capacity: capacity)
    }

    /// Reads `tokens` after those already in `cache` and writes rows of logits `[rows, vocabularySize]`.
    ///
    /// After the first call with a cache of some capacity, reading a token allocates nothing.
    ///
    /// - Throws: `LocatedError` when there is no token, an id is not below `vocabularySize`, the cache is full or has
    ///   another shape than this model's; the cache is then as it was.
    public func read(
        _ tokens: [TokenID], cache: KeyValueCache, rows: LogitRows, logits: inout [Float]
    ) throws(LocatedError) {
        try check(tokens, cache)
        let rowCount =
            switch rows {
            case .none: 0
            case .last: 1
            case .all: tokens.count
            }
        try resize(&logits, rows: rowCount)
        try engine.read(tokens, cache: cache, outputs: tokens.count - rowCount, logits: &logits)
    }

    private func check(_ tokens: [TokenID], _ cache: KeyValueCache) throws(LocatedError) {
        guard !tokens.isEmpty else {
            throw LocatedError(
                file: path, problem: "there are no tokens to read", remedy: "give at least one")
        }
        guard cache.shape == cacheShape else {
            throw LocatedError(
                file: path, problem: "the cache has another shape than this model needs",
                remedy: "make one with this model"
            )
        }
        guard tokens.count <= cache.capacity - cache.count else {
            throw LocatedError(
                file: path, field: "context",
                problem:
                    "\(tokens.count) more tokens do not fit: \(cache.count) of \(cache.capacity) are taken",
                remedy: cache.capacity < contextLength
                    ? "ask for a longer context, up to \(contextLength)" : "shorten the text"
            )
        }
        if let index = tokens.firstIndex(where: { Int($0) >= vocabularySize }) {
            throw LocatedError(
                file: path, field: "token \(index)",
                problem: "the id \(tokens[index]) is not below \(vocabularySize)",
                remedy: "use the tokenizer that belongs to this model"
            )
        }
    }

    private func resize(_ logits: inout [Float], rows: Int) throws(LocatedError) {
        let (count, overflow) = rows.multipliedReportingOverflow(by: vocabularySize)
        guard !overflow, count <= Int.max / MemoryLayout<Float>.stride else {
            throw LocatedError(
                file: path, problem: "\(rows) rows of logits do not fit in memory",
                remedy: "read fewer tokens at once"
            )
        }
        if logits.count > count {
            logits.removeLast(logits.count - count)
        } else if logits.count < count {
            logits.reserveCapacity(count)
            logits.append(contentsOf: repeatElement(0, count: count - logits.count))
        }
    }
}
