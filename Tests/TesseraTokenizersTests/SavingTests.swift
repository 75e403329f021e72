import TesseraCore
import TesseraFiles
import TesseraTestSupport
import TesseraTokenizers
import Testing

@Suite("saving tokenizers")
struct SavingTests {
    @Test("every normalizer is written as it was read", arguments: Components.normalizers)
    func normalizer(_ text: String, _ expected: Normalizer) throws {
        #expect(
            try rewritten(TokenizerDefinition(normalizer: expected, model: Self.words())).normalizer
                == expected)
    }

    @Test("every pre-tokenizer is written as it was read", arguments: Components.preTokenizers)
    func preTokenizer(_ text: String, _ expected: PreTokenizer) throws {
        #expect(
            try rewritten(TokenizerDefinition(preTokenizer: expected, model: Self.words())).preTokenizer
                == expected)
    }

    @Test("every post-processor is written as it was read", arguments: Components.postProcessors)
    func postProcessor(_ text: String, _ expected: PostProcessor) throws {
        let definition = TokenizerDefinition(model: try Self.words(), postProcessor: expected)
        #expect(try rewritten(definition).postProcessor == expected)
    }

    @Test("every decoder is written as it was read", arguments: Components.decoders)
    func decoder(_ text: String, _ expected: TokenDecoder) throws {
        #expect(
            try rewritten(TokenizerDefinition(model: Self.words(), decoder: expected)).decoder == expected)
    }

    @Test("models, added tokens, truncation and padding survive a tokenizer.json")
    func models() throws {
        var bytePair = BytePairDefinition(
            vocabulary: try vocabulary(["a", "##b", "ab", nil, "\"\\\n\u{1}é\u{7F}"]),
            merges: [.init(0, 1, makes: 2)])
        (bytePair.continuingPrefix, bytePair.endSuffix, bytePair.unknownToken) = ("##", "</w>", 0)
        (bytePair.fusesUnknown, bytePair.fallsBackToBytes, bytePair.ignoresMerges) = (true, true, true)
        bytePair.dropout = 0.1
        var definition = TokenizerDefinition(model: .bytePair(bytePair))
        var token = AddedToken(id: 9, content: Array("<é>".utf8))
        (token.isSpecial, token.stripsLeft, token.stripsRight) = (false, true, true)
        (token.isSingleWord, token.isNormalized) = (true, true)
        definition.addedTokens = [token, AddedToken(id: 7, content: Array("<x>".utf8))]
        var truncation = Truncation(largestCount: 8)
        (truncation.stride, truncation.side, truncation.strategy) = (2, .left, .onlySecond)
        definition.truncation = truncation
        var padding = Padding()
        (padding.length, padding.multiple, padding.side, padding.token) = (.fixed(4), 8, .left, 7)
        definition.padding = padding

        let read = try rewritten(definition)
        let model = try #require(read.bytePair)
        #expect(model.merges == bytePair.merges && model.vocabulary.count == 5)
        #expect(model.vocabulary.spelling(of: 4) == Array("\"\\\n\u{1}é\u{7F}".utf8))
        #expect(model.continuingPrefix == "##" && model.endSuffix == "</w>" && model.unknownToken == 0)
        #expect(model.fusesUnknown && model.fallsBackToBytes && model.ignoresMerges && model.dropout == 0.1)
        #expect(read.addedTokens == [definition.addedTokens[1], token])
        #expect(read.truncation == truncation && read.padding == padding)

        var unigram = UnigramDefinition(
            vocabulary: try vocabulary(["<unk>", "a", "b"]), scores: [0, -1.25, -1e-7], unknownToken: 0)
        unigram.fallsBackToBytes = true
        guard case .unigram(let same) = try rewritten(TokenizerDefinition(model: .unigram(unigram))).model
        else {
            Issue.record("is not Unigram")
            return
        }
        #expect(same.scores == unigram.scores && same.unknownToken == 0 && same.fallsBackToBytes)

        var piece = WordPieceDefinition(vocabulary: try vocabulary(["[UNK]", "a"]))
        (piece.continuingPrefix, piece.largestWord) = ("@@", 7)
        guard case .wordPiece(let pieces) = try rewritten(TokenizerDefinition(model: .wordPiece(piece))).model
        else {
            Issue.record("is not WordPiece")
            return
        }
        #expect(pieces.continuingPrefix == "@@" && pieces.largestWord == 7 && pieces.unknownToken == "[UNK]")
    }

    @Test(
        "added tokens that a reader would number otherwise are listed with the model",
        arguments: [
            (["a", "b"], [2, 3], 2), (["a", "b"], [3], 4), (["a", nil, "b"], [3], 4),
            (["a", "b"], [2, 4], 5), (["a", "<1>"], [1, 2], 2),
        ])
    func addedTokenIDs(_ spellings: [String?], _ ids: [TokenID], _ count: Int) throws {
        let bytePair = BytePairDefinition(vocabulary: try vocabulary(spellings), merges: [])
        var definition = TokenizerDefinition(model: .bytePair(bytePair))
        definition.addedTokens = ids.map { AddedToken(id: $0, content: Array("<\($0)>".utf8)) }
        let read = try rewritten(definition)
        #expect(read.addedTokens == definition.addedTokens)
        #expect(try #require(read.bytePair).vocabulary.count == count)
    }

    @Test("added tokens that text could become are not listed, and the loss is named")
    func unlistedAddedTokens() throws {
        let symbol = BytePairDefinition(vocabulary: try vocabulary(["a", "b"]), merges: [])
        var whole = symbol
        whole.ignoresMerges = true
        var fallback = symbol
        fallback.fallsBackToBytes = true
        for (model, content) in [(symbol, "c"), (whole, "word"), (fallback, "<0x41>")] {
            var definition = TokenizerDefinition(model: .bytePair(model))
            definition.addedTokens = [AddedToken(id: 5, content: Array(content.utf8))]
            let folder = try TemporaryFolder()
            let saved = try TokenizerSaver.save(definition, to: folder.path("tokenizer.json"))
            #expect(saved.losses.contains { $0.contains("gaps in the ids") }, "\(content)")
            let read = try HuggingFaceDefinitionReader.definition(file: folder.path("tokenizer.json"))
            #expect(try #require(read.bytePair).vocabulary.count == 2 && read.addedTokens[0].id == 5)
        }
    }

    @Test("tokens that are not UTF-8 cannot stand in JSON, and a failed save leaves no file")
    func notText() throws {
        let folder = try TemporaryFolder()
        let model = BytePairDefinition(vocabulary: try Vocabulary([[0xC3]]), merges: [])
        expectLocatedError(file: folder.path("t.json"), problem: "not UTF-8") {
            try TokenizerSaver.save(TokenizerDefinition(model: .bytePair(model)), to: folder.path("t.json"))
        }
        #expect(folder.names.isEmpty)
        expectLocatedError(problem: "does not tell the format") {
            try TokenizerSaver.save(TokenizerDefinition(model: Self.words()), to: folder.path("t.xyz"))
        }
    }

    // MARK: .tiktoken

    @Test("ranks survive a .tiktoken file, and what it cannot say is listed")
    func ranks() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(SmallRanks.text(SmallRanks.tokens), to: "r50k_base.tiktoken")
        let loaded = try DefinitionLoader.load(path: path)
        let outcome = try TokenizerSaver.save(loaded, to: folder.path("copy.tiktoken"))
        #expect(outcome.losses.count == 2)
        #expect(try MappedFile(path: folder.path("copy.tiktoken")).copy() == MappedFile(path: path).copy())
        // By way of tokenizer.json the merges stay.
        try TokenizerSaver.save(loaded, to: folder.path("t.json"))
        let other = try DefinitionLoader.load(path: folder.path("t.json"))
        try TokenizerSaver.save(other, to: folder.path("third.tiktoken"))
        #expect(try MappedFile(path: folder.path("third.tiktoken")).copy() == MappedFile(path: path).copy())
    }

    @Test(
        "what ranks cannot express says why",
        arguments: [
            ("reordered", "made after"), ("missing", "no merge of the model"), ("unreachable", "lower rank"),
            ("normalizer", "does not normalize"), ("words", "byte-level BPE only"),
        ])
    func notRanks(_ damage: String, _ problem: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(SmallRanks.text(SmallRanks.tokens), to: "r50k_base.tiktoken")
        var definition = try DefinitionLoader.load(path: path).definition
        var model = try #require(definition.bytePair)
        switch damage {
        case "reordered": model.merges.swapAt(0, 1)
        case "missing": model.merges.remove(at: 3)
        case "unreachable":
            let spellings = (0..<model.vocabulary.count).map { model.vocabulary.spelling(of: TokenID($0)) }
            model.vocabulary = try Vocabulary(spellings + [Array("bcd".utf8)])
        case "normalizer": definition.normalizer = .lowercase
        default: break
        }
        definition.model = try damage == "words" ? Self.words() : .bytePair(model)
        expectLocatedError(problem: problem) {
            try TokenizerSaver.save(definition, to: folder.path("copy.tiktoken"))
        }
    }

    // MARK: .model and GGUF

    @Test("Unigram survives a .model file")
    func sentencePiece() throws {
        let definition = try Self.unigram()
        let folder = try TemporaryFolder()
        try TokenizerSaver.save(definition, to: folder.path("t.model"))
        let read = try DefinitionLoader.load(path: folder.path("t.model")).definition
        guard case .unigram(let model) = read.model else {
            Issue.record("is not Unigram")
            return
        }
        #expect(model.scores == [0, 0, 0, -1.5, -2.5] && model.unknownToken == 0)
        #expect(model.kinds == [.unknown, .control, .control, .normal, .normal])
        #expect(read.specialTokens.beginOfText == 1 && read.specialTokens.endOfText == [2])
        guard case .sentencePiece(let normalization)? = read.normalizer else {
            Issue.record("has no normalizer")
            return
        }
        #expect(
            normalization.addsDummyPrefix && normalization.escapesWhitespace
                && !normalization.removesExtraWhitespace)
        #expect(try TokenizerSaver.save(read, to: folder.path("copy.model")).losses.isEmpty)
        #expect(
            try MappedFile(path: folder.path("copy.model")).copy()
                == MappedFile(path: folder.path("t.model")).copy())
    }

    @Test("byte-level BPE, WordPiece and other cuts are no SentencePiece models")
    func notSentencePiece() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(SmallRanks.text(SmallRanks.tokens), to: "r50k_base.tiktoken")
        let ranks = try DefinitionLoader.load(path: path).definition
        expectLocatedError(problem: "spells bytes") {
            try TokenizerSaver.save(ranks, to: folder.path("t.model"))
        }
        let words = TokenizerDefinition(model: try Self.words())
        expectLocatedError(problem: "WordLevel") {
            try TokenizerSaver.save(words, to: folder.path("t.model"))
        }
        var cut = try Self.unigram()
        cut.preTokenizer = .whitespace
        expectLocatedError(field: "pre_tokenizer") {
            try TokenizerSaver.save(cut, to: folder.path("t.model"))
        }
        cut.preTokenizer = nil
        cut.normalizer = .lowercase
        expectLocatedError(field: "normalizer") { try TokenizerSaver.save(cut, to: folder.path("t.model")) }
    }

    @Test("a byte-level vocabulary survives a GGUF file; a rule without a name is refused")
    func gguf() throws {
        let folder = try TemporaryFolder()
        let original = try SampleVocabulary(merges: SampleVocabulary.merges(for: [" the", "thing"])).load()
        let path = folder.path("t.gguf")
        #expect(try TokenizerSaver.save(original, to: path).losses.isEmpty)
        let copy = try TokenizerLoader.load(path: path, options: TokenizerLoader.Options())
        #expect(copy.tokenizer.vocabularySize == original.tokenizer.vocabularySize)
        #expect(copy.tokenizer.definition.preTokenizer == original.tokenizer.definition.preTokenizer)
        let text = "the thing <|im_start|> 12 the\n thing"
        #expect(copy.tokenizer.encode(text) == original.tokenizer.encode(text))
        #expect(copy.tokenizer.specialTokens == original.tokenizer.specialTokens)

        var definition = original.tokenizer.definition
        definition.preTokenizer = .sequence([
            .split(.expression("abc"), .isolated, inverted: false),
            .byteLevel(addsPrefixSpace: false, usesExpression: false),
        ])
        expectLocatedError(field: "pre_tokenizer", problem: "no name") {
            try TokenizerSaver.save(definition, to: path)
        }
        definition.preTokenizer = original.tokenizer.definition.preTokenizer
        definition.normalizer = .lowercase
        expectLocatedError(field: "normalizer") { try TokenizerSaver.save(definition, to: path) }
        expectLocatedError(problem: "WordLevel") {
            try TokenizerSaver.save(TokenizerDefinition(model: Self.words()), to: path)
        }
    }

    @Test("a folder keeps roles, added tokens and the chat template")
    func folder() throws {
        let folder = try TemporaryFolder()
        let original = try SampleVocabulary(merges: SampleVocabulary.merges(for: [" the"])).load()
        var loaded = LoadedDefinition(original.tokenizer.definition, file: "t")
        loaded.chatTemplate = "{{ messages }}"
        loaded.endOfText = original.endOfText
        loaded.definition.specialTokens.endOfText.insert(5)
        let outcome = try TokenizerSaver.save(loaded, to: folder.path("out"))
        #expect(outcome.files.count == 3)
        let read = try DefinitionLoader.load(path: folder.path("out"))
        #expect(read.chatTemplate == "{{ messages }}" && read.endOfText == loaded.endOfText)
        #expect(read.definition.specialTokens == loaded.definition.specialTokens)
        #expect(read.definition.addedTokens == loaded.definition.addedTokens)
        #expect(read.definition.bytePair?.merges == loaded.definition.bytePair?.merges)
    }

    // MARK: Making definitions

    private static func words() throws -> TokenModel {
        .wordLevel(WordLevelDefinition(vocabulary: try Vocabulary([Array("a".utf8), Array("<unk>".utf8)])))
    }

    private static func unigram() throws -> TokenizerDefinition {
        let spellings = ["<unk>", "<s>", "</s>", "\u{2581}a", "b"].map { Array($0.utf8) }
        var definition = TokenizerDefinition(
            normalizer: .sequence([.prepend("\u{2581}"), .replace(.string(" "), with: "\u{2581}")]),
            model: .unigram(
                UnigramDefinition(
                    vocabulary: try Vocabulary(spellings), scores: [0, 0, 0, -1.5, -2.5], unknownToken: 0)))
        definition.addedTokens = (0..<3).map { AddedToken(id: TokenID($0), content: spellings[$0]) }
        definition.specialTokens = SpecialTokens(beginOfText: 1, endOfText: [2], unknown: 0)
        return definition
    }

    private func vocabulary(_ spellings: [String?]) throws -> Vocabulary {
        try Vocabulary(spellings.map { $0.map { Array($0.utf8) } })
    }

    /// The definition after it was saved as `tokenizer.json` and read again.
    private func rewritten(_ definition: @autoclosure () throws -> TokenizerDefinition) throws
        -> TokenizerDefinition
    {
        let folder = try TemporaryFolder()
        let path = folder.path("tokenizer.json")
        try TokenizerSaver.save(definition(), to: path)
        return try withExtendedLifetime(folder) { try HuggingFaceDefinitionReader.definition(file: path) }
    }
}
