public import ArgumentParser
internal import TesseraCore
public import TesseraDecoding

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

    func validate() throws {
        if draftNodes != nil, draft == .none { throw ValidationError("--draft-nodes needs --draft") }
        if let draftNodes, !(1...Drafting.mostNodes).contains(draftNodes) {
            throw ValidationError("--draft-nodes is from 1 to \(Drafting.mostNodes)")
        }
    }

    /// The drafts for a model; nil for plain decoding.
    func drafting(vocabularySize: Int) throws -> BatchDrafting? {
        try BatchDrafting(
            draft, size: draftNodes.map { .nodes($0) } ?? .measured, vocabularySize: vocabularySize)
    }
}
