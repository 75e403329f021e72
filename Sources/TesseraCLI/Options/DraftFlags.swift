public import ArgumentParser
public import TesseraDecoding
internal import TesseraEngine
internal import TesseraFiles
internal import TesseraTokenizers
internal import TesseraVocabulary

extension DraftMethod: ExpressibleByArgument {}

/// How a command drafts what a model will say.
struct DraftFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Guess several tokens ahead and check them in one pass; the text stays the same. Auto: lookup+recycling.",
            valueName: "method"))
    var draft = DraftMethod.none

    @Option(
        help: ArgumentHelp(
            "Guesses checked in a pass; left out, the number that pays by measured times.", valueName: "count"
        ))
    var draftNodes: Int?

    @Option(
        help: ArgumentHelp(
            "A file to keep what recycling learns from run to run; made when it is not there.",
            valueName: "file"))
    var draftTable: String?

    @OptionGroup var small: DraftModelFlags

    /// Whether drafts are asked for.
    var isGiven: Bool { draft != .none || small.draftModel != nil }

    func validate() throws {
        if draftTable != nil, !draft.usesTable {
            throw ValidationError("--draft-table needs --draft recycling, lookup+recycling or auto")
        }
        if draft != .none, small.draftModel != nil {
            throw ValidationError("--draft and --draft-model exclude each other")
        }
        if draftNodes != nil, !isGiven {
            throw ValidationError("--draft-nodes needs --draft or --draft-model")
        }
        if let draftNodes, !(1...Drafting.mostNodes).contains(draftNodes) {
            throw ValidationError("--draft-nodes is from 1 to \(Drafting.mostNodes)")
        }
    }

    /// The drafts for a model whose tokens are drawn by `sampling`; nil for plain decoding.
    func drafting(for loaded: ModelOptions.Loaded, sampling: SamplingOptions) throws -> Drafting? {
        if let drafting = try small.drafting(for: loaded, sampling: sampling, nodes: draftNodes) {
            return drafting
        }
        guard draft != .none else { return nil }
        let size = loaded.model.vocabularySize
        var table = try RecyclingTable(vocabularySize: size)
        if let draftTable, FileSystem.kind(of: draftTable) != nil {
            table = try RecyclingTable(
                path: draftTable, fingerprint: loaded.fingerprint, vocabularySize: size)
        }
        return try draft.drafting(table: table, size: draftNodes.map { .nodes($0) } ?? .measured)
    }

    /// Keeps what was learnt, where that was asked for.
    func save(_ drafting: Drafting?, for loaded: ModelOptions.Loaded) throws {
        guard let draftTable, let table = drafting?.table else { return }
        try table.write(to: draftTable, fingerprint: loaded.fingerprint)
    }
}

extension ModelOptions.Loaded {
    /// Tells the vocabulary of its tokenizer from others.
    fileprivate var fingerprint: String { tokenizer.tokenizer.definition.fingerprint }
}
