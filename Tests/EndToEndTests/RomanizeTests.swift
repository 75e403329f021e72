import Foundation
import TesseraTestSupport
import Testing

@Suite("tessera romanize")
struct RomanizeTests {
    @Test("a text on the command line, in a language")
    func text() throws {
        let run = try Program.run(["romanize", "--lang", "rus", "Игорь", "Стравинский"])
        #expect(run.output == "Igor Stravinsky\n")
        #expect(try Program.run(["romanize", "नेपाल", "--lang", "hin"]).output == "nepaal\n")
        #expect(try Program.run(["romanize", "--ascii-only", "“東京” 😀"]).output == "\"dongjing\" ?\n")
    }

    @Test("a file to a file, whose edges tile each line")
    func files() throws {
        let folder = try TemporaryFolder()
        let lines = ["Россия и Москва", "", "नेपाल, ASCII", "東京\u{2028}大阪"]
        let input = try folder.write(Array(lines.joined(separator: "\n").utf8), to: "in.txt")
        let output = folder.path + "/out.txt"
        let run = try Program.run(["romanize", "--input", input, "--output", output])
        #expect(run.status == 0, "\(run.errors)")
        let text = try String(contentsOfFile: output, encoding: .utf8)
        #expect(text == "Rossiya i Moskva\n\nnepaal, ASCII\ndongjing\u{2028}daban")

        let edges = try Program.run(["romanize", "--input", input, "--format", "edges"])
        let made = try edges.output.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(made.count == lines.count)
        for (line, object) in zip(lines, made) {
            var place = 0
            for edge in try #require(object["edges"] as? [[String: Any]]) {
                let bytes = try #require(edge["bytes"] as? [Int])
                #expect(bytes.count == 2 && bytes[0] == place && bytes[1] > place)
                place = bytes[1]
            }
            #expect(place == line.utf8.count)
        }
        #expect(
            made.map { $0["text"] as? String }
                == text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
    }

    @Test("standard input of many parts comes out as it would whole")
    func standardInput() throws {
        let text = String(repeating: "Ελλάδα 한국 ภาษาไทย — ASCII words\n", count: 60_000)
        let run = try Program.run(["romanize", "--input", "-"], input: Data(text.utf8))
        #expect(run.status == 0)
        #expect(run.output == String(repeating: "Ellada hangug phaasaathai — ASCII words\n", count: 60_000))
    }

    @Test(
        "what cannot work is told in one line",
        arguments: [
            (["romanize"], "no text"), (["romanize", "--lang", "ru", "x"], "ISO 639-3"),
            (["romanize", "--input", "/nonexistent/x"], "/nonexistent/x"),
            (["romanize", "x", "--input", "-"], "both"),
            (["romanize", "--format", "xml", "x"], "xml"),
            (["romanize", "x", "-o", "/nonexistent/y"], "/nonexistent/y"),
        ])
    func errors(arguments: [String], names: String) throws {
        let run = try Program.run(arguments)
        #expect(run.status != 0)
        #expect(run.errors.contains(names))
    }

    @Test("bytes that are not UTF-8 are named by their place, and leave no file")
    func invalid() throws {
        let folder = try TemporaryFolder()
        let input = try folder.write(Array("Москва ".utf8) + [0xFF, 0x41], to: "bad.txt")
        let output = folder.path + "/out.txt"
        let run = try Program.run(["romanize", "--input", input, "--output", output])
        #expect(run.status == 1)
        #expect(run.errors.contains("bad.txt: byte 13 is not valid UTF-8"))
        #expect(!FileManager.default.fileExists(atPath: output))
    }
}
