import TesseraCore
import TesseraFiles
import TesseraTestSupport
import Testing

@Suite("leaving members of a JSON file, and scanning them")
struct PartialJSONTests {
    @Test("the members named are absent from the value and can be scanned")
    func scanning() throws {
        let text =
            #"{"a": {"big": {"x\n\u00e9": 1, "": -2}, "b": [{"big": 3}]}, "big": 4, "list": [["q", 1.5], []]}"#
        let json = try partial(text, leaving: ["a.big", "list", "absent"])
        #expect(json.root.value == ["a": ["b": [["big": 3]]], "big": 4])
        #expect(json.has("a.big") && !json.has("absent") && json.scanner(of: "absent") == nil)

        var object = try #require(json.scanner(of: "a.big"))
        var bytes: [UInt8] = []
        #expect(object.next == .object && object.field == "a.big")
        #expect(try object.beginObject())
        #expect(try object.key(into: &bytes) == 4)
        #expect(bytes == Array("x\n\u{e9}".utf8))
        #expect(try object.wholeNumber() == 1)
        #expect(try object.continuesObject())
        #expect(try object.key(into: &bytes) == 0)
        #expect(try object.wholeNumber() == -2)
        #expect(try !object.continuesObject())

        var list = try #require(json.scanner(of: "list"))
        #expect(try list.beginArray() && list.beginArray())
        #expect(try list.string(into: &bytes) == 1)
        #expect(try list.continuesArray())
        #expect(try list.number() == 1.5)
        #expect(try !list.continuesArray() && list.continuesArray())
        #expect(try !list.beginArray())
        #expect(try !list.continuesArray())
    }

    @Test("a thousand arrays and objects beside each other are not a thousand levels")
    func manyElements() throws {
        let text = "[" + (0..<1000).map { _ in #"[{"a": []}]"# }.joined(separator: ",") + "]"
        var scanner = JSONScanner(MappedFile(copying: text.utf8, path: "text.json"), field: "")
        var count = 0
        var bytes: [UInt8] = []
        var more = try scanner.beginArray()
        while more {
            #expect(try scanner.beginArray() && scanner.beginObject())
            _ = try scanner.key(into: &bytes)
            #expect(try !scanner.beginArray())
            #expect(try !scanner.continuesObject() && !scanner.continuesArray())
            count += 1
            more = try scanner.continuesArray()
        }
        #expect(count == 1000 && scanner.remaining == 0)
    }

    @Test("a member that is left twice is an error, like any key")
    func duplicate() {
        expectLocatedError(problem: "\"v\" twice") { try partial(#"{"v": 1, "v": 2}"#, leaving: ["v"]) }
    }

    @Test(
        "what is left may be any value",
        arguments: ["1", "null", #""a\"]}""#, #"{"a": [1, {"b": "]"}]}"#, "[]", "-1.5e3", "[[[]]]"])
    func anyValue(_ value: String) throws {
        let json = try partial("{\"v\":\(value) , \"w\": 1}", leaving: ["v"])
        #expect(json.root.value == ["w": 1])
        var scanner = try #require(json.scanner(of: "v"))
        #expect(try scanner.value() == JSONValue(parsing: value))
    }

    @Test(
        "what is left and does not end is an error",
        arguments: ["[", "{\"a\"", "\"a", "\"a\\", "", "[\"a\\\"]"])
    func unfinished(_ value: String) {
        expectLocatedError { try partial("{\"v\":\(value)", leaving: ["v"]) }
    }

    @Test("damage inside what is left is found with its line")
    func damage() throws {
        let json = try partial("{\"v\":\n [1 2]}", leaving: ["v"])
        var scanner = try #require(json.scanner(of: "v"))
        #expect(try scanner.beginArray())
        #expect(try scanner.wholeNumber() == 1)
        expectLocatedError(field: "line 2, column 5") { try scanner.continuesArray() }
        var other = try #require(json.scanner(of: "v"))
        expectLocatedError(field: "v", problem: "expected an object") { try other.beginObject() }
        expectLocatedError(field: "v", problem: "whole number") { try other.wholeNumber() }
        let text = MappedFile(copying: [0x7B, 0x22, 0x76, 0x22, 0x3A, 0x22, 0xC3, 0x22, 0x7D], path: "text")
        var bytes: [UInt8] = []
        var broken = try #require(try PartialJSON(file: text, leaving: ["v"]).scanner(of: "v"))
        expectLocatedError(problem: "not UTF-8") { try broken.string(into: &bytes) }
    }

    private func partial(_ text: String, leaving names: [String]) throws -> PartialJSON {
        try PartialJSON(file: MappedFile(copying: text.utf8, path: "text.json"), leaving: names)
    }
}

@Suite("base64")
struct Base64Tests {
    @Test(
        "text and bytes of RFC 4648, section 10",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ])
    func vectors(_ text: String, _ encoded: String) {
        #expect(Base64.encode(Array(text.utf8)) == encoded)
        #expect(Base64.decode(encoded) == Array(text.utf8))
    }

    @Test("every byte survives")
    func everyByte() {
        let bytes = Array(UInt8.min ... .max)
        #expect(Base64.decode(Base64.encode(bytes)) == bytes)
    }

    @Test(
        "what is not base64 is refused and leaves the buffer",
        arguments: ["A", "AA", "AAA", "A===", "AA=A", "AA==AAAA", "A A=", "é=="])
    func damaged(_ text: String) {
        #expect(Base64.decode(text) == nil)
        var bytes: [UInt8] = [7]
        var text = text
        let isSound = text.withUTF8 { Base64.append(decoding: UnsafeRawBufferPointer($0), to: &bytes) }
        #expect(!isSound && bytes == [7])
    }
}
