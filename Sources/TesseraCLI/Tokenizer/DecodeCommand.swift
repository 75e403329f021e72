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

    @Flag(name: .customLong("no-special"), help: "Leave out special tokens.")
    var skipsSpecial = false

    @Argument(help: "Token ids.")
    var ids: [String] = []

    func run() throws {
        let loaded = try tokenizer.load()
        let words =
            ids.isEmpty
            ? try InputText(path: "-").text.split { $0.isWhitespace || $0 == "," } : ids.map { $0[...] }
        let tokens = try words.map { try tokenID($0, below: loaded.tokenizer.vocabularySize) }
        let shown = skipsSpecial ? tokens.filter { !loaded.tokenizer.isSpecial($0) } : tokens
        let bytes = loaded.tokenizer.bytes(of: shown)
        if output.json {
            try writeJSON([
                "text": .string(String(decoding: bytes, as: UTF8.self)),
                "bytes": .array(bytes.map { .integer(Int($0)) }),
            ])
        } else {
            try StandardOutput.standard.write(bytes)
            if bytes.last != 0x0A { try write("\n") }
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
