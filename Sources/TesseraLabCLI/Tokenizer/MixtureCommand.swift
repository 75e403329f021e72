internal import ArgumentParser
internal import TesseraConsole
internal import TesseraCore
internal import TesseraFiles
internal import TesseraMixture
internal import TesseraReport
internal import TesseraTokenizers
internal import TesseraTraining
internal import TesseraVocabulary

/// `tessera tokenizer mixture`: what a BPE tokenizer was trained on.
struct MixtureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mixture",
        abstract: "Estimate the mixture of texts behind a tokenizer.",
        discussion: """
            Every merge was the most frequent pair at its step; with text of each category that bounds the shares (Hayase et \
            al., 2024). Shares are of pairs of neighbouring symbols, about bytes, not of documents; samples of a megabyte or \
            more should be like the training data. Samples of one name are one category. With --expected the status is 1 \
            when a share is off by more than --tolerance.
            """
    )

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "A tokenizer file, a folder, a GGUF file or a fetched model; it must be BPE.",
            valueName: "tokenizer"))
    var tokenizer: String

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "A category and its text: a file, a folder with all files below it, or - for standard input.",
            valueName: "name=path"))
    var samples: [String]

    @Option(help: "Merges to use; the first 3,000, or all when there are fewer, when left out.")
    var merges: Int?

    @Option(
        help: ArgumentHelp(
            "Make the first merges without asking what they say, where they were taken from another tokenizer.",
            valueName: "merges"))
    var skipMerges = 0

    @Flag(help: "Leave out merges of nothing but spaces, which are often added by hand.")
    var dropSpaces = false

    @Option(help: ArgumentHelp("What shares are shares of.", valueName: "pairs|bytes"))
    var denominator = MixtureDenominator.pairs

    @Option(
        help: ArgumentHelp(
            "Draw the texts of the samples anew so often, for intervals; 20 is usual.", valueName: "draws"))
    var bootstrap = 0

    @Option(help: "Names the draws.")
    var seed: UInt64 = 1

    @Option(
        help: ArgumentHelp(
            "What is drawn: the lines of plain files, or whole files.", valueName: "line|file"))
    var unit = Corpus.Unit.line

    @Option(help: ArgumentHelp("Text in .jsonl files is in this member of each line.", valueName: "member"))
    var field = "text"

    @Option(
        help: ArgumentHelp("A JSON object of the share that each category should have.", valueName: "file"))
    var expected: String?

    @Option(help: "By how much a share may differ from what is expected.")
    var tolerance = 0.02

    @Option(help: "Threads to read and replay with; all cores when left out.")
    var threads: Int?

    @Flag(help: "Write one JSON object instead of tables for people.")
    var json = false

    func run() throws {
        try check(merges, in: 1...Int(Int32.max), "--merges")
        try check(bootstrap, in: 0...10_000, "--bootstrap")
        try checkThreads(threads)
        guard tolerance >= 0, tolerance <= 1 else {
            throw LocatedError(
                field: "--tolerance", problem: "\(tolerance) is outside 0...1",
                remedy: "give a number in that range")
        }
        // What cannot be compared is told before the work begins.
        let expectation = try expected.map { try MixtureExpectation(contentsOf: $0) }
        let categories = try samples.map(sample)
        guard bootstrap == 0 || !samples.contains(where: { $0.hasSuffix("=-") }) else {
            throw LocatedError(
                field: "--bootstrap", problem: "standard input cannot be read again",
                remedy: "name files, or leave --bootstrap out")
        }
        let loaded = try TokenizerLoader.load(path: tokenizer, options: TokenizerLoader.Options())
        var options = DataMixtureInference.Options()
        options.merges = merges
        options.skippedMerges = skipMerges
        options.dropsSpaces = dropSpaces
        options.bootstraps = bootstrap
        options.seed = seed
        if let threads { options.counting.threads = threads }
        let bar = ProgressBar()
        defer { bar.clear() }
        let inference = try DataMixtureInference(
            of: loaded.tokenizer, samples: categories, options: options, file: tokenizer,
            cancellation: Interruption.cancellation)
        let estimate = try inference.estimate(progress: bar.progress, cancellation: Interruption.cancellation)
        bar.clear()
        let compared = try expectation?.compared(with: estimate, of: denominator)
        let isOff = compared?.contains { ($0.expected - $0.found).magnitude > tolerance } ?? false
        try StandardOutput.standard.write(
            json ? report(estimate, compared, isOff) + "\n" : text(estimate, compared, isOff))
        if isOff { throw ExitCode(ExitStatus.failure.rawValue) }
    }

    /// The category that `en=path` names.
    private func sample(_ argument: String) throws(LocatedError) -> LanguageSample {
        guard let sign = argument.firstIndex(of: "="), sign > argument.startIndex else {
            throw LocatedError(
                field: "--samples", problem: "\"\(argument)\" is no name with a path",
                remedy: "write it like en=texts/en.txt")
        }
        let path = String(argument[argument.index(after: sign)...])
        var corpus = Corpus(files: try CorpusFiles.find([path]))
        corpus.unit = unit
        corpus.field = field
        return LanguageSample(String(argument[..<sign]), corpus: corpus)
    }

    private typealias Compared = [(name: String, expected: Double, found: Double)]

    private func text(_ estimate: MixtureEstimate, _ compared: Compared?, _ isOff: Bool) -> String {
        let used = NumberFormat.count(estimate.mergeCount - skipMerges)
        var text = estimate.table(of: denominator).text() + "\n"
        text += "shares are of \(denominator.rawValue) in the training data, by \(used) merges of "
        text +=
            "\(NumberFormat.count(estimate.sequence.availableCount)); merges and samples contradict each other by "
        text += NumberFormat.decimal(estimate.objective * 1e6, places: 1) + " ppm of pairs\n"
        for warning in estimate.warnings { text += "warning: \(warning)\n" }
        if !estimate.violations.isEmpty {
            text += "\nthe merges that fit least\n\n" + estimate.violationTable().text()
        }
        guard let compared else { return text }
        var table = Table([
            .init("category"), .init("expected", .right), .init("found", .right), .init("difference", .right),
        ])
        for (name, expected, found) in compared {
            table.append(
                [name] + [expected, found, found - expected].map { NumberFormat.decimal($0, places: 4) })
        }
        let verdict = isOff ? "off by more than" : "within"
        return text + "\n" + table.text() + "\n\(verdict) \(NumberFormat.significant(tolerance))\n"
    }

    private func report(_ estimate: MixtureEstimate, _ compared: Compared?, _ isOff: Bool) -> String {
        guard case .object(var object) = estimate.json else { return estimate.json.serialized() }
        if let compared {
            object["expected"] = .array(
                compared.map {
                    ["name": .string($0.name), "expected": .number($0.expected), "found": .number($0.found)]
                })
            object["denominatorOfExpected"] = .string(denominator.rawValue)
            object["withinTolerance"] = .bool(!isOff)
        }
        return JSONValue.object(object).serialized()
    }
}
