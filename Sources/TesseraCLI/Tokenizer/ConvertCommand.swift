internal import ArgumentParser
internal import TesseraConsole
internal import TesseraCore
internal import TesseraFiles
internal import TesseraTokenizers

/// `tessera tokenizer convert`: a tokenizer in another format.
struct ConvertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Write a tokenizer in another format.",
        discussion: """
            The name of OUTPUT tells the format: .json, .tiktoken, .model, .gguf, or a folder when it has no \
            extension. What the format cannot say is listed; what it cannot express at all is an error.
            """
    )

    @Argument(help: "A tokenizer file, a folder, a GGUF file or a fetched model.")
    var input: String

    @Argument(help: "The file or folder to write.")
    var output: String

    @Option(help: "The format to write: json, tiktoken, model, gguf or folder.")
    var to: String?

    @Option(help: "The encoding that a .tiktoken file holds, such as cl100k_base.")
    var encoding: String?

    @OptionGroup var options: OutputOptions

    func run() throws {
        let loaded = try TokenizerLoader.load(
            path: input, options: TokenizerLoader.Options(encoding: encoding))
        let outcome = try TokenizerSaver.save(loaded, to: output, format: try format())
        if options.json {
            try writeJSON([
                "files": .array(outcome.files.map { .string($0) }),
                "losses": .array(outcome.losses.map { .string($0) }),
            ])
            return
        }
        for file in outcome.files { try write("\(file)\n") }
        for loss in outcome.losses { try write("not in this format: \(loss)\n") }
    }

    private func format() throws(LocatedError) -> TokenizerSaver.Format? {
        guard let to else { return nil }
        guard let format = TokenizerSaver.Format(rawValue: to) else {
            let known = TokenizerSaver.Format.allCases.map(\.rawValue).joined(separator: ", ")
            throw LocatedError(
                field: "--to", problem: "\"\(to)\" is not a format", remedy: "use one of \(known)")
        }
        return format
    }
}
