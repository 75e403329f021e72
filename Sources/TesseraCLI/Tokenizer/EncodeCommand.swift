internal import ArgumentParser
internal import TesseraConsole
internal import TesseraCore
internal import TesseraFiles
internal import TesseraTokenizers

/// `tessera tokenizer encode`: text to token ids.
struct EncodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "encode",
        abstract: "Turn text into token ids.",
        discussion: """
            Prints the ids on one line, or with --json one object with ids, tokens in the vocabulary's own \
            spelling, and offsets in UTF-8 bytes.
            """
    )

    @OptionGroup var tokenizer: TokenizerOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Encode line by line: one line of output for each line of input.")
    var lines = false

    @Flag(
        help: "Read each line as a JSON string, so that a text may hold line ends; an array of two is a pair."
    )
    var jsonLines = false

    @Flag(
        help: """
            Print only how many tokens there are; with --lines, how many the text up to the end of each line has, \
            before truncation.
            """)
    var count = false

    @Option(help: ArgumentHelp("A second text, for models that read pairs.", valueName: "text"))
    var pair: String?

    @Flag(name: .customLong("no-special"), help: "Add no special tokens, such as a beginning of text.")
    var addsNoSpecial = false

    @Flag(help: "Read a special token's spelling inside the text, such as <|im_end|>, as ordinary text.")
    var specialAsText = false

    @OptionGroup var fitting: FittingOptions

    @Argument(help: "A UTF-8 text file, or - for standard input.")
    var file = "-"

    func run() throws {
        let loaded = try tokenizer.load()
        let options = try encodingOptions(loaded.tokenizer)
        if count, lines { return try showRunningCounts(loaded.tokenizer, options) }
        if lines || jsonLines, file == "-" {
            var reader = LineReader()
            while let line = try reader.next() {
                try show(try input(Array(line.utf8)[...]), loaded.tokenizer, options)
                // A program at the other end may wait for this answer before it asks again.
                try StandardOutput.standard.flush()
            }
        } else {
            let text = try InputText(path: file)
            for part in lines || jsonLines ? linesOfText(text.bytes) : [text.bytes[...]] {
                try Interruption.cancellation.check()
                try show(try input(part), loaded.tokenizer, options)
            }
        }
    }

    private func encodingOptions(_ tokenizer: PipelineTokenizer) throws(LocatedError) -> EncodingOptions {
        var options = EncodingOptions()
        options.special = specialAsText ? .asText : .asTokens
        options.addsSpecialTokens = !addsNoSpecial
        try fitting.apply(to: &options, tokenizer)
        return options
    }

    /// What a line or a file asks to encode.
    private func input(_ text: ArraySlice<UInt8>) throws(LocatedError) -> EncodingInput {
        guard jsonLines else { return EncodingInput(String(decoding: text, as: UTF8.self), pair: pair) }
        let value = try JSONValue(parsing: Array(text), file: nil)
        if case .string(let text) = value { return EncodingInput(text, pair: pair) }
        if case .array(let texts) = value, texts.count == 2, case .string(let first) = texts[0],
            case .string(let second) = texts[1]
        {
            return EncodingInput(first, pair: second)
        }
        throw LocatedError(
            field: "--json-lines", problem: "a line is \(value.kind), expected a string or two in an array",
            remedy: "write each text as a JSON string on a line of its own")
    }

    private func show(
        _ input: EncodingInput, _ tokenizer: PipelineTokenizer, _ options: EncodingOptions
    ) throws {
        let encoding = try tokenizer.encoding(of: input, options: options)
        if count {
            try show(count: encoding.count)
        } else if output.json {
            var object = json(encoding, tokenizer)
            if !encoding.overflowing.isEmpty {
                object["overflowing"] = .array(
                    encoding.overflowing.map { .object(json($0, tokenizer)) })
            }
            try writeJSON(.object(object))
        } else {
            for part in [encoding] + encoding.overflowing {
                try write(part.ids.map(String.init).joined(separator: " ") + "\n")
            }
        }
    }

    private func json(_ encoding: Encoding, _ tokenizer: PipelineTokenizer) -> JSONObject {
        [
            "ids": JSONValue(encoding.ids),
            "tokens": .array(encoding.ids.map { .string(tokenizer.spelling(of: $0) ?? "") }),
            "offsets": .array(encoding.ranges.map { [.integer($0.lowerBound), .integer($0.upperBound)] }),
            "typeIDs": JSONValue(encoding.typeIDs),
            "attentionMask": .array(encoding.attentionMask.map { .integer($0 ? 1 : 0) }),
            "specialTokensMask": .array(encoding.specialTokensMask.map { .integer($0 ? 1 : 0) }),
        ]
    }

    /// The lines of a text without their ends; a last line without an end counts.
    func linesOfText(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines.map { $0.last == 0x0D ? $0.dropLast() : $0 }
    }
}
