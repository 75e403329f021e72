internal import TesseraCore
internal import TesseraFiles

/// Reads the member `model` of a `tokenizer.json`, its vocabulary and merges straight from the mapped bytes.
struct TokenModelReader {
    /// The members that are left to this reader.
    static let large = ["model.vocab", "model.merges"]

    private let json: PartialJSON
    private let file: String
    private let field: JSONField

    /// Reads from `json`, which has left `large` alone.
    init(_ json: PartialJSON, file: String) {
        self.json = json
        self.file = file
        field = json.root["model"]
    }

    /// The model, of the kind that `type` says or, in the oldest files, the members tell.
    func model() throws(LocatedError) -> TokenModel {
        let type = try field.componentType() ?? inferredType()
        switch type {
        case "BPE": return .bytePair(try bytePair())
        case "Unigram": return .unigram(try unigram())
        case "WordPiece":
            var model = WordPieceDefinition(vocabulary: try vocabulary())
            model.unknownToken = try field["unk_token"].string()
            model.continuingPrefix = try field["continuing_subword_prefix"].string()
            model.largestWord = try field["max_input_chars_per_word"].count()
            return .wordPiece(model)
        case "WordLevel":
            var model = WordLevelDefinition(vocabulary: try vocabulary())
            model.unknownToken = try field["unk_token"].string()
            return .wordLevel(model)
        case "LessIsBetter": return .lessIsBetter(try lessIsBetter())
        default: throw field.unknown("model", type)
        }
    }

    /// The kind that the members tell, in the order in which Hugging Face tries them.
    private func inferredType() -> String? {
        guard json.has("model.vocab") else { return nil }
        if json.has("model.merges") { return "BPE" }
        if field.hasMembers("unk_token", "continuing_subword_prefix", "max_input_chars_per_word") {
            return "WordPiece"
        }
        return field.hasMembers("unk_token") ? "WordLevel" : "Unigram"
    }

    private func scanner(_ name: String) throws(LocatedError) -> JSONScanner {
        guard let scanner = json.scanner(of: "model.\(name)") else {
            throw field[name].error(
                "missing", remedy: "export the tokenizer again with its vocabulary and merges")
        }
        return scanner
    }

    private func vocabulary() throws(LocatedError) -> Vocabulary {
        var scanner = try scanner("vocab")
        var table = SpellingTable(file: file, field: scanner.field)
        try table.append(membersOf: &scanner)
        return try table.vocabulary()
    }

    private func bytePair() throws(LocatedError) -> BytePairDefinition {
        let vocabulary = try vocabulary()
        let prefix = try field["continuing_subword_prefix"].optionalString() ?? ""
        var scanner = try scanner("merges")
        var list = MergeList(vocabulary, continuingPrefix: prefix, file: file, field: scanner.field)
        try list.append(elementsOf: &scanner)
        var model = BytePairDefinition(vocabulary: vocabulary, merges: try list.finish())
        model.continuingPrefix = prefix
        model.endSuffix = try field["end_of_word_suffix"].optionalString() ?? ""
        model.fusesUnknown = try field["fuse_unk"].optionalBool() ?? false
        model.fallsBackToBytes = try field["byte_fallback"].optionalBool() ?? false
        model.ignoresMerges = try field["ignore_merges"].optionalBool() ?? false
        if let dropout = try field["dropout"].optionalDouble() {
            guard (0...1).contains(dropout) else {
                throw field["dropout"].error("\(dropout) is not a probability")
            }
            model.dropout = dropout
        }
        // Some files name a token that only `added_tokens` has. The reference then fails at the first unknown
        // character; here that is dropped, as when the file names none.
        model.unknownToken = try field["unk_token"].optionalString().flatMap { vocabulary.id(ofText: $0) }
        return model
    }

    private func lessIsBetter() throws(LocatedError) -> LessIsBetterDefinition {
        let vocabulary = try vocabulary()
        var lexicon: [TokenID] = []
        for index in try field["lexicon"].array().indices {
            let id = try field["lexicon"][index].integer()
            guard id >= 0, id < vocabulary.count else {
                throw field["lexicon"][index].error("\(id) is not an id of the \(vocabulary.count) tokens")
            }
            lexicon.append(TokenID(truncatingIfNeeded: id))
        }
        var model = LessIsBetterDefinition(vocabulary: vocabulary, lexicon: lexicon)
        model.fallsBackToBytes = try field["byte_fallback"].optionalBool() ?? false
        if let unknown = try field["unk_token"].optionalString() {
            guard let id = vocabulary.id(ofText: unknown) else {
                throw field["unk_token"].error("\"\(unknown)\" is no token of the vocabulary")
            }
            model.unknownToken = id
        }
        model.training = try field["training"].ifPresent(LessIsBetterTraining.init)
        return model
    }

    private func unigram() throws(LocatedError) -> UnigramDefinition {
        var scanner = try scanner("vocab")
        var table = SpellingTable(file: file, field: scanner.field)
        var scores: [Double] = []
        var more = try scanner.beginArray()
        while more {
            guard try scanner.beginArray() else { throw scanner.error("token \(table.count) is not a pair") }
            try table.append(id: table.count) { bytes throws(LocatedError) in
                _ = try scanner.string(into: &bytes)
            }
            guard try scanner.continuesArray() else {
                throw scanner.error("token \(scores.count) has no score")
            }
            scores.append(try scanner.number())
            guard try !scanner.continuesArray() else {
                throw scanner.error("token \(scores.count - 1) is not a pair")
            }
            more = try scanner.continuesArray()
        }
        var model = UnigramDefinition(vocabulary: try table.vocabulary(), scores: scores)
        model.fallsBackToBytes = try field["byte_fallback"].optionalBool() ?? false
        if field["unk_id"].isPresent {
            let unknown = try field["unk_id"].integer()
            guard unknown >= 0, unknown < scores.count else {
                throw field["unk_id"].error("\(unknown) is not an id of the \(scores.count) tokens")
            }
            model.unknownToken = TokenID(truncatingIfNeeded: unknown)
        }
        return model
    }
}
