import TesseraCore
import TesseraDecoding
import TesseraEngine
import TesseraFiles
import TesseraTemplates
import TesseraTestSupport
import TesseraTokenizers
import Testing

/// A damaged file either works or is refused with a `LocatedError`; it never traps and never hangs.
@Suite("Damaged model files")
struct DamagedModelTests {
    private let whole = WholeModel().builder

    /// What came of using a file.
    private enum Outcome: Hashable {
        case worked
        case refused
    }

    /// Does with the file at `path` all that a user could: tokenizer, template, model, a few tokens.
    private func use(_ path: String) throws -> Outcome {
        var outcome = Outcome.worked
        func attempt(_ job: () throws -> Void) throws {
            do {
                try job()
            } catch let error as LocatedError {
                #expect(!error.description.isEmpty)
                #expect(error.remedy != nil, "\(error)")
                outcome = .refused
            }
        }
        var tokens: [TokenID] = [3, 4, 5]
        try attempt {
            let loaded = try TokenizerLoader.load(path: path)
            tokens = loaded.tokenizer.encode("hello world <|im_end|> \u{1F30D} 123")
            _ = loaded.tokenizer.decode(tokens)
            if let source = loaded.chatTemplate {
                try attempt {
                    _ = try ChatTemplate(source, file: path)
                        .render(
                            messages: [ChatMessage(role: "user", content: "hi")], addGenerationPrompt: true)
                }
            }
            try attempt {
                let model = try DecoderModel.load(.gguf(path: path), options: EngineOptions(threads: 1))
                var text = try ReadText(model: model, capacity: min(model.contextLength, 64))
                _ = try generate(
                    from: Array(tokens.prefix(8)), in: &text, tokenizer: loaded.tokenizer,
                    options: GenerationOptions(maximumTokens: 2))
            }
        }
        return outcome
    }

    @Test("the sound file works")
    func sound() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(whole.bytes(), to: "whole.gguf")
        #expect(try use(path) == .worked)
    }

    @Test("every prefix of the file's head is refused")
    func prefixes() throws {
        let bytes = whole.bytes()
        let head = whole.head().count
        for length in 0..<head {
            #expect(throws: LocatedError.self) {
                try GGUFFile(file: MappedFile(copying: bytes[..<length], path: "prefix.gguf"))
            }
        }
    }

    @Test("2,000 flipped bits in the head are survived", arguments: 0..<4)
    func flippedHead(part: Int) throws {
        let folder = try TemporaryFolder()
        let sound = whole.bytes()
        let head = whole.head().count
        var random = SeededGenerator(seed: UInt64(1_000 + part))
        var refused = 0
        for _ in 0..<500 {
            var bytes = sound
            bytes[Int.random(in: 0..<head, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            let path = try folder.write(bytes, to: "flipped.gguf")
            if try use(path) == .refused { refused += 1 }
        }
        #expect(refused > 100)
    }

    @Test("300 flipped bits in the weights are survived")
    func flippedWeights() throws {
        let folder = try TemporaryFolder()
        let sound = whole.bytes()
        let head = whole.head().count
        var random = SeededGenerator(seed: 2_000)
        for _ in 0..<300 {
            var bytes = sound
            for _ in 0..<8 {
                bytes[Int.random(in: head..<bytes.count, using: &random)] ^=
                    1 << UInt8.random(in: 0..<8, using: &random)
            }
            _ = try use(try folder.write(bytes, to: "flipped.gguf"))
        }
    }
}
