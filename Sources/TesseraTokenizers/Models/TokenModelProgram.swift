internal import TesseraCore

/// A `TokenModel` made ready to run on pieces of text.
enum TokenModelProgram: Sendable {
    case bytePair(CharacterPairModel)
    case unigram(UnigramModel)
    case wordPiece(WordPieceModel)
    case wordLevel(WordLevelModel)
    case metaspaceWord(MetaspaceWordModel)
    case lessIsBetter(LessIsBetterModel)
    /// Cuts what it is given into pieces itself.
    case byteLevel(ByteLevelEncoder)

    /// - Throws: `LocatedError` naming what in `model` cannot work.
    init(_ model: TokenModel) throws(LocatedError) {
        switch model {
        case .bytePair(let definition): self = .bytePair(try CharacterPairModel(definition))
        case .unigram(let definition): self = .unigram(try UnigramModel(definition))
        case .wordPiece(let definition): self = .wordPiece(WordPieceModel(definition))
        case .wordLevel(let definition):
            self =
                definition.kinds.isEmpty
                ? .wordLevel(WordLevelModel(definition)) : .metaspaceWord(try MetaspaceWordModel(definition))
        case .lessIsBetter(let definition): self = .lessIsBetter(try LessIsBetterModel(definition))
        }
    }

    /// Appends the tokens of `piece`.
    ///
    /// - Parameters:
    ///   - scratch: memory that is used with this model only, by one call at a time.
    ///   - sampling: draws one of the ways to cut the piece instead of the best.
    func encode(
        _ piece: UnsafeBufferPointer<UInt8>, _ scratch: EncoderScratch, _ sampling: inout SamplingState?,
        into ids: inout [TokenID]
    ) {
        switch self {
        case .bytePair(let model):
            var draws = sampling?.draws
            model.encode(piece, using: scratch, draws: &draws, into: &ids)
            if let draws { sampling?.draws = draws }
        case .unigram(let model):
            if sampling == nil { return model.encode(piece, using: scratch, into: &ids) }
            sampling?.sample(model, piece, into: &ids)
        case .wordPiece(let model): model.encode(piece, into: &ids)
        case .wordLevel(let model): model.encode(piece, into: &ids)
        case .metaspaceWord(let model):
            var tokens: [ModelToken] = []
            model.encode(piece, into: &tokens)
            ids.append(contentsOf: tokens.lazy.map(\.id))
        case .lessIsBetter(let model): model.encode(piece, into: &ids)
        case .byteLevel(let encoder):
            encoder.encode(UTF8Text(piece), matcher: .nothing, special: .asText, into: &ids)
        }
    }

    /// Appends the tokens of `piece` with their ranges in it.
    func encode(
        _ piece: UnsafeBufferPointer<UInt8>, _ scratch: EncoderScratch, _ sampling: inout SamplingState?,
        into tokens: inout [ModelToken]
    ) {
        switch self {
        case .bytePair(let model):
            var draws = sampling?.draws
            model.encode(piece, using: scratch, draws: &draws, into: &tokens)
            if let draws { sampling?.draws = draws }
        case .unigram(let model):
            if sampling == nil { return model.encode(piece, using: scratch, into: &tokens) }
            sampling?.sample(model, piece, into: &tokens)
        case .wordPiece(let model): model.encode(piece, into: &tokens)
        case .wordLevel(let model): model.encode(piece, into: &tokens)
        case .metaspaceWord(let model): model.encode(piece, into: &tokens)
        case .lessIsBetter(let model): model.encode(piece, into: &tokens)
        case .byteLevel(let encoder):
            let spans = encoder.encodeWithOffsets(UTF8Text(piece), matcher: .nothing, special: .asText)
            for span in spans {
                tokens.append(
                    ModelToken(id: span.id, start: span.range.lowerBound, end: span.range.upperBound))
            }
        }
    }
}

/// The random numbers of one text, and how a Unigram model uses them.
struct SamplingState {
    var draws: RandomDraws
    let smoothness: Double

    init(_ sampling: SegmentationSampling, stream: UInt64 = 0) {
        draws = RandomDraws(seed: sampling.seed, stream: stream)
        smoothness = sampling.smoothness
    }

    fileprivate mutating func sample(
        _ model: UnigramModel, _ piece: UnsafeBufferPointer<UInt8>, into ids: inout [TokenID]
    ) {
        model.sample(piece, smoothness: smoothness, draws: &draws, into: &ids)
    }

    fileprivate mutating func sample(
        _ model: UnigramModel, _ piece: UnsafeBufferPointer<UInt8>, into tokens: inout [ModelToken]
    ) {
        model.sample(piece, smoothness: smoothness, draws: &draws, into: &tokens)
    }
}
