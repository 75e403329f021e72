internal import TesseraCore
public import TesseraTokenizers

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// What a vocabulary makes of a text: the usual measures beside those of the vocabulary alone.
public struct TextQuality: Hashable, Sendable {
    /// What the text is called, mostly its language.
    public let name: String
    public let byteCount: Int
    /// The words: runs of other than white space.
    public let wordCount: Int
    public let tokenCount: Int
    /// The words that are more than one token.
    public let continuedCount: Int
    /// The different tokens that the text uses.
    public let usedCount: Int
    /// The tokens of the vocabulary.
    public let vocabularySize: Int
    /// Rényi entropy of order 2.5 of the text's tokens over the logarithm of the vocabulary: near 1 where tokens are used
    /// evenly (Zouhar and others, "Tokenization and the Noiseless Channel", ACL 2023, section 4).
    public let renyiEfficiency: Double

    /// The tokens that a word takes; zero without words.
    public var fertility: Double { wordCount == 0 ? 0 : Double(tokenCount) / Double(wordCount) }
    /// The bytes that a token holds; zero without tokens.
    public var bytesPerToken: Double { tokenCount == 0 ? 0 : Double(byteCount) / Double(tokenCount) }
    /// The share of words that are more than one token.
    public var continuedShare: Double { wordCount == 0 ? 0 : Double(continuedCount) / Double(wordCount) }
    /// The share of the vocabulary that the text uses.
    public var utilisation: Double { vocabularySize == 0 ? 0 : Double(usedCount) / Double(vocabularySize) }

    /// Encodes a text; the spelling of special tokens in it is read as text.
    public init(_ name: String, text: String, _ tokenizer: PipelineTokenizer) {
        self.name = name
        let bytes = Array(text.utf8)
        byteCount = bytes.count
        let spans = tokenizer.encodeWithOffsets(text, special: .asText)
        tokenCount = spans.count
        vocabularySize = tokenizer.vocabularySize
        var counts: [UInt32: Int] = [:]
        for span in spans { counts[span.id, default: 0] += 1 }
        usedCount = counts.count
        let total = Double(spans.count)
        let sum = counts.values.reduce(0) { $0 + pow(Double($1) / total, 2.5) }
        renyiEfficiency =
            sum > 0 && vocabularySize > 1 ? log(sum) / (1 - 2.5) / log(Double(vocabularySize)) : 0
        // Where tokens begin, to see which of these places are inside a word.
        var begins = [Bool](repeating: false, count: bytes.count + 1)
        for span in spans { begins[min(span.range.lowerBound, bytes.count)] = true }
        var words = 0
        var continued = 0
        var start: Int?
        var isContinued = false
        var place = 0
        for scalar in text.unicodeScalars {
            if scalar.properties.isWhitespace {
                if start != nil {
                    words += 1
                    if isContinued { continued += 1 }
                }
                start = nil
                isContinued = false
            } else if start == nil {
                start = place
            } else if begins[place] {
                isContinued = true
            }
            place += UTF8.width(scalar)
        }
        if start != nil {
            words += 1
            if isContinued { continued += 1 }
        }
        wordCount = words
        continuedCount = continued
    }
}
