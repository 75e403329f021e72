import TesseraCore
import TesseraGrammar
import TesseraTestSupport
import Testing

@Suite("GBNF")
struct GrammarParserTests {
    @Test(
        "accepts and refuses whole texts",
        arguments: [
            (#"root ::= "yes" | "no""#, ["yes", "no"], ["", "ye", "yesno"]),
            (#"root ::= [a-c]+ [^a-c\n]"#, ["ab!", "cé"], ["ab", "!", "a\n"]),
            (#"root ::= ("a" | "b" "c"){2,3}"#, ["aa", "bca", "abcbc"], ["a", "aaaa", "b"]),
            ("root ::= x? # a comment\n  \"!\"\nx ::= [0-9]\n", ["!", "7!"], ["77!", "7"]),
            (#"root ::= "\x41\u00e9\U0001F600\"\\" ."#, ["Aé😀\"\\x", "Aé😀\"\\é"], ["Aé😀\"\\"]),
            (#"root ::= "" | "a" root"#, ["", "a", "aaaa"], ["b", "ab"]),
            (#"root ::= "(" root ")" | "x""#, ["x", "((x))"], ["(x", "(x))", ""]),
            // Left recursion, direct, through another rule and through an empty one.
            (#"root ::= root "+" n | n"# + "\nn ::= [0-9]", ["1", "1+2+3"], ["+", "1+", ""]),
            (
                "root ::= a\na ::= b \"x\" | \"s\"\nb ::= a \"y\" | \"t\"", ["s", "tx", "syx", "txyx"],
                ["sy", "x"]
            ),
            (
                "root ::= e root \"b\" | \"a\"\ne ::= \"\" | \"-\"", ["a", "abb", "-ab", "--abb"],
                ["-a", "b"]
            ),
            (#"root ::= root root | "a""#, ["a", "aaa"], [""]),
            (#"root ::= ("a"*)*"#, ["", "aaa"], ["b"]),
            (#"root ::= (("a" | "")+){3}"#, ["", "aaaaa"], ["b"]),
            // Space and rules over several lines, as in xgrammar's EBNF.
            ("root ::=\n  (\"a\"\n | \"b\")\n\n  \"c\"\n", ["ac", "bc"], ["a"]),
            (#"root ::= [a-] [\]\\]"#, ["-]", "a\\"], ["b]"]),
        ])
    func language(grammar: String, accepted: [String], refused: [String]) throws {
        let grammar = try Grammar(gbnf: grammar)
        for text in accepted { #expect(try grammar.accepts(text), "\(text)") }
        for text in refused { #expect(try !grammar.accepts(text), "\(text)") }
    }

    @Test(
        "names the place of what is wrong",
        arguments: [
            ("root ::= \"a", "line 1, column 10 (rule root)", "literal without end"),
            ("root ::= \"a\"\nb ::= [a-", "line 2, column 7 (rule b)", "class without end"),
            ("root ::= b", "line 1, column 10 (rule root)", "used but not defined"),
            ("a ::= \"x\"", "rule root", "does not define"),
            ("root ::= \"a\"\nroot ::= \"b\"", "line 2, column 1 (rule root)", "twice"),
            ("root ::= (\"a\"", "line 1, column 10 (rule root)", "group without end"),
            ("root ::= \"a\" )", "line 1, column 14 (rule root)", "unexpected"),
            ("root ::= \"a\"{3,1}", "line 1, column 13 (rule root)", "wrong way round"),
            ("root ::= \"a\"{1,1000000}", "line 1, column 13 (rule root)", "more than 10000"),
            ("root ::= * \"a\"", "line 1, column 10 (rule root)", "nothing to repeat"),
            ("root ::= <think>", "line 1, column 10 (rule root)", "token terminals"),
            ("root ::= \"\\q\"", "line 1, column 11 (rule root)", "unknown escape"),
            ("root ::= [z-a]", "line 1, column 11 (rule root)", "swapped"),
            ("root = \"a\"", "line 1, column 6 (rule root)", "::="),
        ])
    func errors(text: String, field: String, problem: String) {
        expectLocatedError(file: "g.gbnf", field: field, problem: problem) {
            try Grammar(gbnf: text, file: "g.gbnf")
        }
    }

    @Test(
        "refuses grammars that match nothing",
        arguments: [
            "root ::= root", "root ::= \"a\" root", "root ::= [^\\x00-\\U0010FFFF]",
            "root ::= a\na ::= b\nb ::= a",
        ])
    func matchesNothing(text: String) throws {
        let grammar = try Grammar(gbnf: text)
        expectLocatedError(field: "rule root", problem: "no text of less") {
            try CompiledGrammar(grammar, vocabulary: smallVocabulary())
        }
    }
}
