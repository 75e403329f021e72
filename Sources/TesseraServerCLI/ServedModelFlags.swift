internal import ArgumentParser
internal import TesseraConsole
internal import TesseraCore
internal import TesseraEngine
internal import TesseraFiles
internal import TesseraServer
internal import TesseraTokenizers

/// Which model is served, and how it is run.
struct ServedModelFlags: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("A GGUF file, a Hugging Face folder or a fetched model.", valueName: "model"))
    var model = ModelStore.defaultModel

    @Option(help: "The name that clients see; that of the model when left out.")
    var name: String?

    @Option(
        help: ArgumentHelp(
            "An encoder that gives texts vectors beside the model; one given as the model is served alone.",
            valueName: "model"))
    var embeddingModel: String?

    @Option(
        name: [.customLong("tokenizer")],
        help: ArgumentHelp(
            "A further tokenizer to compare with on the page; may be given more than once.",
            valueName: "tokenizer"))
    var tokenizers: [String] = []

    @Option(name: .shortAndLong, help: "Threads to compute with; all cores when left out.")
    var threads: Int?

    @Option(
        help: ArgumentHelp(
            "The most tokens of a text; the model's context when left out.", valueName: "tokens"))
    var context: Int?

    @Option(help: ArgumentHelp("The most memory for keys and values of all texts.", valueName: "MiB"))
    var cacheMemory = 1024

    /// What is ready to serve.
    enum Loaded: Sendable {
        case model(DecoderModel, ServedModel, with: ServedEncoder?)
        case encoder(ServedEncoder, others: [(name: String, loaded: LoadedTokenizer)])

        /// The names that clients see.
        var names: String {
            switch self {
            case .model(_, let served, let encoder):
                encoder.map { "\(served.name) and \($0.name)" } ?? served.name
            case .encoder(let encoder, _): encoder.name
            }
        }

        /// The name of the model, or of the encoder that is served alone.
        var name: String {
            switch self {
            case .model(_, let served, _): served.name
            case .encoder(let encoder, _): encoder.name
            }
        }
    }

    /// Opens the models and all tokenizers.
    func load() throws -> Loaded {
        try checkThreads(threads)
        try check(context, in: 1...Int(Int32.max), "--context")
        try check(cacheMemory, in: 1...(1 << 24), "--cache-memory")
        let location = try ModelStore().resolve(model)
        let others = try tokenizers.map { path in
            (name: Self.shortName(path), loaded: try TokenizerLoader.load(path: path))
        }
        guard try ModelConfiguration(location).architecture.isCausal else {
            guard embeddingModel == nil else {
                throw LocatedError(
                    file: model, field: "--model", problem: "is an encoder itself, as --embedding-model is",
                    remedy: "give one of the two only")
            }
            return .encoder(try loadEncoder(location, name: name ?? Self.shortName(model)), others: others)
        }
        let encoder = try embeddingModel.map { path in
            try loadEncoder(try ModelStore().resolve(path), name: Self.shortName(path))
        }
        let engine = try DecoderModel.load(
            location, options: EngineOptions(threads: threads, cacheByteLimit: cacheMemory << 20))
        let served = ServedModel(
            name: name ?? Self.shortName(model),
            contextLength: min(context ?? engine.contextLength, engine.contextLength),
            vocabularySize: engine.vocabularySize, tokenizer: try TokenizerLoader.load(location),
            others: others)
        if let encoder, encoder.name == served.name {
            throw LocatedError(
                field: "--name", problem: "the model and the encoder are both called \(served.name)",
                remedy: "give the model another name")
        }
        return .model(engine, served, with: encoder)
    }

    private func loadEncoder(_ location: ModelLocation, name: String) throws -> ServedEncoder {
        let model = try EmbeddingModel.load(location, options: EngineOptions(threads: threads))
        return ServedEncoder(
            name: name, contextLength: model.contextLength,
            vocabularySize: model.configuration.vocabularySize, vectorSize: model.size,
            tokenizer: try TokenizerLoader.load(location)
        ) { (text) throws(LocatedError) in try model.embed([text])[0] }
    }

    /// The last part of a path without what says its format: `qwen3` for `models/qwen3.gguf`.
    static func shortName(_ path: String) -> String {
        let parts = path.split(separator: "/")
        guard let last = parts.last else { return path }
        for suffix in [".gguf", ".json", ".model", ".tiktoken"] where last.hasSuffix(suffix) {
            let name = String(last.dropLast(suffix.count))
            // A folder's tokenizer.json goes by the name of the folder.
            return name == "tokenizer" && parts.count > 1 ? String(parts[parts.count - 2]) : name
        }
        return String(last)
    }
}
