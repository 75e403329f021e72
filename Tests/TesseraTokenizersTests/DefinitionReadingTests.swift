import TesseraCore
import TesseraFiles
import TesseraTestSupport
import TesseraTokenizers
import Testing

@Suite("reading tokenizer.json into a definition")
struct DefinitionReadingTests {
    @Test("every normalizer", arguments: Components.normalizers)
    func normalizer(_ text: String, _ expected: Normalizer) throws {
        #expect(try read(("normalizer", text)).normalizer == expected)
    }

    @Test("every pre-tokenizer", arguments: Components.preTokenizers)
    func preTokenizer(_ text: String, _ expected: PreTokenizer) throws {
        #expect(try read(("pre_tokenizer", text)).preTokenizer == expected)
    }

    @Test("every post-processor", arguments: Components.postProcessors)
    func postProcessor(_ text: String, _ expected: PostProcessor) throws {
        #expect(try read(("post_processor", text)).postProcessor == expected)
    }

    @Test("every decoder", arguments: Components.decoders)
    func decoder(_ text: String, _ expected: TokenDecoder) throws {
        #expect(try read(("decoder", text)).decoder == expected)
    }

    @Test("truncation and padding")
    func lengths() throws {
        let definition = try read(
            ("truncation", #"{"max_length": 512, "strategy": "OnlyFirst", "stride": 3}"#),
            (
                "padding",
                #"{"strategy": {"Fixed": 8}, "direction": "Left", "pad_to_multiple_of": 4, "pad_id": 1, "pad_type_id": 2, "pad_token": "<p>"}"#
            ))
        var truncation = Truncation(largestCount: 512)
        truncation.strategy = .onlyFirst
        truncation.stride = 3
        #expect(definition.truncation == truncation)
        var padding = Padding()
        (padding.length, padding.side, padding.multiple) = (.fixed(8), .left, 4)
        (padding.token, padding.typeID, padding.spelling) = (1, 2, "<p>")
        #expect(definition.padding == padding)
        let plain =
            #"{"strategy": "BatchLongest", "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]"}"#
        #expect(try read(("padding", plain)).padding == Padding())
        #expect(try read().truncation == nil)
    }

    @Test(
        "a component that nobody knows is named",
        arguments: ["normalizer", "pre_tokenizer", "decoder", "post_processor"])
    func unknownComponent(_ part: String) {
        expectLocatedError(field: "\(part).type", problem: "\"Frobnicate\" is not known") {
            try read((part, #"{"type": "Frobnicate"}"#))
        }
        expectLocatedError(problem: "does not say its type") { try read((part, "{}")) }
        expectLocatedError(field: part, problem: "expected an object") { try read((part, "[1]")) }
    }

    @Test("members that are missing or wrong are named", arguments: Components.damaged)
    func damaged(_ part: String, _ text: String, _ field: String) {
        expectLocatedError(field: "\(part).\(field)") { try read((part, text)) }
    }

    @Test("a version from the future is refused")
    func version() {
        expectLocatedError(field: "version", problem: "\"2.0\"") { try read(("version", #""2.0""#)) }
    }

    private func read(_ members: (String, String)...) throws -> TokenizerDefinition {
        let model = #"{"type": "WordLevel", "vocab": {"a": 0, "<unk>": 1}, "unk_token": "<unk>"}"#
        let members = members + [("model", model)]
        let text = "{" + members.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ") + "}"
        return try definition(text)
    }
}

/// The definition in the text of a `tokenizer.json`.
func definition(_ text: String) throws -> TokenizerDefinition {
    let folder = try TemporaryFolder()
    let path = try folder.write(text, to: "tokenizer.json")
    return try withExtendedLifetime(folder) { try HuggingFaceDefinitionReader.definition(file: path) }
}

/// Components as the files write them, and as the definition has them.
enum Components {
    static let normalizers: [(String, Normalizer)] = [
        (
            #"{"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": false, "strip_accents": null, "lowercase": true}"#,
            .bert(cleansText: true, spacesChinese: false, stripsAccents: nil, lowercases: true)
        ),
        (
            #"{"clean_text": false, "handle_chinese_chars": true, "strip_accents": false, "lowercase": false}"#,
            .bert(cleansText: false, spacesChinese: true, stripsAccents: false, lowercases: false)
        ),
        (#"{"type": "Strip", "strip_left": true, "strip_right": false}"#, .strip(left: true, right: false)),
        (#"{"strip_left": false, "strip_right": true}"#, .strip(left: false, right: true)),
        (#"{"type": "StripAccents"}"#, .stripAccents),
        (#"{"type": "NFC"}"#, .unicode(.canonicalComposed)),
        (#"{"type": "NFD"}"#, .unicode(.canonicalDecomposed)),
        (#"{"type": "NFKC"}"#, .unicode(.compatibleComposed)),
        (#"{"type": "NFKD"}"#, .unicode(.compatibleDecomposed)),
        (#"{"type": "Lowercase"}"#, .lowercase),
        (#"{"type": "Nmt"}"#, .nmt),
        (#"{"type": "Precompiled", "precompiled_charsmap": "AAEC/w=="}"#, .precompiled([0, 1, 2, 255])),
        (
            #"{"type": "Replace", "pattern": {"String": " "}, "content": "▁"}"#,
            .replace(.string(" "), with: "▁")
        ),
        (
            #"{"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}"#,
            .replace(.expression(" {2,}"), with: " ")
        ),
        (#"{"type": "Prepend", "prepend": "▁"}"#, .prepend("▁")),
        (#"{"prepend": "a"}"#, .prepend("a")),
        (#"{"type": "ByteLevel"}"#, .byteLevel),
        (
            #"{"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Sequence", "normalizers": []}]}"#,
            .sequence([.unicode(.canonicalComposed), .sequence([])])
        ),
    ]

    static let preTokenizers: [(String, PreTokenizer)] = [
        (#"{"type": "BertPreTokenizer"}"#, .bert),
        (
            #"{"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": false}"#,
            .byteLevel(addsPrefixSpace: true, usesExpression: true, trimsOffsets: false)
        ),
        (
            #"{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false}"#,
            .byteLevel(addsPrefixSpace: false, usesExpression: false)
        ),
        (#"{"type": "CharDelimiterSplit", "delimiter": "é"}"#, .delimiter("é")),
        (
            #"{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": false}"#,
            .metaspace(replacement: "▁", prepends: .first, splits: false)
        ),
        (
            #"{"type": "Metaspace", "replacement": "▁", "str_rep": "▁", "add_prefix_space": true}"#,
            .metaspace(replacement: "▁", prepends: .always, splits: true)
        ),
        (
            #"{"type": "Metaspace", "replacement": "_", "add_prefix_space": false, "prepend_scheme": "never"}"#,
            .metaspace(replacement: "_", prepends: .never, splits: true)
        ),
        (#"{"type": "Whitespace"}"#, .whitespace),
        (#"{"type": "WhitespaceSplit"}"#, .whitespaceSplit),
        (
            #"{"type": "Split", "pattern": {"Regex": "\\d"}, "behavior": "MergedWithPrevious", "invert": true}"#,
            .split(.expression("\\d"), .mergedWithPrevious, inverted: true)
        ),
        (
            #"{"type": "Split", "pattern": {"String": "."}, "behavior": "Contiguous", "invert": false}"#,
            .split(.string("."), .contiguous, inverted: false)
        ),
        (#"{"type": "Punctuation"}"#, .punctuation(.isolated)),
        (#"{"type": "Punctuation", "behavior": "Removed"}"#, .punctuation(.removed)),
        (#"{"type": "Digits", "individual_digits": true}"#, .digits(individually: true)),
        (#"{"type": "UnicodeScripts"}"#, .unicodeScripts),
        (#"{"type": "FixedLength"}"#, .fixedLength(5)),
        (#"{"type": "FixedLength", "length": 2}"#, .fixedLength(2)),
        (
            #"{"type": "Sequence", "pretokenizers": [{"type": "Whitespace"}, {"type": "Digits", "individual_digits": false}]}"#,
            .sequence([.whitespace, .digits(individually: false)])
        ),
    ]

    static let postProcessors: [(String, PostProcessor)] = [
        (
            #"{"type": "BertProcessing", "sep": ["[SEP]", 102], "cls": ["[CLS]", 101]}"#,
            .bert(separator: NamedToken("[SEP]", id: 102), classifier: NamedToken("[CLS]", id: 101))
        ),
        (
            #"{"sep": ["</s>", 2], "cls": ["<s>", 0], "trim_offsets": true, "add_prefix_space": false}"#,
            .roberta(
                separator: NamedToken("</s>", id: 2), classifier: NamedToken("<s>", id: 0),
                trimsOffsets: true,
                addsPrefixSpace: false)
        ),
        (
            #"{"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": false, "use_regex": true}"#,
            .byteLevel(trimsOffsets: false)
        ),
        (
            #"{"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "X", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}], "pair": [{"Sequence": {"id": "B", "type_id": 1}}], "special_tokens": {"X": {"id": "X", "ids": [7, 8], "tokens": ["a", "b"]}}}"#,
            .template(
                single: [.token("X", typeID: 0), .first(typeID: 0)], pair: [.second(typeID: 1)],
                tokens: [TemplateToken(name: "X", ids: [7, 8], spellings: ["a", "b"])])
        ),
        (
            #"{"type": "Sequence", "processors": [{"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true}]}"#,
            .sequence([.byteLevel(trimsOffsets: true)])
        ),
    ]

    static let decoders: [(String, TokenDecoder)] = [
        (#"{"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true}"#, .byteLevel),
        (
            ###"{"type": "WordPiece", "prefix": "##", "cleanup": true}"###,
            .wordPiece(prefix: "##", cleansUp: true)
        ),
        (
            #"{"type": "Metaspace", "replacement": "▁", "add_prefix_space": true}"#,
            .metaspace(replacement: "▁", prepends: .always, splits: true)
        ),
        (#"{"type": "BPEDecoder", "suffix": "</w>"}"#, .suffix("</w>")),
        (
            #"{"pad_token": "<pad>", "word_delimiter_token": "|", "cleanup": false}"#,
            .ctc(padding: "<pad>", wordDelimiter: "|", cleansUp: false)
        ),
        (
            #"{"type": "Replace", "pattern": {"String": "▁"}, "content": " "}"#,
            .replace(.string("▁"), with: " ")
        ),
        (#"{"type": "Fuse"}"#, .fuse),
        (#"{"type": "Strip", "content": " ", "start": 1, "stop": 0}"#, .strip(" ", start: 1, stop: 0)),
        (#"{"type": "ByteFallback"}"#, .byteFallback),
        (
            #"{"type": "Sequence", "decoders": [{"type": "ByteFallback"}, {"type": "Fuse"}]}"#,
            .sequence([.byteFallback, .fuse])
        ),
    ]

    /// A component, its text and the member that is wrong.
    static let damaged: [(String, String, String)] = [
        ("normalizer", #"{"type": "Strip", "strip_left": 1, "strip_right": true}"#, "strip_left"),
        ("normalizer", #"{"type": "Prepend"}"#, "prepend"),
        ("normalizer", #"{"type": "Precompiled", "precompiled_charsmap": "A"}"#, "precompiled_charsmap"),
        ("normalizer", #"{"type": "Replace", "pattern": {"Foo": "a"}, "content": ""}"#, "pattern"),
        ("normalizer", #"{"type": "Sequence", "normalizers": [{"type": "What"}]}"#, "normalizers[0].type"),
        ("normalizer", #"{"type": "Sequence"}"#, "normalizers"),
        ("pre_tokenizer", #"{"type": "CharDelimiterSplit", "delimiter": "ab"}"#, "delimiter"),
        ("pre_tokenizer", #"{"type": "FixedLength", "length": 0}"#, "length"),
        ("pre_tokenizer", #"{"type": "Digits"}"#, "individual_digits"),
        (
            "pre_tokenizer",
            #"{"type": "Split", "pattern": {"String": "a"}, "behavior": "Gone", "invert": false}"#, "behavior"
        ),
        (
            "pre_tokenizer",
            #"{"type": "Metaspace", "replacement": "▁", "add_prefix_space": false, "prepend_scheme": "always"}"#,
            "prepend_scheme"
        ),
        ("post_processor", #"{"type": "BertProcessing", "sep": ["x"], "cls": ["y", 1]}"#, "sep"),
        ("post_processor", #"{"type": "BertProcessing", "sep": ["x", -1], "cls": ["y", 1]}"#, "sep[1]"),
        (
            "post_processor",
            #"{"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "X", "type_id": 0}}], "pair": [], "special_tokens": {}}"#,
            "single[0].SpecialToken.id"
        ),
        ("decoder", #"{"type": "Strip", "content": " ", "start": -1, "stop": 0}"#, "start"),
        ("decoder", ###"{"type": "WordPiece", "prefix": "##"}"###, "cleanup"),
        ("padding", #"{"strategy": "Longest"}"#, "strategy"),
        ("truncation", #"{"max_length": -5}"#, "max_length"),
    ]
}
