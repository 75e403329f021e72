import TesseraCore
import TesseraFiles
import TesseraTestSupport
import Testing

@Suite struct JSONHostileTests {
    @Test("60,000 brackets do not exhaust the stack", arguments: ["[", "{\"a\":", "[{\"a\":"])
    func deepNesting(opening: String) {
        let text = String(repeating: opening, count: 60_000)
        expectLocatedError(problem: "more than 256 levels") { try JSONValue(parsing: text) }
    }

    @Test("256 levels are fine")
    func allowedNesting() throws {
        let text = String(repeating: "[", count: 256) + String(repeating: "]", count: 256)
        #expect(try JSONValue(parsing: text).serialized() == text)
        expectLocatedError { try JSONValue(parsing: "[\(text)]") }
        // The depth goes down again after each array, empty ones included.
        let wide = "[" + (0..<1_000).map { _ in "[],{},[1],{\"a\":1}" }.joined(separator: ",") + "]"
        #expect(try JSONValue(parsing: wide).serialized() == wide)
    }

    @Test(
        "what is not JSON is refused",
        arguments: [
            "", " ", "nul", "nulll", "True", "NaN", "Infinity", "-Infinity", "-", "+1", "01", "-01", "1.",
            ".5", "1e", "1e+",
            "0x10", "1 2", "[1,]", "[,1]", "[1 2]", "[", "]", "{", "}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}",
            "{,}", "{a:1}",
            "{'a':1}", "{1:2}", "\"", "\"a", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u123g\"", "\"a\nb\"",
            "\"\t\"",
            "\"\u{0}\"", "// comment", "[1]x", "\u{FEFF}\u{FEFF}1",
        ])
    func malformed(text: String) {
        expectLocatedError { try JSONValue(parsing: text) }
    }

    @Test(
        "half a surrogate pair is refused",
        arguments: [
            #""\ud800""#, #""\udc00""#, #""\ud800x""#, #""\ud800\n""#, #""\ud800\ud800""#, #""\udc00\ud800""#,
        ])
    func loneSurrogates(text: String) {
        expectLocatedError(problem: "surrogate") { try JSONValue(parsing: text) }
    }

    @Test(
        "numbers beyond Double are refused",
        arguments: ["1e400", "-1e400", "1e99999999999999999999", "2e308"])
    func hugeNumbers(text: String) {
        expectLocatedError(problem: "too large") { try JSONValue(parsing: text) }
    }

    @Test("a number of a million digits is read or refused, never a trap")
    func longNumbers() throws {
        expectLocatedError(problem: "too large") {
            try JSONValue(parsing: String(repeating: "9", count: 1_000_000))
        }
        #expect(try JSONValue(parsing: "0." + String(repeating: "0", count: 1_000_000) + "1") == 0.0)
    }

    @Test(
        "text that is not UTF-8 is refused",
        arguments: [
            [0xFF], [0xC3], [0xC3, 0x28], [0xE2, 0x82], [0xC0, 0x80], [0xED, 0xA0, 0x80],
            [0xF5, 0x80, 0x80, 0x80],
        ]
            as [[UInt8]])
    func invalidUTF8(bytes: [UInt8]) {
        expectLocatedError(problem: "UTF-8") { try JSONValue(parsing: [0x22] + bytes + [0x22]) }
        expectLocatedError(problem: "UTF-8") { try JSONValue(parsing: Array("\"\\n".utf8) + bytes + [0x22]) }
        expectLocatedError { try JSONValue(parsing: bytes) }
    }

    @Test(
        "a key that occurs twice is refused, in small objects and large ones",
        arguments: [2, 8, 9, 40, 1_000])
    func duplicateKeys(count: Int) {
        let members = (0..<count).map { "\"key\($0 == count - 1 ? 0 : $0)\": \($0)" }
        let text = "[\n{\(members.joined(separator: ","))}]"
        expectLocatedError(field: "line 2, column 1", problem: "\"key0\" twice") {
            try JSONValue(parsing: text)
        }
    }
}
