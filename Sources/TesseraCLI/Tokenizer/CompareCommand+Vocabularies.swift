internal import TesseraAnalysis
internal import TesseraConsole
internal import TesseraCore
internal import TesseraFiles
internal import TesseraReport
internal import TesseraTokenizers
internal import TesseraVocabulary

extension CompareCommand {
    /// Compares what the vocabularies hold, and writes a page where one is asked for.
    func compareVocabularies(_ loaded: [(name: String, tokenizer: PipelineTokenizer)]) throws {
        let bar = ProgressBar()
        defer { bar.clear() }
        let samples = try readSamples()
        var quality = try QualityReport(
            of: loaded, scriptRule: try vocabularies.scriptRule(), lexicons: try vocabularies.loadLexicons(),
            samples: samples,
            progress: bar.progress, cancellation: Interruption.cancellation)
        if report != nil {
            quality.unreachableCounts = try loaded.map {
                try Interruption.cancellation.check()
                return try? Reachability(of: $0.tokenizer.definition).unreachable.count
            }
        }
        bar.clear()
        if let report {
            try FileSystem.createFolder(report)
            for file in quality.files { try writeAtomically(file.text, to: report + "/" + file.name) }
        }
        if output.json {
            try writeJSON(quality.json)
            return
        }
        try write(quality.classTable(inPercent: true).text() + "\n" + quality.scoreTable.text() + "\n")
        try write(quality.scriptTable().text())
        if !quality.languages.isEmpty { try write("\n" + quality.languageTable.text()) }
        if loaded.count > 1 { try write("\n" + quality.similarityTable.text()) }
        if let report { try write("\n\(report)/index.html\n") }
    }

    /// The texts that the vocabularies are tried on.
    private func readSamples() throws -> [(name: String, text: String)] {
        guard !corpus.isEmpty else {
            return DemoTexts.paragraphs.map { (name: $0.language, text: $0.text) }
        }
        // Enough to measure with, and no more than a page can wait for.
        return try LanguageSample.at(corpus).map {
            (name: $0.name, text: try $0.text(limitInBytes: 1 << 24, cancellation: Interruption.cancellation))
        }
    }
}
