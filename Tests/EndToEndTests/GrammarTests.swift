import Foundation
import Testing

@Suite("tessera grammar, and generation under one")
struct GrammarCommandTests {
    /// A folder with a schema and a grammar, removed when this goes.
    private final class Files {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("tessera-grammar-\(UUID().uuidString)")
        var schema: String { folder.appendingPathComponent("s.json").path }
        var grammar: String { folder.appendingPathComponent("g.gbnf").path }

        init(schema: String = "true", grammar: String = #"root ::= "a"+"#) throws {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try schema.write(toFile: self.schema, atomically: true, encoding: .utf8)
            try grammar.write(toFile: self.grammar, atomically: true, encoding: .utf8)
        }

        deinit { try? FileManager.default.removeItem(at: folder) }
    }

    @Test(
        "a schema makes the model write JSON that it allows, within the tokens that it has",
        arguments: [1, 2, 3])
    func jsonSchema(seed: Int) throws {
        let files = try Files(
            schema: #"""
                {"type": "object", "properties": {"city": {"type": "string"}, "population": {"type": "integer"}},
                 "required": ["city", "population"], "additionalProperties": false}
                """#)
        let run = try Program.json([
            "generate", "--chat", "Tell me about Paris as JSON.", "--json-schema", files.schema, "-n", "40",
            "--temperature", "1", "--seed", "\(seed)", "--json",
        ])
        let text = try #require(run["text"] as? String)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(object["city"] is String && object["population"] is Int)
        #expect((run["tokens"] as? [Int]).map { $0.count <= 40 } == true)
    }

    @Test("a regular expression and a grammar hold")
    func others() throws {
        let date = try Program.run(["generate", "Today is", "--regex", "[0-9]{4}-[0-9]{2}", "-n", "20"])
        #expect(date.output.wholeMatch(of: #/\d{4}-\d{2}\n/#) != nil, "\(date.output)")
        let files = try Files(grammar: #"root ::= "yes" | "no""#)
        let answer = try Program.run(["generate", "Is water wet?", "--grammar", files.grammar])
        #expect(["yes\n", "no\n"].contains(answer.output))
    }

    @Test("every reply of a chat is held to the schema")
    func chat() throws {
        let files = try Files(
            schema: #"""
                {"type": "object", "properties": {"answer": {"enum": ["yes", "no"]}}, "required": ["answer"],
                 "additionalProperties": false}
                """#)
        let run = try Program.run(
            ["chat", "--json-schema", files.schema, "--spacing", "compact"],
            input: Data("Is water wet?\nIs fire cold?\n".utf8))
        #expect(run.status == 0)
        let lines = run.output.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(
            lines.allSatisfy { [#"{"answer":"yes"}"#, #"{"answer":"no"}"#].contains($0) }, "\(run.output)")
        let refused = try Program.run(["chat", "--regex", "(?=a)"], input: Data("x".utf8))
        #expect(refused.status == 1 && refused.errors.contains("lookahead"))
    }

    @Test("bench constrained tells what a grammar adds")
    func overhead() throws {
        let files = try Files(schema: #"{"enum": ["yes", "no"]}"#)
        let found = try Program.json([
            "bench", "constrained", "--json-schema", files.schema, "--rounds", "1", "-n", "8", "--json",
        ])
        #expect((found["tokens"] as? Int).map { (1...8).contains($0) } == true)
        #expect(found["overhead"] is Double)
    }

    @Test("check tells what a grammar becomes, accepts where a text leaves it")
    func checking() throws {
        let files = try Files()
        #expect(try Program.json(["grammar", "check", files.grammar, "--json"])["states"] as? Int == 2)
        #expect(try Program.run(["grammar", "accepts", files.grammar, "aaa"]).status == 0)
        let refused = try Program.run(["grammar", "accepts", files.grammar, "-"], input: Data("aab".utf8))
        #expect(refused.status == 1)
        #expect(refused.errors.contains("byte 2"))
        let json = try Program.run(["grammar", "accepts", files.schema, #"{"a": [1, 2"#])
        #expect(json.status == 1)
        #expect(json.errors.contains("too early") && json.errors.contains("]}"))
    }

    @Test("errors come before the first token, with a place and a remedy")
    func errors() throws {
        let files = try Files(schema: #"{"not": {}}"#, grammar: "root ::= (")
        let schema = try Program.run(["generate", "x", "--json-schema", files.schema])
        #expect(schema.status == 1 && schema.output.isEmpty)
        #expect(schema.errors.contains("s.json") && schema.errors.contains("#/not"))
        let grammar = try Program.run(["generate", "x", "--grammar", files.grammar])
        #expect(grammar.status == 1 && grammar.errors.contains("line 1, column 10"))
        let budget = try Program.run(["generate", "x", "--regex", "abcdefghij{20}", "-n", "3"])
        #expect(budget.status == 1 && budget.errors.contains("--max-tokens"))
        #expect(try Program.run(["generate", "x", "--regex", "a", "--grammar", files.grammar]).status == 2)
    }
}
