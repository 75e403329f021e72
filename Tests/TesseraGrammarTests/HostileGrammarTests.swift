import TesseraCore
import TesseraFiles
import TesseraGrammar
import TesseraTestSupport
import Testing

/// Grammars made to exhaust a stack, a heap or a clock; each must be an error or finish.
@Suite("Hostile grammars", .timeLimit(.minutes(2)))
struct HostileGrammarTests {
    private func compile(_ grammar: Grammar) throws -> CompiledGrammar {
        try CompiledGrammar(grammar, vocabulary: smallVocabulary(["((", "aa"]))
    }

    @Test("ten thousand parentheses, in every notation")
    func nesting() throws {
        let deep = String(repeating: "(", count: 10_000) + "\"a\"" + String(repeating: ")", count: 10_000)
        expectLocatedError(problem: "groups inside each other") { try Grammar(gbnf: "root ::= \(deep)") }
        expectLocatedError(field: "regex", problem: "groups inside each other") {
            try Grammar(regularExpression: String(repeating: "(", count: 60_000))
        }
        let schema =
            String(repeating: #"{"items":"#, count: 10_000) + "{}" + String(repeating: "}", count: 10_000)
        expectLocatedError { try GrammarSource.jsonSchema(schema).grammar() }
        let stars = String(repeating: "(", count: 60) + "\"a\"" + String(repeating: ")*", count: 60)
        #expect(try Grammar(gbnf: "root ::= \(stars)").accepts("aaa"))
    }

    @Test("chains of five thousand rules")
    func chains() throws {
        let last = 5_000
        var forward = (0..<last).map { "r\($0) ::= r\($0 + 1)" }.joined(separator: "\n")
        forward += "\nr\(last) ::= \"a\"\nroot ::= r0"
        #expect(try Grammar(gbnf: forward).accepts("a"))
        // A circle of left calls.
        let circle = (0..<300).map { "r\($0) ::= r\(($0 + 1) % 300) \"x\" | \"\($0 % 10)\"" }.joined(
            separator: "\n")
        let grammar = try Grammar(gbnf: circle + "\nroot ::= r0")
        do {
            var matcher = GrammarMatcher(try compile(grammar))
            #expect(try matcher.advance("5xxxxx".utf8) == nil)
        } catch let error as LocatedError {
            #expect(error.remedy != nil)
        }
    }

    @Test("repetitions that multiply")
    func repetitions() throws {
        expectLocatedError(problem: "more than 10000") { try Grammar(gbnf: "root ::= \"a\"{1,1000000}") }
        expectLocatedError(problem: "more than 10000") {
            try Grammar(regularExpression: "a{999999999999999999999}")
        }
        expectLocatedError(field: "grammar") {
            try compile(Grammar(gbnf: "root ::= ((\"a\"{1000}){1000}){1000}"))
        }
        expectLocatedError(field: "grammar") {
            try compile(Grammar(regularExpression: "(a|b)*a(a|b){40}"))
        }
        expectLocatedError(field: "grammar") {
            try compile(Grammar(regularExpression: "((a|b?c){0,5000}){0,5000}"))
        }
        #expect(try Grammar(regularExpression: "(a*){0,1000}b").accepts("aab"))
        for grammar in [
            try Grammar(regularExpression: "(a*)*"), try Grammar(gbnf: #"root ::= ("a"*)*"#),
            try Grammar(gbnf: #"root ::= root? "a" | """#),
        ] {
            #expect(try grammar.accepts("") && grammar.accepts("aaa") && !grammar.accepts("ab"))
        }
        // Doubling: each rule calls the next twice.
        let doubling = (0..<60).map { "r\($0) ::= r\($0 + 1) r\($0 + 1)" }.joined(separator: "\n")
        do {
            _ = try compile(Grammar(gbnf: "root ::= r0\n\(doubling)\nr60 ::= \"a\""))
        } catch let error as LocatedError {
            #expect(error.remedy != nil)
        }
    }

    @Test("an ambiguous grammar is followed or refused, in bounded time")
    func ambiguity() throws {
        let grammar = try Grammar(
            gbnf: "root ::= x* \nx ::= \"a\" y | \"a\" z | \"a\"\ny ::= root \"b\" x?\nz ::= root \"c\" x?")
        var matcher = GrammarMatcher(try compile(grammar))
        var taken = 0
        do {
            while taken < 200, try matcher.advance("a".utf8) == nil { taken += 1 }
            #expect(taken == 200)
        } catch {
            #expect(error.problem.contains("more than"), "after \(taken)")
        }
    }

    @Test("deep brackets cost memory in proportion")
    func deepText() throws {
        var matcher = GrammarMatcher(try compile(Grammar(gbnf: #"root ::= "[" root? "]""#)))
        #expect(try matcher.advance([UInt8](repeating: 0x5B, count: 100_000)) == nil)
        #expect(matcher.shortestCompletion.count == 100_000)
        #expect(try matcher.advance([UInt8](repeating: 0x5D, count: 100_000)) == nil)
        #expect(matcher.canEnd && !matcher.canGoOn)
    }

    @Test("ten thousand schemas stay within the cache's size")
    func cache() throws {
        let vocabulary = smallVocabulary()
        let cache = GrammarCache(capacityInBytes: 1 << 20)
        for index in 0..<10_000 {
            _ = try cache.grammar(.jsonSchema(#"{"const": \#(index)}"#), vocabulary: vocabulary)
        }
        #expect(cache.sizeInBytes <= 1 << 20)
        #expect(cache.count > 0 && cache.count < 10_000)
        let first = try cache.grammar(.jsonSchema(#"{"const": 9999}"#), vocabulary: vocabulary)
        #expect(try cache.grammar(.jsonSchema(#"{"const": 9999}"#), vocabulary: vocabulary) === first)
        let other = smallVocabulary(["x"])
        #expect(try cache.grammar(.jsonSchema(#"{"const": 9999}"#), vocabulary: other) !== first)
    }

    @Test("random text is never a trap")
    func noise() {
        var generator = SeededGenerator(seed: 31)
        let pieces = [
            "root", "::=", "\"a\"", "[", "]", "(", ")", "{", "}", "1", ",", "*", "|", "\\", "^", "-", "\n",
            "#", "é", "$", "?", ".",
        ]
        var errors = 0
        for _ in 0..<3_000 {
            let count = Int.random(in: 0...12, using: &generator)
            let text = (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            for source in [
                GrammarSource.gbnf("root ::= " + text), .regularExpression(text), .jsonSchema(text),
            ] {
                do {
                    _ = try compile(source.grammar())
                } catch let error as LocatedError {
                    errors += 1
                    #expect(!error.problem.isEmpty && error.remedy != nil)
                } catch {
                    Issue.record("\(error)")
                }
            }
        }
        #expect(errors > 1_000)
    }
}
