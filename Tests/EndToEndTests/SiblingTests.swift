import Foundation
import TesseraTestSupport
import Testing

@Suite("Verbs of the programs beside tessera")
struct SiblingTests {
    /// The words of each verb, its program, and what the program is given of them.
    private static let verbs = [
        (["serve"], "tessera-server", ""), (["train"], "tessera-lab", "train "),
        (["study"], "tessera-lab", "study "), (["lab"], "tessera-lab", "lab "),
        (["tokenizer", "mixture"], "tessera-lab", "tokenizer mixture "),
    ]

    /// A copy of the program in a folder of its own, with `script` as the program beside it.
    private func program(in folder: TemporaryFolder, beside name: String? = nil, script: String = "") throws
        -> String
    {
        let copy = folder.path("tessera")
        try FileManager.default.copyItem(atPath: Program.path(), toPath: copy)
        if let name {
            let path = try folder.write("#!/bin/sh\n\(script)\n", to: name)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        }
        return copy
    }

    @Test("go there with arguments, input, both outputs and the exit status", arguments: verbs)
    func passing(verb: (words: [String], program: String, given: String)) throws {
        let folder = try TemporaryFolder()
        let script = #"echo "$# $*"; cat; echo "said" >&2; exit 37"#
        let copy = try program(in: folder, beside: verb.program, script: script)
        let count = 4 + (verb.given.isEmpty ? 0 : verb.words.count)
        for arguments in [["--port", "a b", "--", "-x"], ["help", "--json", "--", "--help"]] {
            let run = try Program.run(verb.words + arguments, input: Data("in\n".utf8), program: copy)
            #expect(run.status == 37)
            #expect(run.output == "\(count) \(verb.given)\(arguments.joined(separator: " "))\nin\n")
            #expect(run.errors == "said\n")
        }
    }

    @Test("ask there for their help, in both spellings, and are found through a link", arguments: verbs)
    func help(verb: (words: [String], program: String, given: String)) throws {
        let folder = try TemporaryFolder()
        let copy = try program(in: folder, beside: verb.program, script: #"echo "$*""#)
        let link = folder.path("linked")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: copy)
        for arguments in [verb.words + ["--help"], ["help"] + verb.words] {
            let run = try Program.run(arguments, program: link)
            #expect(run.status == 0 && run.output == "\(verb.given)--help\n")
        }
    }

    @Test("are stopped by Ctrl-C and by a request to end", arguments: [SIGINT, SIGTERM])
    func signals(number: Int32) throws {
        let folder = try TemporaryFolder()
        // Not waiting in a child: what the program itself is told counts.
        let script = "trap 'echo told; exit 9' INT TERM\necho ready\nwhile :; do sleep 0.05; done"
        let copy = try program(in: folder, beside: "tessera-lab", script: script)
        let run = try Program.run(["lab"], signal: (number, 6), program: copy)
        #expect(run.status == 9 && run.output == "ready\ntold\n")
    }

    @Test("say which command installs them when they are not there", arguments: verbs)
    func missing(verb: (words: [String], program: String, given: String)) throws {
        let folder = try TemporaryFolder()
        let copy = try program(in: folder)
        for arguments in [verb.words, verb.words + ["--help"], ["help"] + verb.words] {
            let run = try Program.run(arguments, program: copy)
            #expect(run.status == 1 && run.output.isEmpty)
            #expect(run.errors.contains(verb.program) && run.errors.contains("run: make "))
            #expect(run.errors.split(separator: "\n").count == 1)
        }
    }

    @Test("are listed with a line each in the help and in the completions of every shell", arguments: verbs)
    func listed(verb: (words: [String], program: String, given: String)) throws {
        let name = try #require(verb.words.last)
        let help = try Program.run(verb.words.dropLast() + ["--help"])
        let line = try #require(help.output.split(separator: "\n").first { $0.hasPrefix("  \(name) ") })
        #expect(line.hasSuffix("."))
        for shell in ["bash", "zsh", "fish"] {
            let completions = try Program.run(["--generate-completion-script", shell])
            #expect(completions.status == 0 && completions.output.contains(name))
        }
    }
}
