import Foundation
import TesseraTestSupport
import Testing

@Suite("tessera tokenizer compare --vocabularies, inspect --classes")
struct VocabularyQualityTests {
    /// Two small vocabularies of known text.
    private func train(_ folder: borrowing TemporaryFolder, _ name: String, _ text: String) throws -> String {
        let corpus = try folder.write(
            Array(String(repeating: text + "\n", count: 30).utf8), to: name + ".txt")
        let path = folder.path + "/\(name).json"
        let run = try Program.run(["tokenizer", "train", corpus, "--split", "gpt2", "-n", "330", "-o", path])
        #expect(run.status == 0, "\(run.errors)")
        return path
    }

    @Test("a report of two vocabularies: a page that needs nothing else, and tables")
    func report() throws {
        let folder = try TemporaryFolder()
        let latin = try train(folder, "latin", "the king and the queen of the northern island")
        let cyrillic = try train(folder, "cyrillic", "король и королева северного острова")
        let lists = folder.path + "/lists"
        try FileManager.default.createDirectory(atPath: lists, withIntermediateDirectories: true)
        try "the\nking\nqueen\n".write(toFile: lists + "/english.txt", atomically: true, encoding: .utf8)
        try "король\nострова\n".write(toFile: lists + "/russian.txt", atomically: true, encoding: .utf8)
        let output = folder.path + "/report"
        let run = try Program.run([
            "tokenizer", "compare", latin, cyrillic, "--report", output, "--lexicons", lists, "--json",
        ])
        #expect(run.status == 0, "\(run.errors)")
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        let vocabularies = try #require(object["vocabularies"] as? [[String: Any]])
        #expect(vocabularies.count == 2)
        for vocabulary in vocabularies {
            let classes = try #require(vocabulary["classes"] as? [String: Int])
            #expect(classes.values.reduce(0, +) == vocabulary["size"] as? Int)
            #expect(vocabulary["unreachable"] as? Int != nil)
        }
        let jaccard = try #require(object["jaccard"] as? [[Double]])
        #expect(jaccard[0][0] == 1 && jaccard[0][1] == jaccard[1][0] && jaccard[0][1] < 1)
        let names = try FileManager.default.contentsOfDirectory(atPath: output)
        #expect(
            Set(names) == [
                "index.html", "report.json", "classes.tsv", "scripts.tsv", "scores.tsv", "similarity.tsv",
                "languages.tsv", "texts.tsv",
            ])
        let page = try String(contentsOfFile: output + "/index.html", encoding: .utf8)
        #expect(page.contains("Cyrillic") && page.contains("russian") && !page.contains("<script"))
    }

    @Test("the classes of one vocabulary, and the tokens of one class")
    func classes() throws {
        let object = try Program.json([
            "tokenizer", "inspect", "--tokenizer", "smollm2", "--classes", "--json",
        ])
        let counts = try #require(object["classes"] as? [String: Int])
        #expect(counts.values.reduce(0, +) == 49_152)
        let list = try Program.json([
            "tokenizer", "inspect", "--tokenizer", "smollm2", "--class", "unicode_flanks", "--limit", "5",
            "--json",
        ])
        #expect(list["count"] as? Int == counts["unicode_flanks"])
        #expect((list["tokens"] as? [Any])?.count == 5)
    }

    @Test(
        "what cannot work is told in one line",
        arguments: [
            (["tokenizer", "inspect", "--class", "letters"], "letters"),
            (
                ["tokenizer", "compare", "smollm2", "--vocabularies", "--lexicons", "/nonexistent"],
                "/nonexistent"
            ),
            (["tokenizer", "compare", "smollm2", "--vocabularies", "--scripts", "x"], "--scripts"),
            (["tokenizer", "compare", "http://example.org/tokenizer.json", "--vocabularies"], "http"),
        ])
    func errors(arguments: [String], names: String) throws {
        let run = try Program.run(arguments)
        #expect(run.status != 0)
        #expect(run.errors.contains(names))
    }
}
