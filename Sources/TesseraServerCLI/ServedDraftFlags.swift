public import ArgumentParser
internal import TesseraCore
public import TesseraDecoding
internal import TesseraServer
internal import TesseraTokenizers
internal import TesseraVocabulary

extension DraftMethod: ExpressibleByArgument {}

/// How the server drafts what texts will say.
struct ServedDraftFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Guess several tokens of each text ahead and check them in one pass; texts stay the same. Auto: lookup+recycling.",
            valueName: "method"))
    var draft = DraftMethod.none

    @Option(
        help: ArgumentHelp(
            "Guesses of a text checked in a pass; left out, the number that pays by measured times.",
            valueName: "count"))
    var draftNodes: Int?

    @Option(
        help: ArgumentHelp(
            "A table that tessera generate --draft-table wrote, to begin with; it is read and not written.",
            valueName: "file"))
    var draftTable: String?

    func validate() throws {
        if draftNodes != nil, draft == .none { throw ValidationError("--draft-nodes needs --draft") }
        if let draftNodes, !(1...Drafting.mostNodes).contains(draftNodes) {
            throw ValidationError("--draft-nodes is from 1 to \(Drafting.mostNodes)")
        }
        if draftTable != nil, !draft.usesTable {
            throw ValidationError("--draft-table needs --draft recycling, lookup+recycling or auto")
        }
    }

    /// The drafts for a model; nil for plain decoding.
    func drafting(for served: ServedModel) throws(LocatedError) -> BatchDrafting? {
        try BatchDrafting(
            draft, size: draftNodes.map { .nodes($0) } ?? .measured, table: try table(for: served))
    }

    private func table(for served: ServedModel) throws(LocatedError) -> RecyclingTable {
        guard let draftTable else { return try RecyclingTable(vocabularySize: served.vocabularySize) }
        return try RecyclingTable(
            path: draftTable, fingerprint: served.tokenizer.definition.fingerprint,
            vocabularySize: served.vocabularySize)
    }
}
