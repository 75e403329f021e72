import TesseraCore
import TesseraFiles
import TesseraTestSupport
import TesseraTokenizers
import Testing

@Suite("reading the model of a tokenizer.json")
struct DefinitionModelTests {
    @Test(
        "BPE with merges as strings or pairs, before or after the vocabulary, in any order of ids",
        arguments: [
            ##""vocab": {"a": 0, "b": 1, "ab": 2, "é": 3}, "merges": ["#version: 0.2", "a b"]"##,
            #""merges": [["a", "b"]], "vocab": {"ab": 2, "\u00e9": 3, "b": 1, "a": 0}"#,
        ])
    func bytePair(_ members: String) throws {
        let model = try readBytePair(
            #""type": "BPE", "fuse_unk": true, "unk_token": "a", "dropout": 0.5, "# + members)
        #expect(model.vocabulary.count == 4)
        #expect(model.vocabulary.spelling(of: 3) == Array("é".utf8))
        #expect(model.merges == [BytePairDefinition.Merge(0, 1, makes: 2)])
        #expect(
            model.unknownToken == 0 && model.fusesUnknown && !model.fallsBackToBytes && !model.ignoresMerges)
        #expect(model.dropout == 0.5 && model.continuingPrefix.isEmpty && model.endSuffix.isEmpty)
        #expect(model.order == .listed)
    }

    @Test("a continuing prefix leaves the right token of a merge when it joins")
    func continuingPrefix() throws {
        let model = try readBytePair(
            ###""continuing_subword_prefix": "##", "vocab": {"a": 0, "##b": 1, "ab": 2}, "merges": ["a ##b"]"###
        )
        #expect(model.merges == [BytePairDefinition.Merge(0, 1, makes: 2)] && model.continuingPrefix == "##")
    }

    @Test("ids may have holes, and keys are compared as bytes")
    func holes() throws {
        let model = try readBytePair("\"merges\": [], \"vocab\": {\"e\u{301}\": 5, \"\u{e9}\": 2}")
        #expect(model.vocabulary.count == 6)
        #expect(model.vocabulary.spelling(of: 3).isEmpty)
        #expect(model.vocabulary.id(of: Array("e\u{301}".utf8)) == 5)
    }

