import TesseraCore
import TesseraGrammar
import TesseraTestSupport
import Testing

@Suite("Matcher")
struct MatcherTests {
    @Test("agrees with a recognizer that knows no automata, on random grammars")
    func againstReference() throws {
        var generator = SeededGenerator(seed: 1)
        var compared = 0
        var accepted = 0
        var empty = 0
        var ambiguous = 0
        for _ in 0..<600 {
            let grammar = randomGrammar(using: &generator)
            let compiled: CompiledGrammar?
            do {
                compiled = try CompiledGrammar(grammar, vocabulary: smallVocabulary(), makesMasks: false)
            } catch {
                if error.isAmbiguity {
                    ambiguous += 12
                    continue
                }
                // Else only because it matches nothing, which the recognizer must confirm.
                #expect(error.problem.contains("no text of less"), "\(error)")
                compiled = nil
                empty += 1
            }
            for _ in 0..<12 {
                let length = Int.random(in: 0...5, using: &generator)
                let text = (0..<length).map { _ in UInt8.random(in: 0x61...0x63, using: &generator) }
                var reference = ReferenceRecognizer(grammar, text)
                let expected = reference.accepts()
                var found = false
                if let compiled {
                    var matcher = GrammarMatcher(compiled)
                    do {
                        found = try matcher.advance(text) == nil && matcher.canEnd
                    } catch {
                        #expect(error.isAmbiguity, "\(error)")
                        ambiguous += 1
                        continue
                    }
                }
                #expect(found == expected, "\(grammar.rules) on \(String(decoding: text, as: UTF8.self))")
                compared += 1
                if expected { accepted += 1 }
            }
        }
        #expect(compared + ambiguous == 7200 && accepted > 500 && empty < 300)
        #expect(ambiguous < 360, "more than a twentieth was too ambiguous: \(ambiguous)")
    }

    @Test("whatever is accepted can be completed, by the bytes it tells")
    func completion() throws {
        var generator = SeededGenerator(seed: 2)
        var completed = 0
        for _ in 0..<200 {
            guard
                let compiled = try? CompiledGrammar(
                    randomGrammar(using: &generator), vocabulary: smallVocabulary(["ab", "abc", "ca"]))
            else { continue }
            var matcher = GrammarMatcher(compiled)
            let text: [UInt8]
            do {
                text = try matcher.randomText(6, using: &generator)
            } catch let error as LocatedError where error.isAmbiguity {
                continue
            }
            var other = GrammarMatcher(compiled)
            #expect(try other.advance(text) == nil)
            #expect(other.canEnd)
            completed += 1
        }
        #expect(completed > 100)
    }

