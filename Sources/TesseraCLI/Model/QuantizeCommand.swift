internal import ArgumentParser
internal import TesseraCore
internal import TesseraEngine
internal import TesseraFiles

/// `tessera model quantize`: a model with smaller numbers, or with floats again.
struct QuantizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quantize",
        abstract: "Write a model with its matrices in another format.",
        discussion: """
            Formats: q8_0, q4_0, q4_1, q5_0, q5_1, q4_k, q5_k, q6_k, and back to floats f32, f16, bf16. Norms and biases \
            stay 32-bit floats, and the output head keeps at least 6 bits. Rows that are not whole blocks of the format \
            get the next one that fits: blocks of 32, or f16. Quantised models are GGUF files.
            """
    )

    @OptionGroup var conversion: ConversionOptions

    @Option(help: ArgumentHelp("The format of matrices.", valueName: "format"))
    var to: String

    func run() throws {
        let format = try TensorFormat(named: to, option: "--to")
        try conversion.run(format: format)
    }
}
