internal import ArgumentParser
internal import TesseraCore

/// A verb of this command that a program beside it runs.
///
/// Looked up before anything is parsed, so that all that follows the verb, its help too, is the other program's to
/// read. To the parser it is a subcommand without arguments: help and completions list it.
protocol SiblingVerb: ParsableCommand {
    /// The verbs that it is typed after, such as `tokenizer`; none for a verb of the root.
    static var family: [String] { get }

    /// The verb as it is typed.
    static var name: String { get }

    /// What it does, in one line.
    static var abstract: String { get }

    /// The program that runs it.
    static var program: SiblingProgram { get }
}

extension SiblingVerb {
    static var family: [String] { [] }

    /// The words by which it is called.
    static var path: [String] { family + [name] }

    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: name, abstract: abstract)
    }
}

extension Tessera {
    /// The verbs of other programs: name and one line each.
    static let siblingVerbs: [any SiblingVerb.Type] = [
        ServeVerb.self, TrainVerb.self, StudyVerb.self, LabVerb.self, MixtureVerb.self,
    ]

    /// Becomes the program that the arguments ask for, if it is another: `serve …`, `serve --help` or `help serve`, and
    /// likewise for `tokenizer mixture`.
    ///
    /// - Throws: `LocatedError` when that program is not installed.
    static func handOver(_ arguments: [String]) throws(LocatedError) {
        let asksForHelp = arguments.first == "help"
        let spoken = asksForHelp ? Array(arguments.dropFirst()) : arguments
        guard let verb = siblingVerbs.first(where: { spoken.starts(with: $0.path) }) else { return }
        try verb.program.replaceProcess(
            with: (verb.program.readsVerb ? spoken : Array(spoken.dropFirst(verb.path.count)))
                + (asksForHelp ? ["--help"] : []))
    }
}

/// `tessera serve`.
struct ServeVerb: SiblingVerb {
    static let name = "serve"
    static let abstract = "Serve a model over HTTP, with a page to play in."
    static let program = SiblingProgram.server
}

/// `tessera train`.
struct TrainVerb: SiblingVerb {
    static let name = "train"
    static let abstract = "Train a language model on text, from nothing."
    static let program = SiblingProgram.lab
}

/// `tessera lab`.
struct LabVerb: SiblingVerb {
    static let name = "lab"
    static let abstract = "Show what the lab runs on: libtorch and devices."
    static let program = SiblingProgram.lab
}

/// `tessera tokenizer mixture`.
struct MixtureVerb: SiblingVerb {
    static let family = ["tokenizer"]
    static let name = "mixture"
    static let abstract = "Estimate the mixture of texts behind a tokenizer."
    static let program = SiblingProgram.lab
}

/// `tessera study`.
struct StudyVerb: SiblingVerb {
    static let name = "study"
    static let abstract = "Run the experiments of the papers."
    static let program = SiblingProgram.lab
}
