internal import ArgumentParser
internal import TesseraCore

/// A verb of this command that a program beside it runs.
///
/// Looked up before anything is parsed, so that all that follows the verb, its help too, is the other program's to
/// read. To the parser it is a subcommand without arguments: help and completions list it.
protocol SiblingVerb: ParsableCommand {
    /// The verb as it is typed.
    static var name: String { get }

    /// What it does, in one line.
    static var abstract: String { get }

    /// The program that runs it.
    static var program: SiblingProgram { get }
}

extension SiblingVerb {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: name, abstract: abstract)
    }
}

extension Tessera {
    /// The verbs of other programs: name and one line each.
    static let siblingVerbs: [any SiblingVerb.Type] = [ServeVerb.self, LabVerb.self]

    /// Becomes the program that the arguments ask for, if it is another: `serve …`, `serve --help` or `help serve`.
    ///
    /// - Throws: `LocatedError` when that program is not installed.
    static func handOver(_ arguments: [String]) throws(LocatedError) {
        let asksForHelp = arguments.first == "help"
        let spoken = asksForHelp ? Array(arguments.dropFirst()) : arguments
        guard let verb = siblingVerbs.first(where: { $0.name == spoken.first }) else { return }
        try verb.program.replaceProcess(
            with: (verb.program.readsVerb ? spoken : Array(spoken.dropFirst()))
                + (asksForHelp ? ["--help"] : []))
    }
}

/// `tessera serve`.
struct ServeVerb: SiblingVerb {
    static let name = "serve"
    static let abstract = "Serve a model over HTTP, with a page to play in."
    static let program = SiblingProgram.server
}

/// `tessera lab`.
struct LabVerb: SiblingVerb {
    static let name = "lab"
    static let abstract = "Show what the lab runs on: libtorch and devices."
    static let program = SiblingProgram.lab
}
