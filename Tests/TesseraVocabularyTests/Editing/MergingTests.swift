import TesseraCore
import TesseraTestSupport
import TesseraTokenizers
import TesseraVocabulary
import Testing

@Suite("Merged vocabularies")
struct MergingTests {
    @Test("encode every token of both, with the ids of the first unchanged", arguments: [false, true])
    func bytePair(swapped: Bool) throws {
        let one = try SmallVocabularies.english()
        let two = try SmallVocabularies.bytePair(
            ["h e", "he r", "n g", "i ng", "o w", "l ow", "Ġ a", "Ġa n", "Ġan d"],
            added: ["<|end|>", "<|other|>"])
        let (first, second) = swapped ? (two, one) : (one, two)
        let edit = try first.merged(with: second)
        let tokenizer = try PipelineTokenizer(edit.definition)
        let (before, other) = (try PipelineTokenizer(first), try PipelineTokenizer(second))
        for id in 0..<TokenID(before.vocabularySize) {
            #expect(edit.rows[Int(id)] == .row(id) && tokenizer.spelling(of: id) == before.spelling(of: id))
        }
        for id in 0..<TokenID(other.vocabularySize) {
            let new = try #require(tokenizer.id(ofSpelling: other.spelling(of: id)!))
            #expect(edit.secondRows[Int(new)] == id)
        }
        #expect(try Reachability(of: edit.definition).unreachable.isEmpty)
        #expect(
            tokenizer.encode("<|other|>").count == 1
                && tokenizer.encode("<|end|>") == before.encode("<|end|>"))
        for text in SmallVocabularies.texts { #expect(tokenizer.decode(tokenizer.encode(text)) == text) }
    }

    @Test("raise the scores of Unigram tokens that would never win")
    func unigram() throws {
        let one = try SmallVocabularies.unigram([("a", -1), ("b", -1)])
        let two = try SmallVocabularies.unigram([("a", -5), ("ab", -6), ("abab", -9), ("b", -5)])
        let edit = try one.merged(with: two)
        #expect(try Reachability(of: edit.definition).unreachable.isEmpty)
        #expect(edit.notes == ["2 tokens got a higher score, as other tokens' scores won"])
    }

    @Test("are refused for vocabularies of different kinds")
    func kinds() throws {
        let one = try SmallVocabularies.english()
        let two = try SmallVocabularies.unigram([("a", -1)])
        expectLocatedError(field: "merge", problem: "byte-level BPE, the second Unigram") {
            try one.merged(with: two)
        }
    }
}

@Suite("Renamed special tokens")
struct RenamingTests {
    @Test("have their new spelling everywhere, and their id")
    func everywhere() throws {
        let old = try SmallVocabularies.english()
        let edit = try old.renamingSpecial("<|end|>", to: "<|stop|>")
        let new = edit.definition
        #expect(new.addedTokens.map(\.id) == old.addedTokens.map(\.id))
        guard case .template(let single, let pair, let tokens)? = new.postProcessor else { return }
        #expect(tokens == [TemplateToken(name: "<|stop|>", ids: [279], spellings: ["<|stop|>"])])
        #expect(single.last == .token("<|stop|>", typeID: 0) && pair.last == .token("<|stop|>", typeID: 0))
        let tokenizer = try PipelineTokenizer(new)
        #expect(tokenizer.encode("<|stop|>") == [279] && tokenizer.template.suffix == [279])
        #expect(edit.rows == (0..<281).map { .row($0) })
        let words = try SmallVocabularies.wordPiece(["a"])
        var listed = words
        listed.addedTokens = [AddedToken(id: 0, content: Array("[UNK]".utf8))]
        let renamed = try listed.renamingSpecial("[UNK]", to: "[??]").definition
        #expect(try PipelineTokenizer(renamed).encode("zzz") == [0])
        #expect(try PipelineTokenizer(renamed).spelling(of: 0) == "[??]")
    }

    @Test("are renamed in the chat template, but not inside longer tokens")
    func template() throws {
        var definition = try SmallVocabularies.english()
        definition.addedTokens.append(AddedToken(id: 281, content: Array("<|end|>|".utf8)))
        let template = "{{ '<|end|>' + m }}<|endofturn|><|end|>|{{ \"<|end|>\" }}<|en"
        #expect(
            try definition.renamingSpecial("<|end|>", to: "<s>", inTemplate: template)
                == "{{ '<s>' + m }}<|endofturn|><|end|>|{{ \"<s>\" }}<|en")
        for bad in ["a'b", "\"", "{{ x", "\\"] {
            expectLocatedError(field: "rename-special", problem: "quote") {
                try definition.renamingSpecial("<|end|>", to: bad, inTemplate: template)
            }
        }
    }

    @Test("are refused when there is no such token, or the spelling is taken")
    func refusals() throws {
        let old = try SmallVocabularies.english()
        expectLocatedError(field: "rename-special", problem: "no added token") {
            try old.renamingSpecial("<|nothing|>", to: "x")
        }
        for taken in ["<|endofturn|>", "the", ""] {
            expectLocatedError(field: "rename-special") { try old.renamingSpecial("<|end|>", to: taken) }
        }
    }
}
