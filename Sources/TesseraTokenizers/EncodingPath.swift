internal import TesseraCore

/// How a tokenizer encodes: what `PipelineTokenizer` chose for its definition.
enum EncodingPath: Sendable {
    /// Byte-level BPE behind a rule that cuts the text as it is.
    case byteLevel(ByteLevelEncoder)

    init(_ definition: TokenizerDefinition) throws(LocatedError) {
        if let encoder = try ByteLevelEncoder(definition) {
            self = .byteLevel(encoder)
        } else {
            throw LocatedError(field: "model", problem: "only byte-level BPE is supported")
        }
    }
}

extension TokenizerDefinition {
    /// Whether the vocabulary spells bytes by the characters of `ByteAlphabet`.
    var spellsBytes: Bool { preTokenizer?.endsWithBytes ?? false }
}

extension PreTokenizer {
    /// Whether the last step spells bytes as characters.
    var endsWithBytes: Bool {
        switch self {
        case .byteLevel: true
        case .sequence(let steps): steps.last?.endsWithBytes ?? false
        default: false
        }
    }
}
