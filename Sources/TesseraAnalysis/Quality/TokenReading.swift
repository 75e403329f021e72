internal import TesseraCore
internal import TesseraTokenizers

/// What the tokens of a vocabulary stand for, read from what the tokenizer declares and never guessed token by token.
struct TokenReading {
    /// What a token is.
    enum Content: Equatable {
        /// Text, in which a mark of words has become a space.
        case text(String)
        /// A raw byte.
        case byte(UInt8)
        /// Bytes that are no whole characters.
        case flank([UInt8])
        /// A special token, with its spelling.
        case control(String)
    }

    private let tokenizer: PipelineTokenizer
    private let addedTokens: [TokenID: AddedToken]
    /// Whether the vocabulary spells bytes as characters.
    let isByteLevel: Bool

    init(_ tokenizer: PipelineTokenizer) {
        self.tokenizer = tokenizer
        let definition = tokenizer.definition
        addedTokens = Dictionary(
            definition.addedTokens.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        isByteLevel = definition.spellsBytes
    }

    /// What `id` stands for; nil: no token has it.
    func content(of id: TokenID) -> Content? {
        guard let spelling = tokenizer.spelling(of: id) else { return nil }
        if let added = addedTokens[id] {
            let text = String(decoding: added.content, as: UTF8.self)
            return added.isSpecial ? .control(text) : .text(text)
        }
        if case .wordPiece(let model) = tokenizer.definition.model {
            // Marks what goes on instead of what begins a word.
            if spelling.hasPrefix("["), spelling.hasSuffix("]"), spelling.utf8.count > 2 {
                return .control(spelling)
            }
            let prefix = model.continuingPrefix
            guard !prefix.isEmpty, spelling.utf8.starts(with: prefix.utf8),
                spelling.utf8.count > prefix.utf8.count
            else {
                return .text(spelling.unicodeScalars.count == 1 ? spelling : " " + spelling)
            }
            return .text(String(decoding: Array(spelling.utf8.dropFirst(prefix.utf8.count)), as: UTF8.self))
        }
        let bytes = tokenizer.bytes(of: id)
        if !isByteLevel, let byte = Self.byte(ofSpelling: spelling), bytes == [byte] { return .byte(byte) }
        // A token without bytes has only a spelling, as [UNK] does.
        if bytes.isEmpty { return .control(spelling) }
        if isByteLevel, bytes.count == 1, let byte = bytes.first { return .byte(byte) }
        guard let text = String(validating: bytes, as: UTF8.self) else { return .flank(bytes) }
        return .text(text)
    }

    /// Whether a vocabulary that spells bytes spells this token with something else, as raw emoji in it are.
    func isSpelledRaw(_ id: TokenID) -> Bool {
        guard isByteLevel, addedTokens[id] == nil, let spelling = tokenizer.spelling(of: id) else {
            return false
        }
        return !spelling.unicodeScalars.allSatisfy { TokenClassifier.spellsByte($0) }
    }

    /// The byte that a spelling such as `<0x0A>` names; nil: it names none.
    private static func byte(ofSpelling spelling: String) -> UInt8? {
        let utf8 = spelling.utf8
        guard utf8.count == 6, spelling.hasPrefix("<0x"), spelling.hasSuffix(">") else { return nil }
        return UInt8(spelling.dropFirst(3).dropLast(), radix: 16)
    }
}

extension TokenizerDefinition {
    /// Whether tokens are spelled with one character for each byte.
    fileprivate var spellsBytes: Bool {
        func has(_ preTokenizer: PreTokenizer?) -> Bool {
            switch preTokenizer {
            case .byteLevel: true
            case .sequence(let steps): steps.contains { has($0) }
            default: false
            }
        }
        func has(_ decoder: TokenDecoder?) -> Bool {
            switch decoder {
            case .byteLevel: true
            case .sequence(let steps): steps.contains { has($0) }
            default: false
            }
        }
        func has(_ normalizer: Normalizer?) -> Bool {
            switch normalizer {
            case .byteLevel: true
            case .sequence(let steps): steps.contains { has($0) }
            default: false
            }
        }
        return has(decoder) || has(preTokenizer) || has(normalizer)
    }
}
