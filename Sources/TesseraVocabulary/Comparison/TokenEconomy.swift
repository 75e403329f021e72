internal import TesseraCore
public import TesseraTokenizers

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// How a vocabulary balances what a text costs against what the vocabulary costs: the two efforts of less-is-better
/// (Yang, 2024, arXiv 2403.00417).
public struct TokenEconomy: Hashable, Sendable {
    /// The characters (code points) of the texts.
    public private(set) var characterCount = 0
    /// The bytes of the texts.
    public private(set) var byteCount = 0
    /// The tokens of the texts.
    public private(set) var tokenCount = 0
    /// The tokens that stand for bytes of characters without tokens of their own.
    public private(set) var byteTokenCount = 0
    /// How many different tokens the texts use.
    public private(set) var usedTypeCount = 0
    /// All tokens of the vocabulary but special ones: those of bytes count.
    public private(set) var vocabularySize = 0
    /// The bits of the texts when each token costs what its share among them says (unigram entropy).
    public private(set) var corpusBits = 0.0
    /// The bits of the vocabulary when each character of each token costs what its share among those says.
    public private(set) var vocabularyBits = 0.0

    /// Measures `texts`, each encoded alone, special tokens as text.
    public init(of tokenizer: PipelineTokenizer, on texts: some Sequence<String>) {
        let definition = tokenizer.definition
        let special = Set(definition.addedTokens.filter(\.isSpecial).map(\.id))
        let byteSpellings = Set(byteTokenSpellings)
        var uses = [Int](repeating: 0, count: tokenizer.vocabularySize)
        var ids: [TokenID] = []
        for var text in texts {
            ids.removeAll(keepingCapacity: true)
            text.withUTF8 { text in
                byteCount += text.count
                characterCount += TesseraVocabulary.characterCount(of: text)
                tokenizer.encode(text, special: .asText, into: &ids)
            }
            tokenCount += ids.count
            for id in ids where Int(id) < uses.count { uses[Int(id)] += 1 }
        }
        var size = 0
        var characters: [Unicode.Scalar: Int] = [:]
        for id in uses.indices {
            let id = TokenID(truncatingIfNeeded: id)
            guard !special.contains(id), let spelling = tokenizer.spelling(of: id) else { continue }
            size += 1
            if byteSpellings.contains(spelling) {
                byteTokenCount += uses[Int(id)]
                continue
            }
            for scalar in spelling.unicodeScalars { characters[scalar, default: 0] += 1 }
            // Where it ends.
            characters["\0", default: 0] += 1
        }
        vocabularySize = size
        usedTypeCount = uses.count { $0 > 0 }
        corpusBits = entropyBits(of: uses)
        vocabularyBits = entropyBits(of: Array(characters.values))
    }

    /// Characters for each token; zero where there are none.
    public var charactersPerToken: Double {
        tokenCount == 0 ? 0 : Double(characterCount) / Double(tokenCount)
    }

    /// Bits for each character when all tokens of the vocabulary cost the same: log₂|L| over characters per token.
    public var uniformBitsPerCharacter: Double {
        charactersPerToken == 0 ? 0 : log2(Double(max(vocabularySize, 1))) / charactersPerToken
    }

    /// The bits of the vocabulary and of the texts together (minimum description length).
    public var descriptionBits: Double { vocabularyBits + corpusBits }
}

/// The bits of a sequence in which symbols occur so often, each costing what its share says.
func entropyBits(of counts: [Int]) -> Double {
    let total = Double(counts.reduce(0, +))
    // In a fixed order, as sums of numbers depend on it.
    return counts.sorted().reduce(0) { $1 > 0 ? $0 + Double($1) * log2(total / Double($1)) : $0 }
}
