import TesseraCore
import TesseraFiles
import TesseraGrammar
import TesseraTestSupport
import Testing

@Suite("Grammars of function calls")
struct ToolCallTests {
    private func format(mustCall: Bool, several: Bool = true) -> ToolCallFormat {
        ToolCallFormat(
            tools: [
                .init(
                    name: "add",
                    parameters: """
                        {"type": "object", "properties": {"a": {"$ref": "#/$defs/n"}, "b": {"$ref": "#/$defs/n"}},
                         "required": ["a"], "additionalProperties": false, "$defs": {"n": {"type": "integer"}}}
                        """),
                .init(
                    name: "say",
                    parameters: """
                        {"type": "object", "properties": {"text": {"$ref": "#/$defs/n"}}, "required": ["text"],
                         "additionalProperties": false, "$defs": {"n": {"type": "string"}}}
                        """),
            ], mustCall: mustCall, allowsSeveral: several)
    }

    private func call(_ name: String, _ arguments: String) -> String {
        ToolCallFormat.call(name, arguments: arguments)
    }

    @Test("take calls whose arguments match, each function's references its own")
    func calls() throws {
        let grammar = try Grammar(toolCalls: format(mustCall: true))
        #expect(try grammar.accepts(call("add", #"{"a": 1, "b": -2}"#)))
        #expect(try grammar.accepts(call("say", #"{"text": "}\n</tool_call>"}"#)))
        #expect(try grammar.accepts(call("add", #"{"a": 1}"#) + "\n" + call("say", #"{"text": ""}"#)))
        for text in [
            "", "Hello", call("add", #"{"a": "1"}"#), call("say", #"{"text": 1}"#), call("fly", "{}"),
            call("add", #"{"a": 1}"#) + "!", "x" + call("add", #"{"a": 1}"#),
            call("say", "{\"text\": \"\n\"}"),
        ] {
            #expect(try !grammar.accepts(text), "\(text)")
        }
        let one = try Grammar(toolCalls: format(mustCall: true, several: false))
        #expect(try one.accepts(call("add", #"{"a": 1}"#)))
        #expect(try !one.accepts(call("add", #"{"a": 1}"#) + "\n" + call("add", #"{"a": 1}"#)))
    }

    @Test("take any text that is no call, and hold what begins like one to it")
    func text() throws {
        let grammar = try Grammar(toolCalls: format(mustCall: false))
        for text in [
            "", "Hello\n", "<", "<tool_call", "<tool <<tool_cal l>", "é <tool_\u{1F600}", "</tool_call>",
            call("add", #"{"a": 1}"#), "Let me see. <tool_" + call("add", #"{"a": 1}"#),
        ] {
            #expect(try grammar.accepts(text), "\(text)")
        }
        for text in [
            "<tool_call>", "<<tool_call>x", "a <tool_call>\n{\"name\": \"fly\"",
            call("add", #"{"a": 1}"#) + "\nDone.",
            "<tool_call>\n{\"name\": \"add\", \"arguments\": {}}\n</tool_call>",
        ] {
            #expect(try !grammar.accepts(text), "\(text)")
        }
    }

    @Test("have masks that equal brute force, in text and in calls", arguments: [true, false])
    func masks(mustCall: Bool) throws {
        let vocabulary = smallVocabulary([
            "<tool_call>", "<tool", "_call>", "_call", "<<", ">\n{", "\n{\"name\": \"", "add", "say",
            "\", \"", "arguments",
            "\": {\"", "text\": \"", "\"}}\n</tool_call>", "}\n", " a", "lo", "\"", "}}",
        ])
        let compiled = try CompiledGrammar(
            Grammar(toolCalls: format(mustCall: mustCall)), vocabulary: vocabulary)
        var generator = SeededGenerator(seed: 5)
        var compared = 0
        for _ in 0..<40 {
            var matcher = GrammarMatcher(compiled)
            let text = try matcher.randomText(30, using: &generator) { matcher, mask in
                compared += 1
                let expected = try bruteForce(matcher)
                #expect(expected == mask)
            }
            #expect(try Grammar(toolCalls: format(mustCall: mustCall)).accepts(text))
        }
        #expect(compared > 400)
    }

    @Test("refuse names that cannot be called, and schemas with their place")
    func errors() {
        expectLocatedError(field: "name") {
            try Grammar(
                toolCalls: ToolCallFormat(
                    tools: [.init(name: "a\"b", parameters: "{}")], mustCall: true, allowsSeveral: true))
        }
        expectLocatedError(field: "#/not") {
            try Grammar(
                toolCalls: ToolCallFormat(
                    tools: [.init(name: "f", parameters: #"{"not": {}}"#, file: "tools[0]")], mustCall: true,
                    allowsSeveral: true))
        }
    }
}
