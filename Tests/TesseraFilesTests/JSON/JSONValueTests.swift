import TesseraCore
import TesseraFiles
import TesseraTestSupport
import Testing

@Suite struct JSONValueTests {
    @Test("written text parses to the same value, compact and pretty", arguments: [false, true])
    func roundTrip(pretty: Bool) throws {
        var random = SeededGenerator(seed: 9)
        for _ in 0..<300 {
            let value = random.json(depth: 4)
            #expect(try JSONValue(parsing: value.serialized(pretty: pretty)) == value)
        }
    }

    @Test("pretty text has a member a line, compact text has no space")
    func layout() {
        let value: JSONValue = ["b": [1, 2.5], "a": [:], "é\n": "\u{1}\"\\"]
        #expect(value.serialized() == #"{"b":[1,2.5],"a":{},"é\n":"\u0001\"\\"}"#)
        #expect(
            value.serialized(pretty: true) == """
                {
                  "b": [
                    1,
                    2.5
                  ],
                  "a": {},
                  "é\\n": "\\u0001\\"\\\\"
                }
                """)
    }

    @Test("numbers that JSON cannot express become null")
    func nonFinite() {
        #expect(JSONValue.array([.number(.nan), .number(.infinity), 1.0]).serialized() == "[null,null,1.0]")
    }

    @Test("objects keep their order through changes, few members or many", arguments: [3, 8, 9, 500])
    func objects(count: Int) {
        var object = JSONObject()
        for number in 0..<count { object["key\(number)"] = .integer(number) }
        #expect(object.count == count)
        object["key1"] = "changed"
        object["key0"] = nil
        object["key0"] = "last"
        #expect(object.keys == (1..<count).map { "key\($0)" } + ["key0"])
        #expect(object["key1"] == "changed")
        #expect(object["key0"] == "last")
        #expect(object["key\(count)"] == nil)
        for number in 2..<count { #expect(object["key\(number)"] == .integer(number)) }
    }

    @Test("objects are equal whatever their order")
    func equality() {
        let (left, right): (JSONValue, JSONValue) = (["a": 1, "b": 2], ["b": 2, "a": 1])
        #expect(left == right)
        #expect(left != ["a": 1])
        #expect(left != ["a": 1, "c": 2])
        #expect(JSONValue.integer(1) != .number(1))
    }

    @Test("a field knows its way from the top")
    func fields() throws {
        let text =
            #"{"model": {"merges": [["a", "b"], 3], "count": 2.0, "none": null}, "name": "x", "half": 2.5}"#
        let top = JSONField(try JSONValue(parsing: text), file: "t.json")
        #expect(try top["model"]["merges"][0][1].string() == "b")
        #expect(try top["model"]["count"].integer() == 2)
        #expect(try top["half"].double() == 2.5)
        #expect(try top["model"]["none"].optionalString() == nil)
        #expect(try top["absent"]["deeper"][3].optionalObject() == nil)
        #expect(!top["model"]["none"].isPresent && top["name"].isPresent)
        expectLocatedError(
            file: "t.json", field: "model.merges[1]", problem: "is an integer, expected a string"
        ) {
            try top["model"]["merges"][1].string()
        }
        expectLocatedError(field: "model.vocab", problem: "missing") { try top["model"]["vocab"].object() }
        expectLocatedError(field: "model.none", problem: "is null") { try top["model"]["none"].array() }
        expectLocatedError(field: "half", problem: "expected an integer") { try top["half"].integer() }
        expectLocatedError(field: "name", problem: "expected true or false") { try top["name"].bool() }
    }

    @Test("a file that is missing or no JSON is named")
    func files() throws {
        let folder = try TemporaryFolder()
        expectLocatedError(file: folder.path("none.json")) {
            try JSONField(contentsOf: folder.path("none.json"))
        }
        let path = try folder.write("[1,\n?]", to: "bad.json")
        expectLocatedError(file: path, field: "line 2, column 1") { try JSONField(contentsOf: path) }
    }
}

extension SeededGenerator {
    /// A random value with at most `depth` levels.
    fileprivate mutating func json(depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &self) {
        case 0: return .null
        case 1: return .bool(.random(using: &self))
        case 2: return .integer(Int(truncatingIfNeeded: next()))
        case 3: return .number(Double.random(in: -1e9...1e9, using: &self))
        case 4: return .string(unicodeText(Int.random(in: 0..<20, using: &self)))
        case 5: return .string(String(decoding: bytes(12).map { $0 & 0x7F }, as: UTF8.self))
        case 6: return .array((0..<Int.random(in: 0..<5, using: &self)).map { _ in json(depth: depth - 1) })
        default:
            var object = JSONObject()
            for _ in 0..<Int.random(in: 0..<12, using: &self) {
                object[unicodeText(3)] = json(depth: depth - 1)
            }
            return .object(object)
        }
    }
}
