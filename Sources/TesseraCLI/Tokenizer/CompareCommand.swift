internal import ArgumentParser
internal import TesseraConsole
internal import TesseraCore
internal import TesseraFiles
internal import TesseraReport
internal import TesseraTokenizers
internal import TesseraVocabulary

/// `tessera tokenizer compare`: what languages cost in several vocabularies.
struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compare what tokenizers make of languages, or what their vocabularies hold.",
        discussion: """
            A file is a language, named like the file; so is each file or folder of a folder. Without --corpus one \
            paragraph in twelve languages is used. Special tokens in texts are read as text. With --vocabularies the \
            vocabularies themselves are compared: classes of tokens, scripts, languages and shared tokens; --report \
            writes that as a page with tables beside it.
            """
    )

    @Argument(help: "Tokenizer files, folders, GGUF files or fetched models.")
    var tokenizers: [String]

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Files, one for each language, or folders of them.", valueName: "paths"))
    var corpus: [String] = []

    @Option(help: ArgumentHelp("Write a picture of the bytes per token here.", valueName: "file"))
    var svg: String?

    @Flag(name: .customLong("vocabularies"), help: "Compare the vocabularies themselves, after Qtok.")
    var comparesVocabularies = false

    @Option(
        help: ArgumentHelp(
            "Write the comparison of vocabularies here: index.html, report.json and tables.",
            valueName: "folder"))
    var report: String?

    @OptionGroup var vocabularies: VocabularyFlags

    @OptionGroup var output: OutputOptions

    func run() throws {
        guard !tokenizers.isEmpty else {
            throw LocatedError(
                field: "TOKENIZERS", problem: "there are none to compare", remedy: "name one or more")
        }
        var loaded: [(name: String, tokenizer: PipelineTokenizer)] = []
        for (path, name) in zip(tokenizers, shortNames(of: tokenizers)) {
            let one = try TokenizerLoader.load(path: path, options: TokenizerLoader.Options())
            loaded.append((name, one.tokenizer))
        }
        if comparesVocabularies || report != nil { return try compareVocabularies(loaded) }
        let samples =
            corpus.isEmpty
            ? DemoTexts.paragraphs.map { LanguageSample($0.language, text: $0.text) }
            : try LanguageSample.at(corpus)
        let bar = ProgressBar()
        defer { bar.clear() }
        let comparison = try VocabularyComparison(
            of: loaded, on: samples, progress: bar.progress, cancellation: Interruption.cancellation)
        bar.clear()
        if let svg { try writeAtomically(comparison.chart.svg(), to: svg) }
        if output.json {
            try writeJSON(comparison.json)
        } else {
            try write(comparison.table.text() + "\n" + comparison.summary.text())
        }
    }
}

/// The last parts of paths, as many as it takes to tell them apart.
func shortNames(of paths: [String]) -> [String] {
    let parts = paths.map { $0.split(separator: "/") }
    return paths.indices.map { index in
        for length in 1..<max(parts[index].count, 1) {
            let name = parts[index].suffix(length).joined(separator: "/")
            let isOnly = !parts.indices.contains {
                $0 != index && parts[$0].suffix(length).joined(separator: "/") == name
            }
            let isGeneric = ["tokenizer.json", "tokenizer.model", "vocab.json", "tekken.json"].contains(name)
            if isOnly, !isGeneric { return name }
        }
        return paths[index]
    }
}
