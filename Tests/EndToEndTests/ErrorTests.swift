import Foundation
import TesseraTestSupport
import Testing

@Suite("What goes wrong is told on one line, with status 1")
struct ErrorTests {
    /// Runs the program and expects one line of error that contains every word.
    private func expectError(
        _ arguments: [String], mentions words: [String], input: Data = Data(), outputPath: String? = nil,
        environment: [String: String] = [:], sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let run = try Program.run(arguments, input: input, environment: environment, outputPath: outputPath)
        #expect(run.status == 1, "\(run.errors)", sourceLocation: sourceLocation)
        #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)", sourceLocation: sourceLocation)
        #expect(run.errors.hasPrefix("error: "), sourceLocation: sourceLocation)
        for word in words {
            #expect(run.errors.contains(word), "\(run.errors)", sourceLocation: sourceLocation)
        }
    }

    @Test(
        "sampling options out of range name the option",
        arguments: [
            ["--temperature", "nan"], ["--temperature", "-1"], ["--temperature", "inf"], ["--top-p", "1.5"],
            ["--min-p", "nan"], ["--top-k", "-2"], ["--repetition-penalty", "0"], ["--max-tokens", "0"],
            ["--context", "0"], ["--context", "100000"], ["--threads", "0"],
        ])
    func options(option: [String]) throws {
        // `=` because a value such as -1 would be read as an option.
        try expectError(["generate", "Hi", "\(option[0])=\(option[1])"], mentions: [option[0]])
    }

    @Test("a prompt longer than the context tells both counts")
    func longPrompt() throws {
        let prompt = String(repeating: "word ", count: 9_000)
        try expectError(["generate", "-"], mentions: ["prompt", "8192"], input: Data(prompt.utf8))
        try expectError(
            ["generate", "one two three four five", "--context", "3"], mentions: ["prompt", "3"])
    }

    @Test("an empty prompt has nothing to go on from")
    func emptyPrompt() throws {
        try expectError(["generate", "-"], mentions: ["prompt"])
    }

    @Test("standard input that is not UTF-8 is refused", arguments: [["generate"], ["evaluate"], ["chat"]])
    func invalidUTF8(arguments: [String]) throws {
        try expectError(
            arguments, mentions: ["standard input"], input: Data([0x48, 0x69, 0x20, 0xC3, 0x28, 0x0A]))
    }

    @Test("a model that is not there names the command that fetches one")
    func missingModel() throws {
        try expectError(
            ["generate", "Hi", "--model", "nothing-here.gguf"],
            mentions: ["nothing-here.gguf", "tessera model fetch"])
        let folder = try TemporaryFolder()
        try expectError(
            ["generate", "Hi"], mentions: ["smollm2", "tessera model fetch smollm2"],
            environment: ["XDG_CACHE_HOME": folder.path])
    }

    @Test("files that are no models say what is wrong with them")
    func brokenModels() throws {
        let folder = try TemporaryFolder()
        let model = try Data(contentsOf: URL(fileURLWithPath: DefaultModel.path()))
        let truncated = try folder.write(Array(model.prefix(3_000_000)), to: "truncated.gguf")
        try expectError(["generate", "Hi", "--model", truncated], mentions: ["truncated.gguf"])
        try expectError(
            ["tokenizer", "encode", "--tokenizer", truncated], mentions: ["truncated.gguf"],
            input: Data("x".utf8))
        try expectError(["model", "info", truncated], mentions: ["truncated.gguf"])

        var magic = Array(model.prefix(4_096))
        magic[0] = 0x58
        try expectError(
            ["model", "info", try folder.write(magic, to: "magic.gguf")], mentions: ["magic.gguf", "magic"])
        var version = Array(model.prefix(4_096))
        version[4] = 99
        try expectError(
            ["model", "info", try folder.write(version, to: "version.gguf")],
            mentions: ["version.gguf", "99"])
        try expectError(
            ["model", "info", try folder.write([UInt8](), to: "empty.gguf")], mentions: ["empty.gguf"])
        try expectError(["generate", "Hi", "--model", folder.path], mentions: [folder.path])
    }

    @Test("a full disk is told", arguments: [["tokenizer", "encode"], ["generate", "Hi", "-n", "4"]])
    func fullDisk(arguments: [String]) throws {
        try expectError(
            arguments, mentions: ["standard output"], input: Data("hello".utf8), outputPath: "/dev/full")
    }

    @Test(
        "a command line that makes no sense has status 2",
        arguments: [
            ["frobnicate"], ["generate", "--nope"], ["tokenizer", "encode", "--json=maybe"],
            ["generate", "x", "--temperature", "warm"],
        ])
    func usage(arguments: [String]) throws {
        let run = try Program.run(arguments)
        #expect(run.status == 2)
        #expect(run.output.isEmpty)
        #expect(!run.errors.isEmpty)
    }
}
