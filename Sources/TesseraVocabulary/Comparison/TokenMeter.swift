internal import TesseraCore
internal import TesseraTokenizers

/// Counts the tokens of texts by what they cover.
struct TokenMeter: Sendable {
    private let tokenizer: PipelineTokenizer
    /// For each id what it covers.
    private let coverage: [Coverage]

    private enum Coverage: Sendable { case text, unknown, partOfCharacter }

    init(_ tokenizer: PipelineTokenizer) throws(LocatedError) {
        self.tokenizer = tokenizer
        let unknown = tokenizer.definition.unknownTokens
        coverage = (0..<(try tokenizer.definition.checkedIDCount())).map { id in
            if unknown.contains(TokenID(id)) { return .unknown }
            let bytes = tokenizer.bytes(of: TokenID(id))
            if firstInvalidUTF8Offset(in: bytes) != nil { return .partOfCharacter }
            let isByte = tokenizer.spelling(of: TokenID(id)).map { byteTokenSet.contains($0) } ?? false
            return isByte ? .partOfCharacter : .text
        }
    }

    /// What `text` costs.
    func measure(_ text: UnsafeBufferPointer<UInt8>, wordCount: Int) -> VocabularyComparison.Cell {
        var ids: [TokenID] = []
        tokenizer.encode(text, special: .asText, into: &ids)
        var cell = VocabularyComparison.Cell()
        cell.byteCount = text.count
        cell.wordCount = wordCount
        cell.tokenCount = ids.count
        for id in ids where Int(id) < coverage.count {
            switch coverage[Int(id)] {
            case .text: break
            case .unknown: cell.unknownCount += 1
            case .partOfCharacter: cell.byteTokenCount += 1
            }
        }
        return cell
    }
}

private let byteTokenSet = Set(byteTokenSpellings)

extension TokenizerDefinition {
    /// The tokens that stand for text without tokens.
    fileprivate var unknownTokens: Set<TokenID> {
        let fromModel: TokenID? =
            switch model {
            case .bytePair(let model): model.unknownToken
            case .unigram(let model): model.unknownToken
            case .wordPiece(let model): model.vocabulary.id(of: Array(model.unknownToken.utf8))
            case .wordLevel(let model): model.vocabulary.id(of: Array(model.unknownToken.utf8))
            case .lessIsBetter(let model): model.unknownToken
            }
        return Set([fromModel].compactMap { $0 })
    }
}

/// The words of a text: runs of other than white space, where each ideograph and kana is a word of its own.
func wordCount(of text: UnsafeBufferPointer<UInt8>) -> Int {
    var count = 0
    var isInWord = false
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
        switch scalar.value {
        case 0x3041...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF:
            count += 1
            isInWord = false
        case 0x3001, 0x3002, 0xFF01...0xFF0F, 0xFF1A...0xFF1F: isInWord = false
        default:
            let isSpace = scalar.properties.isWhitespace
            if !isSpace, !isInWord { count += 1 }
            isInWord = !isSpace
        }
    }
    return count
}
