import TesseraCore
import TesseraTokenizers
import Testing

@Suite("WordPiece and word-level models")
struct WordModelTests {
    private let spellings = ["[UNK]", "un", "##aff", "##able", "a", "##a", "中", "##中", "##é", "unaff"]

    private func vocabulary() throws -> Vocabulary { try Vocabulary(spellings.map { Array($0.utf8) }) }

    private func tokens(_ piece: String, _ definition: WordPieceDefinition) -> [String] {
        var tokens: [ModelToken] = []
        var ids: [TokenID] = []
        var piece = piece
        let model = WordPieceModel(definition)
        piece.withUTF8 { model.encode($0, into: &tokens) }
        piece.withUTF8 { model.encode($0, into: &ids) }
        #expect(tokens.map(\.id) == ids)
        return tokens.map { "\($0.id)@\($0.start)-\($0.end)" }
    }

    @Test(
        "the longest token goes first",
        arguments: [
            ("unaffable", ["9@0-5", "3@5-9"]), ("a中é", ["4@0-1", "7@1-4", "8@4-6"]),
            ("aa", ["4@0-1", "5@1-2"]),
            ("unx", ["0@0-3"]), ("é", ["0@0-2"]), ("", []),
        ])
    func longestFirst(piece: String, expected: [String]) throws {
        #expect(tokens(piece, WordPieceDefinition(vocabulary: try vocabulary())) == expected)
    }

    @Test("a word with too many code points is unknown")
    func longWords() throws {
        var definition = WordPieceDefinition(vocabulary: try vocabulary())
        definition.largestWord = 3
        #expect(tokens("a中é", definition) == ["4@0-1", "7@1-4", "8@4-6"])
        #expect(tokens("aaaa", definition) == ["0@0-4"])
        definition.unknownToken = "[absent]"
        #expect(tokens("aaaa", definition) == [])
    }

    @Test("a word is its own token, or the unknown one")
    func words() throws {
        var definition = WordLevelDefinition(vocabulary: try vocabulary())
        definition.unknownToken = "[UNK]"
        for (unknown, expected) in [("[UNK]", [9, 0, 0] as [TokenID]), ("[absent]", [9])] {
            definition.unknownToken = unknown
            let model = WordLevelModel(definition)
            var ids: [TokenID] = []
            for var piece in ["unaff", "e\u{301}", "un "] { piece.withUTF8 { model.encode($0, into: &ids) } }
            #expect(ids == expected)
        }
    }
}
