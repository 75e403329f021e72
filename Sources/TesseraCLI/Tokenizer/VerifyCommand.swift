internal import ArgumentParser
internal import TesseraConsole
internal import TesseraCore
internal import TesseraFiles
internal import TesseraReport
internal import TesseraTokenizers
internal import TesseraVocabulary

/// `tessera tokenizer verify`: whether two tokenizers make the same tokens, and where they do not.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Compare the tokens of two tokenizers; name the first difference and the rule responsible.",
        discussion: """
            Ends with status 0 when all texts have the same tokens, and with 1 when one differs. Texts are the lines \
            of plain files, or whole files with --unit file, where white space that spans lines counts.
            """
    )

    @Argument(help: "A tokenizer file, a folder, a GGUF file or a fetched model: A.")
    var first: String

    @Argument(help: "The same: B.")
    var second: String

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Text files, JSON lines or either as gzip; - is standard input.", valueName: "files"))
    var corpus: [String]

    @Option(
        help: ArgumentHelp(
            "What is compared: ids, or the bytes of each token where ids are numbered differently.",
            valueName: "ids|bytes"))
    var by = "ids"

    @Option(
        help: ArgumentHelp("What is one text of a plain file: a line or the file.", valueName: "line|file"))
    var unit = "line"

    @Option(help: ArgumentHelp("The member of a JSON line that holds the text.", valueName: "member"))
    var field = "text"

    @Flag(help: "Read the spelling of special tokens inside texts as text.")
    var specialAsText = false

    @OptionGroup var output: OutputOptions

    func run() throws {
        let left = try TokenizerLoader.load(path: first, options: TokenizerLoader.Options()).tokenizer
        let right = try TokenizerLoader.load(path: second, options: TokenizerLoader.Options()).tokenizer
        var texts = Corpus(files: corpus)
        texts.field = field
        texts.unit = try choice(unit, of: Corpus.Unit.self, "--unit")
        let identity = try choice(by, of: TokenIdentity.self, "--by")
        let bar = ProgressBar()
        defer { bar.clear() }
        let verification = try verify(
            left, right, on: texts, by: identity, special: specialAsText ? .asText : .asTokens,
            progress: bar.progress, cancellation: Interruption.cancellation)
        bar.clear()
        try output.json ? writeJSON(verification.json) : write(verification.text)
        if !verification.isEqual { throw ExitCode(ExitStatus.failure.rawValue) }
    }
}

extension Verification {
    /// The outcome for people.
    fileprivate var text: String {
        let size = "\(NumberFormat.count(textCount)) texts, \(NumberFormat.bytes(byteCount))"
        var text = ""
        if let templateDifference { text += "post-processor: \(templateDifference)\n" }
        guard let difference = firstDifference else {
            return text + "equal: \(size), every token\(templateDifference == nil ? "" : " of the texts")\n"
        }
        let byte = difference.offsetInFile ?? difference.offsetInText
        let place = difference.offsetInFile == nil ? "of the text" : "of the file"
        text += """
            \(difference.file), line \(difference.line), byte \(byte) \(place): the first difference
              \(difference.stage.rawValue): \(difference.rule)
              A: \(words(difference.first, difference))
              B: \(words(difference.second, difference))
            \(NumberFormat.count(differingCount)) of \(size) differ

            """
        let stages = EncodingStage.allCases.compactMap { stage in self.stages[stage].map { (stage, $0) } }
        if differingCount > 1 {
            let list = stages.map { "\($0.0.rawValue) \(NumberFormat.count($0.1))" }.joined(separator: ", ")
            text += differingCount > 1000 ? "of the first 1,000: \(list)\n" : "by part: \(list)\n"
        }
        return text
    }

    private func words(_ tokens: [TokenDifference.Token], _ difference: TokenDifference) -> String {
        tokens.map { token in
            let text = LocatedError(problem: String(decoding: token.bytes, as: UTF8.self)).description
            return "`\(text)`(\(token.id))"
        }.joined(separator: " ")
    }

    /// The outcome for machines.
    fileprivate var json: JSONValue {
        var stages = JSONObject()
        for stage in EncodingStage.allCases {
            if let count = self.stages[stage] { stages[stage.rawValue] = .integer(count) }
        }
        return [
            "equal": .bool(isEqual), "textCount": .integer(textCount), "byteCount": .integer(byteCount),
            "differingCount": .integer(differingCount), "stages": .object(stages),
            "template": JSONValue(templateDifference),
            "first": firstDifference.map(json) ?? .null,
        ]
    }

    private func json(_ difference: TokenDifference) -> JSONValue {
        func list(_ tokens: [TokenDifference.Token]) -> JSONValue {
            .array(
                tokens.map { token in
                    [
                        "id": .integer(Int(token.id)),
                        "text": .string(String(decoding: token.bytes, as: UTF8.self)),
                        "offset": [.integer(token.range.lowerBound), .integer(token.range.upperBound)],
                    ]
                })
        }
        return [
            "file": .string(difference.file), "line": .integer(difference.line),
            "byteInFile": JSONValue(difference.offsetInFile), "byteInText": .integer(difference.offsetInText),
            "equalTokens": .integer(difference.equalTokens), "stage": .string(difference.stage.rawValue),
            "rule": .string(difference.rule), "a": list(difference.first), "b": list(difference.second),
        ]
    }
}
