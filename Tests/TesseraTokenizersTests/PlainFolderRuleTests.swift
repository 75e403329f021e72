import TesseraTestSupport
import TesseraTokenizers
import Testing

@Suite("Folders that do not say how text is cut")
struct PlainFolderRuleTests {
    private func load(_ vocabulary: String, _ merges: String) throws -> TokenizerDefinition {
        let folder = try TemporaryFolder()
        try folder.write(vocabulary, to: "vocab.json")
        try folder.write("#version: 0.2\n\(merges)\n", to: "merges.txt")
        return try withExtendedLifetime(folder) { try DefinitionLoader.load(path: folder.path).definition }
    }

    @Test("vocab.json and merges.txt whose tokens GPT-2's rule would cut, as in Qwen's, are refused")
    func otherRule() {
        expectLocatedError(field: "vocabulary", problem: "1 of 2 tokens") {
            try load(#"{";": 0, "Ċ": 1, ";Ċ": 2, ";;": 3}"#, "; Ċ\n; ;")
        }
    }

    @Test("tokens of words with the space before them, and parts of characters, are no reason to refuse")
    func ownRule() throws {
        let definition = try load(
            #"{"Ġ": 0, "t": 1, "h": 2, "Ġt": 3, "Ġth": 4, "æ": 5, "Ĺ": 6, "æĹ": 7}"#, "Ġ t\nĠt h\næ Ĺ")
        #expect(definition.preTokenizer == .byteLevel(addsPrefixSpace: false, usesExpression: true))
    }
}
