internal import TesseraCore
internal import TesseraFiles

/// Writes a Hugging Face folder: `tokenizer.json`, `tokenizer_config.json` with the roles of tokens and the
/// chat template, and `generation_config.json` when several tokens end a text.
struct FolderWriter {
    private let loaded: LoadedDefinition
    private let spellings: [TokenID: [UInt8]]

    init(_ loaded: LoadedDefinition) {
        self.loaded = loaded
        spellings = Dictionary(
            loaded.definition.addedTokens.map { ($0.id, $0.content) }, uniquingKeysWith: { first, _ in first }
        )
    }

    /// Writes the files into the folder at `path`, which is made when it is not there.
    func write(to path: String) throws(LocatedError) -> TokenizerSaver.Outcome {
        var writer = HuggingFaceWriter(loaded.definition)
        let json = try writer.json()
        try FileSystem.createFolder(path)
        let base = path.hasSuffix("/") ? path : path + "/"
        var files = [base + "tokenizer.json", base + "tokenizer_config.json"]
        try writeAtomically(json, to: files[0])
        try writeAtomically(configuration.serialized(pretty: true) + "\n", to: files[1])
        let ends = loaded.definition.specialTokens.endOfText.sorted()
        if ends != [loaded.endOfText].compactMap({ $0 }) {
            files.append(base + "generation_config.json")
            let settings: JSONValue = ["eos_token_id": .array(ends.map { .integer(Int($0)) })]
            try writeAtomically(settings.serialized(pretty: true) + "\n", to: files[2])
        }
        return TokenizerSaver.Outcome(files: files, losses: writer.losses)
    }

    private var configuration: JSONValue {
        let roles = loaded.definition.specialTokens
        var members = JSONObject()
        members["added_tokens_decoder"] = .object(
            JSONObject(
                loaded.definition.addedTokens.sorted { $0.id < $1.id }.map { token in
                    var entry = JSONObject()
                    if case .object(let all) = token.json { entry = all }
                    entry["id"] = nil
                    return (String(token.id), .object(entry))
                }))
        let named: [(String, TokenID?)] = [
            ("bos_token", roles.beginOfText), ("eos_token", loaded.endOfText), ("unk_token", roles.unknown),
            ("pad_token", roles.padding),
        ]
        for (name, id) in named { members[name] = id.map { .string(text(of: $0)) } ?? .null }
        members["clean_up_tokenization_spaces"] = false
        if let template = loaded.chatTemplate { members["chat_template"] = .string(template) }
        members["tokenizer_class"] = "PreTrainedTokenizerFast"
        return .object(members)
    }

    private func text(of id: TokenID) -> String {
        String(decoding: spellings[id] ?? loaded.definition.model.vocabulary.spelling(of: id), as: UTF8.self)
    }
}
