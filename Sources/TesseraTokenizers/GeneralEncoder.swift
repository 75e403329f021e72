internal import TesseraCore

/// Runs the parts of a definition one after another, as Hugging Face tokenizers does.
struct GeneralEncoder: Sendable {
    private let normalizer: NormalizerProgram?
    private let preTokenizer: PreTokenizerProgram?
    let model: TokenModelProgram
    /// Finds the added tokens that are looked for before the normalizer runs, and those after.
    private let firstMatcher: AddedTokenMatcher
    private let secondMatcher: AddedTokenMatcher
    let scratch = ScratchPool()

    /// - Throws: `LocatedError` naming the part that cannot work.
    init(_ definition: TokenizerDefinition) throws(LocatedError) {
        try self.init(
            definition, preTokenizer: try definition.preTokenizer.map(PreTokenizerProgram.init),
            model: TokenModelProgram(definition.model))
    }

    /// Normalizes and finds added tokens as `definition` says, and leaves the rest to `encoder`.
    ///
    /// - Throws: `LocatedError` naming the part that cannot work.
    init(_ definition: TokenizerDefinition, _ encoder: ByteLevelEncoder) throws(LocatedError) {
        try self.init(definition, preTokenizer: nil, model: .byteLevel(encoder))
    }

    private init(
        _ definition: TokenizerDefinition, preTokenizer: PreTokenizerProgram?, model: TokenModelProgram
    ) throws(LocatedError) {
        var normalizer: NormalizerProgram?
        if let parts = definition.normalizer {
            normalizer = try NormalizerProgram(parts, userDefined: definition.model.userDefinedSpellings)
        }
        self.normalizer = normalizer
        self.preTokenizer = preTokenizer
        self.model = model
        firstMatcher = AddedTokenMatcher(definition.addedTokens) { $0.isNormalized ? nil : $0.content }
        secondMatcher = AddedTokenMatcher(definition.addedTokens) { token in
            guard token.isNormalized else { return nil }
            guard let normalizer else { return token.content }
            // What is looked for in normalized text is normalized too.
            var text = AlignedText(String(decoding: token.content, as: UTF8.self), tracksOrigins: false)
            normalizer.apply(to: &text)
            return text.bytes
        }
    }

    func encode(
        _ text: UTF8Text, special: SpecialTokenReading, _ sampling: SamplingState?, into ids: inout [TokenID]
    ) {
        var sampling = sampling
        scratch.withScratch { scratch in
            forEachPiece(of: text, tracksOrigins: false, special: special) { step in
                switch step {
                case .token(let id, _): ids.append(id)
                case .piece(let aligned, let range):
                    aligned.withText { model.encode($0.bytes(range), scratch, &sampling, into: &ids) }
                }
            }
        }
    }

    func encodeWithOffsets(
        _ text: UTF8Text, special: SpecialTokenReading, _ sampling: SamplingState?
    ) -> [TokenSpan] {
        var sampling = sampling
        var spans: [TokenSpan] = []
        var tokens: [ModelToken] = []
        scratch.withScratch { scratch in
            forEachPiece(of: text, tracksOrigins: true, special: special) { step in
                switch step {
                case .token(let id, let range): spans.append(TokenSpan(id: id, range: range))
                case .piece(let aligned, let range):
                    tokens.removeAll(keepingCapacity: true)
                    aligned.withText { model.encode($0.bytes(range), scratch, &sampling, into: &tokens) }
                    for token in tokens {
                        let place = range.lowerBound + token.start..<range.lowerBound + token.end
                        spans.append(TokenSpan(id: token.id, range: aligned.originalRange(of: place)))
                    }
                }
            }
        }
        return spans
    }

    /// What a text is made of, in order: added tokens, and pieces for the model.
    enum Step {
        case token(TokenID, Range<Int>)
        case piece(AlignedText, Range<Int>)
    }

    /// Calls `body` with what `text` is made of.
    ///
    /// - Parameter watch: is shown each stretch of text as the normalizer left it.
    func forEachPiece(
        of text: UTF8Text, tracksOrigins: Bool, special: SpecialTokenReading,
        watch: ((AlignedText, Range<Int>) -> Void)? = nil, _ body: (Step) -> Void
    ) {
        var pieces: [Range<Int>] = []
        firstMatcher.forEachSegment(of: text, special: special) { segment in
            switch segment {
            case .token(let id, let range): body(.token(id, range))
            case .text(let range):
                var aligned = AlignedText(text, in: range, tracksOrigins: tracksOrigins)
                normalizer?.apply(to: &aligned)
                watch?(aligned, range)
                forEachPart(of: aligned, special) { part, id in
                    if let id {
                        body(.token(id, part.originalRange(of: 0..<part.count)))
                    } else if let preTokenizer {
                        var part = part
                        preTokenizer.cut(&part, into: &pieces)
                        for piece in pieces { body(.piece(part, piece)) }
                    } else {
                        body(.piece(part, 0..<part.count))
                    }
                }
            }
        }
    }

    /// Calls `body` with the normalized added tokens in `text` and with what lies between them.
    private func forEachPart(
        of text: AlignedText, _ special: SpecialTokenReading, _ body: (AlignedText, TokenID?) -> Void
    ) {
        guard text.count > 0 else { return }
        guard !secondMatcher.isEmpty else { return body(text, nil) }
        text.withText { bytes in
            secondMatcher.forEachSegment(of: bytes, special: special) { segment in
                switch segment {
                case .token(let id, let range): body(text.part(range), id)
                case .text(let range): body(text.part(range), nil)
                }
            }
        }
    }
}
