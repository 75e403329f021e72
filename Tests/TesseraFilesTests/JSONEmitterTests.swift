import TesseraFiles
import TesseraTestSupport
import Testing

@Suite("writing JSON piece by piece")
struct JSONEmitterTests {
    @Test("the layout is that of serde_json's pretty printer")
    func layout() {
        var output = JSONEmitter()
        output.beginObject()
        output.key("a")
        output.value([
            "b": [], "c": JSONValue.object(JSONObject()),
            "d": [1, nil, true, "é\"\\\n\u{8}\u{C}\u{1}\u{7F}"],
        ])
        output.key("n")
        output.number(0.5)
        output.endObject()
        let strings = #""é\"\\\n\b\f\u0001"# + "\u{7F}\""
        let lines = [
            "{", "  \"a\": {", "    \"b\": [],", "    \"c\": {},", "    \"d\": [", "      1,", "      null,",
            "      true,", "      " + strings, "    ]", "  },", "  \"n\": 0.5", "}",
        ]
        let text = String(decoding: output.bytes, as: UTF8.self)
        #expect(text == lines.joined(separator: "\n"))
    }

    @Test(
        "numbers read back the same, in full from 1e-5 to 1e16",
        arguments: [
            (0, "0.0"), (-0.0, "-0.0"), (1, "1.0"), (-1.25, "-1.25"), (1234.5, "1234.5"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e16"), (1.5e300, "1.5e300"), (1e-5, "0.00001"), (1.25e-6, "1.25e-6"), (0.1, "0.1"),
            (-8.71234567890123, "-8.71234567890123"), (2.5e-300, "2.5e-300"), (.infinity, "null"),
        ])
    func numbers(_ number: Double, _ text: String) {
        var output = JSONEmitter()
        output.number(number)
        #expect(String(decoding: output.bytes, as: UTF8.self) == text)
    }

    @Test("random numbers survive")
    func randomNumbers() throws {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<2000 {
            let number = Double(bitPattern: .random(in: .min ... .max, using: &generator))
            guard number.isFinite else { continue }
            var output = JSONEmitter()
            output.number(number)
            #expect(try JSONField(JSONValue(parsing: output.bytes)).double() == number)
        }
    }
}
