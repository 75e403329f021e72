internal import TesseraCore
internal import TesseraFiles

/// Reads folders from before `tokenizer.json`: `vocab.json` and `merges.txt` (GPT-2, RoBERTa) or `vocab.txt`
/// (BERT).
///
/// Which of them a model is follows from the special tokens that `tokenizer_config.json` or
/// `special_tokens_map.json` names, never from the name of a class. What such files do not say is as in
/// Hugging Face's converters.
struct PlainVocabularyReader {
    private let folder: TokenizerFolder
    private let options: TokenizerLoader.Options

    init(_ folder: TokenizerFolder, options: TokenizerLoader.Options = TokenizerLoader.Options()) {
        self.folder = folder
        self.options = options
    }
}

// MARK: GPT-2 and RoBERTa

extension PlainVocabularyReader {
    /// The byte-level model in `vocabulary` and `merges`, the paths of the two files.
    func bytePair(vocabulary path: String, merges mergesPath: String) throws(LocatedError) -> LoadedDefinition
    {
        var scanner = JSONScanner(try MappedFile(path: path), field: "vocabulary")
        var table = SpellingTable(file: path, field: "vocabulary")
        try table.append(membersOf: &scanner)
        let vocabulary = try table.vocabulary()
        if vocabulary.id(ofText: "a</w>") != nil {
            throw LocatedError(
                file: path,
                problem: "spells the ends of words with </w>, and the files do not say how text is cut",
                remedy: "save the model's tokenizer.json beside it")
        }
        let model = BytePairDefinition(vocabulary: vocabulary, merges: try merges(mergesPath, vocabulary))
        let settings = try SpecialTokenSettings(folder)
        let addsPrefixSpace = try settings.bool("add_prefix_space") ?? false
        var definition = TokenizerDefinition(model: .bytePair(model))
        definition.decoder = .byteLevel
        definition.preTokenizer = .byteLevel(addsPrefixSpace: addsPrefixSpace, usesExpression: true)
        if let expression = try options.preTokenizer() {
            definition.preTokenizer = expression
        } else {
            do throws(LocatedError) {
                try model.checkTokens(areLeftWholeBy: .gpt2, named: "GPT-2")
            } catch {
                throw LocatedError(
                    file: path, field: error.field, problem: error.problem, remedy: error.remedy)
            }
        }
        definition.postProcessor = .byteLevel(trimsOffsets: false, addsPrefixSpace: addsPrefixSpace)
        if let classifier = try settings.token("cls_token", vocabulary),
            let separator = try settings.token("sep_token", vocabulary)
        {
            definition.postProcessor = .roberta(
                separator: separator, classifier: classifier, trimsOffsets: true,
                addsPrefixSpace: addsPrefixSpace)
        } else if try settings.bool("add_bos_token") == true,
            let begin = try settings.token("bos_token", vocabulary)
        {
            definition.postProcessor = .surrounding(first: begin, last: nil)
        }
        definition.addedTokens = try settings.addedTokens(vocabulary, maskTakesSpace: true)
        return LoadedDefinition(definition, file: path)
    }

    private func merges(
        _ path: String, _ vocabulary: Vocabulary
    ) throws(LocatedError) -> [BytePairDefinition.Merge] {
        let file = try MappedFile(path: path)
        var list = MergeList(vocabulary, continuingPrefix: "", file: path, field: "merges")
        try TextLines(file).forEach { line throws(LocatedError) in
            if !line.isEmpty, !MergeList.isVersionLine(line) { try list.append(spaced: line) }
        }
        return try list.finish()
    }
}

// MARK: BERT

extension PlainVocabularyReader {
    /// The WordPiece model in the `vocab.txt` at `path`: a token a line.
    func wordPiece(vocabulary path: String) throws(LocatedError) -> LoadedDefinition {
        var table = SpellingTable(file: path, field: "vocabulary")
        try TextLines(try MappedFile(path: path)).forEach { line throws(LocatedError) in
            guard firstInvalidUTF8Offset(in: Array(line)) == nil else {
                throw LocatedError(
                    file: path, field: "line \(table.count + 1)", problem: "is not UTF-8 text",
                    remedy: "save it as UTF-8 or fetch it again")
            }
            try table.append(line, id: table.count)
        }
        let vocabulary = try table.vocabulary()
        let settings = try SpecialTokenSettings(folder)
        var model = WordPieceDefinition(vocabulary: vocabulary)
        model.unknownToken = try settings.spelling("unk_token") ?? "[UNK]"
        var definition = TokenizerDefinition(model: .wordPiece(model))
        definition.normalizer = .bert(
            cleansText: true, spacesChinese: try settings.bool("tokenize_chinese_chars") ?? true,
            stripsAccents: try settings.bool("strip_accents"),
            lowercases: try settings.bool("do_lower_case") ?? true)
        definition.preTokenizer = .bert
        definition.decoder = .wordPiece(prefix: "##", cleansUp: true)
        if let classifier = try settings.token("cls_token", or: "[CLS]", vocabulary),
            let separator = try settings.token("sep_token", or: "[SEP]", vocabulary)
        {
            definition.postProcessor = .surrounding(first: classifier, last: separator)
        }
        definition.addedTokens = try settings.addedTokens(
            vocabulary, or: ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], maskTakesSpace: false)
        return LoadedDefinition(definition, file: path)
    }
}

extension PostProcessor {
    /// `first A last`, and `first A last B last` with the second text of type 1, as Hugging Face's converters
    /// write.
    static func surrounding(first: NamedToken?, last: NamedToken?) -> PostProcessor {
        func piece(_ token: NamedToken?, typeID: UInt32) -> [TemplatePiece] {
            token.map { [.token($0.spelling, typeID: typeID)] } ?? []
        }
        let single = piece(first, typeID: 0) + [.first(typeID: 0)] + piece(last, typeID: 0)
        var tokens: [TemplateToken] = []
        for token in [first, last].compactMap({ $0 }) where !tokens.contains(where: { $0.ids == [token.id] })
        {
            tokens.append(TemplateToken(name: token.spelling, ids: [token.id], spellings: [token.spelling]))
        }
        return .template(
            single: single, pair: single + [.second(typeID: 1)] + piece(last, typeID: 1), tokens: tokens)
    }
}
