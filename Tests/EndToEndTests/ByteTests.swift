import Foundation
import Testing

@Suite("tessera generate --bytes and --heal")
struct ByteCommandTests {
    private let prompt = "def add(a, b):\n    retu"

    @Test("a cut word is finished byte by byte, and with its token taken back")
    func continues() throws {
        let exact = try Program.json(["generate", prompt, "--bytes", "-n", "12", "--json"])
        #expect((exact["text"] as? String)?.hasPrefix("rn a + b") == true)
        #expect(exact["bytes"] as? Int == 12)
        let streamed = try Program.run(["generate", prompt, "--bytes", "-n", "12", "--stats"])
        #expect(streamed.output == "\(exact["text"] as? String ?? "")\n")
        #expect(streamed.errors.contains("12 bytes") && streamed.errors.contains("covers"))
        let healed = try Program.run(["generate", "The capital of France is Par", "--heal", "-n", "2"])
        #expect(healed.output.hasPrefix("is"))
    }

    @Test("the next bytes are printed with their probabilities")
    func next() throws {
        let found = try Program.json(["generate", prompt, "--bytes", "--next", "5", "--json"])
        let bytes = try #require(found["bytes"] as? [[String: Any]])
        #expect(bytes.count == 5 && bytes[0]["byte"] as? Int == 0x72)
        let table = try Program.run(["generate", prompt, "--bytes", "--next", "3"])
        #expect(table.output.contains("end of text"))
    }

    @Test("a model in an ensemble with itself says what it says alone")
    func ensemble() throws {
        let alone = try Program.run(["generate", prompt, "--bytes", "-n", "8"])
        for rule in ["mean", "product"] {
            let pair = try Program.run([
                "generate", prompt, "--bytes", "-n", "8", "--ensemble", "smollm2", "--ensemble-rule", rule,
            ])
            #expect(pair.output == alone.output, "\(pair.errors)")
        }
    }

    @Test("options that do not go together are told, and a model without tokens for the middle")
    func refused() throws {
        for arguments in [
            ["--heal", "--bytes"], ["--next", "3"], ["--ensemble", "smollm2"], ["--bytes", "--next", "0"],
            ["--bytes", "--regex", "a"], ["--fast"],
        ] {
            #expect(try Program.run(["generate", "x"] + arguments).status == 2, "\(arguments)")
        }
        let middle = try Program.run(["generate", "x", "--bytes", "--suffix", #filePath])
        #expect(middle.status == 1 && middle.errors.contains("--suffix"))
        let rule = try Program.run(["generate", "x", "--bytes", "--ensemble-rule", "sum"])
        #expect(rule.status == 2 && rule.errors.contains("--ensemble-rule"))
    }
}

@Suite("tessera attribute")
struct AttributeCommandTests {
    private let text = "My uncle lives in Spain and my aunt in Japan. The capital of Italy is"

    @Test("the country is among the first of what the capital rests on")
    func capital() throws {
        let found = try Program.json(["attribute", text, "--json", "--method", "occlusion"])
        let target = try #require(found["target"] as? [String: Any])
        #expect(target["text"] as? String == " Rome")
        let tokens = try #require(found["tokens"] as? [[String: Any]])
        let scores = tokens.map { $0["score"] as? Double ?? 0 }
        let italy = try #require(tokens.firstIndex { $0["text"] as? String == " Italy" })
        #expect(scores.count { $0 > scores[italy] } < 3)
        #expect(found["passes"] as? Int == 1 + 2 * tokens.count)
    }

    @Test("a page is written, a token of the text can be asked for, and the same seed gives the same table")
    func page() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).html")
        defer { try? FileManager.default.removeItem(at: file) }
        let arguments = [
            "attribute", "a <b> & c d", "--target-index", "4", "--steps", "20", "--html", file.path,
        ]
        let first = try Program.run(arguments)
        #expect(first.status == 0, "\(first.errors)")
        let html = try String(contentsOf: file, encoding: .utf8)
        #expect(html.contains("class=\"tokens\"") && html.contains("&lt;"))
        func table(_ run: Program.Run) -> String {
            String(run.output.split(separator: "\n", maxSplits: 1).last ?? "")
        }
        #expect(table(try Program.run(arguments)) == table(first))
    }

    @Test("what cannot be asked is told with a place and a remedy")
    func refused() throws {
        for (arguments, word) in [
            (["x"], "1 token before"), ([text, "--target-index", "99"], "--target-index"),
            ([text, "--target-index=-1"], "--target-index"), ([text, "--ratio", "2"], "--ratio"),
            ([text, "--top", "50"], "--top"), ([text, "--method", "magic"], "--method"),
            ([text, "--steps", "0"], "--steps"),
        ] {
            let run = try Program.run(["attribute"] + arguments)
            #expect(run.status == 1 && run.errors.contains(word), "\(run.errors)")
        }
    }
}
