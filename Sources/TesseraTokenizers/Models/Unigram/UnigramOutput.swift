internal import TesseraCore

/// Writes out the tokens of a piece, and joins or spells out the unknown as the rules say.
struct UnigramOutput {
    private let model: UnigramModel
    private let piece: PieceBytes
    private var unknown: Range<Int>?

    /// Whether the tokens are kept for the cache.
    let keepsTokens: Bool

    /// Whether some character was unknown.
    private(set) var sawUnknown = false

    init(model: UnigramModel, piece: PieceBytes, keepsTokens: Bool = false) {
        self.model = model
        self.piece = piece
        self.keepsTokens = keepsTokens
    }

    /// Appends a token of the bytes at `place`.
    mutating func append(_ id: TokenID, _ place: Range<Int>, _ sink: inout some TokenSink) {
        let isUnknown =
            id == PathNode<Double>.unknown || id == model.unknownToken && model.rules == .huggingFace
        guard isUnknown else {
            if unknown != nil { finish(&sink) }
            return sink.append(id, start: place.lowerBound, end: place.upperBound)
        }
        sawUnknown = true
        if model.rules == .sentencePiece, let tokens = model.byteTokens {
            for position in place {
                guard let id = tokens[piece[position]] else { continue }
                // The last byte gets all of the character.
                let end = position + 1 == place.upperBound ? place.upperBound : place.lowerBound
                sink.append(id, start: place.lowerBound, end: end)
            }
        } else {
            unknown = (unknown?.lowerBound ?? place.lowerBound)..<place.upperBound
        }
    }

    /// Appends the unknown characters that wait for more of them.
    mutating func finish(_ sink: inout some TokenSink) {
        guard let place = unknown else { return }
        unknown = nil
        let text = piece.raw(place)
        if model.rules == .huggingFace {
            if let id = model.vocabulary.id(ofSpelling: text) {
                return sink.append(id, start: place.lowerBound, end: place.upperBound)
            }
            if let tokens = model.byteTokens, tokens.cover(text) {
                for byte in text {
                    guard let id = tokens[byte] else { continue }
                    sink.append(id, start: place.lowerBound, end: place.upperBound)
                }
                return
            }
        }
        if let id = model.unknownToken { sink.append(id, start: place.lowerBound, end: place.upperBound) }
    }
}
