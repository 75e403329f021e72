import TesseraCore
import TesseraFiles
import TesseraTemplates
import TesseraTestSupport
import TesseraTokenizers
import Testing

@Suite("Hugging Face folders")
struct HuggingFaceFolderTests {
    @Test("merges may be strings or pairs", arguments: [false, true])
    func merges(asPairs: Bool) throws {
        let loaded = try SampleFolder(mergesAsPairs: asPairs).load()
        #expect(loaded.tokenizer.spellings("the the 12") == ["the", "Ġthe", "Ġ", "1", "2"])
        #expect(loaded.mergeCount == SampleFolder().merges.count)
    }

    @Test("ignore_merges takes a piece that is a token as a whole")
    func ignoreMerges() throws {
        // `zz` cannot be reached by merges.
        var folder = SampleFolder()
        var vocabulary = JSONObject(folder.vocabulary.enumerated().map { ($1, .integer($0)) })
        vocabulary = JSONObject(
            vocabulary.map { ($0.key, $0.value) } + [("zz", .integer(folder.vocabulary.count))])
        folder.model = [("vocab", .object(vocabulary)), ("ignore_merges", true)]
        #expect(try folder.load().tokenizer.spellings("zz zz") == ["zz", "Ġ", "z", "z"])
        folder.model = [("vocab", .object(vocabulary)), ("ignore_merges", false)]
        #expect(try folder.load().tokenizer.spellings("zz") == ["z", "z"])
    }

    @Test("the roles and the chat template come from the files beside it")
    func settings() throws {
        var folder = SampleFolder(addedTokens: [
            ["id": 400, "content": "<s>", "special": true], ["id": 401, "content": "</s>", "special": true],
            ["id": 402, "content": "<end>", "special": true],
        ])
        folder.files = [
            "tokenizer_config.json": """
            {"bos_token": {"content": "<s>"}, "eos_token": "</s>", "pad_token": null,
             "chat_template": [{"name": "tools", "template": "T"}, {"name": "default", "template": "{{ bos_token }}D"}]}
            """,
            "generation_config.json": #"{"eos_token_id": [401, 402]}"#,
        ]
        folder.members = [
            (
                "post_processor",
                [
                    "type": "TemplateProcessing",
                    "single": [
                        ["SpecialToken": ["id": "<s>", "type_id": 0]],
                        ["Sequence": ["id": "A", "type_id": 0]],
                    ],
                    "pair": [
                        ["Sequence": ["id": "A", "type_id": 0]], ["Sequence": ["id": "B", "type_id": 1]],
                    ],
                    "special_tokens": ["<s>": ["id": "<s>", "ids": [400], "tokens": ["<s>"]]],
                ]
            )
        ]
        let loaded = try folder.load()
        let roles = loaded.tokenizer.specialTokens
        #expect(roles.beginOfText == 400 && roles.addsBeginOfText)
        #expect(roles.endOfText == [401, 402])
        #expect(loaded.tokenizer.template.prefix == [400])
        #expect(loaded.tokenizer.vocabularySize == 403)
        #expect(loaded.tokenizer.spelling(of: 399) == nil && loaded.tokenizer.bytes(of: 399).isEmpty)
        #expect(try loaded.requireChatTemplate().render(messages: [], addGenerationPrompt: false) == "<s>D")
        // Not the smallest of the ids that end a turn.
        folder.files["tokenizer_config.json"] =
            #"{"eos_token": "<end>", "chat_template": "{{ eos_token }}"}"#
        let other = try folder.load()
        #expect(other.endOfText == 402 && other.tokenizer.specialTokens.endOfText == [401, 402])
        #expect(try other.requireChatTemplate().render(messages: [], addGenerationPrompt: false) == "<end>")
        folder.files["tokenizer_config.json"] = "{}"
        folder.files["generation_config.json"] = #"{"eos_token_id": [402, 401]}"#
        #expect(try folder.load().endOfText == 402)
        folder.files["chat_template.jinja"] = "J"
        #expect(try folder.load().chatTemplate == "J")
    }

    @Test("GPT-2's and Llama 3's pre-tokenizers are recognised")
    func preTokenizers() throws {
        let llama =
            #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
        let byteLevel: JSONValue = ["type": "ByteLevel", "add_prefix_space": false, "use_regex": false]
        let split: JSONValue = [
            "type": "Split", "pattern": ["Regex": .string(llama)], "behavior": "Isolated", "invert": false,
        ]
        let loaded = try SampleFolder(
            preTokenizer: ["type": "Sequence", "pretokenizers": [split, byteLevel]]
        ).load()
        #expect(loaded.tokenizer.spellings("a 123") == ["a", "Ġ", "1", "2", "3"])
        #expect(loaded.preTokenizerDescription == "Split, ByteLevel")
        let gpt2 = try SampleFolder(preTokenizer: ["type": "ByteLevel", "add_prefix_space": false]).load()
        #expect(gpt2.preTokenizerDescription == "ByteLevel")
    }

    @Test(
        "a part that is not known or cannot work is named",
        arguments: [
            ("normalizer", ["type": "Upside"], "Upside"),
            ("pre_tokenizer", ["type": "Metaspace", "replacement": "__"], "not one character"),
            ("pre_tokenizer", ["type": "Sideways"], "Sideways"),
            ("post_processor", ["type": "Around"], "Around"),
            ("decoder", ["type": "Backwards"], "Backwards"),
            ("model", ["type": "Bigram", "vocab": []], "Bigram"),
            ("model", ["type": "Unigram", "vocab": [["a", 0]], "unk_id": 3], "3"),
            ("model", ["type": "BPE", "vocab": ["a": 0]], "missing"),
            ("model", ["type": "BPE", "vocab": ["a": -1], "merges": []], "-1"),
            ("model", ["type": "BPE", "vocab": ["a": 4_000_000_000], "merges": []], "4000000000"),
            ("model", ["type": "BPE", "vocab": ["a": 0, "b": 0], "merges": []], "\"a\""),
            ("model", ["type": "BPE", "vocab": ["a": 0], "merges": ["a b"]], "\"b\""),
            ("model", ["type": "BPE", "vocab": ["a": 0], "merges": ["ab"]], "space"),
            ("model", ["type": "BPE", "vocab": ["a": 0], "merges": [["a"]]], "pair"),
            ("model", ["type": "BPE", "vocab": ["zz": 0], "merges": []], "single byte"),
            ("model", ["type": "BPE", "vocab": [:], "merges": []], "no tokens"),
            ("added_tokens", [["id": -5, "content": "x"]], "-5"),
            (
                "added_tokens",
                [["id": 400, "content": .string(String(repeating: "x", count: 5000))]], "5000 bytes"
            ),
        ] as [(String, JSONValue, String)])
    func unsupported(member: String, value: JSONValue, named: String) {
        var folder = SampleFolder()
        folder.members = [(member, value)]
        expectLocatedError(naming: named) { try folder.load() }
    }
}
