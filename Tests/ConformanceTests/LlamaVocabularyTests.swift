import TesseraCore
import TesseraTestSupport
import TesseraTokenizers
import Testing

@Suite("llama.cpp's vocabularies with its own cases")
struct LlamaVocabularyTests {
    static let names = [
        "bert-bge", "command-r", "deepseek-coder", "deepseek-llm", "falcon", "gemma-4", "gpt-2", "llama-bpe",
        "llama-spm",
        "mpt", "phi-3", "qwen2", "qwen35", "refact", "starcoder",
    ]

    /// The texts of an `.inp` file: each ends with this line.
    private static let end = "\n__ggml_vocab_test__\n"

    @Test("ids equal the expected ones", arguments: names)
    func cases(name: String) throws {
        let path = try ReferenceTokenizers.path("llama.cpp/ggml-vocab-\(name).gguf")
        let input = try fileText(path + ".inp")
        let output = try fileText(path + ".out")
        var texts = parts(of: input, at: Self.end)
        // Each text has the mark after it, but for Gemma's last.
        if texts.last?.isEmpty == true { texts.removeLast() }
        var expected = parts(of: output, at: "\n")
        if expected.last?.isEmpty == true { expected.removeLast() }
        #expect(texts.count == expected.count && texts.count >= 46)

        let tokenizer = try TokenizerLoader.load(path: path).tokenizer
        for (text, line) in zip(texts, expected) {
            let ids = line.utf8.split(separator: UInt8(ascii: " ")).compactMap {
                TokenID(String(Substring($0)))
            }
            #expect(tokenizer.encode(text, special: .asText) == ids, "\(text.debugDescription)")
        }
    }

    /// The parts between occurrences of `mark`, compared as bytes.
    private func parts(of text: String, at mark: String) -> [String] {
        let text = Array(text.utf8)
        let mark = Array(mark.utf8)
        var parts: [String] = []
        var start = 0
        var place = 0
        while place + mark.count <= text.count {
            if text[place..<place + mark.count].elementsEqual(mark) {
                parts.append(String(decoding: text[start..<place], as: UTF8.self))
                place += mark.count
                start = place
            } else {
                place += 1
            }
        }
        parts.append(String(decoding: text[start...], as: UTF8.self))
        return parts
    }
}
