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
        try checkOutput()
        let location = try ModelStore().resolve(input)
        let conversion = try ModelConversion(location, format: format)
        let bar = ProgressBar()
        defer { bar.clear() }
        var losses: [String] = []
        if isGGUF {
            losses = try writeGGUF(conversion, location, bar.progress)
        } else {
            losses = try writeFolder(conversion, location, bar.progress)
        }
        bar.clear()
        try report(losses)
    }

    private var isGGUF: Bool { output.lowercased().hasSuffix(".gguf") }

    /// Refuses to take the place of what is at the output, unless that was asked for and costs a model at most.
    private func checkOutput() throws(LocatedError) {
        guard let kind = FileSystem.kind(of: output) else { return }
        guard overwrite else {
            throw LocatedError(
                file: output, problem: "is there already", remedy: "name another place, or give --overwrite")
        }
        if isGGUF { return }
        guard case .folder = kind else {
            throw LocatedError(
                file: output, problem: "is a file, whose place a folder would take",
                remedy: "name a folder, or end the name in .gguf")
        }
        guard FileSystem.kind(of: "\(output)/config.json") != nil || FileSystem.names(in: output).isEmpty
        else {
            throw LocatedError(
                file: output, problem: "is a folder without config.json, so no model that could be replaced",
                remedy: "name another place, or remove the folder first")
        }
    }

    private func writeGGUF(
        _ conversion: ModelConversion, _ location: ModelLocation, _ progress: Progress
    ) throws -> [String] {
        guard case .folder(let path) = location, !withoutTokenizer else {
            try conversion.writeGGUF(to: output, progress: progress, cancellation: Interruption.cancellation)
            return []
        }
        return try besideOutput { place in
            // The tokenizer's own writer makes a file of its pairs, which are then copied.
            let file = "\(place)/tokenizer.gguf"
            let outcome = try saveTokenizer(of: path, to: file, .gguf)
            try conversion.writeGGUF(
                to: output, tokenizer: try GGUFFile(path: file), progress: progress,
                cancellation: Interruption.cancellation)
            return outcome.losses
        }
    }

    private func writeFolder(
        _ conversion: ModelConversion, _ location: ModelLocation, _ progress: Progress
    ) throws -> [String] {
        try besideOutput { place in
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
    }

    /// Gives `body` a folder beside the output, which is removed afterwards; where that cannot be written to, neither
    /// can the output, and it is the output that the error names.
    private func besideOutput<Result>(_ body: (String) throws -> Result) throws -> Result {
        var place: String?
        defer { if let place { FileSystem.remove(place) } }
        do {
            let folder = try FileSystem.createTemporaryFolder(
                in: FileSystem.folder(of: output), prefix: ".\(FileSystem.name(of: output)).")
            place = folder
            return try body(folder)
        } catch var error as LocatedError {
            if place.map({ error.file?.hasPrefix($0) == true }) ?? true { error.file = output }
            throw error
        }
    }

    private func saveTokenizer(
        of path: String, to target: String, _ format: TokenizerSaver.Format
    ) throws(LocatedError) -> TokenizerSaver.Outcome {
        do {
            return try TokenizerSaver.save(try TokenizerLoader.load(path: path), to: target, format: format)
        } catch {
            let isTarget = error.file?.hasPrefix(target) == true
            // What fails without a field is the disk, not the tokenizer.
            if isTarget, error.field == nil { throw error }
            throw LocatedError(
                file: isTarget ? path : error.file, field: error.field,
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
