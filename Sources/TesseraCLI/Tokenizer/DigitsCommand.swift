internal import ArgumentParser
internal import TesseraCore
internal import TesseraTokenizers
internal import TesseraVocabulary

/// `tessera tokenizer edit digits`: numbers cut into groups.
struct DigitsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "digits",
        abstract: "Cut numbers into groups before the model sees them.",
        discussion: """
            Groups from the right (r2l:3) stand for the same powers of ten in numbers of any length, which helps models to \
            learn arithmetic. A model that was trained with other cuts has to be trained on.
            """
    )

    @OptionGroup var edit: EditOptions

    @Option(help: ArgumentHelp("r2l:3, l2r:3 or 1 for single digits.", valueName: "rule"))
    var groups: String

    @Flag(help: "Make tokens of all strings of as many digits as a group may have, up to three.")
    var addMissing = false

    func run() throws {
        let grouping = try DigitGrouping(parsing: groups)
        let loaded = try edit.load()
        let definition = loaded.tokenizer.definition
        try edit.finish(
            try definition.groupingDigits(grouping, addsMissing: addMissing), of: loaded)
    }
}
