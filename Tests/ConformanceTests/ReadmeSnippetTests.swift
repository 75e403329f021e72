import Foundation
import TesseraCore
import TesseraDecoding
import TesseraEngine
import TesseraFiles
import TesseraTokenizers
import Testing

/// The README's Swift code, compiled and run.
@Suite("README's Swift code")
struct ReadmeSnippetTests {
    @Test("it knows the capital of France")
    func runs() throws {
        // begin
        let location = try ModelStore().resolve("smollm2")
        let tokenizer = try TokenizerLoader.load(path: location.path).tokenizer
        let model = try DecoderModel.load(location)

        let ids = tokenizer.encode("The capital of France is")
        var text = try ReadText(model: model)
        let result = try generate(
            from: ids, in: &text, tokenizer: tokenizer, options: GenerationOptions(maximumTokens: 12))
        print(result.text)
        // end
        #expect(result.text.hasPrefix(" Paris"))
    }

    @Test("it is the code that the README shows")
    func isShown() throws {
        let file = URL(fileURLWithPath: #filePath)
        let lines = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
        let begin = try #require(lines.firstIndex { $0.hasSuffix("// begin") })
        let end = try #require(lines.firstIndex { $0.hasSuffix("// end") })
        let code = lines[(begin + 1)..<end].map { String($0.dropFirst(8)) }.joined(separator: "\n")
        let readme = file.deletingLastPathComponent().appendingPathComponent("../../README.md")
        #expect(try String(contentsOf: readme, encoding: .utf8).contains(code))
    }
}
