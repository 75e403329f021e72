import TesseraCore
import TesseraFiles
import TesseraTestSupport

/// A tiny model of an architecture as a Hugging Face folder, with a tokenizer that has a letter for every id.
///
/// The ids of a golden text are so the letters of a prompt, and the program can be asked what follows it.
struct Checkpoint {
    /// The last is a merge, since GGUF has no byte-level vocabularies without one; no golden text has an a before a b.
    static let alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTU".map { String($0) } + ["ab"]

    let golden: GoldenModel
    let path: String

    /// Writes the folder `name` into `storage`.
    init(_ golden: GoldenModel, in storage: TemporaryFolder, name: String = "checkpoint") throws {
        self.golden = golden
        path = storage.path(name)
        let folder = try TemporaryFolder()
        try golden.writeFolder(to: folder)
        try storage.write(Self.tokenizer.serialized(), to: "\(name)/tokenizer.json")
        for file in folder.names {
            try storage.write(try MappedFile(path: folder.path(file)).copy(), to: "\(name)/\(file)")
        }
    }

    /// The letters that stand for ids.
    static func text(_ ids: [TokenID]) -> String { ids.map { alphabet[Int($0)] }.joined() }

    private static var tokenizer: JSONValue {
        let vocabulary = JSONObject(alphabet.enumerated().map { ($1, .integer($0)) })
        return [
            "version": "1.0", "added_tokens": [], "normalizer": nil,
            "pre_tokenizer": [
                "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true,
            ],
            "post_processor": nil, "decoder": ["type": "ByteLevel"],
            "model": [
                "type": "BPE", "dropout": nil, "unk_token": nil, "vocab": .object(vocabulary),
                "merges": ["a b"],
            ],
        ]
    }
}
