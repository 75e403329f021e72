import Foundation
import TesseraTestSupport
import Testing

@Suite("Numbers at the command line")
struct NumberTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("--dry-run prints the prompt with its numbers in groups")
    func regrouping() throws {
        let run = try Program.run(["generate", "--regroup-digits", "r2l:3:,", "--dry-run", "1234567+89="])
        #expect(run.output == "1,234,567+89=\n")
        let piped = try Program.run(
            ["generate", "--regroup-digits", "r2l:3: ", "--dry-run"],
            input: Data("1,234,567 and 0.12345\n".utf8))
        #expect(piped.output == "1 234 567 and 0.12345\n")
        for rule in ["r2l:3", "r2l:0:,", "x:3:,", "r2l:3:5"] {
            let refused = try Program.run(["generate", "--regroup-digits", rule, "--dry-run", "1"])
            #expect(refused.status == 1, "\(refused.output)")
        }
        let alone = try Program.run(["generate", "--dry-run", "1"])
        #expect(alone.status == 2 && alone.errors.contains("--regroup-digits"))
    }

    @Test("a tokenizer that is trained with groups of digits cuts numbers so, and so does one that is edited")
    func groups() throws {
        let text = try folder.write(
            (0..<300).map { "in \($0 * 7919) of \($0 * $0) windows\n" }.joined(), to: "a.txt")
        let trained = folder.path("trained.json")
        let plain = folder.path("plain.json")
        for (path, options) in [(trained, ["--pre-tokenizer", "digits:r2l:3"]), (plain, [])] {
            let run = try Program.run(
                ["tokenizer", "train", text, "-n", "400", "-o", path] + options)
            #expect(run.status == 0, "\(run.errors)")
        }
        let fixed = folder.path("fixed.json")
        let edited = try Program.run([
            "tokenizer", "edit", "digits", plain, "--groups", "r2l:3", "--add-missing", "-o", fixed,
        ])
        #expect(edited.status == 0, "\(edited.errors)")
        func verdict(_ path: String) throws -> String? {
            try Program.json(["tokenizer", "inspect", "--tokenizer", path, "--digits", "1..9", "--json"])[
                "verdict"] as? String
        }
        #expect(try verdict(fixed) == "groups of 3 from the right")
        #expect(try verdict(plain)?.hasPrefix("no direction") == true)
        let encoded = try Program.json(
            ["tokenizer", "inspect", "--tokenizer", trained, "--json", "-"], input: Data("1234567".utf8))
        let tokens = try #require(encoded["tokens"] as? [[String: Any]])
        let ends = Set(tokens.compactMap { ($0["offset"] as? [Int])?.last })
        #expect(ends.isSuperset(of: [1, 4, 7]))
        for lengths in ["9..1", "0..3", "x", "1...3", "1..99"] {
            let run = try Program.run(["tokenizer", "inspect", "--tokenizer", plain, "--digits", lengths])
            #expect(run.status == 1, "\(lengths): \(run.output)")
        }
    }

    @Test("a model is asked additions in several formats, and each answer is written down")
    func arithmetic() throws {
        let rows = folder.path("rows.jsonl")
        let result = try Program.json([
            "evaluate", "--task", "arithmetic", "--formats", "nosep,comma_r2l", "--lengths", "3,3,4",
            "--shots", "2",
            "--count", "3", "--output", rows, "--json",
        ])
        let formats = try #require(result["formats"] as? [[String: Any]])
        #expect(formats.compactMap { $0["format"] as? String } == ["nosep", "comma_r2l"])
        let lines = try String(contentsOfFile: rows, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 6)
        for line in lines {
            let row = try Program.object(String(line))
            #expect((row["sum"] as? String)?.count == 4)
            #expect(row["response"] is String)
        }
        for options in [["--lengths", "7,7,9"], ["--formats", "semicolon_r2l"], ["--count", "0"]] {
            let run = try Program.run(["evaluate", "--task", "arithmetic"] + options)
            #expect(run.status == 1, "\(run.output)")
        }
        let unknown = try Program.run(["evaluate", "--task", "spelling"])
        #expect(unknown.status == 2)
    }
}
