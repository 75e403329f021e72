internal import ArgumentParser
internal import TesseraEngine
internal import TesseraFiles

/// `tessera model convert`: a model as a folder or as GGUF.
struct ModelConvertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Write a model as a Hugging Face folder or as a GGUF file.",
        discussion: """
            OUTPUT is a GGUF file when its name ends in .gguf, else a folder with config.json, model.safetensors and the \
            tokenizer. Numbers keep their format unless --to says otherwise; in a folder, quantised ones become floats. \
            The file or folder appears when it is complete.
            """
    )

    @OptionGroup var conversion: ConversionOptions

    @Option(help: ArgumentHelp("The format of matrices, such as bf16 or f32.", valueName: "format"))
    var to: String?

    func run() throws {
        let format = try to.map { name throws in try TensorFormat(named: name, option: "--to") }
        try conversion.run(format: format)
    }
}
