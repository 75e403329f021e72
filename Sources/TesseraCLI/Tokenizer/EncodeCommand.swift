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

    @Flag(name: .customLong("no-special"), help: "Add no special tokens, such as a beginning of text.")
    var addsNoSpecial = false

    @Flag(help: "Read a special token's spelling inside the text, such as <|im_end|>, as ordinary text.")
    var specialAsText = false

    @Argument(help: "A UTF-8 text file, or - for standard input.")
    var file = "-"

    func run() throws {
        let loaded = try tokenizer.load()
        if lines, file == "-" {
            var reader = LineReader()
            while let line = try reader.next() {
                try show(loaded.encoding(of: Array(line.utf8), in: self))
                // A program at the other end may wait for this answer before it asks again.
                try StandardOutput.standard.flush()
            }
        } else {
            let input = try InputText(path: file)
            let texts = lines ? linesOfText(input.bytes) : [input.bytes[...]]
            for text in texts {
                try Interruption.cancellation.check()
                try show(loaded.encoding(of: Array(text), in: self))
            }
        }
    }

    private func show(_ encoding: Encoding) throws(LocatedError) {
        if output.json {
            try writeJSON([
                "ids": JSONValue(encoding.ids),
                "tokens": .array(encoding.tokens.map(JSONValue.string)),
                "offsets": .array(
                    encoding.offsets.map { [.integer($0.lowerBound), .integer($0.upperBound)] }),
            ])
        } else {
            try write(encoding.ids.map(String.init).joined(separator: " ") + "\n")
        }
    }

    /// The lines of a text without their ends; a last line without an end counts.
    private func linesOfText(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines.map { $0.last == 0x0D ? $0.dropLast() : $0 }
    }
}

/// What `encode` prints of one text.
struct Encoding {
    var ids: [TokenID]
    var tokens: [String]
    /// UTF-8 bytes of the text that each token covers.
    var offsets: [Range<Int>]
}

extension LoadedTokenizer {
    fileprivate func encoding(of text: [UInt8], in command: EncodeCommand) -> Encoding {
        var spans = text.withUnsafeBufferPointer {
            tokenizer.encodeWithOffsets($0, special: command.specialAsText ? .asText : .asTokens)
        }
        if !command.addsNoSpecial {
            spans =
                tokenizer.template.prefix.map { TokenSpan(id: $0, range: 0..<0) } + spans
                + tokenizer.template.suffix.map { TokenSpan(id: $0, range: 0..<0) }
        }
        return Encoding(
            ids: spans.map(\.id),
            tokens: command.output.json ? spans.map { tokenizer.spelling(of: $0.id) ?? "" } : [],
            offsets: spans.map(\.range))
    }
}
