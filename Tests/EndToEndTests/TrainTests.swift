import Foundation
import TesseraTestSupport
import Testing

@Suite("tessera tokenizer train")
struct TrainTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func text(seed: UInt64, lines: Int) -> String {
        var generator = SeededGenerator(seed: seed)
        let words = [
            "winter", "wind", "windows", "indeed", "deed", "\u{E9}t\u{E9}", "wintertime", "东京", "the",
            "there",
        ]
        return (0..<lines).map { _ in
            (0..<8).map { _ in words[Int.random(in: words.indices, using: &generator)] }.joined(
                separator: " ") + "\n"
        }.joined()
    }

    private func vocabulary(_ path: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: path))
    }

    @Test("shards counted by separate processes give the tokenizer of the whole text")
    func shards() throws {
        let files = try (0..<3).map { try folder.write(text(seed: UInt64($0), lines: 200), to: "\($0).txt") }
        let whole = try Program.json(
            ["tokenizer", "train", "-n", "400", "--threads", "1", "-o", folder.path("whole.json"), "--json"]
                + files)
        #expect((whole["mergeCount"] as? Int ?? 0) > 20)
        #expect((whole["bytesPerToken"] as? Double ?? 0) > 2)
        let counts = try files.map { file in
            let run = try Program.run(["tokenizer", "count", file, "-o", file + ".counts"])
            #expect(run.status == 0, "\(run.errors)")
            return file + ".counts"
        }
        for order in [counts, counts.reversed()] {
            let run = try Program.run(
                ["tokenizer", "train", "-n", "400", "-o", folder.path("shards.json"), "--counts"] + order)
            #expect(run.status == 0, "\(run.errors)")
            #expect(try vocabulary(folder.path("shards.json")) == vocabulary(folder.path("whole.json")))
        }
    }

    /// Many different words, so that counts do not fit in a megabyte and merging takes a while.
    private func manyWords(seed: UInt64, lines: Int) -> String {
        var generator = SeededGenerator(seed: seed)
        let letters = Array("abcdefghijklmnopqrstuvwxyz")
        return (0..<lines).map { _ in
            (0..<8).map { _ in
                String((0..<6).map { _ in letters[Int.random(in: letters.indices, using: &generator)] })
            }.joined(separator: " ") + "\n"
        }.joined()
    }

    /// Starts a training and kills it once its work folder tells that counting has begun, or is done.
    private func kill(_ arguments: [String], work: String, whenCounted: Bool) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try Program.path())
        process.arguments = arguments + ["--work", work]
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let journal = URL(fileURLWithPath: work + "/counting.json")
        let mark = "\"isFinished\": \(whenCounted)"
        let end = ContinuousClock.now + .seconds(60)
        while process.isRunning, ContinuousClock.now < end {
            if let state = try? String(contentsOf: journal, encoding: .utf8), state.contains(mark) { break }
            usleep(500)
        }
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(process.terminationReason == .uncaughtSignal, "it ended before it could be killed")
    }

    @Test("killed while it counts and while it merges, a training goes on and gives the same tokenizer")
    func killed() throws {
        let files = try (0..<12).map {
            try folder.write(manyWords(seed: UInt64($0), lines: 6_000), to: "k\($0).txt")
        }
        let arguments = ["tokenizer", "train", "-n", "3000", "--threads", "2", "--memory", "1MB"] + files
        let whole = try Program.run(arguments + ["-o", folder.path("whole.json")])
        #expect(whole.status == 0, "\(whole.errors)")
        let output = folder.path("resumed.json")
        let work = folder.path("work")
        try kill(arguments + ["-o", output], work: work, whenCounted: false)
        try kill(arguments + ["-o", output], work: work, whenCounted: true)
        #expect(!FileManager.default.fileExists(atPath: output))
        // The text is counted: what stands in the files now is not looked at.
        for (number, file) in files.enumerated() {
            let size = try Data(contentsOf: URL(fileURLWithPath: file)).count
            try folder.write(String(repeating: "?", count: size), to: "k\(number).txt")
        }
        let resumed = try Program.run(arguments + ["--work", work, "-o", output])
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect(try vocabulary(output) == vocabulary(folder.path("whole.json")))
    }

    @Test(
        "what was trained can be used at once", arguments: ["bpe", "unigram", "wordpiece"])
    func models(model: String) throws {
        let file = try folder.write(text(seed: 5, lines: 300), to: "m.txt")
        let output = folder.path("\(model).json")
        let run = try Program.run(["tokenizer", "train", file, "--model", model, "-n", "340", "-o", output])
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("bytes per token"))
        let encoded = try Program.json(
            ["tokenizer", "encode", "--tokenizer", output, "--json", "--no-special"],
            input: Data("the windows".utf8))
        #expect((encoded["ids"] as? [Int])?.isEmpty == false)
    }

    @Test("standard input, gzip and damaged input")
    func inputs() throws {
        let run = try Program.run(
            ["tokenizer", "train", "-", "-n", "300", "-o", folder.path("stdin.json")],
            input: Data(text(seed: 6, lines: 50).utf8))
        #expect(run.status == 0, "\(run.errors)")
        let packed = try folder.write([0x28, 0xB5, 0x2F, 0xFD, 0, 0, 0, 0], to: "a.zst")
        let refused = try Program.run(["tokenizer", "train", packed, "-o", folder.path("x.json")])
        #expect(refused.status == 1)
        #expect(refused.errors.contains("zstd -d"))
        #expect(refused.errors.split(separator: "\n").count == 1)
        let none = try Program.run(["tokenizer", "train", "-o", folder.path("x.json")])
        #expect(none.status == 1 && none.errors.contains("nothing to train on"))
    }

    @Test("a disk without room for what is spilled is told as such")
    func fullDisk() throws {
        let words = (0..<60_000).map { "w\($0 &* 7919 % 99_991)" }.joined(separator: " ")
        let file = try folder.write(words, to: "many.txt")
        // A folder for temporary files that cannot hold any.
        let run = try Program.run(
            ["tokenizer", "train", file, "--memory", "1MB", "-n", "300", "-o", folder.path("x.json")],
            environment: ["TMPDIR": "/dev/full"])
        #expect(run.status == 1)
        #expect(run.errors.hasPrefix("error: /dev/full: "))
        #expect(run.errors.split(separator: "\n").count == 1)
    }
}
