internal import TesseraCore

extension CharacterPairModel {
    /// The symbol of an unknown character under SentencePiece's rules: above every id, and never merged.
    static let unknownSymbol: TokenID = 0x1F_FFFF

    /// Lays tokens over the bytes of a part of a piece; under SentencePiece's rules joins or spells out the unknown.
    struct PairOutput {
        let model: CharacterPairModel
        let piece: PieceBytes
        let range: Range<Int>
        private var unknown: Range<Int>?

        init(model: CharacterPairModel, piece: PieceBytes, range: Range<Int>) {
            self.model = model
            self.piece = piece
            self.range = range
        }

        /// Appends a token of the bytes at `place`, counted from the start of the part.
        ///
        /// The reference's count of bytes may run over the end of the part; ranges are cut there.
        mutating func append(_ id: TokenID, _ place: Range<Int>, to sink: inout some TokenSink) {
            let start = min(range.lowerBound + place.lowerBound, range.upperBound)
            let end = min(range.lowerBound + place.upperBound, range.upperBound)
            guard id == CharacterPairModel.unknownSymbol else {
                finish(&sink)
                return sink.append(id, start: start, end: end)
            }
            if model.byteTokens != nil {
                model.appendBytes(of: piece, start..<end, &sink)
            } else {
                unknown = (unknown?.lowerBound ?? start)..<end
                if !model.fusesUnknown { finish(&sink) }
            }
        }

        /// Appends the unknown characters that wait for more of them.
        mutating func finish(_ sink: inout some TokenSink) {
            guard let place = unknown else { return }
            unknown = nil
            if let id = model.unknownToken { sink.append(id, start: place.lowerBound, end: place.upperBound) }
        }
    }
}
