import TesseraFiles
import TesseraServer
import TesseraTestSupport
import TesseraTokenizers

/// A byte-level tokenizer without merges: id 0 to 255 are bytes in the order of GPT-2's alphabet, 256 ends a text.
let byteTokenizer: LoadedTokenizer = {
    do {
        return try loadByteTokenizer()
    } catch {
        fatalError("the tokenizer of the tests: \(error)")
    }
}()

private func loadByteTokenizer() throws -> LoadedTokenizer {
    // GPT-2's alphabet: printable bytes stand for themselves, the others for U+0100 and up.
    let printable = Array(0x21...0x7E) + Array(0xA1...0xAC) + Array(0xAE...0xFF)
    var next = 0x100
    var vocabulary: [(String, JSONValue)] = []
    for byte in 0..<256 {
        var scalar = byte
        if !printable.contains(byte) {
            scalar = next
            next += 1
        }
        vocabulary.append((String(Unicode.Scalar(UInt32(scalar)).map(Character.init) ?? " "), .integer(byte)))
    }
    let json: JSONValue = [
        "version": "1.0",
        "added_tokens": [
            [
                "id": 256, "content": "<|end|>", "single_word": false, "lstrip": false, "rstrip": false,
                "normalized": false, "special": true,
            ]
        ],
        "normalizer": nil,
        "pre_tokenizer": [
            "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true,
        ],
        "post_processor": nil,
        "decoder": ["type": "ByteLevel"],
        "model": ["type": "BPE", "vocab": .object(JSONObject(vocabulary)), "merges": []],
    ]
    let folder = try TemporaryFolder()
    try folder.write(json.serialized(), to: "tokenizer.json")
    try folder.write(
        """
        {"eos_token": "<|end|>", "chat_template": "{% for m in messages %}{{ m.role }}: {{ m.content }}\\n{% endfor %}\
        {% if add_generation_prompt %}assistant: {% endif %}"}
        """, to: "tokenizer_config.json")
    return try withExtendedLifetime(folder) { try TokenizerLoader.load(path: folder.path) }
}

/// A model that serves `FakeModel` with the tokenizer of the tests.
func servedModel(_ model: FakeModel) -> ServedModel {
    ServedModel(
        name: "fake", contextLength: model.contextLength, vocabularySize: model.vocabularySize,
        tokenizer: byteTokenizer)
}