    @Test("Unigram, WordPiece and WordLevel; without a type the members tell which")
    func others() throws {
        for type in [#""type": "Unigram", "#, ""] {
            let text = #"{\#(type)"unk_id": 0, "vocab": [["<unk>", 0], ["a", -1.5]], "byte_fallback": true}"#
            guard case .unigram(let model) = try definition(#"{"model": \#(text)}"#).model else {
                Issue.record("is not Unigram")
                return
            }
            #expect(model.scores == [0, -1.5] && model.unknownToken == 0 && model.fallsBackToBytes)
        }
        let fields =
            ###""unk_token": "?", "continuing_subword_prefix": "##", "max_input_chars_per_word": 7"###
        guard
            case .wordPiece(let piece) = try definition(#"{"model": {\#(fields), "vocab": {"?": 0}}}"#).model
        else {
            Issue.record("is not WordPiece")
            return
        }
        #expect(piece.unknownToken == "?" && piece.continuingPrefix == "##" && piece.largestWord == 7)
        guard
            case .wordLevel(let level) = try definition(#"{"model": {"unk_token": "?", "vocab": {"?": 0}}}"#)
                .model
        else {
            Issue.record("is not WordLevel")
            return
        }
        #expect(level.unknownToken == "?")
        guard case .bytePair = try definition(#"{"model": {"vocab": {"?": 0}, "merges": []}}"#).model else {
            Issue.record("is not BPE")
            return
        }
    }

    @Test("added tokens: the model's id counts, of equal contents the last, all flags")
    func addedTokens() throws {
        let text = #"""
            {"added_tokens": [
                {"id": 9, "content": "a", "special": true},
                {"id": 5, "content": "<x>", "single_word": true, "lstrip": true, "rstrip": true, "normalized": true, "special": false},
                {"id": 6, "content": ""},
                {"id": 5, "content": "<x>", "single_word": false, "lstrip": false, "rstrip": true, "normalized": false, "special": true}
            ], "model": {"vocab": {"a": 0}, "merges": []}}
            """#
        let tokens = try definition(text).addedTokens
        #expect(tokens.map(\.id) == [0, 5])
        #expect(tokens[0].isSpecial && !tokens[0].isNormalized)
        #expect(tokens[1].content == Array("<x>".utf8) && tokens[1].isSpecial && tokens[1].stripsRight)
        #expect(!tokens[1].stripsLeft && !tokens[1].isSingleWord && !tokens[1].isNormalized)
        #expect(try definition(text).model.vocabulary.count == 1)
    }

    @Test("6,000 added tokens are read in no time")
    func manyAddedTokens() throws {
        let list = (0..<6000).map { #"{"id": \#($0 + 1), "content": "<extra_\#($0)>"}"# }.joined(
            separator: ",")
        let text = #"{"added_tokens": [\#(list)], "model": {"vocab": {"a": 0}, "merges": []}}"#
        #expect(try definition(text).addedTokens.count == 6000)
    }

    @Test(
        "damaged models are refused with the place",
        arguments: [
            (#""vocab": {"a": -1}, "merges": []"#, "model.vocab", "id -1"),
            (#""vocab": {"a": 2097151}, "merges": []"#, "model.vocab", "id 2097151"),
            (#""vocab": {"a": 1.5}, "merges": []"#, "model.vocab", "whole number"),
            (#""vocab": {"a": "b"}, "merges": []"#, "model.vocab", "whole number"),
            (#""vocab": {"a": 0, "b": 0}, "merges": []"#, "model.vocab", "id 0"),
            (#""vocab": {"a": 0, "a": 1}, "merges": []"#, "model.vocab", "both \"a\""),
            (#""vocab": {}, "merges": []"#, "model.vocab", "holds no tokens"),
            (#""vocab": [], "merges": []"#, "model.vocab", "expected an object"),
            (#""vocab": {"a": 0}"#, "model.merges", "missing"),
            (#""merges": []"#, "model.vocab", "missing"),
            (#""vocab": {"a": 0}, "merges": ["a"]"#, "model.merges", "not two tokens"),
            (#""vocab": {"a": 0}, "merges": ["a a a"]"#, "model.merges", "not two tokens"),
            (#""vocab": {"a": 0}, "merges": ["a b"]"#, "model.merges", "needs the token \"b\""),
            (#""vocab": {"a": 0}, "merges": ["a a"]"#, "model.merges", "needs the token \"aa\""),
            (#""vocab": {"a": 0}, "merges": [["a"]]"#, "model.merges", "not a pair"),
            (#""vocab": {"a": 0}, "merges": [["a", "a", "a"]]"#, "model.merges", "not a pair"),
            (#""vocab": {"a": 0}, "merges": [[]]"#, "model.merges", "not a pair"),
            (#""vocab": {"a": 0}, "merges": [1]"#, "model.merges", "expected a string"),
            (#""vocab": {"a": 0}, "merges": [], "dropout": 2"#, "model.dropout", "probability"),
            (#""vocab": {"a": 0}, "merges": [], "fuse_unk": 1"#, "model.fuse_unk", "expected true or false"),
        ])
    func damaged(_ members: String, _ field: String, _ problem: String) {
        expectLocatedError(field: field, problem: problem) { try readBytePair(#""type": "BPE", "# + members) }
    }

    @Test(
        "damaged Unigram models are refused",
        arguments: [
            (#""vocab": [["a"]]"#, "no score"), (#""vocab": [["a", 1, 2]]"#, "not a pair"),
            (#""vocab": [[]]"#, "not a pair"),
            (#""vocab": [["a", "b"]]"#, "expected a number"),
            (#""vocab": [["a", 0]], "unk_id": 1"#, "not an id"),
            (#""vocab": [["a", 0], ["a", 0]]"#, "both \"a\""), (#""vocab": {}"#, "expected an array"),
            (#""vocab": []"#, "holds no tokens"),
        ])
    func damagedUnigram(_ members: String, _ problem: String) {
        expectLocatedError(problem: problem) {
            try definition(#"{"model": {"type": "Unigram", \#(members)}}"#)
        }
    }

    @Test("a model of an unknown type is named")
    func unknownModel() {
        expectLocatedError(field: "model.type", problem: "\"Foo\" is not known") {
            try definition(#"{"model": {"type": "Foo", "vocab": {"a": 0}, "merges": []}}"#)
        }
        expectLocatedError(field: "model", problem: "missing") { try definition("{}") }
    }

    @Test(
        "added tokens that take another's id are refused",
        arguments: [
            #"[{"id": 0, "content": "x"}]"#, #"[{"id": 4, "content": "x"}, {"id": 4, "content": "y"}]"#,
            #"[{"id": -1, "content": "x"}]"#, #"[{"id": 2097151, "content": "x"}]"#, #"[{"content": "x"}]"#,
            #"[{"id": 4}]"#, #"[1]"#, "{}",
        ])
    func damagedAddedTokens(_ list: String) {
        expectLocatedError {
            try definition(#"{"added_tokens": \#(list), "model": {"vocab": {"a": 0}, "merges": []}}"#)
        }
    }

    @Test("a file cut short at any place is an error")
    func cutShort() throws {
        let text =
            #"{"added_tokens": [{"id": 4, "content": "x"}], "model": {"vocab": {"a": 0, "\u00e9\"": 1}, "merges": ["a a"], "type": "BPE"}}"#
        for length in 1..<text.utf8.count {
            expectLocatedError { try definition(String(decoding: text.utf8.prefix(length), as: UTF8.self)) }
        }
    }

    private func readBytePair(_ members: String) throws -> BytePairDefinition {
        guard case .bytePair(let model) = try definition("{\"model\": {\(members)}}").model else {
            throw LocatedError(problem: "is not BPE", remedy: "-")
        }
        return model
    }
}
