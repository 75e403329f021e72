import TesseraCore
import TesseraFiles
import TesseraGrammar
import TesseraTestSupport
import Testing

@Suite("JSON Schema")
struct JSONSchemaTests {
    struct Example: Sendable, CustomTestStringConvertible {
        var schema: String
        var valid: [String]
        var invalid: [String]
        var testDescription: String { schema }

        init(_ schema: String, _ valid: [String], _ invalid: [String]) {
            (self.schema, self.valid, self.invalid) = (schema, valid, invalid)
        }
    }

    static let examples = [
        Example("true", ["1", #"{"a": [null, "x"]}"#, "-0.5e-3"], ["01", "'x'", "[1,]", "{,}"]),
        Example(#"{"type": "boolean"}"#, ["true", "false"], ["1", "null"]),
        Example(
            #"{"type": ["string", "null"]}"#, [#""é\u00e9\n""#, "null", #""\uD83D\uDE00""#],
            ["1", "\"\n\"", #""\uD83D""#]),
        Example(
            #"{"enum": ["a", 1, null, {"k": [1, 2]}]}"#, [#""a""#, "1", "null", #"{"k": [1, 2]}"#],
            ["2", #""b""#]),
        Example(#"{"enum": ["a", 1], "type": "string"}"#, [#""a""#], ["1"]),
        Example(#"{"const": "x\"y"}"#, [#""x\"y""#], [#""x""#]),
        Example(
            #"{"type": "string", "minLength": 2, "maxLength": 3}"#, [#""ab""#, #""é\u0041c""#],
            [#""a""#, #""abcd""#]),
        Example(
            #"{"type": "string", "pattern": "^[a-c]+\"?$"}"#, [#""ab""#, #""ab\"""#], [#""d""#, #""""#]),
        Example(#"{"type": "string", "pattern": "b"}"#, [#""abc""#, #""b""#], [#""ac""#]),
        Example(
            #"{"type": "string", "format": "date"}"#, [#""2026-11-30""#],
            [#""2026-11-31""#, #""2026-02-29""#, #""x""#]),
        Example(#"{"type": "string", "format": "ipv4"}"#, [#""10.0.255.1""#], [#""256.0.0.1""#]),
        Example(
            #"{"type": "integer", "minimum": -12, "maximum": 205}"#, ["-12", "0", "7", "99", "100", "205"],
            ["-13", "206", "1.0", "007"]),
        Example(#"{"type": "integer", "exclusiveMinimum": 9}"#, ["10", "123456"], ["9", "-1"]),
        Example(#"{"type": "integer", "exclusiveMaximum": 0}"#, ["-1", "-99"], ["0", "1"]),
        Example(
            #"{"type": "number", "minimum": 0, "maximum": 1}"#, ["0", "1", "0.5", "1.0", "0.0"],
            ["1.01", "-0.1", "2"]),
        Example(
            #"{"type": "number", "exclusiveMinimum": 0.25, "maximum": 0.5}"#,
            ["0.26", "0.3", "0.5", "0.251"], ["0.25", "0.2", "0.51", "0", "1"]),
        Example(
            #"{"type": "number", "minimum": -2.5, "exclusiveMaximum": 10.5}"#,
            ["-2.5", "-2.4999", "0", "10.4", "3", "10"], ["-2.51", "10.5", "10.6", "-3"]),
        Example(
            #"{"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 3}"#,
            ["[1]", "[1, 2,3]", "[\n  1\n]"], ["[]", "[1,2,3,4]", "[true]"]),
        Example(
            #"{"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "items": false}"#,
            ["[]", "[1]", #"[1,"a"]"#], [#"["a"]"#, #"[1,"a",2]"#]),
        Example(
            #"{"type": "array", "prefixItems": [{"type": "integer"}], "items": {"type": "null"}, "minItems": 2}"#,
            ["[1,null]", "[1,null,null]"], ["[1]", "[]", "[1,1]"]),
        Example(
            #"{"type": "object", "properties": {"a": {"type": "integer"}, "b": {}, "c": {"type": "null"}}, "required": ["b"], "additionalProperties": false}"#,
            [#"{"b": 1}"#, #"{"a":1,"b":"x","c":null}"#, #"{"a":1,"b":[]}"#, #"{"b":{},"c":null}"#],
            ["{}", #"{"a":1}"#, #"{"b":1,"a":1}"#, #"{"b":1,"d":1}"#, #"{"b":1,}"#]),
        Example(
            #"{"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}, "additionalProperties": false}"#,
            ["{}", #"{"a":1}"#, #"{"b":1}"#, #"{"a":1,"b":2}"#], [#"{"a":"x"}"#, #"{,"b":1}"#]),
        Example(
            #"{"type": "object", "properties": {"ab": {"type": "integer"}}, "additionalProperties": {"type": "string"}}"#,
            [#"{"ab":1}"#, #"{"ab":1,"a":"x","abc":"y"}"#, #"{"ac":"z"}"#, #"{"":""}"#],
            [#"{"ab":"x"}"#, #"{"a":1}"#]),
        Example(
            #"{"type": "object", "patternProperties": {"^x_": {"type": "integer"}}, "additionalProperties": false}"#,
            ["{}", #"{"x_1":1,"x_":2}"#], [#"{"y":1}"#, #"{"x_1":""}"#]),
        Example(
            #"{"required": ["k"], "type": "object"}"#, [#"{"k":1}"#, #"{"k":1,"z":2}"#], ["{}", #"{"z":2}"#]),
        Example(
            #"{"anyOf": [{"type": "integer"}, {"type": "string", "maxLength": 1}]}"#, ["12", #""a""#],
            [#""ab""#, "null"]),
        Example(
            #"{"minimum": 5, "anyOf": [{"type": "integer"}, {"type": "string"}]}"#, ["5", #""ab""#], ["4"]),
        Example(#"{"oneOf": [{"type": "integer"}, {"type": "null"}]}"#, ["1", "null"], ["true"]),
        Example(#"{"oneOf": [false, {"const": 1}, false]}"#, ["1"], ["2"]),
        Example(
            #"{"allOf": [{"type": "integer", "minimum": 3}, {"maximum": 5}], "minimum": 4}"#, ["4", "5"],
            ["3", "6"]),
        Example(
            ##"{"allOf": [{"$ref": "#/$defs/a"}, {"properties": {"y": {"type": "integer"}}}], "required": ["x", "y"], "$defs": {"a": {"type": "object", "properties": {"x": {"type": "null"}}}}}"##,
            [#"{"x":null,"y":1}"#], [#"{"x":1,"y":1}"#, #"{"x":null}"#]),
        Example(
            ##"{"$ref": "#/$defs/tree", "$defs": {"tree": {"type": "object", "properties": {"value": {"type": "integer"}, "children": {"type": "array", "items": {"$ref": "#/$defs/tree"}}}, "required": ["value"], "additionalProperties": false}}}"##,
            [#"{"value":1}"#, #"{"value":1,"children":[{"value":2,"children":[]}]}"#],
            [#"{"children":[]}"#, #"{"value":1,"children":[{}]}"#]),
        Example(##"{"type": "array", "items": {"$ref": "#"}}"##, ["[]", "[[],[[]]]"], ["[1]"]),
    ]

    @Test("accepts valid and refuses invalid texts", arguments: examples)
    func language(example: Example) throws {
        let grammar = try Grammar(jsonSchema: JSONValue(parsing: example.schema))
        for text in example.valid { #expect(try grammar.accepts(text), "\(text)") }
        for text in example.invalid { #expect(try !grammar.accepts(text), "\(text)") }
    }

    @Test("whole numbers in random ranges are exactly those")
    func integerRanges() throws {
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<40 {
            let low = Int.random(in: -1_200...1_200, using: &generator)
            let high = low + Int.random(in: 0...1_500, using: &generator)
            let grammar = try Grammar(jsonSchema: [
                "type": "integer", "minimum": .integer(low), "maximum": .integer(high),
            ])
            let compiled = try CompiledGrammar(grammar, vocabulary: smallVocabulary(), makesMasks: false)
            for value in [
                low - 1, low, low + 1, (low + high) / 2, high - 1, high, high + 1, 0, -low, high * 10,
            ] {
                var matcher = GrammarMatcher(compiled)
                let found = try matcher.advance(String(value).utf8) == nil && matcher.canEnd
                #expect(found == (low...high).contains(value), "\(value) in \(low)...\(high)")
            }
        }
    }

    @Test("decimals in random ranges are exactly those")
    func decimalRanges() throws {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<60 {
            let low = Int.random(in: -300...300, using: &generator)
            let high = low + Int.random(in: 1...250, using: &generator)
            let isExclusive = Bool.random(using: &generator)
            let schema: JSONValue = [
                "type": "number", isExclusive ? "exclusiveMinimum" : "minimum": .number(Double(low) / 100),
                isExclusive ? "exclusiveMaximum" : "maximum": .number(Double(high) / 100),
            ]
            let compiled = try CompiledGrammar(
                Grammar(jsonSchema: schema), vocabulary: smallVocabulary(), makesMasks: false)
            for _ in 0..<40 {
                // Hundredths, so that the comparison is exact.
                let value = Int.random(in: (low - 20)...(high + 20), using: &generator)
                let magnitude = value.magnitude
                let padded = magnitude % 100 < 10 ? "0\(magnitude % 100)" : "\(magnitude % 100)"
                let text = "\(value < 0 ? "-" : "")\(magnitude / 100).\(padded)"
                var matcher = GrammarMatcher(compiled)
                let found = try matcher.advance(text.utf8) == nil && matcher.canEnd
                let expected = isExclusive ? low < value && value < high : low <= value && value <= high
                #expect(
                    found == expected, "\(text) in \(low)...\(high) hundredths, exclusive: \(isExclusive)")
            }
        }
    }

    @Test(
        "an unsupported or senseless keyword is an error with its path",
        arguments: [
            (#"{"not": {}}"#, "#/not"), (#"{"if": {}}"#, "#/if"),
            (
                #"{"type": "object", "properties": {"a/b": {"dependentRequired": {}}}}"#,
                "#/properties/a~1b/dependentRequired"
            ),
            (#"{"type": "array", "items": {"contains": {}}}"#, "#/items/contains"),
            (#"{"type": "array", "uniqueItems": true}"#, "#/uniqueItems"),
            (#"{"type": "integer", "multipleOf": 3}"#, "#/multipleOf"),
            (#"{"type": "string", "format": "iri"}"#, "#/format"),
            (#"{"type": "string", "pattern": "(?=a)"}"#, "#/pattern"),
            (#"{"type": "string", "pattern": "a", "minLength": 2}"#, "#/pattern"),
            (#"{"type": "string", "maxLength": 1000000}"#, "#/maxLength"),
            (#"{"type": "string", "maxLength": -1}"#, "#/maxLength"),
            (#"{"type": "strin"}"#, "#/type"), (#"{"minimun": 1}"#, "#/minimun"),
            (#"{"type": "object", "maxProperties": 3}"#, "#/maxProperties"),
            (#"{"$ref": "other.json"}"#, "#/$ref"), (##"{"$ref": "#/$defs/x"}"##, "#/$ref"),
            (#"{"oneOf": [{"type": "integer"}, {"type": "number"}]}"#, "#/oneOf"),
            (#"{"oneOf": [true, true]}"#, "#/oneOf"),
            (#"{"oneOf": [false, {"type": "null"}, true]}"#, "#/oneOf"),
            (#"{"oneOf": [{"const": [1]}, {"const": [1.0]}]}"#, "#/oneOf"),
            (#"{"enum": []}"#, "#/enum"), (#"{"enum": [1], "minimum": 0}"#, "#/minimum"),
            (#"{"allOf": [{"pattern": "a"}, {"pattern": "b"}]}"#, "#/allOf/1/pattern"),
            (#"{"type": "array", "items": [{}]}"#, "#/items"),
            (#"{"properties": {"a": 3}}"#, "#/properties/a"),
        ])
    func unsupported(schema: String, path: String) {
        expectLocatedError(file: "s.json", field: path) {
            try Grammar(jsonSchema: JSONValue(parsing: schema), file: "s.json")
        }
    }

    @Test(
        "a schema that nothing fulfils is refused before the first token",
        arguments: [
            "false", #"{"type": "integer", "minimum": 3, "maximum": 2}"#,
            #"{"allOf": [{"type": "null"}, {"type": "string"}]}"#,
            ##"{"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}}"##,
            ##"{"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]}"##,
        ])
    func unsatisfiable(schema: String) throws {
        let grammar = try Grammar(jsonSchema: JSONValue(parsing: schema))
        expectLocatedError(problem: "no text of less") {
            try CompiledGrammar(grammar, vocabulary: smallVocabulary())
        }
    }
}
