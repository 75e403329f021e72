internal import TesseraCore
internal import TesseraTokenizers

/// The symbols that a piece begins as, before any merge.
///
/// A character or byte that the vocabulary does not have is a border: no pair goes over it. So is the place before
/// `U+2581` where the tokenizer itself does not cut there but no merge goes over it: SentencePiece learns inside words,
/// and the files made of its models do not say so.
struct PieceSymbols: Sendable {
    private let bytes: [TokenID?]
    private let characters: CharacterSymbols?
    private let cutsBeforeSpaces: Bool

    private static let space: Unicode.Scalar = "\u{2581}"

    /// Makes the symbols of `model`, whose pieces `cutter` cuts.
    init(_ model: BytePairDefinition, cutBy cutter: PieceCutter) {
        if cutter.spellsBytes {
            bytes = (UInt8.min ... .max).map { model.vocabulary.id(of: cutter.spelling(of: $0)) }
            characters = nil
            cutsBeforeSpaces = false
        } else {
            bytes = []
            characters = CharacterSymbols(model)
            cutsBeforeSpaces = !Self.mergesOverSpaces(model)
        }
    }

    /// Whether a merge makes a token with `U+2581` after another character.
    private static func mergesOverSpaces(_ model: BytePairDefinition) -> Bool {
        model.merges.contains { merge in
            let spelling = String(decoding: model.vocabulary.spelling(of: merge.made), as: UTF8.self)
            return spelling.unicodeScalars.drop { $0 == space }.contains(space)
        }
    }

    /// Calls `body` with each word of `piece`: its symbols between two borders, if there are two or more.
    func forEachWord(of piece: UnsafeBufferPointer<UInt8>, _ body: ([UInt32]) throws(LocatedError) -> Void)
        throws(LocatedError)
    {
        var word: [UInt32] = []
        func end() throws(LocatedError) {
            if word.count > 1 { try body(word) }
            word.removeAll(keepingCapacity: true)
        }
        guard let characters else {
            for byte in piece {
                if let symbol = bytes[Int(byte)] { word.append(symbol) } else { try end() }
            }
            return try end()
        }
        let scalars = Array(String(decoding: piece, as: UTF8.self).unicodeScalars)
        for (place, scalar) in scalars.enumerated() {
            if cutsBeforeSpaces, scalar == Self.space, place > 0, scalars[place - 1] != Self.space {
                try end()
            }
            let symbol = characters.symbol(
                scalar.value, isFirst: place == 0, isLast: place == scalars.count - 1)
            if let symbol { word.append(symbol) } else { try end() }
        }
        try end()
    }
}
