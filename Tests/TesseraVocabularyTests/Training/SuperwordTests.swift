import TesseraCore
import TesseraTestSupport
import TesseraTokenizers
import TesseraVocabulary
import Testing

@Suite("Merges over words")
struct SuperwordTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func train(_ text: String, from first: Int, to size: Int) throws -> TrainedTokenizer {
        var model = TrainingSettings.BytePair()
        model.superwordsFrom = first
        return try trainTokenizer(
            TrainingSettings(.bytePair(model), vocabularySize: size, preTokenizer: .gpt2),
            on: Corpus(files: [try folder.write(text, to: "text.txt")]))
    }

    private func spellings(_ trained: TrainedTokenizer) throws -> [String] {
        let tokenizer = try PipelineTokenizer(trained.definition)
        return (0..<tokenizer.vocabularySize).map {
            String(decoding: tokenizer.bytes(of: TokenID($0)), as: UTF8.self)
        }
    }

    @Test("make tokens of several words, at most four, none with a colon, and encode to what was counted")
    func superwords() throws {
        let lines = (0..<60).map {
            "by the way of the world, number \($0 % 7): it is by the way of all things\n"
        }
        let trained = try train(lines.joined(), from: 280, to: 340)
        let spellings = try spellings(trained)
        let several = spellings.filter { $0.split(separator: " ").count > 1 }
        #expect(several.contains { $0.contains("by the") })
        #expect(several.allSatisfy { $0.split(separator: " ").count <= 4 && !$0.contains(":") })
        // The first stage has none of them.
        #expect(spellings.prefix(280).allSatisfy { $0.split(separator: " ").count <= 1 })
        let tokenizer = try PipelineTokenizer(trained.definition)
        let count = lines.reduce(0) { $0 + tokenizer.encode($1).count }
        #expect(trained.tokenCount == count)
        for line in lines.prefix(8) {
            #expect(String(decoding: tokenizer.bytes(of: tokenizer.encode(line)), as: UTF8.self) == line)
        }
    }

    @Test("are refused where they cannot work")
    func refusals() throws {
        expectLocatedError(field: "--superbpe-from") { try train("a b", from: 400, to: 300) }
        var model = TrainingSettings.BytePair()
        model.superwordsFrom = 10
        let file = try folder.write("a b", to: "a.txt")
        expectLocatedError(field: "--superbpe-from") {
            try trainTokenizer(
                TrainingSettings(.bytePair(model), vocabularySize: 20, preTokenizer: .whitespace),
                on: Corpus(files: [file]))
        }
        expectLocatedError(field: "--superbpe-from") {
            try trainTokenizer(
                TrainingSettings(.bytePair(model), vocabularySize: 20, preTokenizer: .gpt2), onCounts: [file])
        }
    }
}
