internal import CTesseraKernels
public import TesseraCore
public import TesseraFiles

/// A decoder of any of the architectures, running on mapped weights.
///
/// Several threads may hold it; its passes run one after another, since they share a thread team and scratch memory.
/// Each text has a cache of its own.
public final class DecoderModel: LayeredCausalModel {
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

    private let pool: CachePool
    let engine: Engine

    /// The number of layers.
    public var layerCount: Int { configuration.layerCount }

    /// The floats of a token between layers.
    public var hiddenSize: Int { configuration.hiddenSize }

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
    ) throws(LocatedError) -> DecoderModel {
        switch location {
        case .gguf(let path):
            return try load(gguf: GGUFFile(path: path), options: options)
        case .folder(let path):
            let configuration = try ModelConfiguration(folder: path)
            let tensors = try SafetensorsFolder(path: path)
            let names = configuration.architecture.definition.folderNames
            return try DecoderModel(configuration, from: tensors, names: names, options: options)
        }
    }

    /// The same for a GGUF file that is open already.
    public static func load(
        gguf file: GGUFFile, options: EngineOptions = EngineOptions()
    ) throws(LocatedError) -> DecoderModel {
        let configuration = try ModelConfiguration(gguf: file)
        let names = configuration.architecture.definition.ggufNames
        return try DecoderModel(configuration, from: file, names: names, options: options)
    }

    private init(
        _ configuration: ModelConfiguration, from source: some TensorSource, names: TensorNames,
        options: EngineOptions
    ) throws(LocatedError) {
        guard configuration.architecture.isCausal else {
            throw LocatedError(
                file: source.path, field: "architecture",
                problem:
                    "\(configuration.architecture.rawValue) is an encoder, which does not continue texts",
                remedy: "use it for embeddings, or use a model of another architecture"
            )
        }
        var options = options
        let instructionSet = try options.resolvedInstructionSet()
        options.instructionSet = instructionSet
        let threads = options.threads ?? Int(tk_available_cores())
        options.threads = threads

        let weights = try DecoderWeights(configuration, from: source, names: names)
        let team = try ThreadTeam(threads: threads)
        let workspace = try Workspace(configuration, weights, threads: threads, isa: instructionSet.kernels)
        self.configuration = configuration
        self.options = options
        path = source.path
        weightBytes = weights.byteCount
        layerBytes = weights.layerBytes
        pool = try CachePool(
            shape: configuration.cacheShape(options.resolvedCacheFormat), byteLimit: options.cacheByteLimit)
        engine = Engine(
            configuration: configuration, weights: weights, pool: pool, team: team, workspace: workspace,
            isa: instructionSet.kernels, exact: options.precision == .float32
        )
    }

    /// The memory that the caches of this model take now.
    public var cacheUse: CacheUse { pool.use }

    /// Makes an empty cache with room for `capacity` tokens; memory is taken page by page as it fills.
    ///
    /// - Throws: `LocatedError` when `capacity` is not in `1...contextLength` or memory is refused.
    public func makeCache(capacity: Int) throws(LocatedError) -> KeyValueCache {
        try checkCapacity(capacity, atLeast: 1)
        return try KeyValueCache(pool: pool, capacity: capacity, variant: variant(capacity))
    }

    /// Makes a cache with room for `capacity` tokens that holds what `original` holds, in the same pages until one of
    /// the two changes them.
    ///
    /// - Throws: `LocatedError` when `capacity` is below `original.count` or above `contextLength`, or `original` is
    ///   another model's.
    public func makeCache(
        copying original: KeyValueCache, capacity: Int
    ) throws(LocatedError) -> KeyValueCache {
        try checkCapacity(capacity, atLeast: max(1, original.count))
        guard original.pool === pool else { throw foreignCache() }
        guard original.count == 0 || original.variant == variant(capacity) else {
            throw LocatedError(
                file: path, field: "context",
                problem:
                    "texts of up to \(capacity) tokens are read otherwise than what was read for \(original.capacity)",
                remedy: "read the text again with the longer context"
            )
        }
        return try KeyValueCache(copying: original, capacity: capacity)
    }

    /// Which of the tables of rotary embeddings a text of up to `capacity` tokens needs.
    ///
    /// LongRoPE reads long texts with other frequencies from their first token on, so the room that a text has
    /// decides. Transformers decides by the length that the text has so far, and so do the models it trained.
    private func variant(_ capacity: Int) -> Int {
        configuration.rotary.contains { $0.isLong(context: capacity) } ? 1 : 0
    }

    private func checkCapacity(_ capacity: Int, atLeast least: Int) throws(LocatedError) {
        guard least <= capacity, capacity <= contextLength else {
            throw LocatedError(
                file: path, field: "context",
                problem: "\(capacity) tokens are not in \(least)...\(contextLength)",
                remedy: "ask for a context that the model was made for"
            )
        }
    }

    /// Reads `tokens` after those already in `cache` and writes rows of logits `[rows, vocabularySize]`.
    ///
    /// - Throws: `LocatedError` when there is no token, an id is not below `vocabularySize`, the cache is full, ends in
    ///   the branches of a draft tree or belongs to another model, or there is no memory; the cache is then as it was.
    public func read(
        _ tokens: [TokenID], cache: KeyValueCache, rows: LogitRows, logits: inout [Float]
    ) throws(LocatedError) {
        do {
            try read([BatchItem(cache: cache, tokens: tokens, rows: rows)], logits: &logits)
        } catch {
            throw error.cause
        }
    }

    /// Reads the tokens of several texts in one pass; see `BatchCausalModel`.
    ///
    /// Rows are as many as the texts and drafts have together; a long prompt passes in chunks of 256 rows.
    public func read(
        _ items: [BatchItem<KeyValueCache>], logits: inout [Float]
    ) throws(BatchReadError) {
        try check(items)
        do {
            try engine.read(items, logits: &logits)
        } catch {
            throw BatchReadError(.exhausted, error)
        }
    }

    /// Reads the tokens of several texts and returns what `request` asks for; see `LayeredCausalModel`.
    public func read(
        _ items: [BatchItem<KeyValueCache>], observing request: LayerRequest, logits: inout [Float]
    ) throws(BatchReadError) -> LayerObservation {
        try check(items)
        do throws(LocatedError) {
            try check(request, rows: items.reduce(0) { $0 + $1.tokens.count })
        } catch {
            throw BatchReadError(.request, error)
        }
        do {
            return try engine.read(items, observing: request, logits: &logits)
        } catch {
            throw BatchReadError(.exhausted, error)
        }
    }

    func check(_ items: [BatchItem<KeyValueCache>]) throws(BatchReadError) {
        var caches = Set<ObjectIdentifier>()
        for (index, item) in items.enumerated() {
            do throws(LocatedError) {
                try check(item)
                if items.count > 1, !caches.insert(ObjectIdentifier(item.cache)).inserted {
                    throw LocatedError(
                        file: path, problem: "the cache is that of another text of the batch",
                        remedy: "give each text one of its own"
                    )
                }
            } catch {
                throw BatchReadError(.item(index), error)
            }
        }
    }

    private func check(_ item: BatchItem<KeyValueCache>) throws(LocatedError) {
        let (tokens, cache) = (item.tokens, item.cache)
        guard !tokens.isEmpty else {
            throw LocatedError(
                file: path, problem: "there are no tokens to read", remedy: "give at least one")
        }
        guard cache.pool === pool else { throw foreignCache() }
        guard !cache.isBranched else {
            throw LocatedError(
                file: path, problem: "the text ends in the branches of a draft tree",
                remedy: "keep one of its paths first"
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
        guard tokens.count <= contextLength - cache.nextPosition else {
            throw LocatedError(
                file: path, field: "context",
                problem: "\(tokens.count) more tokens do not fit after \(cache.nextPosition) positions",
                remedy: "begin a new text; tokens that were left out have used up their positions"
            )
        }
        if let index = tokens.firstIndex(where: { Int($0) >= vocabularySize }) {
            throw LocatedError(
                file: path, field: "token \(index)",
                problem: "the id \(tokens[index]) is not below \(vocabularySize)",
                remedy: "use the tokenizer that belongs to this model"
            )
        }
        if let parents = item.parents { try check(parents, count: tokens.count) }
    }

    private func check(_ request: LayerRequest, rows: Int) throws(LocatedError) {
        let layers = request.hiddenStates.union(request.logits).union(request.attention)
        if let layer = layers.sorted().first(where: { !(0..<layerCount).contains($0) }) {
            throw LocatedError(
                file: path, field: "layers", problem: "there is no layer \(layer)",
                remedy: "ask for layers in 0..<\(layerCount)"
            )
        }
        if let row = request.rows?.sorted().first(where: { !(0..<rows).contains($0) }) {
            throw LocatedError(
                file: path, field: "rows", problem: "there is no row \(row)",
                remedy: "ask for rows in 0..<\(rows)"
            )
        }
    }

    private func check(_ parents: [Int], count: Int) throws(LocatedError) {
        guard parents.count == count else {
            throw LocatedError(
                file: path, field: "parents", problem: "\(parents.count) parents for \(count) tokens",
                remedy: "give one for each"
            )
        }
        if let index = parents.indices.first(where: { !(-1..<$0).contains(parents[$0]) }) {
            throw LocatedError(
                file: path, field: "parents[\(index)]", problem: "\(parents[index]) is not in -1..<\(index)",
                remedy: "put parents before their children"
            )
        }
    }

    private func foreignCache() -> LocatedError {
        LocatedError(
            file: path, problem: "the cache belongs to another model", remedy: "make one with this model")
    }
}
