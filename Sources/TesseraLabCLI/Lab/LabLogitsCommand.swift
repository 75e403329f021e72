internal import ArgumentParser
internal import TesseraArchitectures
internal import TesseraConsole
internal import TesseraCore
internal import TesseraFiles
internal import TesseraTensor

/// `tessera lab logits`: what a network computes, for comparisons with other programs.
struct LabLogitsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logits",
        abstract: "Print what the lab computes from a model's folder.",
        discussion: "One JSON object with a row of logits for each token, to compare with other programs."
    )

    @Option(help: ArgumentHelp("The folder of the model.", valueName: "folder"))
    var model: String

    @Option(help: ArgumentHelp("Token ids, separated by commas.", valueName: "ids"))
    var tokens: String

    func validate() throws { _ = try ids() }

    func run() throws {
        let network = try readModelFolder(model)
        let ids = try ids()
        let logits = try withoutGradients { () throws(LocatedError) in
            try network.logits(of: Tensor(ids, shape: [1, ids.count])).reshaped(ids.count, -1)
        }
        let rows = try (0..<ids.count).map { row in
            JSONValue.array(try logits[axis: 0, row].doubles().map { .number($0) })
        }
        let value: JSONValue = ["tokens": .array(ids.map { .integer($0) }), "logits": .array(rows)]
        try StandardOutput.standard.write(value.serialized() + "\n")
    }

    private func ids() throws -> [Int] {
        let words = tokens.split(separator: ",", omittingEmptySubsequences: false)
        let ids = words.compactMap { Int($0) }
        guard !ids.isEmpty, ids.count == words.count else {
            throw ValidationError("--tokens are numbers, separated by commas")
        }
        return ids
    }
}
