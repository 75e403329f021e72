internal import Hummingbird
internal import TesseraCore
internal import TesseraFiles
internal import TesseraTokenizers

extension Router<RouteContext> {
    /// `GET /tokenizer_info`: special tokens and chat template, as lm-evaluation-harness asks for them.
    func addTokenizerInfo(_ service: Service) {
        let answer = service.model.tokenizerInfo
        get("/tokenizer_info") { _, _ in Response.json(answer) }
    }
}

extension ServedModel {
    /// The answer to `GET /tokenizer_info`.
    var tokenizerInfo: JSONValue {
        let roles = tokenizer.specialTokens
        func spelling(_ id: TokenID?) -> JSONValue {
            id.flatMap { tokenizer.spelling(of: $0) }.map(JSONValue.string) ?? .null
        }
        let end = loaded.endOfText ?? roles.endOfText.min()
        let others = tokenizers.map { name, loaded -> JSONValue in
            [
                "name": .string(name), "vocabulary_size": .integer(loaded.tokenizer.vocabularySize),
                "kind": .string(loaded.modelDescription),
            ]
        }
        return [
            "tokenizer_class": "PreTrainedTokenizerFast",
            "bos_token": spelling(roles.beginOfText), "eos_token": spelling(end),
            "pad_token": spelling(roles.padding ?? end), "unk_token": spelling(roles.unknown),
            "bos_token_id": roles.beginOfText.map { .integer(Int($0)) } ?? .null,
            "eos_token_id": end.map { .integer(Int($0)) } ?? .null,
            "add_bos_token": .bool(roles.addsBeginOfText),
            "chat_template": loaded.chatTemplate.map(JSONValue.string) ?? .null,
            "vocab_size": .integer(tokenizer.vocabularySize), "model_max_length": .integer(contextLength),
            "tokenizers": .array(others),
        ]
    }
}
