internal import ArgumentParser
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
    var model = "smollm2"

    @Option(help: "The name that clients see; that of the model when left out.")
    var name: String?

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

    /// A model ready to serve.
    struct Loaded: Sendable {
        let model: DecoderModel
        let served: ServedModel
    }

    /// Opens the model and all tokenizers.
    func load() throws -> Loaded {
        try check(threads, in: 1...256, "--threads")
        try check(context, in: 1...Int(Int32.max), "--context")
        try check(cacheMemory, in: 1...(1 << 24), "--cache-memory")
        let location = try ModelStore().resolve(model)
        let engine = try DecoderModel.load(
            location, options: EngineOptions(threads: threads, cacheByteLimit: cacheMemory << 20))
        let others = try tokenizers.map { path in
            (name: Self.shortName(path), loaded: try TokenizerLoader.load(path: path))
        }
        let served = ServedModel(
            name: name ?? Self.shortName(model),
            contextLength: min(context ?? engine.contextLength, engine.contextLength),
            vocabularySize: engine.vocabularySize, tokenizer: try TokenizerLoader.load(location),
            others: others)
        return Loaded(model: engine, served: served)
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

/// Refuses a number outside its range.
func check(_ value: Int?, in range: ClosedRange<Int>, _ field: String) throws(LocatedError) {
    guard let value, !range.contains(value) else { return }
    throw LocatedError(
        field: field, problem: "\(value) is outside \(range.lowerBound)...\(range.upperBound)",
        remedy: "give a number in that range")
}
