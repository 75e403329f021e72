import TesseraCore
import TesseraFiles
import TesseraTestSupport
import TesseraTokenizers
import TesseraVocabulary
import Testing

@Suite("Cutting digits otherwise")
struct GroupingDigitsTests {
    private func trained(_ preTokenizer: PreTokenizer, _ text: String) throws -> TokenizerDefinition {
        let folder = try TemporaryFolder()
        let file = try folder.write(text, to: "text.txt")
        let settings = TrainingSettings(
            .bytePair(.init()), vocabularySize: 420, preTokenizer: preTokenizer)
        return try trainTokenizer(settings, on: Corpus(files: [file])).definition
    }

    private var text: String {
        (0..<400).map { "in 20241 of \($0 * $0) windows\n" }.joined()
    }

    @Test("trained behind a step for digits, no token crosses a group")
    func training() throws {
        let rule = try DigitGrouping(parsing: "r2l:3")
        let definition = try trained(try .grouping(digits: rule, before: .gpt2), text)
        let tokenizer = try PipelineTokenizer(definition)
        let spans = tokenizer.encodeWithOffsets("a 1234567 b")
        let ends = Set(spans.map(\.range.upperBound))
        #expect(ends.isSuperset(of: [2, 3, 6, 9]))
        #expect(tokenizer.decode(tokenizer.encode("a 1234567 b")) == "a 1234567 b")
        // Long numbers occur in the text; without the step they are tokens of more digits.
        let plain = try PipelineTokenizer(trained(.gpt2, text))
        #expect((0..<420).contains { plain.bytes(of: $0).count { (0x30...0x39).contains($0) } > 3 })
        #expect(!(0..<420).contains { tokenizer.bytes(of: $0).count { (0x30...0x39).contains($0) } > 3 })
    }

    @Test("edited, numbers are cut by the rule, and all strings of digits can be made tokens")
    func editing() throws {
        let definition = try trained(.gpt2, text)
        let rule = try DigitGrouping(parsing: "r2l:3")
        let edit = try definition.groupingDigits(rule)
        #expect(edit.notes.first?.contains("are no token") == true)
        #expect(edit.definition.model.vocabulary.count == definition.model.vocabulary.count)
        let full = try definition.groupingDigits(rule, addsMissing: true)
        let tokenizer = try PipelineTokenizer(full.definition)
        for number in ["1234567", "7", "1007", "1000000", "0070"] {
            let lengths = tokenizer.encodeWithOffsets(number).map(\.range.count)
            #expect(lengths == rule.lengths(ofRun: number.utf8.count), "\(number)")
        }
        #expect(tokenizer.decode(tokenizer.encode("x 1007\n")) == "x 1007\n")
        // Old tokens keep their ids.
        let old = try PipelineTokenizer(definition)
        for id in 0..<TokenID(old.vocabularySize) { #expect(tokenizer.bytes(of: id) == old.bytes(of: id)) }
        #expect(try EditReport(of: full, from: definition).lostReach.isEmpty)
    }
}