    @Test("takes tokens back, and copies go their own way")
    func rollback() throws {
        let compiled = try CompiledGrammar(
            Grammar(gbnf: #"root ::= "[" (root ("," root)*)? "]""#),
            vocabulary: smallVocabulary(["[[", "],", "]]"]))
        var generator = SeededGenerator(seed: 3)
        var matcher = GrammarMatcher(compiled)
        var masks: [TokenBitmask] = []
        var mask = TokenBitmask(vocabularySize: compiled.vocabulary.size)
        for _ in 0..<40 where matcher.canGoOn {
            try matcher.fill(&mask)
            masks.append(mask)
            guard let id = mask.ids.filter({ $0 != 0 }).randomElement(using: &generator) else { break }
            try matcher.accept(id)
        }
        let copy = matcher
        #expect(masks.count > 2)
        while let expected = masks.popLast() {
            matcher.rollback(1)
            try matcher.fill(&mask)
            #expect(mask == expected)
        }
        #expect(matcher.acceptedCount == 0)
        #expect(copy.acceptedCount > 2)
    }

    @Test("a refused token changes nothing")
    func refusal() throws {
        let compiled = try CompiledGrammar(
            Grammar(gbnf: #"root ::= "abc""#), vocabulary: smallVocabulary(["abd", "abc"]))
        var matcher = GrammarMatcher(compiled)
        expectLocatedError(field: "grammar", problem: "token 257") { try matcher.accept(257) }
        expectLocatedError(field: "grammar", problem: "end of the text") { try matcher.accept(0) }
        expectLocatedError(field: "grammar", problem: "no text") { try matcher.accept(9_999) }
        try matcher.accept(258)
        #expect(matcher.canEnd && !matcher.canGoOn)
        try matcher.accept(0)
        #expect(matcher.hasEnded)
        expectLocatedError(field: "grammar") { try matcher.accept(0) }
        matcher.rollback(1)
        #expect(!matcher.hasEnded && matcher.canEnd)
    }

    @Test("forced bytes end where there is a choice, and tokens that could be longer are left to the model")
    func forced() throws {
        let compiled = try CompiledGrammar(
            Grammar(gbnf: #"root ::= "{\"name\": \"" [a-z]+ "\"}""#),
            vocabulary: smallVocabulary(["{\"", "name", "\": \"", "\":", " \"", "\"a"]))
        var matcher = GrammarMatcher(compiled)
        #expect(try matcher.forcedBytes() == Array(#"{"name": ""#.utf8))
        let tokens = try matcher.forcedTokens()
        // `": "` could not be longer with these tokens, but `"a` begins with the quote.
        #expect(tokens.flatMap { compiled.vocabulary.bytes(of: $0) } == Array(#"{"name": ""#.utf8))
        #expect(matcher.acceptedCount == 0)
        let healing = try CompiledGrammar(
            Grammar(gbnf: #"root ::= "ab" [c-d]"#), vocabulary: smallVocabulary(["ab", "abc"]))
        var other = GrammarMatcher(healing)
        #expect(try other.forcedTokens() == [])
    }

    @Test("masks of a draft tree are those of its paths")
    func tree() throws {
        let compiled = try CompiledGrammar(
            Grammar(gbnf: #"root ::= ("a" | "b" root "c")+"#), vocabulary: smallVocabulary(["ba", "ac"]))
        var matcher = GrammarMatcher(compiled)
        let vocabulary = compiled.vocabulary
        let id = { (text: String) in
            (0..<TokenID(vocabulary.size)).first { vocabulary.bytes(of: $0) == Array(text.utf8) } ?? 0
        }
        let tokens = [id("b"), id("a"), id("c"), id("c"), id("ba"), id("a")]
        let parents = [-1, 0, 1, 0, -1, 4]
        let (root, nodes) = try matcher.treeMasks(tokens: tokens, parents: parents)
        #expect(matcher.acceptedCount == 0)
        #expect(try root == bruteForce(matcher))
        for (node, found) in nodes.enumerated() {
            var path: [Int] = []
            var place = node
            while place >= 0 {
                path.insert(place, at: 0)
                place = parents[place]
            }
            var plain = matcher
            let refused = (try? path.forEach { try plain.accept(tokens[$0]) }) == nil
            #expect(refused == (found == nil))
            if let found { #expect(try found == bruteForce(plain)) }
        }
        #expect(nodes[3] == nil && nodes[2] != nil)
        expectLocatedError(field: "draft tree") { try matcher.treeMasks(tokens: [1, 2], parents: [1, -1]) }
    }

    @Test("a budget always suffices for the end", arguments: [7, 8, 12, 40])
    func budget(tokens: Int) throws {
        let compiled = try CompiledGrammar(
            Grammar(
                gbnf: #"root ::= "{" ("\"k\":" value ",")* "\"end\":" value "}""#
                    + "\nvalue ::= [0-9]+ | root"),
            vocabulary: smallVocabulary(["\"end\"", "\"k\":", "{\"", "\":"]))
        var generator = SeededGenerator(seed: UInt64(tokens))
        for _ in 0..<30 {
            var constraint = GrammarConstraint(compiled)
            var drawn = 0
            while !constraint.isComplete, drawn < tokens {
                var logits = [Float](repeating: 0, count: compiled.vocabulary.size + 3)
                var result: Result<Void, LocatedError> = .success(())
                logits.withUnsafeMutableBufferPointer { row in
                    result = Result { () throws(LocatedError) in
                        try constraint.mask(row, remaining: tokens - drawn)
                    }
                }
                try result.get()
                #expect(logits.suffix(3).allSatisfy { $0 == -.infinity })
                guard let id = logits.indices.filter({ logits[$0] == 0 }).randomElement(using: &generator)
                else { break }
                try constraint.advance(TokenID(id))
                drawn += 1
            }
            #expect(constraint.matcher.canEnd || constraint.matcher.hasEnded)
        }
        var small = GrammarMatcher(compiled)
        var mask = TokenBitmask(vocabularySize: compiled.vocabulary.size)
        try small.fill(&mask)
        expectLocatedError(field: "--max-tokens") { try small.reserve(2, in: &mask) }
        for text in [#"root ::= """#, #"root ::= "abcdefgh"?"#] {
            let empty = try CompiledGrammar(Grammar(gbnf: text), vocabulary: smallVocabulary())
            #expect(GrammarMatcher(empty).tokensToCompletion == 0)
        }
    }

    @Test("a budget takes out the tokens after which too many are needed, and no others")
    func exactBudget() throws {
        let vocabulary = smallVocabulary(["ab", "ba", "aab", "abc", "cb", "bcc", "ca"])
        var generator = SeededGenerator(seed: 77)
        var taken = 0
        var kept = 0
        for _ in 0..<150 {
            guard
                let compiled = try? CompiledGrammar(randomGrammar(using: &generator), vocabulary: vocabulary)
            else { continue }
            var matcher = GrammarMatcher(compiled)
            do {
                _ = try matcher.randomText(8, using: &generator) { matcher, mask in
                    for budget in 0..<8 {
                        var own = matcher
                        var reserved = TokenBitmask(vocabularySize: vocabulary.size)
                        try own.fill(&reserved)
                        guard let need = own.tokensToCompletion, need <= budget else { continue }
                        try own.reserve(budget, in: &reserved)
                        for id in mask.ids where !vocabulary.bytes(of: id).isEmpty {
                            var after = matcher
                            try after.accept(id)
                            let fits = after.tokensToCompletion.map { $0 <= budget - 1 } ?? false
                            #expect(reserved.contains(id) == fits)
                            if fits { kept += 1 } else { taken += 1 }
                        }
                    }
                }
            } catch let error as LocatedError where error.isAmbiguity {
                continue
            }
        }
        #expect(taken > 1_000 && kept > 1_000)
    }
}
