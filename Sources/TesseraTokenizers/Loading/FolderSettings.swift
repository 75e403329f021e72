internal import TesseraCore
internal import TesseraFiles

/// What the files beside `tokenizer.json` say: `tokenizer_config.json`, `generation_config.json`, `config.json` and
/// `chat_template.jinja`; each may be missing.
struct FolderSettings {
    private let folder: String

    init(folder: String) {
        self.folder = folder
    }

    /// The source of the chat template and the file it came from.
    func chatTemplate() throws(LocatedError) -> (source: String, file: String)? {
        let path = folder + "/chat_template.jinja"
        if Self.isFile(path) {
            let file = try MappedFile(path: path)
            let text = withExtendedLifetime(file) { String(validating: file.bytes, as: UTF8.self) }
            guard let text else {
                throw LocatedError(
                    file: path, problem: "is not UTF-8 text", remedy: "save it as UTF-8 or fetch it again")
            }
            return (text, path)
        }
        guard let settings = try json("tokenizer_config.json") else { return nil }
        let field = settings["chat_template"]
        let configuration = folder + "/tokenizer_config.json"
        guard field.isPresent else { return nil }
        guard case .array(let entries)? = field.value else { return (try field.string(), configuration) }
        // A list of named templates: the one called "default" is meant, the others are for tools and retrieval.
        for index in entries.indices where try field[index]["name"].string() == "default" {
            return (try field[index]["template"].string(), configuration)
        }
        throw field.error("has no template named \"default\"")
    }

    /// The ids with a role, and of those that end a text the one that templates mean by `eos_token`.
    ///
    /// - Parameter prefix: the spellings that the post-processor puts in front of a text.
    func specialTokens(
        _ vocabulary: Vocabulary, addsBeginOfText prefix: [String]
    ) throws(LocatedError) -> (roles: SpecialTokens, endOfText: TokenID?) {
        var endOfText: TokenID?
        var roles = SpecialTokens()
        if let settings = try json("tokenizer_config.json") {
            roles.beginOfText = try id(settings["bos_token"], vocabulary)
            roles.unknown = try id(settings["unk_token"], vocabulary)
            roles.padding = try id(settings["pad_token"], vocabulary)
            endOfText = try id(settings["eos_token"], vocabulary)
            if let endOfText { roles.endOfText.insert(endOfText) }
        }
        // The generation settings know every id that ends a turn; the model's are older and fewer.
        for name in ["generation_config.json", "config.json"] {
            guard let settings = try json(name), settings["eos_token_id"].isPresent else { continue }
            let ends = try ids(settings["eos_token_id"], below: vocabulary.count)
            roles.endOfText.formUnion(ends)
            endOfText = endOfText ?? ends.first
            if roles.beginOfText == nil, settings["bos_token_id"].isPresent {
                roles.beginOfText = try ids(settings["bos_token_id"], below: vocabulary.count).first
            }
            break
        }
        if let first = prefix.first, let id = vocabulary.id(ofText: first) {
            roles.addsBeginOfText = roles.beginOfText == nil || roles.beginOfText == id
            roles.beginOfText = roles.beginOfText ?? id
        }
        return (roles, endOfText)
    }

    /// The id of a token given as its spelling or as an object with `content`.
    private func id(_ field: JSONField, _ vocabulary: Vocabulary) throws(LocatedError) -> TokenID? {
        guard field.isPresent else { return nil }
        let inner = field["content"]
        let spelling = inner.isPresent ? try inner.string() : try field.string()
        guard let id = vocabulary.id(ofText: spelling) else {
            throw field.error("\"\(spelling)\" is not in the vocabulary")
        }
        return id
    }

    /// One id or several.
    private func ids(_ field: JSONField, below count: Int) throws(LocatedError) -> [TokenID] {
        var values: [Int] = []
        if case .array(let entries)? = field.value {
            for index in entries.indices { values.append(try field[index].integer()) }
        } else {
            values = [try field.integer()]
        }
        for value in values where value < 0 || value >= count {
            throw field.error("\(value) is not an id of the \(count) tokens")
        }
        return values.map { TokenID(truncatingIfNeeded: $0) }
    }

    private func json(_ name: String) throws(LocatedError) -> JSONField? {
        let path = folder + "/" + name
        return Self.isFile(path) ? try JSONField(contentsOf: path) : nil
    }

    private static func isFile(_ path: String) -> Bool {
        if case .file? = FileSystem.kind(of: path) { true } else { false }
    }
}
