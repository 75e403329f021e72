package import TesseraCore

/// What each part of a tokenizer made of one text.
package struct EncodingTrace: Sendable {
    /// The added tokens that were found, with their place in the text.
    package fileprivate(set) var addedTokens: [TokenSpan] = []

    /// What lay between those that are looked for first, as the normalizer left it.
    package fileprivate(set) var stretches: [Stretch] = []

    /// What the model was given.
    package fileprivate(set) var pieces: [Piece] = []

    /// Text between added tokens, normalized.
    package struct Stretch: Sendable {
        /// Its place in the text, in bytes.
        package let range: Range<Int>
        /// The text as it is now.
        package let text: AlignedText
    }

    /// A piece and its tokens.
    package struct Piece: Sendable {
        /// Its place in the text, in bytes.
        package let range: Range<Int>
        /// What the model saw: byte-level tokenizers spell bytes as characters.
        package let spelling: [UInt8]
        /// The bytes that it stands for: those that characters spell, where the tokenizer does that.
        package let bytes: [UInt8]
        /// What the model made of it; the places are those of the text.
        package let tokens: [TokenSpan]
    }
}

/// Runs the parts of a tokenizer one after another and keeps what each of them makes.
package struct EncodingTracer: Sendable {
    private let encoder: GeneralEncoder
    private let spellsBytes: Bool
    private let alphabet = ByteAlphabet()

    fileprivate init(_ definition: TokenizerDefinition) throws(LocatedError) {
        encoder = try GeneralEncoder(definition)
        spellsBytes = definition.spellsBytes
    }

    /// What each part makes of `text`, in UTF-8; where that is ill-formed, places count the text with U+FFFD.
    package func trace(
        _ text: UnsafeBufferPointer<UInt8>, special: SpecialTokenReading = .asTokens
    ) -> EncodingTrace {
        var trace = EncodingTrace()
        var tokens: [ModelToken] = []
        var sampling: SamplingState?
        encoder.scratch.withScratch { scratch in
            withValidUTF8(text) { text in
                encoder.forEachPiece(
                    of: text, tracksOrigins: true, special: special,
                    watch: { trace.stretches.append(.init(range: $1, text: $0)) }
                ) { step in
                    switch step {
                    case .token(let id, let range): trace.addedTokens.append(TokenSpan(id: id, range: range))
                    case .piece(let aligned, let range):
                        tokens.removeAll(keepingCapacity: true)
                        aligned.withText {
                            encoder.model.encode($0.bytes(range), scratch, &sampling, into: &tokens)
                        }
                        trace.pieces.append(piece(aligned, range, tokens))
                    }
                }
            }
        }
        return trace
    }

    private func piece(
        _ aligned: AlignedText, _ range: Range<Int>, _ tokens: [ModelToken]
    ) -> EncodingTrace.Piece {
        let spelling = Array(aligned.bytes[range])
        var bytes: [UInt8] = []
        if spellsBytes {
            spelling.withUnsafeBytes { alphabet.appendBytes(of: $0, to: &bytes) }
        } else {
            bytes = spelling
        }
        return EncodingTrace.Piece(
            range: aligned.originalRange(of: range), spelling: spelling, bytes: bytes,
            tokens: tokens.map { token in
                let place = range.lowerBound + token.start..<range.lowerBound + token.end
                return TokenSpan(id: token.id, range: aligned.originalRange(of: place))
            })
    }
}

extension PipelineTokenizer {
    /// What shows the work of each part on a text; building it takes as long as building a tokenizer.
    ///
    /// - Throws: `LocatedError` naming the part that cannot work.
    package func tracer() throws(LocatedError) -> EncodingTracer { try EncodingTracer(definition) }
}
