internal import ArgumentParser
internal import TesseraConsole
internal import TesseraCore
internal import TesseraEngine
internal import TesseraFiles
internal import TesseraTokenizers

/// Which model a command runs, and how.
struct ModelOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("A GGUF file, a Hugging Face folder or a fetched model.", valueName: "model")
    )
    var model = ModelStore.defaultModel

    @Option(name: .shortAndLong, help: "Threads to compute with; all cores when left out.")
    var threads: Int?

    @Flag(
        name: .customLong("float32"),
        help: "Compute with 32-bit floats throughout: slower, the reference for the fast kernels."
    )
    var usesFloat32 = false

    @Option(
        help: ArgumentHelp(
            "How keys and values are kept: f16, q8 for half the memory, or f32.", valueName: "format"
        )
    )
    var cache: CacheKind?

    /// A model ready to run, with the tokenizer that belongs to it.
    struct Loaded {
        let model: DecoderModel
        let tokenizer: LoadedTokenizer
        let location: ModelLocation

        /// The threads it computes with.
        var threadCount: Int { model.options.threads ?? 1 }

        /// The instructions its kernels use.
        var instructionSetName: String { (model.options.instructionSet ?? .best).rawValue }
    }

    /// Opens the model and its tokenizer.
    func load() throws -> Loaded {
        try checkThreads(threads)
        let location = try ModelStore().resolve(model)
        let options = EngineOptions(
            threads: threads, precision: usesFloat32 ? .float32 : .fast, cacheFormat: cache?.format)
        return Loaded(
            model: try DecoderModel.load(location, options: options),
            tokenizer: try TokenizerLoader.load(location),
            location: location
        )
    }
}

/// How a command keeps keys and values.
enum CacheKind: String, ExpressibleByArgument, CaseIterable {
    case f16
    case q8
    case f32

    var format: EngineOptions.CacheFormat {
        switch self {
        case .f16: .float16
        case .q8: .q8
        case .f32: .float32
        }
    }
}

/// Which tokenizer a token-side command uses.
struct TokenizerOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "A tokenizer file of any format, a GGUF file, a Hugging Face folder or a fetched model.",
            valueName: "tokenizer"
        )
    )
    var tokenizer = ModelStore.defaultModel

    @Option(
        help: ArgumentHelp("The encoding of a .tiktoken file, such as o200k_base.", valueName: "name"))
    var encoding: String?

    /// Opens the tokenizer; never the weights.
    func load() throws -> LoadedTokenizer {
        try TokenizerLoader.load(path: tokenizer, options: TokenizerLoader.Options(encoding: encoding))
    }
}
