internal import ArgumentParser
internal import TesseraConsole
internal import TesseraCore
internal import TesseraTokenizers
internal import TesseraVocabulary

/// Which texts are counted, how they are cut, and what that may take.
struct CorpusOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What cuts text: gpt2, llama3, cl100k, o200k, qwen2, tekken or another name that llama.cpp knows, all "
                + "byte-level; metaspace, bert, whitespace or none; or regex:EXPRESSION.", valueName: "rule"))
    var split: String?

    @Option(
        help: ArgumentHelp(
            "How numbers are cut before that: digits:r2l:3 for groups from the right, digits:l2r:3 from the left, "
                + "digits:1 for single digits.", valueName: "rule"))
    var preTokenizer: String?

    @Option(
        help: ArgumentHelp(
            "What changes text before it is cut: nfc, nfd, nfkc, nfkd, nmt, lowercase, strip-accents, bert or "
                + "bert-cased; several are applied in order.", valueName: "form"))
    var normalizer: [String] = []

    @Option(
        help: ArgumentHelp(
            "Text in .jsonl and .ndjson files is in this member of each line.", valueName: "member"))
    var field = "text"

    @Option(
        help: ArgumentHelp("How files hold text: auto (by their names), text or jsonl.", valueName: "format"))
    var format = "auto"

    @Option(
        help: ArgumentHelp(
            "What is one text in a plain file: a line with its end, or the whole file.",
            valueName: "line|file"))
    var unit = "line"

    @Option(
        help: ArgumentHelp(
            "Memory to count in, such as 500MB or 2GB; the rest goes to the disk. Merging takes what it needs.",
            valueName: "size"))
    var memory = "2GB"

    @Option(
        help: ArgumentHelp(
            "Keep the state in this folder, so that a stopped job goes on where it was.", valueName: "folder")
    )
    var work: String?

    @Option(help: "Threads to work with; all cores when left out. The result is the same for any number.")
    var threads: Int?

    @Argument(help: "Text files, JSON lines or either as gzip; - is standard input.")
    var files: [String] = []

    /// The texts.
    func corpus() throws(LocatedError) -> Corpus {
        var corpus = Corpus(files: files)
        corpus.field = field
        corpus.format = try choice(format, of: Corpus.Format.self, "--format")
        corpus.unit = try choice(unit, of: Corpus.Unit.self, "--unit")
        return corpus
    }

    /// How they are counted.
    func counting() throws(LocatedError) -> CountingOptions {
        try checkThreads(threads)
        return CountingOptions(
            threads: threads ?? availableCores(), memoryInBytes: try byteCount(memory), workFolder: work)
    }

    /// The normalizer that was named, or `standard`.
    func normalizer(standard: Normalizer?) throws(LocatedError) -> Normalizer? {
        if normalizer.isEmpty { return standard }
        var steps: [Normalizer] = []
        for name in normalizer where name != "none" { steps.append(try Self.normalizer(name)) }
        return steps.count > 1 ? .sequence(steps) : steps.first
    }

    /// How numbers are to be cut; nil: as the pre-tokenizer does.
    func digitGrouping() throws(LocatedError) -> DigitGrouping? {
        guard let preTokenizer else { return nil }
        guard preTokenizer.hasPrefix("digits:") else {
            throw LocatedError(
                field: "--pre-tokenizer", problem: "\"\(preTokenizer)\" is not a rule that is known",
                remedy: "name digits:r2l:3, digits:l2r:3 or digits:1; --split names what cuts other text")
        }
        return try DigitGrouping(parsing: String(preTokenizer.dropFirst("digits:".count)))
    }

    /// The pre-tokenizer that was named, or `standard`.
    func preTokenizer(standard: String) throws(LocatedError) -> PreTokenizer? {
        let rule = try rule(standard: standard)
        guard let grouping = try digitGrouping() else { return rule }
        return try .grouping(digits: grouping, before: rule)
    }

    private func rule(standard: String) throws(LocatedError) -> PreTokenizer? {
        let name = split ?? standard
        if name.hasPrefix("regex:") {
            return .sequence([
                .split(.expression(String(name.dropFirst("regex:".count))), .isolated, inverted: false),
                .byteLevel(addsPrefixSpace: false, usesExpression: false),
            ])
        }
        switch name {
        case "none": return nil
        case "metaspace": return .metaspace(replacement: "\u{2581}", prepends: .always, splits: true)
        case "bert": return .bert
        case "whitespace": return .whitespace
        case "gpt2": return .gpt2
        case "cl100k": return .cl100k
        case "o200k": return .o200k
        default: break
        }
        if let known = PreTokenizer.tiktoken(encoding: name) ?? PreTokenizer.llamaCpp(name: name) {
            return known
        }
        throw LocatedError(
            field: "--split", problem: "\"\(name)\" is not a rule that is known",
            remedy:
                "name gpt2, llama3, cl100k, o200k, qwen2, metaspace, bert, whitespace, none or regex:EXPRESSION"
        )
    }

    private static func normalizer(_ name: String) throws(LocatedError) -> Normalizer {
        switch name {
        case "nfc": return .unicode(.canonicalComposed)
        case "nfd": return .unicode(.canonicalDecomposed)
        case "nfkc": return .unicode(.compatibleComposed)
        case "nfkd": return .unicode(.compatibleDecomposed)
        case "nmt": return .nmt
        case "lowercase": return .lowercase
        case "strip-accents": return .stripAccents
        case "bert":
            return .bert(cleansText: true, spacesChinese: true, stripsAccents: nil, lowercases: true)
        case "bert-cased":
            return .bert(cleansText: true, spacesChinese: true, stripsAccents: nil, lowercases: false)
        default:
            throw LocatedError(
                field: "--normalizer", problem: "\"\(name)\" is not a normalizer that is known",
                remedy: "name nfc, nfd, nfkc, nfkd, nmt, lowercase, strip-accents, bert, bert-cased or none")
        }
    }
}

/// The case that `text` names.
func choice<Value: RawRepresentable & CaseIterable>(
    _ text: String, of type: Value.Type, _ option: String
) throws(LocatedError) -> Value where Value.RawValue == String {
    if let value = Value(rawValue: text) { return value }
    throw LocatedError(
        field: option, problem: "\"\(text)\" is not one of the choices",
        remedy: "name one of " + Value.allCases.map(\.rawValue).joined(separator: ", "))
}

/// A number of bytes, such as 500MB, 2GB or 1GiB.
func byteCount(_ text: String) throws(LocatedError) -> Int {
    let digits = text.prefix { $0.isNumber || $0 == "." }
    let units: [String: Double] = [
        "": 1, "b": 1, "k": 1e3, "kb": 1e3, "m": 1e6, "mb": 1e6, "g": 1e9, "gb": 1e9, "t": 1e12, "tb": 1e12,
        "kib": 0x1p10, "mib": 0x1p20, "gib": 0x1p30, "tib": 0x1p40,
    ]
    let unit = text.dropFirst(digits.count).lowercased()
    guard let number = Double(digits), let factor = units[unit], number * factor >= 1e6,
        number * factor < 1e18
    else {
        throw LocatedError(
            field: "--memory", problem: "\"\(text)\" is not a number of bytes of a megabyte or more",
            remedy: "write it like 500MB or 2GB")
    }
    return Int(number * factor)
}
