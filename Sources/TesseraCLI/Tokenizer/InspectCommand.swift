internal import ArgumentParser
internal import TesseraConsole
internal import TesseraCore
internal import TesseraFiles
internal import TesseraReport
internal import TesseraTokenizers

/// `tessera tokenizer inspect`: what a tokenizer is made of, or how it cuts a text.
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show what a tokenizer is made of, or how it cuts a text.",
        discussion: "Without a file it describes the tokenizer; with one (or -) it lists the text's tokens."
    )

    @OptionGroup var tokenizer: TokenizerOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "List the tokens that no text becomes, and why.")
    var reachability = false

    @Flag(
        help:
            "Count the tokens of each class: letters of one script, digits and symbols, bytes, control tokens."
    )
    var classes = false

    @Option(
        name: .customLong("class"),
        help: ArgumentHelp("List the tokens of a class, such as unicode_flanks.", valueName: "class"))
    var tokenClass: String?

    @Option(help: ArgumentHelp("List at most so many tokens of the class.", valueName: "count"))
    var limit: Int?

    @Option(
        help: ArgumentHelp(
            "How classes tell scripts apart; see tokenizer compare.", valueName: "property|name"))
    var scripts = "property"

    @Option(help: "List so many of the most established tokens, and measure the text when there is one.")
    var top: Int?

    @Flag(help: "List only tokens that hold several words; 25 unless --top says how many.")
    var multiword = false

    @Option(
        help: ArgumentHelp("Show how numbers of so many digits are cut, such as 1..12.", valueName: "lengths")
    )
    var digits: String?

    @Argument(help: "A UTF-8 text file, or - for standard input.")
    var file: String?

    func validate() throws {
        guard !reachability || file == nil else {
            throw ValidationError("--reachability looks at the vocabulary; leave out the file")
        }
        guard !classes && tokenClass == nil || file == nil else {
            throw ValidationError("classes are those of the vocabulary; leave out the file")
        }
        guard (limit ?? 0) >= 0 else { throw ValidationError("--limit counts tokens, from 0 on") }
        guard !reachability || top == nil && !multiword else {
            throw ValidationError("--reachability and --top list different things; leave out one of them")
        }
        guard digits == nil || file == nil && !reachability && top == nil && !multiword else {
            throw ValidationError(
                "--digits looks at numbers alone; leave out the file, --reachability and --top")
        }
        guard top ?? 1 >= 0 else { throw ValidationError("--top is a number of tokens, 0 or more") }
    }

    func run() throws {
        let loaded = try tokenizer.load()
        if reachability {
            try showReachability(of: loaded.tokenizer)
        } else if classes || tokenClass != nil {
            try showClasses(of: loaded.tokenizer)
        } else if let digits {
            try showDigits(of: loaded.tokenizer, digits)
        } else if top != nil || multiword {
            try showLexicon(of: loaded.tokenizer, count: top ?? 25)
        } else if let file {
            try showTokens(of: try InputText(path: file), loaded)
        } else {
            try describe(loaded)
        }
    }

    private func describe(_ loaded: LoadedTokenizer) throws(LocatedError) {
        let tokenizer = loaded.tokenizer
        let roles = tokenizer.specialTokens
        func name(_ id: TokenID) -> String { "\(tokenizer.spelling(of: id) ?? "") (\(id))" }
        let ends = roles.endOfText.sorted()
        if output.json {
            try writeJSON([
                "model": .string(loaded.modelDescription),
                "preTokenizer": .string(loaded.preTokenizerDescription),
                "vocabularySize": .integer(tokenizer.vocabularySize),
                "mergeCount": JSONValue(loaded.mergeCount),
                "addsBeginOfText": .bool(roles.addsBeginOfText),
                "beginOfText": JSONValue(roles.beginOfText.map { Int($0) }),
                "endOfText": JSONValue(ends),
                "unknown": JSONValue(roles.unknown.map { Int($0) }),
                "padding": JSONValue(roles.padding.map { Int($0) }),
                "chatTemplate": JSONValue(loaded.chatTemplate),
            ])
            return
        }
        var table = Table([.init("part"), .init("value")])
        table.append(["model", loaded.modelDescription])
        table.append(["pre-tokenizer", loaded.preTokenizerDescription])
        table.append(["vocabulary", "\(NumberFormat.count(tokenizer.vocabularySize)) tokens"])
        if let merges = loaded.mergeCount { table.append(["merges", NumberFormat.count(merges)]) }
        let added = roles.addsBeginOfText ? ", put before every text" : ""
        table.append(["begin of text", roles.beginOfText.map { name($0) + added } ?? "none"])
        table.append(["end of text", ends.isEmpty ? "none" : ends.map(name).joined(separator: ", ")])
        table.append(["unknown", roles.unknown.map(name) ?? "none"])
        table.append(["padding", roles.padding.map(name) ?? "none"])
        table.append([
            "chat template",
            loaded.chatTemplate.map { "\(NumberFormat.count($0.utf8.count)) bytes" } ?? "none",
        ])
        try write(table.text())
    }

    private func showTokens(of input: InputText, _ loaded: LoadedTokenizer) throws(LocatedError) {
        let tokenizer = loaded.tokenizer
        let spans = input.bytes.withUnsafeBufferPointer {
            tokenizer.encodeWithOffsets($0, special: .asTokens)
        }
        let bytesPerToken = spans.isEmpty ? nil : Double(input.bytes.count) / Double(spans.count)
        if output.json {
            try writeJSON([
                "byteCount": .integer(input.bytes.count),
                "tokenCount": .integer(spans.count),
                "bytesPerToken": JSONValue(bytesPerToken),
                "tokens": .array(
                    spans.map { span in
                        [
                            "id": .integer(Int(span.id)),
                            "token": .string(tokenizer.spelling(of: span.id) ?? ""),
                            "offset": [.integer(span.range.lowerBound), .integer(span.range.upperBound)],
                        ]
                    }),
            ])
            return
        }
        var table = Table([
            .init("#", .right), .init("id", .right), .init("token"), .init("text"), .init("bytes", .right),
        ])
        for (index, span) in spans.enumerated() {
            let text = String(decoding: input.bytes[span.range], as: UTF8.self)
            table.append([
                String(index), String(span.id), tokenizer.spelling(of: span.id) ?? "", "\"\(text)\"",
                "\(span.range.lowerBound)–\(span.range.upperBound)",
            ])
        }
        try write(table.text())
        if let bytesPerToken {
            try write(
                "\(NumberFormat.count(spans.count)) tokens, \(NumberFormat.count(input.bytes.count)) bytes, "
                    + "\(NumberFormat.decimal(bytesPerToken, places: 2)) bytes a token\n")
        }
    }
}
