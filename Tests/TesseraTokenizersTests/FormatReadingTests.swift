import TesseraCore
import TesseraFiles
import TesseraTestSupport
import TesseraTokenizers
import Testing

@Suite("reading .tiktoken, tekken.json and the files of older folders")
struct FormatReadingTests {
    // MARK: .tiktoken

    @Test("ranks become a byte-level model with every way to make a token")
    func ranks() throws {
        let loaded = try loadRanks(SmallRanks.tokens, options: TokenizerLoader.Options(encoding: "r50k_base"))
        let model = try #require(loaded.definition.bytePair)
        #expect(model.order == .byMadeToken && model.ignoresMerges)
        #expect(model.vocabulary.spelling(of: 256) == Array("Ġa".utf8))
        let merges: [BytePairDefinition.Merge] = [
            .init(32, 97, makes: 256), .init(97, 97, makes: 257), .init(97, 257, makes: 258),
            .init(257, 97, makes: 258),
        ]
        #expect(model.merges == merges)
        #expect(loaded.definition.preTokenizer == PreTokenizer.r50k)
        #expect(
            loaded.definition.addedTokens == [AddedToken(id: 50256, content: Array("<|endoftext|>".utf8))])
        #expect(loaded.endOfText == 50256 && loaded.definition.specialTokens.endOfText == [50256])
    }

    @Test(
        "the name of a file tells its encoding, also the names of tiktoken's cache",
        arguments: [
            ("cl100k_base.tiktoken", 5), ("9b5ad71b2ce5302211f9c61530b329a4922fc6a4", 5),
            ("o200k_base.tiktoken", 2),
            ("qwen.tiktoken", 208),
        ])
    func fileNames(_ name: String, _ special: Int) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(SmallRanks.text(SmallRanks.tokens), to: name)
        let loaded = try DefinitionLoader.load(path: path)
        #expect(loaded.definition.addedTokens.count == special)
        #expect(loaded.definition.bytePair?.merges.count == 4)
    }

    @Test("every known encoding can be named, and harmony has its 1,091 special tokens")
    func encodings() throws {
        for name in [
            "gpt2", "r50k_base", "p50k_base", "p50k_edit", "cl100k_base", "o200k_base", "o200k_harmony",
            "qwen",
        ] {
            let loaded = try loadRanks(SmallRanks.tokens, options: TokenizerLoader.Options(encoding: name))
            #expect(loaded.endOfText != nil)
            if name == "o200k_harmony" {
                let tokens = loaded.definition.addedTokens
                #expect(tokens.count == 1091)
                #expect(tokens.contains(AddedToken(id: 200012, content: Array("<|call|>".utf8))))
                #expect(tokens.filter { $0.id == 200018 }.count == 2)
            }
        }
    }

    @Test("without a known name the error says what to give")
    func unknownEncoding() throws {
        let error = expectLocatedError(problem: "does not tell") { try loadRanks(SmallRanks.tokens) }
        #expect(error?.remedy?.contains("cl100k_base") == true)
        expectLocatedError(field: "encoding", problem: "\"what\"") {
            try loadRanks(SmallRanks.tokens, options: TokenizerLoader.Options(encoding: "what"))
        }
        let custom = try loadRanks(
            SmallRanks.tokens, options: TokenizerLoader.Options(splitExpression: #"\S+|\s+"#))
        #expect(custom.definition.addedTokens.isEmpty)
        let expected = PreTokenizer.sequence([
            .split(.expression(#"\S+|\s+"#), .isolated, inverted: false),
            .byteLevel(addsPrefixSpace: false, usesExpression: false),
        ])
        #expect(custom.definition.preTokenizer == expected)
    }

    @Test(
        "damaged lines are refused with their number",
        arguments: [
            ("AAA 300", "line 259"), ("QQ==", "line 259"), ("QQ== ", "line 259"), ("QQ== x", "line 259"),
            ("QQ== -1", "line 259"), ("QQ== 99999999999999999999", "line 259"), ("QUFB 2097151", "ranks"),
            ("QUFB 99999999", "ranks"), ("QUFB 65", "ranks"), ("QQ== 300", "ranks"), (" 300", "ranks"),
        ])
    func damagedRanks(_ line: String, _ field: String) throws {
        let text = SmallRanks.text(Array(SmallRanks.tokens.prefix(258))) + line + "\n"
        expectLocatedError(field: field) {
            try loadRanks(text, TokenizerLoader.Options(encoding: "cl100k_base"))
        }
    }

    @Test("a byte without a token, no token, and a rank that is a special token's are refused")
    func incompleteRanks() throws {
        let options = TokenizerLoader.Options(encoding: "r50k_base")
        expectLocatedError(problem: "byte 0") {
            try loadRanks(Array(SmallRanks.tokens.dropFirst()), options: options)
        }
        expectLocatedError(problem: "no tokens") { try loadRanks("\n\n", options) }
        let text = SmallRanks.text(SmallRanks.tokens)
        expectLocatedError(problem: "<|endoftext|>") {
            try loadRanks(text + "QUFB 100257\n", TokenizerLoader.Options(encoding: "cl100k_base"))
        }
    }

    @Test("a token of a megabyte and many long tokens do not take long")
    func hostileRanks() throws {
        let long = String(repeating: "A", count: 1 << 20)
        expectLocatedError(field: "ranks") {
            try loadRanks(
                SmallRanks.text(SmallRanks.tokens) + long + " 300\n",
                TokenizerLoader.Options(encoding: "r50k_base"))
        }
        let tokens = SmallRanks.tokens + (2..<400).map { [UInt8](repeating: 0x62, count: $0) }
        let model = try loadRanks(tokens, options: TokenizerLoader.Options(encoding: "r50k_base")).definition
            .bytePair
        let ways = (2..<400).reduce(4) { $0 + $1 - 1 }
        #expect(model?.merges.count == ways)
    }

    // MARK: tekken.json

    @Test("tekken.json: special tokens first, tokens beyond the size left out")
    func tekken() throws {
        let loaded = try loadTekken(Tekken())
        let model = try #require(loaded.definition.bytePair)
        #expect(model.vocabulary.count == 30 + 257)
        #expect(model.vocabulary.spelling(of: 30 + 32) == Array("Ġ".utf8))
        #expect(model.merges == [BytePairDefinition.Merge(62, 127, makes: 286)])
        #expect(loaded.definition.addedTokens.count == 30)
        #expect(loaded.definition.addedTokens[3].content == Array("[INST]".utf8))
        #expect(loaded.definition.addedTokens[29].content == Array("<SPECIAL_29>".utf8))
        #expect(loaded.definition.specialTokens.beginOfText == 1 && loaded.endOfText == 2)
    }

    @Test("tekken.json of newer versions lists its special tokens")
    func newerTekken() throws {
        var file = Tekken()
        file.version = "v11"
        expectLocatedError(field: "special_tokens", problem: "v11") { try loadTekken(file) }
        file.special = [
            ["rank": 0, "token_str": "<unk>", "is_control": true],
            ["rank": 2, "token_str": "[X]", "is_control": true],
        ]
        let tokens = try loadTekken(file).definition.addedTokens
        let texts = tokens.prefix(3).map { String(decoding: $0.content, as: UTF8.self) }
        #expect(texts == ["<unk>", "<SPECIAL_1>", "[X]"])
        file.special = [["rank": 0, "token_str": "a"], ["rank": 0, "token_str": "b"]]
        expectLocatedError(field: "special_tokens[1].rank") { try loadTekken(file) }
        file.special = [["rank": 30, "token_str": "a"]]
        expectLocatedError(field: "special_tokens[0].rank") { try loadTekken(file) }
        file.special = [["rank": 0, "token_str": "<SPECIAL_1>"]]
        expectLocatedError(field: "special_tokens", problem: "<SPECIAL_1>") { try loadTekken(file) }
    }

    @Test(
        "damaged tekken files are refused",
        arguments: [
            #"{"token_bytes": "QQ=="}"#, #"{"rank": 5, "token_bytes": "Q"}"#, #"{"rank": 5}"#, "7", "[]",
            #"{"rank": -1, "token_bytes": "QUI="}"#, #"{"rank": 0, "token_bytes": "QUI="}"#,
        ])
    func damagedTekken(_ entry: String) {
        var file = Tekken()
        file.more = entry
        expectLocatedError(field: "vocab") { try loadTekken(file) }
    }

    @Test("sizes of tekken files must make sense")
    func tekkenSizes() {
        var file = Tekken()
        file.size = 20
        expectLocatedError(field: "config.default_vocab_size") { try loadTekken(file) }
        file.size = 1 << 40
        expectLocatedError(field: "config.default_vocab_size") { try loadTekken(file) }
    }

    // MARK: Folders

    @Test("vocab.json and merges.txt: GPT-2")
    func gpt2() throws {
        let folder = try OlderFolder.bytePair()
        let definition = try DefinitionLoader.load(path: folder.path).definition
        #expect(definition.bytePair?.merges == [BytePairDefinition.Merge(0, 1, makes: 2)])
        #expect(definition.preTokenizer == .byteLevel(addsPrefixSpace: false, usesExpression: true))
        #expect(definition.postProcessor == .byteLevel(trimsOffsets: false, addsPrefixSpace: false))
        #expect(definition.decoder == .byteLevel && definition.addedTokens.isEmpty)
        let byFile = try DefinitionLoader.load(path: folder.path("vocab.json")).definition
        #expect(byFile.bytePair?.merges == definition.bytePair?.merges)
    }

    @Test("vocab.json and merges.txt with a class and a separator: RoBERTa")
    func roberta() throws {
        let folder = try OlderFolder.bytePair()
        try folder.write(
            #"{"cls_token": "<s>", "sep_token": {"content": "</s>", "lstrip": false}, "mask_token": "<mask>", "add_prefix_space": true}"#,
            to: "tokenizer_config.json")
        let definition = try DefinitionLoader.load(path: folder.path).definition
        #expect(
            definition.postProcessor
                == .roberta(
                    separator: NamedToken("</s>", id: 4), classifier: NamedToken("<s>", id: 3),
                    trimsOffsets: true,
                    addsPrefixSpace: true))
        #expect(definition.addedTokens.map(\.id) == [3, 4, 5])
        #expect(definition.addedTokens[2].stripsLeft && !definition.addedTokens[0].stripsLeft)
    }

    @Test("add_bos_token puts the token in front; special_tokens_map.json tells it")
    func beginOfText() throws {
        let folder = try OlderFolder.bytePair()
        try folder.write(#"{"add_bos_token": true}"#, to: "tokenizer_config.json")
        try folder.write(#"{"bos_token": "<s>", "eos_token": "<s>"}"#, to: "special_tokens_map.json")
        let loaded = try DefinitionLoader.load(path: folder.path)
        #expect(loaded.definition.postProcessor?.singleTemplateIDs == [3])
        #expect(loaded.endOfText == 3 && loaded.definition.specialTokens.addsBeginOfText)
    }

    @Test("words that end in </w> need a tokenizer.json")
    func endOfWord() throws {
        let folder = try OlderFolder.bytePair()
        try folder.write(#"{"a": 0, "a</w>": 1}"#, to: "vocab.json")
        expectLocatedError(problem: "</w>") { try DefinitionLoader.load(path: folder.path) }
    }

    @Test("vocab.txt: BERT, cased when the configuration says so", arguments: [true, false])
    func bert(_ lowercases: Bool) throws {
        let folder = try TemporaryFolder()
        try folder.write("[PAD]\r\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n##b\n", to: "vocab.txt")
        if !lowercases {
            try folder.write(#"{"do_lower_case": false, "strip_accents": true}"#, to: "tokenizer_config.json")
        }
        let definition = try DefinitionLoader.load(path: folder.path).definition
        #expect(
            definition.normalizer
                == .bert(
                    cleansText: true, spacesChinese: true, stripsAccents: lowercases ? nil : true,
                    lowercases: lowercases))
        #expect(definition.model.vocabulary.count == 7 && definition.preTokenizer == .bert)
        #expect(definition.addedTokens.map(\.id) == [0, 1, 2, 3, 4])
        #expect(definition.postProcessor?.singleTemplateIDs == [2, 3])
        try folder.write("a\nb\na\n", to: "vocab.txt")
        expectLocatedError(problem: "both \"a\"") { try DefinitionLoader.load(path: folder.path) }
        try folder.write([0x61, 0x0A, 0xC3, 0x0A], to: "vocab.txt")
        expectLocatedError(field: "line 2") { try DefinitionLoader.load(path: folder.path) }
    }

    @Test("a folder without any vocabulary is named")
    func emptyFolder() throws {
        let folder = try TemporaryFolder()
        expectLocatedError(problem: "no tokenizer") { try DefinitionLoader.load(path: folder.path) }
    }

    @Test("added tokens that only the configuration has are added; contradictions are refused")
    func addedTokensDecoder() throws {
        let folder = try OlderFolder.bytePair()
        try folder.write(
            #"{"added_tokens_decoder": {"7": {"content": "<x>", "special": true}, "0": {"content": "a", "special": false}}}"#,
            to: "tokenizer_config.json")
        let tokens = try DefinitionLoader.load(path: folder.path).definition.addedTokens
        #expect(tokens.map(\.id) == [0, 7])
        for damaged in [
            #""0": {"content": "<x>"}"#, #""x": {"content": "<x>"}"#, #""7": {}"#, #""7": 1"#,
            #""-1": {"content": "<x>"}"#,
        ] {
            try folder.write(#"{"added_tokens_decoder": {\#(damaged)}}"#, to: "tokenizer_config.json")
            expectLocatedError { try DefinitionLoader.load(path: folder.path) }
        }
    }

    // MARK: Making files

    private func loadRanks(
        _ tokens: [[UInt8]], options: TokenizerLoader.Options = TokenizerLoader.Options()
    ) throws -> LoadedDefinition {
        try loadRanks(SmallRanks.text(tokens), options)
    }

    private func loadRanks(_ text: String, _ options: TokenizerLoader.Options) throws -> LoadedDefinition {
        let folder = try TemporaryFolder()
        let path = try folder.write(text, to: "own.tiktoken")
        return try withExtendedLifetime(folder) { try DefinitionLoader.load(path: path, options: options) }
    }

    private func loadTekken(_ file: Tekken) throws -> LoadedDefinition {
        let folder = try TemporaryFolder()
        try folder.write(file.text, to: "tekken.json")
        return try withExtendedLifetime(folder) { try DefinitionLoader.load(path: folder.path) }
    }
}

/// A small byte-level vocabulary by rank: the bytes, " a", "aa" and "aaa".
enum SmallRanks {
    static let tokens: [[UInt8]] =
        (UInt8.min ... .max).map { [$0] } + [Array(" a".utf8), Array("aa".utf8), Array("aaa".utf8)]

    /// The lines of a `.tiktoken` file.
    static func text(_ tokens: [[UInt8]]) -> String {
        var text = ""
        for (rank, token) in tokens.enumerated() { text += "\(Base64.encode(token)) \(rank)\n" }
        return text
    }
}

/// A small `tekken.json`, sound unless told otherwise.
struct Tekken {
    var version = "v3"
    var size = 30 + 257
    var special: [JSONValue]?
    /// A further element of `vocab`.
    var more: String?

    var text: String {
        var entries = SmallRanks.tokens.enumerated().map {
            #"{"rank": \#($0), "token_bytes": "\#(Base64.encode($1))", "token_str": null}"#
        }
        if let more { entries.append(more) }
        let list = special.map { "\"special_tokens\": \(JSONValue.array($0).serialized()), " } ?? ""
        return """
            {"config": {"pattern": "\\\\s+|\\\\S+", "num_vocab_tokens": 259, "default_vocab_size": \(size),
             "default_num_special_tokens": 30, "version": "\(version)"}, \(list)"vocab": [\(entries.joined(separator: ","))]}
            """
    }
}

/// Folders from before `tokenizer.json`.
enum OlderFolder {
    static func bytePair() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write(#"{"a": 0, "b": 1, "ab": 2, "<s>": 3, "</s>": 4, "<mask>": 5}"#, to: "vocab.json")
        try folder.write("#version: 0.2\na b\n\n", to: "merges.txt")
        return folder
    }
}

extension TokenizerDefinition {
    /// The model, if it is byte pairs.
    var bytePair: BytePairDefinition? {
        if case .bytePair(let model) = model { model } else { nil }
    }
}

extension PostProcessor {
    /// The ids that a template puts around one text.
    var singleTemplateIDs: [TokenID]? {
        guard case .template(let single, _, let tokens) = self else { return nil }
        return single.flatMap { piece -> [TokenID] in
            guard case .token(let name, _) = piece else { return [] }
            return tokens.first { $0.name == name }?.ids ?? []
        }
    }
}
