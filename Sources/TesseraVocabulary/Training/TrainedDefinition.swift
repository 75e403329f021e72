internal import TesseraCore
internal import TesseraTokenizers

extension TokenizerDefinition {
    /// The definition of a model that was trained with `settings`: with the decoder and the special tokens that go
    /// with it.
    init(_ model: TokenModel, trainedWith settings: TrainingSettings, decoder: TokenDecoder?) {
        self.init(
            normalizer: settings.normalizer, preTokenizer: settings.preTokenizer, model: model,
            decoder: decoder)
        for token in settings.specialTokens {
            guard let id = model.vocabulary.id(of: Array(token.utf8)) else { continue }
            addedTokens.append(AddedToken(id: id, content: Array(token.utf8)))
            specialTokens.assignRole(to: id, spelled: token)
        }
        if let unknown = settings.unknownToken {
            specialTokens.unknown = model.vocabulary.id(of: Array(unknown.utf8))
        }
    }
}

extension PreTokenizer {
    /// What joins tokens again after this has cut: the decoder of the same name.
    func decoder(continuingPrefix: String, endSuffix: String, fallsBackToBytes: Bool) -> TokenDecoder? {
        if !endSuffix.isEmpty { return .suffix(endSuffix) }
        if !continuingPrefix.isEmpty { return .wordPiece(prefix: continuingPrefix, cleansUp: false) }
        switch self {
        case .byteLevel: return .byteLevel
        case .metaspace(let replacement, let prepends, let splits):
            let decoder = TokenDecoder.metaspace(replacement: replacement, prepends: prepends, splits: splits)
            return fallsBackToBytes ? .sequence([.byteFallback, decoder]) : decoder
        case .sequence(let steps):
            // Steps that only cut leave no trace.
            let last = steps.last { if case .split = $0 { false } else { true } } ?? steps.last
            return last?.decoder(
                continuingPrefix: continuingPrefix, endSuffix: endSuffix, fallsBackToBytes: fallsBackToBytes)
        default: return fallsBackToBytes ? .sequence([.byteFallback, .fuse]) : nil
        }
    }
}

/// The spellings of the tokens of single bytes, `<0x00>` to `<0xFF>`.
package let byteTokenSpellings: [String] = (0..<256).map { byte in
    let digits = String(byte, radix: 16, uppercase: true)
    return "<0x\(digits.count == 1 ? "0" : "")\(digits)>"
}
