import TesseraCore
import TesseraFiles
import TesseraTestSupport
import TesseraTokenizers

/// A Hugging Face folder with a byte-level tokenizer, sound unless told otherwise.
struct SampleFolder {
    var addedTokens: [JSONValue] = []
    var merges: [(String, String)] = SampleVocabulary.merges(for: [" the", "the"])
    var mergesAsPairs = false
    var preTokenizer: JSONValue = [
        "type": "Sequence",
        "pretokenizers": [
            ["type": "Digits", "individual_digits": true],
            ["type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true],
        ],
    ]
    /// Members of the file that replace or join the usual ones.
    var members: [(String, JSONValue)] = []
    /// Members of `model`.
    var model: [(String, JSONValue)] = []
    /// Other files by name.
    var files: [String: String] = [:]

    var vocabulary: [String] { SampleVocabulary(merges: merges, special: []).tokens }

    var tokenizerFile: JSONValue {
        let vocabulary = JSONObject(vocabulary.enumerated().map { ($1, .integer($0)) })
        let pairs = merges.map { pair -> JSONValue in
            mergesAsPairs ? [.string(pair.0), .string(pair.1)] : .string("\(pair.0) \(pair.1)")
        }
        var model: [(String, JSONValue)] = [
            ("type", "BPE"), ("dropout", nil), ("unk_token", nil), ("vocab", .object(vocabulary)),
            ("merges", .array(pairs)),
        ]
        model.removeAll { member in self.model.contains { $0.0 == member.0 } }
        var members: [(String, JSONValue)] = [
            ("version", "1.0"), ("added_tokens", .array(addedTokens)), ("normalizer", nil),
            ("pre_tokenizer", preTokenizer), ("post_processor", nil), ("decoder", ["type": "ByteLevel"]),
            ("model", .object(JSONObject(model + self.model))),
        ]
        members.removeAll { member in self.members.contains { $0.0 == member.0 } }
        return .object(JSONObject(members + self.members))
    }

    /// Writes the folder and reads it.
    func load() throws -> LoadedTokenizer {
        let folder = try TemporaryFolder()
        try folder.write(tokenizerFile.serialized(), to: "tokenizer.json")
        for (name, text) in files { try folder.write(text, to: name) }
        return try withExtendedLifetime(folder) { try TokenizerLoader.load(folder: folder.path) }
    }
}
