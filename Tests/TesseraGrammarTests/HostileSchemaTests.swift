import TesseraCore
import TesseraFiles
import TesseraGrammar
import TesseraTestSupport
import Testing

/// Schemas made to confuse names, or to be joined without end.
@Suite("Hostile schemas", .timeLimit(.minutes(2)))
struct HostileSchemaTests {
    private func grammar(_ schema: String) throws -> Grammar {
        try GrammarSource.jsonSchema(schema).grammar()
    }

    @Test("names of the same letters in other code points are other names")
    func spellings() throws {
        let (one, other) = ("\u{E9}", "e\u{301}")
        let references = try grammar(
            """
            {"type": "object", "additionalProperties": false, "required": ["a", "b"],
             "properties": {"a": {"$ref": "#/$defs/\(one)"}, "b": {"$ref": "#/$defs/\(other)"}},
             "$defs": {"\(one)": {"const": 1}, "\(other)": {"const": 2}}}
            """)
        #expect(try references.accepts(#"{"a":1,"b":2}"#))
        #expect(try !references.accepts(#"{"a":1,"b":1}"#))
        let required = try grammar(
            """
            {"type": "object", "additionalProperties": false, "required": ["\(one)", "\(other)"],
             "properties": {"\(one)": {"const": 1}, "\(other)": {"const": 2}}}
            """)
        #expect(try required.accepts(#"{"\#(one)":1,"\#(other)":2}"#))
        #expect(try !required.accepts(#"{"\#(one)":1}"#) && !required.accepts(#"{"\#(other)":2}"#))
        let cache = GrammarCache()
        let vocabulary = smallVocabulary()
        let first = try cache.grammar(.jsonSchema(#"{"const": "\#(one)"}"#), vocabulary: vocabulary)
        let second = try cache.grammar(.jsonSchema(#"{"const": "\#(other)"}"#), vocabulary: vocabulary)
        #expect(first !== second)
        var limits = GrammarLimits()
        limits.parserStates = 100
        let stricter = try cache.grammar(
            .jsonSchema(#"{"const": "\#(one)"}"#), vocabulary: vocabulary, limits: limits)
        #expect(stricter !== first)
    }

    @Test("many branches that say something of the same items are joined")
    func branches() throws {
        let branches = (0..<100).map { #"{"items": {"minimum": \#($0)}}"# }.joined(separator: ", ")
        let joined = try grammar(
            #"{"type": "array", "items": {"type": "integer", "maximum": 120}, "allOf": [\#(branches)]}"#)
        #expect(try joined.accepts("[99,120]") && !joined.accepts("[98]") && !joined.accepts("[121]"))
    }

    @Test("joins that multiply are refused")
    func multiplied() {
        let definitions = (0..<8).map { level in
            let branches = (0..<20).map { _ in "{\"$ref\": \"#/$defs/d\(level + 1)\"}" }.joined(
                separator: ",")
            return "\"d\(level)\": {\"allOf\": [\(branches)]}"
        }.joined(separator: ",")
        expectLocatedError(problem: "joined more than") {
            try grammar(
                "{\"allOf\": [{\"$ref\": \"#/$defs/d0\"}], \"$defs\": {\(definitions), \"d8\": {}}}")
        }
    }

    @Test("rules that push ever longer lists are refused before they fill memory")
    func pushes() throws {
        let count = 1_500
        let rules = (0..<count).map { "r\($0) ::= r\($0 + 1) \"x\" | r\($0 + 1)" }.joined(separator: "\n")
        let made = try Grammar(gbnf: "root ::= r0\n\(rules)\nr\(count) ::= \"a\" | \"(\" r0 \")\"")
        expectLocatedError(field: "grammar") {
            try CompiledGrammar(made, vocabulary: smallVocabulary(), makesMasks: false)
        }
    }
}
