import TesseraCore
import TesseraTestSupport
import TesseraTokenizers
import TesseraVocabulary
import Testing

@Suite("Trained tokenizers")
struct TrainedTokenizerTests {
    private let folder: TemporaryFolder
    private let text = String(
        repeating:
            "Lorem ipsum dolor sit amet, consectetur adipisici elit: \u{E9}t\u{E9}, 東京 12345!\n  sed eiusmod\n",
        count: 20)

    init() throws { folder = try TemporaryFolder() }

    private func train(_ settings: TrainingSettings, threads: Int = 1) throws -> TrainedTokenizer {
        let file = try folder.write(text, to: "text.txt")
        return try trainTokenizer(
            settings, on: Corpus(files: [file]), options: CountingOptions(threads: threads))
    }

    @Test(
        "encode the text they were trained on into as many tokens as they say, and back",
        arguments: [PreTokenizer.gpt2, .cl100k, .o200k, .qwen2])
    func byteLevel(preTokenizer: PreTokenizer) throws {
        let settings = TrainingSettings(.bytePair(.init()), vocabularySize: 320, preTokenizer: preTokenizer)
        let trained = try train(settings)
        let tokenizer = try PipelineTokenizer(trained.definition)
        var count = 0
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            let ids = tokenizer.encode(line + "\n")
            count += ids.count
            #expect(String(decoding: tokenizer.bytes(of: ids), as: UTF8.self) == line + "\n")
        }
        #expect(trained.tokenCount == count)
        #expect(trained.byteCount == text.utf8.count && trained.textCount == 40)
        let file = folder.path("text.txt")
        #expect(try countTokens(of: Corpus(files: [file]), with: trained.definition, threads: 3) == count)
    }

    @Test("of characters fall back to bytes for what they have not seen")
    func characters() throws {
        var model = TrainingSettings.BytePair()
        model.fallsBackToBytes = true
        let settings = TrainingSettings(
            .bytePair(model), vocabularySize: 350,
            preTokenizer: .metaspace(replacement: "\u{2581}", prepends: .always, splits: true))
        let trained = try train(settings)
        let tokenizer = try PipelineTokenizer(trained.definition)
        let ids = tokenizer.encode("ipsum \u{3A9}")
        #expect(tokenizer.spelling(of: ids[ids.count - 1]) == "<0xA9>")
        #expect(tokenizer.spelling(of: ids[0])?.hasPrefix("\u{2581}") == true)
    }

    @Test(
        "are the same for any number of threads", arguments: [2, 3, 7],
        [
            TrainingSettings.Model.bytePair(.init()), .unigram(.init()), .wordPiece(.init()),
        ])
    func threads(threads: Int, model: TrainingSettings.Model) throws {
        let settings = TrainingSettings(model, vocabularySize: 300, preTokenizer: .whitespace)
        let one = try train(settings)
        #expect(try train(settings, threads: threads).definition.isEqualInTokens(to: one.definition))
    }

    @Test("WordPiece surrounds a text with its special tokens")
    func wordPiece() throws {
        var settings = TrainingSettings(
            .wordPiece(.init()), vocabularySize: 200,
            normalizer: .bert(cleansText: true, spacesChinese: true, stripsAccents: nil, lowercases: true),
            preTokenizer: .bert)
        settings.specialTokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
        settings.unknownToken = "[UNK]"
        let definition = try train(settings).definition
        let tokenizer = try PipelineTokenizer(definition)
        #expect(tokenizer.template.prefix == [2] && tokenizer.template.suffix == [3])
        #expect(tokenizer.encode("lorem \u{3A9}").last == 1)
        #expect(definition.specialTokens.unknown == 1 && definition.specialTokens.padding == 0)
    }
}
