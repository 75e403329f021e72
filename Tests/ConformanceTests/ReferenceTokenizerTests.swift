import TesseraCore
import TesseraTestSupport
import TesseraTokenizers
import Testing

@Suite("Published tokenizers against their libraries")
struct ReferenceTokenizerTests {
    @Test("the golden files are there")
    func complete() {
        #expect(ReferenceGolden.names.count == 75)
        #expect(ReferenceText.all.count == 1000)
    }

    @Test("ids, offsets and decoded text equal those of the library", arguments: ReferenceGolden.names)
    func equal(name: String) throws {
        let golden = try ReferenceGolden(name)
        #expect(golden.answers.count == ReferenceText.all.count)
        let path = try ReferenceTokenizers.path(golden.file)
        let tokenizer = try TokenizerLoader.load(path: path, options: TokenizerLoader.Options()).tokenizer
        var differences = Differences(name: name)
        for (text, answer) in zip(ReferenceText.all, golden.answers) {
            let input = text.text(added: golden.added)
            var options = EncodingOptions()
            options.padding = .never
            options.truncation = .never
            options.addsSpecialTokens = golden.addsSpecialTokens
            options.special = golden.findsSpecialTokens ? .asTokens : .asText
            let encoding = try tokenizer.encoding(of: EncodingInput(input), options: options)
            differences.note("ids", goldenHash(words: encoding.ids) == answer.ids, text.family, input)
            if let offsets = answer.offsets {
                let ours = encoding.ranges.flatMap { [UInt32($0.lowerBound), UInt32($0.upperBound)] }
                differences.note("offsets", goldenHash(words: ours) == offsets, text.family, input)
            }
            if let decoded = answer.decoded {
                let ours = tokenizer.decode(encoding.ids)
                let same =
                    decoded == "=" ? ours.utf8.elementsEqual(input.utf8) : goldenHash(ours.utf8) == decoded
                differences.note("decoded", same, text.family, input)
            }
            guard golden.findsSpecialTokens else { continue }
            let plain = tokenizer.encode(input, special: .asText)
            differences.note("ids as text", goldenHash(words: plain) == answer.textIDs, text.family, input)
        }
        if name == "llama.cpp-nomic-bert-moe" {
            // GGUF files belong to llama.cpp, which adds scores in 64 bits; sentencepiece adds in 32 and breaks ties
            // in a few runs of equal characters otherwise.
            withKnownIssue { #expect(differences.counts.isEmpty, "\(differences)") }
            #expect(differences.counts.values.allSatisfy { $0 <= 3 }, "\(differences)")
        } else {
            #expect(differences.counts.isEmpty, "\(differences)")
        }
    }
}

/// How many texts differ in what, with the first of each.
private struct Differences: CustomStringConvertible {
    let name: String
    var counts: [String: Int] = [:]
    private var first: [String: String] = [:]

    init(name: String) { self.name = name }

    mutating func note(_ property: String, _ same: Bool, _ family: String, _ text: String) {
        guard !same else { return }
        counts[property, default: 0] += 1
        let shown = String(text.unicodeScalars.prefix(60).map { Character($0) })
        if first[property] == nil { first[property] = "[\(family)] \(shown.debugDescription)" }
    }

    var description: String {
        let parts = counts.keys.sorted().map { "\($0) of \(counts[$0] ?? 0) texts, first \(first[$0] ?? "")" }
        return "\(name): " + parts.joined(separator: "; ")
    }
}
