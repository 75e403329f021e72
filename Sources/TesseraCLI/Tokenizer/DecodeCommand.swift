internal import ArgumentParser
internal import TesseraConsole
internal import TesseraCore
internal import TesseraFiles
internal import TesseraTokenizers

/// `tessera tokenizer decode`: token ids to text.
struct DecodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode",
        abstract: "Turn token ids into text.",
        discussion:
            "Reads ids from the arguments or, without any, from standard input: numbers between spaces."
    )

    @OptionGroup var tokenizer: TokenizerOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Decode line by line: one answer for each line of ids on standard input.")
    var lines = false

    @Flag(name: .customLong("no-special"), help: "Leave out special tokens.")
    var skipsSpecial = false

    @Argument(help: "Token ids.")
    var ids: [String] = []

    func run() throws {
        let loaded = try tokenizer.load()
        guard lines, ids.isEmpty else {
            let words = ids.isEmpty ? splitWords(try InputText(path: "-").text) : ids.map { $0[...] }
            return try show(words, loaded.tokenizer)
        }
        var reader = LineReader()
        while let line = try reader.next() {
            try show(splitWords(line), loaded.tokenizer)
            // A program at the other end may wait for this answer before it asks again.
            try StandardOutput.standard.flush()
        }
    }

    /// The words between spaces and commas, without the brackets of a JSON array.
    private func splitWords(_ text: String) -> [Substring] {
        text.split { $0.isWhitespace || $0 == "," || $0 == "[" || $0 == "]" }
    }

    private func show(_ words: [Substring], _ tokenizer: PipelineTokenizer) throws {
        let tokens = try words.map { try tokenID($0, below: tokenizer.vocabularySize) }
        let shown = skipsSpecial ? tokens.filter { !tokenizer.isSpecial($0) } : tokens
        let bytes = tokenizer.decodedBytes(of: shown)
        if output.json {
            try writeJSON([
                "text": .string(String(decoding: bytes, as: UTF8.self)),
                "bytes": .array(bytes.map { .integer(Int($0)) }),
            ])
        } else {
            try StandardOutput.standard.write(bytes)
            if lines || bytes.last != 0x0A { try write("\n") }
        }
    }

    private func tokenID(_ word: Substring, below limit: Int) throws(LocatedError) -> TokenID {
        let digits = word.trimming { $0 == "[" || $0 == "]" }
        guard let id = TokenID(digits) else {
            throw LocatedError(
                field: "ids", problem: "\"\(word)\" is not a token id",
                remedy: "give whole numbers between spaces")
        }
        guard Int(id) < limit else {
            throw LocatedError(
                field: "ids", problem: "\(id) is outside the vocabulary of \(limit) tokens",
                remedy:
                    "give ids from 0 to \(limit - 1), or name the tokenizer they came from with --tokenizer")
        }
        return id
    }
}

extension Substring {
    /// The text without the characters at its ends that `drops` holds for.
    fileprivate func trimming(_ drops: (Character) -> Bool) -> Substring {
        var text = drop(while: drops)
        while let last = text.last, drops(last) { text.removeLast() }
        return text
    }
}
