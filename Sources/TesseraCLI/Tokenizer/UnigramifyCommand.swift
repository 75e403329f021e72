internal import ArgumentParser
internal import TesseraConsole
internal import TesseraCore
internal import TesseraTokenizers
internal import TesseraVocabulary

/// `tessera tokenizer edit unigramify`: a less-is-better lexicon as a Unigram model.
struct UnigramifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unigramify",
        abstract: "Make a Unigram model of a less-is-better lexicon, which other programs load.",
        discussion: """
            An approximation: scores are the logarithms of how often the corpus uses each type. The tokens of the corpus \
            before and after tell how near it is.
            """
    )

    @OptionGroup var edit: EditOptions

    func run() throws {
        let loaded = try edit.load()
        guard let texts = edit.texts else {
            throw LocatedError(
                field: "--corpus", problem: "no text tells how often types are used", remedy: "name files")
        }
        let definition = loaded.tokenizer.definition
        let bar = ProgressBar()
        defer { bar.clear() }
        let cost = try corpusCost(
            of: texts, with: definition, progress: bar.progress, cancellation: Interruption.cancellation)
        bar.clear()
        try edit.finish(try definition.unigramified(uses: cost.uses), of: loaded, before: cost)
    }
}
