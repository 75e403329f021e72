import TesseraCore
import TesseraTemplates
import TesseraTestSupport
import TesseraTokenizers
import Testing

@Suite("Tokenizer against the reference")
struct TokenizerTests {
    private let tokenizer: PipelineTokenizer
    private let golden: TokenizerGolden

    init() throws {
        tokenizer = try TokenizerLoader.load(path: DefaultModel.path()).tokenizer
        golden = try TokenizerGolden.load()
    }

    @Test("ids equal those of Hugging Face tokenizers, special tokens as tokens and as text")
    func ids() {
        #expect(golden.texts.count == 1000)
        for text in golden.texts {
            #expect(tokenizer.encode(text.text) == text.ids, "\(text.text.debugDescription)")
            #expect(
                tokenizer.encode(text.text, special: .asText) == text.asText, "\(text.text.debugDescription)")
        }
    }

    @Test("offsets equal those of Hugging Face tokenizers")
    func offsets() {
        var compared = 0
        for text in golden.texts {
            let spans = tokenizer.encodeWithOffsets(text.text)
            #expect(spans.map(\.id) == text.ids)
            guard let offsets = text.offsets else { continue }
            compared += 1
            let ours = spans.flatMap { [$0.range.lowerBound, $0.range.upperBound] }
            #expect(ours == offsets, "\(text.text.debugDescription)")
        }
        #expect(compared > 600)
    }

    @Test("decoding gives the text back, but for bytes that the vocabulary cannot spell")
    func decoding() {
        let missing = Set(tokenizer.bytesWithoutToken)
        #expect(missing.count == 21)
        for text in golden.texts {
            let bytes = tokenizer.bytes(of: tokenizer.encode(text.text))
            #expect(bytes == text.text.utf8.filter { !missing.contains($0) })
        }
    }

    @Test("the parts are those of SmolLM2")
    func parts() throws {
        let loaded = try TokenizerLoader.load(path: DefaultModel.path())
        #expect(loaded.preTokenizerDescription == "smollm" && loaded.mergeCount == 48_900)
        #expect(tokenizer.vocabularySize == 49_152)
        #expect(
            tokenizer.specialTokens
                == SpecialTokens(
                    beginOfText: 1, endOfText: [2], unknown: 0, padding: 2, addsBeginOfText: false))
        let prompt = try loaded.requireChatTemplate().render(
            messages: [ChatMessage(role: "user", content: "Hi")], addGenerationPrompt: true)
        #expect(prompt.hasSuffix("<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"))
        #expect(tokenizer.encode(prompt).first == 1)
    }
}
