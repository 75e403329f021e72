internal import TesseraCore
internal import TesseraFiles

/// The files of a Hugging Face folder beside the one with the vocabulary; each may be missing.
///
/// `tokenizer_config.json` and the older `special_tokens_map.json` and `added_tokens.json` tell the roles of
/// tokens, `generation_config.json` and `config.json` what ends a text; the chat template stands in a file of
/// its own or in the configuration.
struct TokenizerFolder {
    /// The folder.
    let path: String

    init(_ path: String) {
        self.path = path
    }

    /// Fills in the added tokens, the roles and the chat template.
    func complete(_ loaded: inout LoadedDefinition) throws(LocatedError) {
        let configuration = try json("tokenizer_config.json")
        try addTokens(of: configuration, to: &loaded.definition)
        try setRoles(configuration, of: &loaded)
        if let template = try chatTemplate(configuration) {
            loaded.chatTemplate = template.source
            loaded.chatTemplateFile = template.file
        }
    }

    /// The path of `name` in the folder; nil when there is no such file.
    func file(_ name: String) -> String? {
        let path = self.path + "/" + name
        if case .file? = FileSystem.kind(of: path) { return path }
        return nil
    }

    /// The JSON file `name`; nil when there is none.
    func json(_ name: String) throws(LocatedError) -> JSONField? {
        try file(name).map { path throws(LocatedError) in try JSONField(contentsOf: path) }
    }

    /// The text of `path`.
    func text(_ path: String) throws(LocatedError) -> String {
        let file = try MappedFile(path: path)
        guard let text = withExtendedLifetime(file, { String(validating: file.bytes, as: UTF8.self) }) else {
            throw LocatedError(
                file: path, problem: "is not UTF-8 text", remedy: "save it as UTF-8 or fetch it again")
        }
        return text
    }
}

// MARK: Chat template

extension TokenizerFolder {
    /// The source of the chat template and the file it came from; nil when there is none.
    private func chatTemplate(
        _ configuration: JSONField?
    ) throws(LocatedError) -> (source: String, file: String)? {
        if let path = file("chat_template.jinja") { return (try text(path), path) }
        for field in [try json("chat_template.json"), configuration] {
            guard let field = field?["chat_template"], field.isPresent, let file = field.file else {
                continue
            }
            guard case .array(let entries)? = field.value else { return (try field.string(), file) }
            // A list of named templates: the one called "default" is meant, the others are for tools and
            // retrieval.
            for index in entries.indices where try field[index]["name"].string() == "default" {
                return (try field[index]["template"].string(), file)
            }
        }
        return nil
    }
}

// MARK: Added tokens

extension TokenizerFolder {
    /// Adds the tokens of `added_tokens_decoder` and of `added_tokens.json` that the vocabulary does not
    /// have.
    func addTokens(
        of configuration: JSONField?, to definition: inout TokenizerDefinition
    ) throws(LocatedError) {
        var additions: [AddedToken] = []
        if let decoder = configuration?["added_tokens_decoder"] {
            for (key, _) in try decoder.optionalObject() ?? JSONObject() {
                let entry = decoder[key]
                guard let id = TokenID(key), Int(id) < Vocabulary.largestCount - 1 else {
                    throw decoder.error("\"\(key)\" is not an id")
                }
                additions.append(try AddedToken(entry, content: try entry["content"].string(), id: id))
            }
        } else if let map = try json("added_tokens.json") {
            for (content, _) in try map.object() {
                var token = AddedToken(id: try AddedToken.id(map[content]), content: Array(content.utf8))
                token.isSpecial = false
                token.isNormalized = true
                additions.append(token)
            }
        }
        guard !additions.isEmpty else { return }
        var spellings = TokenSpellings(definition)
        for token in additions.sorted(by: { $0.id < $1.id }) where !token.content.isEmpty {
            if let id = spellings.id(of: token.content) {
                // What stands in the vocabulary only becomes a token that is found before the text is cut.
                guard !spellings.isAdded(token.content), id == token.id else { continue }
            } else if spellings.isTaken(token.id) {
                throw LocatedError(
                    file: configuration?.file ?? path, field: "added_tokens_decoder",
                    problem: "\"\(token.text)\" has the id \(token.id) of another token",
                    remedy: "correct the file or fetch it again")
            }
            spellings.insert(token)
            definition.addedTokens.append(token)
        }
    }
}

// MARK: Roles

extension TokenizerFolder {
    private func setRoles(
        _ configuration: JSONField?, of loaded: inout LoadedDefinition
    ) throws(LocatedError) {
        let spellings = TokenSpellings(loaded.definition)
        let map = try json("special_tokens_map.json")
        func role(_ name: String) throws(LocatedError) -> TokenID? {
            for field in [configuration?[name], map?[name]] {
                guard let field, field.isPresent else { continue }
                let inner = field["content"]
                let spelling = inner.isPresent ? try inner.string() : try field.string()
                // Configurations may name a token that the vocabulary does not have: then nothing plays the
                // role.
                if let id = spellings.id(of: Array(spelling.utf8)) { return id }
            }
            return nil
        }
        var roles = loaded.definition.specialTokens
        roles.beginOfText = try role("bos_token") ?? roles.beginOfText
        roles.unknown = try role("unk_token") ?? roles.unknown
        roles.padding = try role("pad_token") ?? roles.padding
        if let end = try role("eos_token") {
            loaded.endOfText = end
            roles.endOfText.insert(end)
        }
        // The generation settings know every id that ends a turn; the model's are older and fewer.
        for name in ["generation_config.json", "config.json"] {
            guard let settings = try json(name), settings["eos_token_id"].isPresent else { continue }
            let ends = try ids(settings["eos_token_id"], below: spellings.count)
            roles.endOfText.formUnion(ends)
            loaded.endOfText = loaded.endOfText ?? ends.first
            if roles.beginOfText == nil, settings["bos_token_id"].isPresent {
                roles.beginOfText = try ids(settings["bos_token_id"], below: spellings.count).first
            }
            break
        }
        if let first = loaded.definition.postProcessor?.firstToken {
            roles.addsBeginOfText = roles.beginOfText == nil || roles.beginOfText == first
            roles.beginOfText = roles.beginOfText ?? first
        }
        loaded.definition.specialTokens = roles
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
}

extension PostProcessor {
    /// The token that is put in front of a single text.
    var firstToken: TokenID? {
        switch self {
        case .bert(_, let classifier), .roberta(_, let classifier, _, _): return classifier.id
        case .byteLevel: return nil
        case .template(let single, _, let tokens):
            guard case .token(let name, _)? = single.first else { return nil }
            return tokens.first { $0.name.hasSameBytes(as: name) }?.ids.first
        case .sequence(let parts): return parts.lazy.compactMap(\.firstToken).first
        }
    }
}
