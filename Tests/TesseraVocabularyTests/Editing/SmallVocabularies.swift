import TesseraCore
import TesseraFiles
import TesseraTestSupport
import TesseraTokenizers

/// Vocabularies small enough to see through.
enum SmallVocabularies {
    /// Byte-level BPE behind a rule that cuts at spaces, with merges written as "t h".
    static func bytePair(
        _ merges: [String], added: [String] = [], preTokenizer: PreTokenizer = .gpt2,
        unreachable: [String] = []
    ) throws -> TokenizerDefinition {
        let cutter = try PieceCutter(normalizer: nil, preTokenizer: .gpt2)
        var spellings: [[UInt8]] = (UInt8.min ... .max).map { cutter.spelling(of: $0) }
        let pairs = merges.map { $0.split(separator: " ").map { Array($0.utf8) } }
        for pair in pairs where !spellings.contains(pair[0] + pair[1]) { spellings.append(pair[0] + pair[1]) }
        spellings += unreachable.map { Array($0.utf8) }
        let vocabulary = try Vocabulary(spellings)
        let model = BytePairDefinition(
            vocabulary: vocabulary,
            merges: pairs.compactMap { pair -> BytePairDefinition.Merge? in
                guard let left = vocabulary.id(of: pair[0]), let right = vocabulary.id(of: pair[1]),
                    let made = vocabulary.id(of: pair[0] + pair[1])
                else { return nil }
                return BytePairDefinition.Merge(left, right, makes: made)
            })
        var definition = TokenizerDefinition(
            preTokenizer: preTokenizer, model: .bytePair(model), decoder: .byteLevel)
        for content in added {
            definition.addedTokens.append(
                AddedToken(
                    id: TokenID(spellings.count + definition.addedTokens.count), content: Array(content.utf8))
            )
        }
        return definition
    }

    /// English words with their spaces, and an end of text that a template adds.
    static func english() throws -> TokenizerDefinition {
        var definition = try bytePair(
            [
                "t h", "th e", "Ġ the", "i n", "in g", "a n", "an d", "Ġ and", "e r", "s t", "st r",
                "str ing",
                "Ġ string", "l o", "lo w", "Ġ low", "Ġlow er", "o w", "n e", "ne w", "Ġ new", "Ġnew st",
                "Ċ Ċ",
            ], added: ["<|end|>", "<|endofturn|>"])
        let end = definition.addedTokens[0].id
        definition.specialTokens.endOfText = [end]
        definition.specialTokens.padding = end
        definition.postProcessor = .template(
            single: [.first(typeID: 0), .token("<|end|>", typeID: 0)],
            pair: [.first(typeID: 0), .second(typeID: 1), .token("<|end|>", typeID: 0)],
            tokens: [TemplateToken(name: "<|end|>", ids: [end], spellings: ["<|end|>"])])
        return definition
    }

    /// SentencePiece-like Unigram whose bytes are tokens.
    static func unigram(_ pieces: [(String, Double)]) throws -> TokenizerDefinition {
        var spellings: [[UInt8]] = [Array("<unk>".utf8)]
        var scores = [0.0]
        for byte in 0..<256 {
            let digits = String(byte, radix: 16, uppercase: true)
            spellings.append(Array("<0x\(digits.count == 1 ? "0" : "")\(digits)>".utf8))
            scores.append(-20)
        }
        for (piece, score) in pieces {
            spellings.append(Array(piece.utf8))
            scores.append(score)
        }
        var model = UnigramDefinition(vocabulary: try Vocabulary(spellings), scores: scores, unknownToken: 0)
        model.fallsBackToBytes = true
        return TokenizerDefinition(
            preTokenizer: .metaspace(replacement: "\u{2581}", prepends: .always, splits: true),
            model: .unigram(model),
            decoder: .sequence([
                .byteFallback, .metaspace(replacement: "\u{2581}", prepends: .always, splits: true),
            ]))
    }

    /// WordPiece as in BERT, for lower-case words.
    static func wordPiece(_ tokens: [String]) throws -> TokenizerDefinition {
        let all = ["[UNK]"] + tokens
        return TokenizerDefinition(
            preTokenizer: .whitespace,
            model: .wordPiece(WordPieceDefinition(vocabulary: try Vocabulary(all.map { Array($0.utf8) }))),
            decoder: .wordPiece(prefix: "##", cleansUp: false))
    }

    /// Texts that the English vocabulary was not made for, too.
    static let texts = [
        "the string and the lower newst thing", " the new string\n\nand thin rings",
        "Überraschung: été, 東京 \u{1F600}!",
        "ththe theand  lowlower\tnewest\n\n\n", "",
    ]

    /// Random texts of letters that merge.
    static func randomTexts(_ count: Int, seed: UInt64) -> [String] {
        var generator = SeededGenerator(seed: seed)
        let letters = Array("thein grsandlow")
        return (0..<count).map { _ in
            String(
                (0..<Int.random(in: 0...40, using: &generator)).compactMap { _ in
                    letters.randomElement(using: &generator)
                })
        }
    }
}

extension JSONValue {
    /// The element of an array.
    subscript(at index: Int) -> JSONValue? {
        if case .array(let values) = self, values.indices.contains(index) { values[index] } else { nil }
    }
}
