import Foundation
import Testing

@Suite("tessera tokenizer")
struct TokenizerCommandTests {
    private let text = "Grüße aus 東京 🚆, don't panic!\n"

    @Test("encode prints ids that decode to the text, offsets without gaps, and spellings")
    func encodeJSON() throws {
        let object = try Program.json(["tokenizer", "encode", "--json", "-"], input: Data(text.utf8))
        let ids = try #require(object["ids"] as? [Int])
        let tokens = try #require(object["tokens"] as? [String])
        let offsets = try #require(object["offsets"] as? [[Int]])
        #expect(ids.count == tokens.count && ids.count == offsets.count && ids.count > 5)
        #expect(offsets.first?[0] == 0)
        #expect(offsets.last?[1] == text.utf8.count)
        // Tokens that share a code point all span it, so neighbours may overlap but never leave a gap.
        for (left, right) in zip(offsets, offsets.dropFirst()) {
            #expect(left[0] <= right[0] && right[0] <= left[1] && left[1] <= right[1])
        }

        let decoded = try Program.json(["tokenizer", "decode", "--json"] + ids.map(String.init))
        #expect(decoded["text"] as? String == text)
    }

    @Test("encode --lines answers line by line, and plain ids decode through a pipe")
    func lines() throws {
        let run = try Program.run(["tokenizer", "encode", "--lines"], input: Data("one two\n\nthree".utf8))
        #expect(run.status == 0)
        let lines = run.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        #expect(lines.count == 3 && lines[1].isEmpty)
        let decoded = try Program.run(["tokenizer", "decode"], input: Data(lines[0].utf8))
        #expect(decoded.output == "one two\n")
    }

    @Test("a special token's spelling is one token, or ordinary text when asked")
    func special() throws {
        let input = Data("<|im_end|>".utf8)
        let asToken = try Program.run(["tokenizer", "encode"], input: input)
        #expect(asToken.output == "2\n")
        let asText = try Program.run(["tokenizer", "encode", "--special-as-text"], input: input)
        #expect(asText.output.split(separator: " ").count > 3)
    }

    @Test("inspect describes the tokenizer and lists the tokens of a text")
    func inspect() throws {
        let object = try Program.json(["tokenizer", "inspect", "--json"])
        #expect(object["vocabularySize"] as? Int == 49_152)
        #expect(object["mergeCount"] as? Int == 48_900)
        let run = try Program.run(["tokenizer", "inspect", "-"], input: Data("Hello, world".utf8))
        #expect(run.status == 0)
        #expect(run.output.contains("bytes a token"))
    }

    @Test("encode --count says how many tokens there are, with --lines as the lines come")
    func count() throws {
        let text = "one two\n\nthree don't\r\nfour  five\n"
        let ids = try Program.run(["tokenizer", "encode"], input: Data(text.dropLast().utf8))
        let whole = try Program.run(["tokenizer", "encode", "--count"], input: Data(text.dropLast().utf8))
        #expect(whole.output == "\(ids.output.split(separator: " ").count)\n")
        let unix = text.replacingOccurrences(of: "\r\n", with: "\n")
        let running = try Program.run(["tokenizer", "encode", "--count", "--lines"], input: Data(unix.utf8))
        var expected = ""
        var before = ""
        for line in unix.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            before += line
            let run = try Program.run(["tokenizer", "encode", "--count"], input: Data(before.utf8))
            expected += run.output
            before += "\n"
        }
        #expect(running.output == expected)
        let object = try Program.json(
            ["tokenizer", "encode", "--count", "--json"], input: Data("one two".utf8))
        #expect(object["tokenCount"] as? Int == 2)
    }

    @Test("inspect --reachability lists the tokens that no text becomes")
    func reachability() throws {
        let object = try Program.json(["tokenizer", "inspect", "--reachability", "--json"])
        let unreachable = try #require(object["unreachable"] as? [[String: Any]])
        #expect(object["unreachableCount"] as? Int == unreachable.count)
        #expect(object["vocabularySize"] as? Int == 49_152)
        #expect(try #require(object["checkedCount"] as? Int) > 49_000)
        for token in unreachable { #expect((token["reason"] as? String)?.isEmpty == false) }
        let run = try Program.run(["tokenizer", "inspect", "--reachability"])
        #expect(run.status == 0 && run.output.contains("cannot be produced"))
        let both = try Program.run(["tokenizer", "inspect", "--reachability", "-"], input: Data("a".utf8))
        #expect(both.status == 2)
    }

    @Test("text that is not UTF-8 is refused with the place of the bad byte")
    func invalidUTF8() throws {
        let run = try Program.run(["tokenizer", "encode"], input: Data([0x61, 0x62, 0xFF, 0x63]))
        #expect(run.status == 1)
        #expect(run.errors.contains("standard input") && run.errors.contains("2"))
        #expect(run.errors.split(separator: "\n").count == 1)
    }

    @Test(
        "ids that are no ids are refused",
        arguments: ["12 x", "999999999", "-1", "49152", "99999999999999999999"])
    func badIDs(ids: String) throws {
        let run = try Program.run(["tokenizer", "decode"], input: Data(ids.utf8))
        #expect(run.status == 1)
        #expect(run.errors.hasPrefix("error: ids: "))
    }
}
