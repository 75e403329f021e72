internal import ArgumentParser
internal import TesseraConsole
internal import TesseraCore
internal import TesseraEngine
internal import TesseraFiles
internal import TesseraReport
internal import TesseraTokenizers

/// What is written in another format, and where.
struct ConversionOptions: ParsableArguments {
    @Argument(help: "A GGUF file, a Hugging Face folder or a fetched model.")
    var input: String

    @Argument(help: "The .gguf file or the folder to write.")
    var output: String

    @Flag(help: "Replace what is at OUTPUT.")
    var overwrite = false

    @Flag(help: "Leave the tokenizer out, for models that have none or one that the format cannot express.")
    var withoutTokenizer = false

    @OptionGroup var options: OutputOptions

    /// Writes the model with matrices in `format`, or as they are.
    func run(format: TensorFormat?) throws {
        if FileSystem.kind(of: output) != nil, !overwrite {
            throw LocatedError(
                file: output, problem: "is there already", remedy: "name another place, or give --overwrite")
        }
        let location = try ModelStore().resolve(input)
        let conversion = try ModelConversion(location, format: format)
        let bar = ProgressBar()
        defer { bar.clear() }
        var losses: [String] = []
        if output.hasSuffix(".gguf") {
            losses = try writeGGUF(conversion, location, bar.progress)
        } else {
            losses = try writeFolder(conversion, location, bar.progress)
        }
        bar.clear()
        try report(losses)
    }

    private func writeGGUF(
        _ conversion: ModelConversion, _ location: ModelLocation, _ progress: Progress
    ) throws -> [String] {
        guard case .folder(let path) = location, !withoutTokenizer else {
            try conversion.writeGGUF(to: output, progress: progress, cancellation: Interruption.cancellation)
            return []
        }
        // The tokenizer's own writer makes a file of its pairs, which are then copied.
        let place = try FileSystem.createTemporaryFolder(
            in: FileSystem.folder(of: output), prefix: ".\(FileSystem.name(of: output)).")
        defer { FileSystem.remove(place) }
        let file = "\(place)/tokenizer.gguf"
        let outcome = try saveTokenizer(of: path, to: file, .gguf)
        try conversion.writeGGUF(
            to: output, tokenizer: try GGUFFile(path: file), progress: progress,
            cancellation: Interruption.cancellation)
        return outcome.losses
    }

    private func writeFolder(
        _ conversion: ModelConversion, _ location: ModelLocation, _ progress: Progress
    ) throws -> [String] {
        let parent = FileSystem.folder(of: output)
        let place = try FileSystem.createTemporaryFolder(
            in: parent, prefix: ".\(FileSystem.name(of: output)).")
        defer { FileSystem.remove(place) }
        let folder = "\(place)/model"
        try FileSystem.createFolder(folder)
        var losses: [String] = []
        var roles: (beginning: TokenID?, end: TokenID?) = (nil, nil)
        if !withoutTokenizer {
            losses = try saveTokenizer(of: location.path, to: folder, .folder).losses
            let loaded = try TokenizerLoader.load(location)
            roles = (loaded.tokenizer.specialTokens.beginOfText, loaded.endOfText)
        }
        try conversion.writeFolder(
            to: folder, roles: roles, progress: progress, cancellation: Interruption.cancellation)
        try FileSystem.exchange(folder, with: output)
        return losses
    }

    private func saveTokenizer(
        of path: String, to target: String, _ format: TokenizerSaver.Format
    ) throws(LocatedError) -> TokenizerSaver.Outcome {
        do {
            return try TokenizerSaver.save(try TokenizerLoader.load(path: path), to: target, format: format)
        } catch {
            throw LocatedError(
                file: error.file == target ? path : error.file, field: error.field,
                problem: "the tokenizer cannot go along: \(error.problem)",
                remedy: "give --without-tokenizer to write the model alone")
        }
    }

    private func report(_ losses: [String]) throws {
        let bytes = FileSystem.byteCount(of: output)
        if options.json {
            try writeJSON([
                "path": .string(output), "bytes": .integer(bytes),
                "losses": .array(losses.map { .string($0) }),
            ])
            return
        }
        try write("\(output): \(NumberFormat.bytes(bytes))\n")
        for loss in losses { try write("not in this format: \(loss)\n") }
    }
}
