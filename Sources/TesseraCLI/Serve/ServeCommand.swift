internal import ArgumentParser

/// `tessera serve`: hands over to `tessera-server`, which lies beside this program.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve a model over HTTP, with a page to play in.")

    @Argument(parsing: .captureForPassthrough)
    var arguments: [String] = []

    func run() throws {
        try SiblingProgram(name: "tessera-server", installation: "make server").replaceProcess(
            with: arguments)
    }
}
