import Foundation
import TesseraCore
import TesseraTestSupport
import TesseraTransformers
import Testing

@Suite("The names of swift-transformers")
struct AutoTokenizerTests {
    /// A folder with the letters of a few words and a chat template.
    private func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let letters = ["h", "i", "<", "u", ">", "!"].enumerated().map { "\"\($1)\": \($0)" }
        try folder.write(
            """
            {"added_tokens": [{"id": 7, "content": "<s>", "special": true}],
             "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "use_regex": true},
             "decoder": {"type": "ByteLevel"},
             "post_processor": {"type": "TemplateProcessing",
              "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
              "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
              "special_tokens": {"<s>": {"id": "<s>", "ids": [7], "tokens": ["<s>"]}}},
             "model": {"type": "BPE", "vocab": {\(letters.joined(separator: ", ")), "hi": 6}, "merges": ["h i"]}}
            """, to: "tokenizer.json")
        try folder.write(
            """
            {"bos_token": "<s>", "eos_token": "!",
             "chat_template": "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}{{ tools[0].i }}!"}
            """, to: "tokenizer_config.json")
        return folder
    }

    @Test("a folder is opened, text goes to ids and back, roles have their ids")
    func roundTrip() async throws {
        let folder = try folder()
        let tokenizer = try await AutoTokenizer.from(modelFolder: URL(filePath: folder.path))
        #expect(tokenizer.encode(text: "hi!") == [7, 6, 5])
        #expect(tokenizer("hi!", addSpecialTokens: false) == [6, 5])
        #expect(tokenizer.decode(tokens: [7, 6, 5]) == "<s>hi!")
        #expect(tokenizer.decode(tokens: [7, 6, 5, -1, 99], skipSpecialTokens: true) == "hi!")
        #expect(tokenizer.tokenize(text: "hi") == ["hi"])
        #expect(tokenizer.bosTokenId == 7 && tokenizer.eosToken == "!" && tokenizer.unknownTokenId == nil)
        #expect(tokenizer.convertTokensToIds(["hi", "ho"]) == [6, nil])
        #expect(tokenizer.convertIdsToTokens([6, 1000]) == ["hi", nil])
    }

    @Test("messages and tools reach the template")
    func chatTemplate() async throws {
        let folder = try folder()
        let tokenizer = try await AutoTokenizer.from(modelFolder: URL(filePath: folder.path))
        #expect(tokenizer.hasChatTemplate)
        let messages: [Message] = [["role": "u", "content": "hi"]]
        #expect(
            try tokenizer.applyChatTemplate(messages: messages, tools: [["i": "h"]]) == [2, 3, 4, 6, 0, 5])
        #expect(
            try tokenizer.applyChatTemplate(messages: messages, chatTemplate: "{{ messages[0].content }}")
                == [6])
        expectLocatedError(naming: "other") {
            try tokenizer.applyChatTemplate(messages: messages, chatTemplate: .name("other"))
        }
        expectLocatedError(naming: "Range") {
            try tokenizer.applyChatTemplate(messages: [["role": 0..<1]])
        }
    }

    @Test("a folder without a tokenizer is an error that names it")
    func missing() async throws {
        let folder = try TemporaryFolder()
        await #expect(throws: LocatedError.self) {
            try await AutoTokenizer.from(modelFolder: URL(filePath: folder.path))
        }
    }
}
