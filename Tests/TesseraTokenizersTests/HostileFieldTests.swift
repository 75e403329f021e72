import TesseraCore
import TesseraFiles
import TesseraTestSupport
import TesseraTokenizers
import Testing

/// Fields that ask for more than their file is worth, or that broke other programs.
@Suite("Hostile fields of tokenizer files")
struct HostileFieldTests {
    // A token <0x-1> of the byte type made llama.cpp write in front of its table (lmstudio-bug-tracker issue 2289).
    private static let noBytes = ["<0x-1>", "<0xFFF>", "<0x>", "<0xG0>", "<0x 1>", "<0x+1>", "0x41"]

    @Test(
        "a token of the byte type that names no byte is refused by SentencePiece's rules", arguments: noBytes)
    func sentencePieceBytes(spelling: String) {
        var sample = SampleModel()
        sample.byteFallback = true
        sample.pieces.append((spelling, 0, .byte))
        expectLocatedError(naming: "not of the form") { try sample.definition() }
    }

    @Test("in GGUF files and tokenizer.json it stands for no byte", arguments: noBytes)
    func otherBytes(spelling: String) throws {
        var builder = GGUFBuilder()
        builder["tokenizer.ggml.model"] = .string("llama")
        builder["tokenizer.ggml.tokens"] = .strings(["<unk>", "a", spelling, "<0x42>"])
        builder["tokenizer.ggml.scores"] = .float32s([0, 0, 0, 0])
        builder["tokenizer.ggml.token_type"] = .int32s([2, 1, 6, 6])
        if let tokenizer = try? TokenizerLoader.load(gguf: builder.file()).tokenizer {
            #expect(!tokenizer.encode("\u{FF}\u{1}A").contains(2))
            _ = tokenizer.decode([0, 1, 2, 3, 2])
        }
        let folder = try TemporaryFolder()
        let token = JSONValue.string(spelling).serialized()
        try folder.write(
            #"""
            {"model": {"type": "BPE", "byte_fallback": true, "unk_token": "<unk>", "merges": [],
             "vocab": {"<unk>": 0, "a": 1, \#(token): 2, "<0x42>": 3}}, "decoder": {"type": "ByteFallback"}}
            """#, to: "tokenizer.json")
        let tokenizer = try TokenizerLoader.load(folder: folder.path).tokenizer
        #expect(tokenizer.encode("B\u{FF}A", special: .asText).contains(2) == false)
        // Rust reads a plus sign before a number, so Hugging Face's decoder makes a byte of this one.
        #expect(tokenizer.decode([2]) == (spelling == "<0x+1>" ? "\u{1}" : spelling))
    }

    @Test("a line that asks for two million special tokens is refused")
    func specialTokens() throws {
        let folder = try TemporaryFolder()
        try folder.write(
            #"""
            {"config": {"pattern": "a", "default_vocab_size": 2000000, "default_num_special_tokens": 1999000,
             "version": "v3"}, "vocab": []}
            """#, to: "tekken.json")
        expectLocatedError(field: "config.default_num_special_tokens", problem: "more than") {
            try TokenizerLoader.load(path: folder.path)
        }
    }

    @Test(
        "padding that would fill the memory is refused",
        arguments: [
            (#"{"Fixed": 4611686018427387904}"#, "8", "padding.strategy.Fixed"),
            (#"{"Fixed": 131073}"#, "8", "padding.strategy.Fixed"),
            (#""BatchLongest""#, "4611686018427387904", "padding.pad_to_multiple_of"),
        ])
    func padding(strategy: String, multiple: String, field: String) throws {
        let folder = try TemporaryFolder()
        try folder.write(
            #"""
            {"model": {"type": "WordLevel", "unk_token": "a", "vocab": {"a": 0}}, "padding": {"strategy": \#(strategy),
             "direction": "Right", "pad_to_multiple_of": \#(multiple), "pad_id": 0, "pad_type_id": 0, "pad_token": "a"}}
            """#, to: "tokenizer.json")
        expectLocatedError(field: field, problem: "more than") {
            try TokenizerLoader.load(folder: folder.path)
        }
    }

    @Test("a vocabulary of empty spellings holds no tokens")
    func emptySpellings() throws {
        let folder = try TemporaryFolder()
        try folder.write("\n", to: "vocab.txt")
        expectLocatedError(problem: "no tokens") { try TokenizerLoader.load(path: folder.path("vocab.txt")) }
        try folder.write(
            #"{"model": {"type": "WordLevel", "unk_token": "", "vocab": {"": 5}}}"#, to: "tokenizer.json")
        expectLocatedError(problem: "no tokens") { try TokenizerLoader.load(folder: folder.path) }
    }

    @Test("a line that asks for two million ids is refused")
    func largeID() throws {
        let folder = try TemporaryFolder()
        try folder.write(
            #"{"model": {"type": "WordLevel", "unk_token": "a", "vocab": {"a": 2000000}}}"#,
            to: "tokenizer.json")
        expectLocatedError(problem: "too large for 1 tokens") {
            try TokenizerLoader.load(folder: folder.path)
        }
    }

    @Test("equal characters in other code points stay two tokens in every format")
    func canonicalEquals() throws {
        let (composed, decomposed) = ("\u{E9}", "e\u{301}")
        let folder = try TemporaryFolder()
        try folder.write(
            #"{"model": {"type": "WordLevel", "unk_token": "x", "vocab": {"x": 0, "\#(composed)": 1, "\#(decomposed)": 2}}}"#,
            to: "tokenizer.json")
        let words = try TokenizerLoader.load(folder: folder.path).tokenizer
        #expect(words.encode(composed) == [1] && words.encode(decomposed) == [2])
        try folder.write("[UNK]\n\(composed)\n\(decomposed)\n", to: "vocab.txt")
        let pieces = try TokenizerLoader.load(path: folder.path("vocab.txt")).tokenizer
        #expect(pieces.id(ofSpelling: composed) == 1 && pieces.id(ofSpelling: decomposed) == 2)
        var model = SampleModel(type: 1)
        model.pieces += [(composed, -9, .normal), (decomposed, -9, .normal)]
        let piece = try PipelineTokenizer(model.definition())
        #expect(piece.id(ofSpelling: composed) == 12 && piece.id(ofSpelling: decomposed) == 13)
    }

    @Test("errors that quote a file stay short")
    func shortErrors() throws {
        let folder = try TemporaryFolder()
        let long = String(repeating: "a", count: 100_000)
        try folder.write(#"{"version": "\#(long)", "model": {"type": "BPE"}}"#, to: "tokenizer.json")
        let error = expectLocatedError(field: "version") { try TokenizerLoader.load(folder: folder.path) }
        #expect((error?.description.utf8.count ?? .max) < 2000)
    }

    @Test("what a SentencePiece model or a GGUF file could not be read from is not written")
    func unreadable() throws {
        let folder = try TemporaryFolder()
        var unigram = UnigramDefinition(
            vocabulary: try Vocabulary([Array("<unk>".utf8), [0x61, 0], Array("b".utf8)]),
            scores: [0, -1, -2],
            unknownToken: 0)
        let definition = TokenizerDefinition(model: .unigram(unigram))
        expectLocatedError(problem: "zero byte") {
            try TokenizerSaver.save(definition, to: folder.path("t.model"))
        }
        unigram.vocabulary = try Vocabulary([Array("<unk>".utf8), [0x61], Array("b".utf8)])
        unigram.fallsBackToBytes = true
        expectLocatedError(problem: "256 are needed") {
            try TokenizerSaver.save(TokenizerDefinition(model: .unigram(unigram)), to: folder.path("t.model"))
        }
        var pairs = TokenizerDefinition(
            model: .bytePair(BytePairDefinition(vocabulary: try Vocabulary([[0x61]]), merges: [])))
        pairs.preTokenizer = .gpt2
        expectLocatedError(field: "model.merges") {
            try TokenizerSaver.save(pairs, to: folder.path("t.gguf"))
        }
        #expect(folder.names.isEmpty)
    }
}
