import TesseraCore
import TesseraMixture
import TesseraTestSupport
import TesseraTokenizers
import Testing

@Suite("The merges of a tokenizer")
struct MergeSequenceTests {
    private func definition(
        _ tokens: [String], _ merges: [(String, String)], order: BytePairDefinition.MergeOrder = .listed
    ) throws -> TokenizerDefinition {
        let vocabulary = try Vocabulary(tokens.map { Array($0.utf8) })
        func id(_ text: String) throws -> TokenID { try #require(vocabulary.id(of: Array(text.utf8))) }
        var model = BytePairDefinition(
            vocabulary: vocabulary,
            merges: try merges.map { .init(try id($0), try id($1), makes: try id($0 + $1)) })
        model.order = order
        return TokenizerDefinition(model: .bytePair(model))
    }

    private func spelled(_ sequence: MergeSequence, _ definition: TokenizerDefinition) -> [[String]] {
        sequence.merges.map { merge in
            [merge.left, merge.right].map {
                String(decoding: definition.model.vocabulary.spelling(of: $0), as: UTF8.self)
            }
        }
    }

    @Test("of a rank file are those that training made, found again from the tokens alone")
    func ranks() throws {
        let text = MadeLanguage.three.map { $0.text(300, seed: 7) }.joined()
        let trained = try train([text], merges: 400).definition
        let folder = try TemporaryFolder()
        _ = try TokenizerSaver.save(trained, to: folder.path("ranks.tiktoken"))
        var options = TokenizerLoader.Options()
        options.encoding = "gpt2"
        let loaded = try TokenizerLoader.load(path: folder.path("ranks.tiktoken"), options: options).tokenizer
            .definition
        let listed = try MergeSequence(trained)
        let found = try MergeSequence(loaded)
        #expect(found.merges.count == 400 && found.unrecoverableCount == 0)
        #expect(spelled(found, loaded) == spelled(listed, trained))
        #expect(found.redundantCount > 0 && listed.redundantCount == 0)
    }

    @Test("of several ways to make a token are the one that the merges before lead to, else the first")
    func redundant() throws {
        // `abc` falls into `ab` and `c`, since `ab` is merged before `bc`.
        let listed = try definition(
            ["a", "b", "c", "ab", "bc", "abc"], [("a", "b"), ("b", "c"), ("a", "bc"), ("ab", "c")])
        let sequence = try MergeSequence(listed)
        #expect(spelled(sequence, listed) == [["a", "b"], ["b", "c"], ["ab", "c"]])
        #expect(sequence.redundantCount == 1 && sequence.availableCount == 3)

        // `abcd` falls into `ab` and `cd`, which is neither of the ways listed.
        let other = try definition(
            ["a", "b", "c", "d", "ab", "cd", "bcd", "abc", "abcd"],
            [("a", "b"), ("c", "d"), ("b", "cd"), ("ab", "c"), ("a", "bcd"), ("abc", "d")])
        #expect(spelled(try MergeSequence(other), other).last == ["a", "bcd"])
        // One that was made again later is a merge of its own.
        let again = try definition(
            ["a", "b", "c", "ab", "bc", "abc"], [("a", "b"), ("ab", "c"), ("b", "c"), ("a", "bc")])
        #expect(try MergeSequence(again).merges.count == 4)
    }

    @Test("are as many as asked for, and all are counted")
    func limit() throws {
        let listed = try definition(["a", "b", "ab", "ba", "aba"], [("a", "b"), ("b", "a"), ("ab", "a")])
        let sequence = try MergeSequence(listed, limit: 2)
        #expect(sequence.merges.count == 2 && sequence.availableCount == 3)
    }

    @Test("leave out tokens of ranks that do not fall into two parts, and count them")
    func unrecoverable() throws {
        // `abc` falls into `ab` and `c` by rank, but only `a` and `bc` is a way; `abcd` is made of nothing.
        let ranked = try definition(
            ["a", "b", "c", "d", "ab", "bc", "abcd", "abc", "dd"],
            [("a", "b"), ("b", "c"), ("a", "bc"), ("d", "d")],
            order: .byMadeToken)
        let sequence = try MergeSequence(ranked)
        #expect(spelled(sequence, ranked) == [["a", "b"], ["b", "c"], ["d", "d"]])
        #expect(sequence.unrecoverableCount == 2)
    }

    @Test("of nothing but spaces are left out on request")
    func spaces() throws {
        let tokens = ["Ġ", "a", "ĠĠ", "ĠĠĠĠ", "Ġa", "ĠĠĠĠa"]
        let merges = [("Ġ", "Ġ"), ("ĠĠ", "ĠĠ"), ("Ġ", "a"), ("ĠĠĠĠ", "a")]
        let kept = try MergeSequence(definition(tokens, merges))
        let dropped = try MergeSequence(definition(tokens, merges), dropsSpaces: true)
        #expect(kept.merges.count == 4 && kept.spaceCount == 0)
        #expect(dropped.merges == Array(kept.merges.suffix(2)) && dropped.spaceCount == 2)
        #expect(dropped.availableCount == 2)
    }

    @Test("are refused of models that have none")
    func otherModels() throws {
        let vocabulary = try Vocabulary([Array("a".utf8), Array("[UNK]".utf8)])
        let unigram = TokenizerDefinition(
            model: .unigram(UnigramDefinition(vocabulary: vocabulary, scores: [0, 0])))
        let wordPiece = TokenizerDefinition(model: .wordPiece(WordPieceDefinition(vocabulary: vocabulary)))
        for (definition, name) in [(unigram, "Unigram"), (wordPiece, "WordPiece")] {
            expectLocatedError(file: "some.json", field: "model", problem: name) {
                try MergeSequence(definition, file: "some.json")
            }
        }
    }
}
