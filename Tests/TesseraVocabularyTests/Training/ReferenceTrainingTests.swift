import Foundation
import TesseraCore
import TesseraTestSupport
import TesseraTokenizers
import TesseraVocabulary
import Testing

/// What is trained, held against what Hugging Face tokenizers trains: `Scripts/golden-training.py`.
@Suite("Training against the reference")
struct ReferenceTrainingTests {
    private static let golden = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("ConformanceTests/Golden")

    private static let families: Set = ["prose", "code", "languages", "digits", "contractions"]

    enum Job: String, CaseIterable {
        case byteLevel = "bpe-bytes"
        case characters = "bpe-characters"
        case wordPiece = "wordpiece"

        var settings: TrainingSettings {
            var settings: TrainingSettings
            switch self {
            case .byteLevel:
                settings = TrainingSettings(.bytePair(.init()), vocabularySize: 2500, preTokenizer: .gpt2)
                settings.specialTokens = ["<|endoftext|>"]
            case .characters:
                settings = TrainingSettings(
                    .bytePair(.init()), vocabularySize: 2500,
                    preTokenizer: .metaspace(replacement: "\u{2581}", prepends: .always, splits: true))
                settings.specialTokens = ["<unk>"]
                settings.unknownToken = "<unk>"
            case .wordPiece:
                settings = TrainingSettings(
                    .wordPiece(.init()), vocabularySize: 2500,
                    normalizer: .bert(
                        cleansText: true, spacesChinese: true, stripsAccents: nil, lowercases: true),
                    preTokenizer: .bert)
                settings.specialTokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
                settings.unknownToken = "[UNK]"
            }
            return settings
        }
    }

    private struct Text: Decodable {
        let family: String
        let text: String
    }

    private struct Golden: Decodable {
        let jobs: [String: [String]]
    }

    /// The texts that the reference was trained on, as JSON lines.
    private static func corpus(in folder: TemporaryFolder) throws -> Corpus {
        let lines = try Data(contentsOf: golden.appendingPathComponent("evaluation-text.txt"))
            .split(separator: 0x0A, omittingEmptySubsequences: false).dropLast()
        let texts = try Data(contentsOf: golden.appendingPathComponent("tokenizer-texts.jsonl"))
            .split(separator: 0x0A)
        let decoder = JSONDecoder()
        // Texts are told apart by lines in their own file too, so all go into one of JSON.
        var output = Data()
        for line in lines {
            output += try JSONEncoder().encode(["text": String(decoding: line, as: UTF8.self) + "\n"])
            output.append(0x0A)
        }
        for line in texts where families.contains(try decoder.decode(Text.self, from: Data(line)).family) {
            output += line
            output.append(0x0A)
        }
        return Corpus(files: [try folder.write(Array(output), to: "texts.jsonl")])
    }

    @Test("tokens and their order are those of Hugging Face tokenizers", arguments: Job.allCases, [1, 2])
    func equal(job: Job, threads: Int) throws {
        let data = try Data(contentsOf: Self.golden.appendingPathComponent("training.json"))
        let expected = try #require(JSONDecoder().decode(Golden.self, from: data).jobs[job.rawValue])
        let folder = try TemporaryFolder()
        let trained = try trainTokenizer(
            job.settings, on: try Self.corpus(in: folder), options: CountingOptions(threads: threads))
        let vocabulary = trained.definition.model.vocabulary
        let tokens = (0..<vocabulary.count).map {
            String(decoding: vocabulary.spelling(of: TokenID($0)), as: UTF8.self)
        }
        #expect(tokens.count == expected.count)
        let first = zip(tokens, expected).enumerated().first { $0.element.0 != $0.element.1 }
        #expect(first == nil, "\(first.map { "token \($0.offset): \($0.element)" } ?? "")")
    }
}
