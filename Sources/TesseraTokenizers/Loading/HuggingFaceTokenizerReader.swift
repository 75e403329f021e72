internal import TesseraCore
internal import TesseraFiles

/// Builds a tokenizer from `tokenizer.json`, with roles and chat template from the files beside it.
struct HuggingFaceTokenizerReader {
    private let folder: String
    private let file: String

    init(folder: String, file: String) {
        self.folder = folder
        self.file = file
    }

    func read() throws(LocatedError) -> LoadedTokenizer {
        let root = try JSONField(contentsOf: file)
        try refuse(root["normalizer"], "normalizer")
        let preTokenizer = try PreTokenizerReader(root["pre_tokenizer"]).preTokenizer()
        let post = try PostProcessorReader(root["post_processor"])
        try checkDecoder(root["decoder"])

        let added = try addedTokens(root["added_tokens"])
        let (model, resolved) = try model(root["model"], added: added)
        let settings = FolderSettings(folder: folder)
        let (roles, endOfText) = try settings.specialTokens(model.vocabulary, addsBeginOfText: post.prefix)
        let definition = TokenizerDefinition(
            preTokenizer: preTokenizer, model: .bytePair(model),
            postProcessor: try post.postProcessor(model.vocabulary), decoder: .byteLevel,
            addedTokens: resolved, specialTokens: roles)
        let tokenizer = try PipelineTokenizer(definition, file: file)
        let chat = try settings.chatTemplate()
        return LoadedTokenizer(
            tokenizer: tokenizer, chatTemplate: chat?.source, chatTemplateFile: chat?.file,
            endOfText: endOfText, file: file)
    }

    // MARK: The model

    private func model(
        _ field: JSONField, added: [AddedToken]
    ) throws(LocatedError) -> (BytePairDefinition, [AddedToken]) {
        if let type = try field["type"].optionalString(), type != "BPE" {
            throw unsupported(field["type"], "model \(type)")
        }
        if let dropout = try field["dropout"].optionalDouble(), dropout != 0 {
            throw unsupported(field["dropout"], "dropout")
        }
        for name in ["continuing_subword_prefix", "end_of_word_suffix"] {
            if let text = try field[name].optionalString(), !text.isEmpty {
                throw unsupported(field[name], name)
            }
        }
        if try field["byte_fallback"].optionalBool() == true {
            throw unsupported(field["byte_fallback"], "byte_fallback")
        }
        var builder = BytePairBuilder(file: file)
        let resolved = try readVocabulary(field["vocab"], added: added, into: &builder)
        try readMerges(field["merges"], into: &builder)
        var model = try builder.finish(ignoresMerges: field["ignore_merges"].optionalBool() ?? false)
        if let unknown = try field["unk_token"].optionalString() {
            guard let id = model.vocabulary.id(ofText: unknown) else {
                throw field["unk_token"].error("\"\(unknown)\" is not in the vocabulary")
            }
            if try field["fuse_unk"].optionalBool() == true {
                throw unsupported(field["fuse_unk"], "fuse_unk")
            }
            model.unknownToken = id
        }
        return (model, resolved)
    }

