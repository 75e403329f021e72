import Foundation
import TesseraCore
import TesseraFiles
import TesseraGrammar
import TesseraTestSupport
import Testing

@Suite("Token masks")
struct MaskTests {
    static let schema = """
        {"type": "object", "properties": {
          "name": {"type": "string"}, "age": {"type": "integer", "minimum": 0, "maximum": 150},
          "tags": {"type": "array", "items": {"type": "string", "maxLength": 12}, "maxItems": 4},
          "address": {"type": "object", "properties": {"zip": {"type": "string", "pattern": "^[0-9]{5}$"},
            "kind": {"enum": ["home", "work"]}}, "required": ["zip"], "additionalProperties": false}},
         "required": ["name", "tags"], "additionalProperties": false}
        """

    static func grammars() throws -> [Grammar] {
        [
            try .json(), try .json(spacing: .compact),
            try Grammar(jsonSchema: JSONValue(parsing: schema)),
            try Grammar(jsonSchema: JSONValue(parsing: schema), spacing: .spaced),
            try Grammar(
                gbnf: "root ::= sum\nsum ::= sum [+-] term | term\nterm ::= [0-9]+ | \"(\" sum \")\""),
            try Grammar(gbnf: #"root ::= ("def " [a-z_]+ "(" [a-z, ]* "):\n    return " [^\n]+ "\n")+"#),
            try Grammar(regularExpression: #"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})|\p{Lu}\w+( [^\s]+){1,3}"#),
        ]
    }

    /// Compares masks with brute force at `states` states of a grammar, starting anew when a text ends.
    private func compare(_ compiled: CompiledGrammar, states: Int, seed: UInt64) throws -> (
        compared: Int, different: Int
    ) {
        var generator = SeededGenerator(seed: seed)
        var compared = 0
        var different = 0
        while compared < states {
            var matcher = GrammarMatcher(compiled)
            let before = compared
            _ = try matcher.randomText(24, using: &generator) { matcher, mask in
                guard compared < states else { return }
                compared += 1
                if try bruteForce(matcher) != mask { different += 1 }
            }
            guard compared > before else { break }
        }
        return (compared, different)
    }

    @Test("equal brute force over SmolLM2's vocabulary, at random states of grammars people use")
    func realVocabulary() throws {
        let vocabulary = try RealVocabulary.smollm2.get()
        for (index, grammar) in try Self.grammars().enumerated() {
            let compiled = try CompiledGrammar(grammar, vocabulary: vocabulary)
            let result = try compare(compiled, states: 8, seed: UInt64(index))
            #expect(result == (8, 0), "grammar \(index)")
        }
    }

    @Test("equal brute force over a small vocabulary, at random states of random grammars")
    func randomGrammars() throws {
        var generator = SeededGenerator(seed: 11)
        let texts = (0..<150).map { _ in
            String(
                (0..<Int.random(in: 2...5, using: &generator)).map { _ in
                    "abc".randomElement(using: &generator) ?? "a"
                })
        }
        let vocabulary = smallVocabulary(Array(Set(texts)).sorted())
        var compared = 0
        for seed in 0..<200 {
            guard
                let compiled = try? CompiledGrammar(randomGrammar(using: &generator), vocabulary: vocabulary)
            else { continue }
            do {
                let result = try compare(compiled, states: 20, seed: UInt64(seed))
                #expect(result.different == 0)
                compared += result.compared
            } catch let error as LocatedError where error.isAmbiguity {
                continue
            }
        }
        #expect(compared > 1_000)
    }

    /// `TESSERA_GRAMMAR_STATES=500 swift test --filter longRun`: two hundred grammars over the real vocabulary.
    @Test(
        "equal brute force at many states of two hundred grammars",
        .enabled(if: ProcessInfo.processInfo.environment["TESSERA_GRAMMAR_STATES"] != nil))
    func longRun() throws {
        let states = ProcessInfo.processInfo.environment["TESSERA_GRAMMAR_STATES"].flatMap(Int.init) ?? 500
        let vocabulary = try RealVocabulary.smollm2.get()
        var generator = SeededGenerator(seed: 12)
        var waiting = try Self.grammars()[...]
        var (drawn, compared) = (0, 0)
        // Of those drawn at random, many can never end, and some are too ambiguous to be followed.
        while compared < 200, drawn < 1_000 {
            drawn += 1
            let grammar = waiting.popFirst() ?? randomGrammar(using: &generator)
            guard let compiled = try? CompiledGrammar(grammar, vocabulary: vocabulary) else { continue }
            do {
                let result = try compare(compiled, states: states, seed: UInt64(drawn))
                #expect(result.different == 0, "grammar \(drawn)")
                if result.compared == states { compared += 1 }
            } catch let error as LocatedError where error.isAmbiguity {
                continue
            }
        }
        #expect(compared == 200, "of \(drawn) grammars")
    }

    @Test("the end of the text is allowed exactly where the grammar may end, and other special tokens never")
    func special() throws {
        let vocabulary = try RealVocabulary.smollm2.get()
        let compiled = try CompiledGrammar(
            Grammar(gbnf: #"root ::= "<" [^>]* ">" "!"?"#), vocabulary: vocabulary)
        var matcher = GrammarMatcher(compiled)
        var mask = TokenBitmask(vocabularySize: vocabulary.size)
        try matcher.fill(&mask)
        #expect(!vocabulary.endOfText.isEmpty)
        #expect(vocabulary.endOfText.allSatisfy { !mask.contains($0) && vocabulary.bytes(of: $0).isEmpty })
        #expect(try matcher.advance("<|im_start|>".utf8) == nil)
        try matcher.fill(&mask)
        #expect(vocabulary.endOfText.allSatisfy { mask.contains($0) })
        // The spelling of a special token is text that its characters may write, never the token.
        #expect(
            mask.count == vocabulary.endOfText.count
                + mask.ids.count(where: { vocabulary.bytes(of: $0).first == 0x21 }))
    }

    @Test("a vocabulary without a byte that the grammar needs is refused where it has to stop")
    func deadEnd() throws {
        let vocabulary = TokenVocabulary(
            bytes: [[], Array("a".utf8)], special: SpecialTokens(endOfText: [0]))
        let compiled = try CompiledGrammar(Grammar(gbnf: #"root ::= "ab""#), vocabulary: vocabulary)
        var matcher = GrammarMatcher(compiled)
        var mask = TokenBitmask(vocabularySize: 2)
        try matcher.fill(&mask)
        #expect(mask.ids == [1])
        try matcher.accept(1)
        expectLocatedError(field: "grammar", problem: "no token of the vocabulary") {
            try matcher.fill(&mask)
        }
        // A generation, which knows how many tokens it may have, is refused before the first.
        var constraint = GrammarConstraint(compiled)
        var logits: [Float] = [0, 0]
        expectLocatedError(field: "--max-tokens", problem: "the vocabulary does not have") {
            try constraint.mask(&logits, remaining: 100)
        }
    }
}

@Suite("Generation under a grammar")
struct GenerationTests {
    @Test(
        "random texts of JSON grammars parse, with real tokens",
        arguments: [JSONSpacing.compact, .spaced, .flexible])
    func json(spacing: JSONSpacing) throws {
        let compiled = try CompiledGrammar(.json(spacing: spacing), vocabulary: RealVocabulary.smollm2.get())
        var generator = SeededGenerator(seed: 21)
        for _ in 0..<150 {
            var matcher = GrammarMatcher(compiled)
            let text = try matcher.randomText(30, using: &generator)
            // Foundation's parser: nobody who wrote the grammar wrote it. It takes the last of equal keys.
            #expect(throws: Never.self, "\(String(decoding: text, as: UTF8.self))") {
                try JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed)
            }
        }
    }
}
