import TesseraCore
import TesseraFiles
import TesseraTestSupport
import Testing

@Suite struct JSONParserTests {
    @Test(
        "values of every kind",
        arguments: [
            ("null", .null), ("true", true), (" false ", false), ("0", 0), ("-12", -12), ("1.5", 1.5),
            ("1e3", 1000.0),
            ("-0", .number(-0.0)), ("9223372036854775807", .integer(.max)),
            ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .number(9223372036854775808)), ("\"\"", ""), ("\"é\"", "é"), ("[]", []),
            ("{}", [:]), ("[1, [2], {\"a\": null}]", [1, [2], ["a": nil]]), ("\u{FEFF}1", 1),
            ("\t\r\n {\"a\" :\n1 ,\"b\":[ ] } ", ["a": 1, "b": []]),
        ] as [(String, JSONValue)])
    func values(text: String, expected: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == expected)
    }

    @Test(
        "escapes, surrogate pairs included",
        arguments: [
            (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u0041\u00e9\u20AC""#, "Aé€"),
            (#""\ud83d\ude00""#, "😀"), (#""\uD83D\uDE00 and more text""#, "😀 and more text"),
            (#""\u0000""#, "\0"),
            (#""0123456789abcdef\n0123456789""#, "0123456789abcdef\n0123456789"), (#""\uFFFF""#, "\u{FFFF}"),
        ])
    func escapes(text: String, expected: String) throws {
        #expect(try JSONValue(parsing: text) == .string(expected))
    }

    @Test("whole numbers near the edges of Int")
    func integers() throws {
        for value in [
            Int.max, Int.max - 1, .min, .min + 1, 999_999_999_999_999_999, 1_000_000_000_000_000_000, -1, 7,
        ] {
            #expect(try JSONValue(parsing: "\(value)") == .integer(value))
        }
        #expect(try JSONValue(parsing: "18446744073709551616") == .number(18446744073709551616))
    }

    @Test("random doubles survive being printed and parsed, to the last bit")
    func doubles() throws {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<20_000 {
            let value = Double(bitPattern: random.next())
            guard value.isFinite else { continue }
            guard case .number(let parsed) = try JSONValue(parsing: "\(value)") else {
                Issue.record("\(value) is not a number")
                continue
            }
            #expect(parsed.bitPattern == value.bitPattern, "\(value)")
        }
    }

    @Test("decimals are rounded as the standard library rounds them")
    func decimals() throws {
        var random = SeededGenerator(seed: 2)
        let hard = [
            "2.2250738585072011e-308", "4.9e-324", "1.7976931348623157e308", "9007199254740993.0", "0.1",
            "1e22", "1e23",
            "123456789012345678.0", "2.4703282292062327208e-324", "0.000000000000000000000000000000000001e-5",
            "5e-324", "1E+2", "1.0e-10", "8.5e-400", "0e99999999999",
        ]
        let drawn = (0..<5_000).map { _ in
            "\(Int.random(in: 0...99_999_999, using: &random)).\(UInt32.random(in: 0...UInt32.max, using: &random))"
                + "e\(Int.random(in: -40...40, using: &random))"
        }
        for text in hard + drawn {
            guard case .number(let value) = try JSONValue(parsing: text) else {
                Issue.record("\(text) is not a number")
                continue
            }
            #expect(value.bitPattern == Double(text)?.bitPattern, "\(text)")
        }
    }

    @Test("an error names line and column, counted in characters of the text")
    func places() {
        let error = expectLocatedError(file: "t.json", field: "line 3, column 8") {
            try JSONValue(parsing: "{\n  \"ü\": 1,\n  \"é\": x\n}", file: "t.json")
        }
        #expect(error?.description.contains("unexpected character 'x'") == true)
    }

    @Test("keys that Swift holds for equal stay apart")
    func canonicalEquivalence() throws {
        let value = try JSONValue(parsing: "{\"caf\u{E9}\": 1, \"cafe\u{301}\": 2}")
        #expect(value["caf\u{E9}"] == 1)
        #expect(value["cafe\u{301}"] == 2)
        #expect(JSONValue.string("\u{E9}") != .string("e\u{301}"))
    }

    @Test("every prefix of a document is refused")
    func prefixes() {
        let text = Array(
            #"{"a": [1.5e3, "x\u00e9\ud83d\ude00y", true, null, {"b": -2}], "café": "0123456789"}"#.utf8)
        for count in 0..<text.count {
            expectLocatedError(file: "t.json") {
                try JSONValue(parsing: Array(text[..<count]), file: "t.json")
            }
        }
        #expect(throws: Never.self) { try JSONValue(parsing: text, file: "t.json") }
    }

    @Test("random damage is refused or parsed, and what is parsed can be written and read again")
    func damage() {
        let text = Array(
            #"{"a": [1.5e3, "x\u00e9\ud83d\ude00y", true, null, {"b": -2}], "c": "0123456789"}"#.utf8)
        var random = SeededGenerator(seed: 5)
        for _ in 0..<5_000 {
            var damaged = text
            damaged[Int.random(in: 0..<text.count, using: &random)] = UInt8.random(
                in: .min ... .max, using: &random)
            guard let value = try? JSONValue(parsing: damaged) else { continue }
            #expect((try? JSONValue(parsing: value.serialized())) == value)
        }
    }
}
