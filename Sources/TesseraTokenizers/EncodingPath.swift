internal import TesseraCore

/// How a tokenizer encodes: what `PipelineTokenizer` chose for its definition.
enum EncodingPath: Sendable {
    /// Byte-level BPE behind a rule that cuts the text as it is.
    case byteLevel(ByteLevelEncoder)
    /// Byte-level BPE behind a normalizer that leaves most texts as they are; it runs only for the others.
    case normalizedByteLevel(ByteLevelEncoder, UnicodeNormalization, GeneralEncoder)
    /// One part after another.
    case general(GeneralEncoder)

    /// - Throws: `LocatedError` naming the part that cannot work.
    init(_ definition: TokenizerDefinition) throws(LocatedError) {
        guard let encoder = try ByteLevelEncoder(definition) else {
            self = .general(try GeneralEncoder(definition))
            return
        }
        if case .unicode(let form)? = definition.normalizer?.single {
            self = .normalizedByteLevel(
                encoder, UnicodeNormalization(form), try GeneralEncoder(definition, encoder))
        } else {
            self = .byteLevel(encoder)
        }
    }

    /// Makes the tables that are made only when much text has come.
    func prepare() {
        switch self {
        case .byteLevel(let encoder), .normalizedByteLevel(let encoder, _, _):
            encoder.model.wholeTokens.prepare()
        case .general: break
        }
    }

    func encode(
        _ text: UTF8Text, matcher: AddedTokenMatcher, special: SpecialTokenReading, into ids: inout [TokenID]
    ) {
        switch self {
        case .byteLevel(let encoder): encoder.encode(text, matcher: matcher, special: special, into: &ids)
        case .normalizedByteLevel(let encoder, let form, let general):
            if form.leavesUnchanged(text) {
                encoder.encode(text, matcher: matcher, special: special, into: &ids)
            } else {
                general.encode(text, special: special, nil, into: &ids)
            }
        case .general(let general): general.encode(text, special: special, nil, into: &ids)
        }
    }

    func encodeWithOffsets(
        _ text: UTF8Text, matcher: AddedTokenMatcher, special: SpecialTokenReading
    ) -> [TokenSpan] {
        switch self {
        case .byteLevel(let encoder): encoder.encodeWithOffsets(text, matcher: matcher, special: special)
        case .normalizedByteLevel(let encoder, let form, let general):
            if form.leavesUnchanged(text) {
                encoder.encodeWithOffsets(text, matcher: matcher, special: special)
            } else {
                general.encodeWithOffsets(text, special: special, nil)
            }
        case .general(let general): general.encodeWithOffsets(text, special: special, nil)
        }
    }

    /// What draws tokens at random; nil where there is nothing to draw: dropout takes the general path.
    var sampler: GeneralEncoder? {
        if case .general(let general) = self { general } else { nil }
    }
}

extension Normalizer {
    /// The one normalizer that this is.
    var single: Normalizer {
        if case .sequence(let steps) = self, steps.count == 1 { steps[0].single } else { self }
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