    /// Lays the tokens out by id, those of `added` included; ids may have holes.
    private func readVocabulary(
        _ field: JSONField, added: [AddedToken], into builder: inout BytePairBuilder
    ) throws(LocatedError) -> [AddedToken] {
        let members = try field.object()
        var spellings: [String?] = []
        var byteCount = 0
        func place(_ spelling: String, at id: Int, _ field: JSONField) throws(LocatedError) {
            guard id >= 0, id < Vocabulary.largestCount - 1 else {
                throw field.error("the id \(id) is not between 0 and \(Vocabulary.largestCount - 2)")
            }
            while spellings.count <= id { spellings.append(nil) }
            if let other = spellings[id] {
                throw field.error("the id \(id) is that of \"\(other)\" and of \"\(spelling)\"")
            }
            spellings[id] = spelling
            byteCount += spelling.utf8.count
        }
        for (spelling, value) in members {
            guard case .integer(let id) = value else { throw field[spelling].error("is not a whole number") }
            try place(spelling, at: id, field[spelling])
        }
        for token in added {
            let content = String(decoding: token.content, as: UTF8.self)
            let field = JSONField(nil, name: "added_tokens \"\(content)\"", file: file)
            switch members[content] {
            case nil: try place(content, at: Int(token.id), field)
            case .integer(let id)? where id == Int(token.id): break
            default: throw field.error("has another id than in model.vocab")
            }
        }
        try builder.reserve(tokens: spellings.count, spellingBytes: byteCount)
        for (id, spelling) in spellings.enumerated() {
            var text = spelling ?? ""
            let earlier = text.withUTF8 { bytes in
                builder.append(spelling: UnsafeRawBufferPointer(bytes))
            }
            if let earlier { throw field.error("the tokens \(earlier) and \(id) are both \"\(text)\"") }
        }
        return added
    }

    private func readMerges(_ field: JSONField, into builder: inout BytePairBuilder) throws(LocatedError) {
        let merges = try field.array()
        try builder.reserve(merges: merges.count)
        for (rank, merge) in merges.enumerated() {
            var pair: (String, String)
            switch merge {
            case .string(let text):
                guard let space = text.utf8.firstIndex(of: 0x20) else {
                    throw field[rank].error("is not two tokens with a space between")
                }
                pair = (String(text[..<space]), String(text[text.utf8.index(after: space)...]))
            case .array(let parts):
                guard parts.count == 2, case .string(let left) = parts[0], case .string(let right) = parts[1]
                else {
                    throw field[rank].error("is not a pair of tokens")
                }
                pair = (left, right)
            default: throw field[rank].error("is \(merge.kind), expected a pair of tokens")
            }
            let result: Result<Void, LocatedError> = pair.0.withUTF8 { left in
                pair.1.withUTF8 { right in
                    Result { () throws(LocatedError) in
                        try builder.append(
                            merge: UnsafeRawBufferPointer(left), UnsafeRawBufferPointer(right),
                            field: field.name)
                    }
                }
            }
            try result.get()
        }
    }

    // MARK: The rest of the file

    private func addedTokens(_ field: JSONField) throws(LocatedError) -> [AddedToken] {
        var tokens: [AddedToken] = []
        for index in try (field.optionalArray() ?? []).indices {
            let entry = field[index]
            let id = try entry["id"].integer()
            guard let id = TokenID(exactly: id) else { throw entry["id"].error("\(id) is not a token id") }
            let content = Array(try entry["content"].string().utf8)
            guard content.count <= AddedToken.largestByteCount else {
                throw entry["content"].error(
                    "has \(content.count) bytes, more than \(AddedToken.largestByteCount)")
            }
            let special = try entry["special"].optionalBool() ?? false
            tokens.append(
                AddedToken(
                    id: id, content: content, isSpecial: special,
                    stripsLeft: try entry["lstrip"].optionalBool() ?? false,
                    stripsRight: try entry["rstrip"].optionalBool() ?? false,
                    isSingleWord: try entry["single_word"].optionalBool() ?? false,
                    isNormalized: try entry["normalized"].optionalBool() ?? !special))
        }
        return tokens
    }

    private func checkDecoder(_ field: JSONField) throws(LocatedError) {
        guard field.isPresent else { return }
        let type = try field["type"].string()
        guard type == "ByteLevel" else { throw unsupported(field["type"], "decoder \(type)") }
    }

    private func refuse(_ field: JSONField, _ part: String) throws(LocatedError) {
        guard field.isPresent else { return }
        throw unsupported(field["type"], "\(part) \(try field["type"].optionalString() ?? "")")
    }

    private func unsupported(_ field: JSONField, _ part: String) -> LocatedError {
        field.error(
            "the \(part) is not supported",
            remedy: "use a byte-level BPE tokenizer without it")
    }
}
