internal import TesseraCore
internal import TesseraFiles

/// Writes a definition as a SentencePiece `.model` file.
///
/// The numbers of the fields are those of `sentencepiece_model.proto`.
struct SentencePieceWriter {
    private let definition: TokenizerDefinition

    /// What the file cannot say.
    private(set) var losses: [String] = []

    init(_ definition: TokenizerDefinition) {
        self.definition = definition
    }

    /// The bytes of the file.
    ///
    /// - Throws: `LocatedError` saying why the definition cannot be expressed.
    mutating func bytes() throws(LocatedError) -> [UInt8] {
        var model = SentencePieceModel()
        let vocabulary = definition.model.vocabulary
        let parts: (type: Int, scores: [Float], kinds: [TokenKind], unknown: TokenID?, fallsBack: Bool)
        switch definition.model {
        case .unigram(let unigram):
            parts = (
                1, unigram.scores.map { Float($0) }, unigram.kinds, unigram.unknownToken,
                unigram.fallsBackToBytes
            )
        case .bytePair(let pairs):
            // Without merges it is a model of characters: one of BPE would find merges by the spellings.
            parts = (
                pairs.merges.isEmpty ? 4 : 2, try scores(of: pairs), pairs.kinds, pairs.unknownToken,
                pairs.fallsBackToBytes
            )
        case .lessIsBetter: throw LessIsBetterDefinition.error("SentencePiece")
        case .wordPiece, .wordLevel:
            throw Self.error(
                "model", "SentencePiece has Unigram and BPE, and this is \(definition.modelDescription)")
        }
        let kinds = try kinds(parts.kinds, unknown: parts.unknown, fallsBack: parts.fallsBack)
        for id in 0..<vocabulary.count {
            let spelling = vocabulary.spelling(of: TokenID(truncatingIfNeeded: id))
            guard !spelling.isEmpty else {
                throw Self.error("model.vocab", "the id \(id) has no token, and SentencePiece has no holes")
            }
            try model.pieces.append(
                spelling, score: id < parts.scores.count ? parts.scores[id] : 0, kind: kinds[id])
        }
        let normalization = try normalization()
        setTrainer(&model.trainer, type: parts.type, fallsBack: parts.fallsBack, normalization, vocabulary)
        model.normalizer.set(
            1, content: Array((normalization.characterMap.isEmpty ? "identity" : "custom").utf8))
        if !normalization.characterMap.isEmpty {
            model.normalizer.set(2, content: normalization.characterMap)
        }
        model.normalizer.set(3, varint: normalization.addsDummyPrefix ? 1 : 0)
        model.normalizer.set(4, varint: normalization.removesExtraWhitespace ? 1 : 0)
        model.normalizer.set(5, varint: normalization.escapesWhitespace ? 1 : 0)
        if definition.postProcessor?.firstToken != nil { losses.append("the tokens put around a text") }
        return model.serialized
    }

    /// The scores by which SentencePiece finds the merges: those of the model it came from, or ranks.
    private func scores(of model: BytePairDefinition) throws(LocatedError) -> [Float] {
        if definition.spellsBytes {
            throw Self.error("model", "SentencePiece merges characters, and this vocabulary spells bytes")
        }
        guard model.continuingPrefix.isEmpty, model.endSuffix.isEmpty else {
            throw Self.error("model", "SentencePiece has no prefix or suffix inside words")
        }
        if !model.scores.isEmpty { return model.scores }
        return try RankScores(model).scores()
    }

    /// What each token is.
    private func kinds(
        _ stated: [TokenKind], unknown: TokenID?, fallsBack: Bool
    ) throws(LocatedError) -> [TokenKind] {
        let vocabulary = definition.model.vocabulary
        var kinds = stated
        if kinds.isEmpty {
            kinds = Array(repeating: .normal, count: vocabulary.count)
            for token in definition.addedTokens {
                guard Int(token.id) < kinds.count else {
                    throw Self.error(
                        "added_tokens",
                        "\"\(token.text)\" has the id \(token.id) behind the model's tokens, and "
                            + "SentencePiece has no tokens outside the model")
                }
                kinds[Int(token.id)] = token.isSpecial ? .control : .userDefined
            }
            if fallsBack {
                for id in kinds.indices {
                    let spelling = vocabulary.spelling(of: TokenID(truncatingIfNeeded: id))
                    if ByteTokens.byte(spelledBy: spelling) != nil { kinds[id] = .byte }
                }
            }
        }
        guard kinds.count == vocabulary.count else {
            throw Self.error("model", "\(kinds.count) types are known for \(vocabulary.count) tokens")
        }
        if let unknown, Int(unknown) < kinds.count { kinds[Int(unknown)] = .unknown }
        guard kinds.contains(.unknown) else {
            throw Self.error("model.unk_token", "missing, and SentencePiece needs an unknown token")
        }
        return kinds
    }

    private func normalization() throws(LocatedError) -> SentencePieceNormalization {
        if let preTokenizer = definition.preTokenizer {
            guard case .metaspace("\u{2581}", let prefix, _) = preTokenizer, prefix != .first,
                let normalization = SentencePieceNormalization(
                    definition.normalizer, prefix: prefix == .always)
            else {
                throw Self.error(
                    "pre_tokenizer",
                    "SentencePiece cuts at spaces only, and this tokenizer uses \(preTokenizer)")
            }
            return normalization
        }
        guard let normalization = SentencePieceNormalization(definition.normalizer, prefix: nil) else {
            throw Self.error("normalizer", "SentencePiece has no normalizer that does the same")
        }
        return normalization
    }

    private func setTrainer(
        _ trainer: inout ProtobufMessage, type: Int, fallsBack: Bool,
        _ normalization: SentencePieceNormalization,
        _ vocabulary: Vocabulary
    ) {
        trainer.set(3, varint: type)
        trainer.set(4, varint: vocabulary.count)
        if normalization.treatsWhitespaceAsSuffix { trainer.set(24, varint: 1) }
        if fallsBack { trainer.set(35, varint: 1) }
        let roles = definition.specialTokens
        let unknown: TokenID? =
            switch definition.model {
            case .unigram(let model): model.unknownToken
            case .bytePair(let model): model.unknownToken
            case .wordPiece, .wordLevel, .lessIsBetter: nil
            }
        for (offset, id) in [unknown, roles.beginOfText, roles.endOfText.min(), roles.padding].enumerated() {
            // -1 says that nothing has the role.
            trainer.set(40 + offset, varint: id.map { Int($0) } ?? -1)
            if let id { trainer.set(45 + offset, content: vocabulary.spelling(of: id)) }
        }
    }

    static func error(_ field: String, _ problem: String) -> LocatedError {
        LocatedError(field: field, problem: problem, remedy: "save it as tokenizer.json")
    }
}

/// Scores for a list of merges: each token's is the negated place of the first merge that makes it.
///
/// SentencePiece merges any two tokens that make a third, so the list must hold all such pairs, those of a
/// token beside each other.
struct RankScores {
    private let model: BytePairDefinition

    init(_ model: BytePairDefinition) {
        self.model = model
    }

    func scores() throws(LocatedError) -> [Float] {
        var scores = [Float](repeating: 0, count: model.vocabulary.count)
        var rank = 0
        var last: TokenID?
        var seen: Set<TokenID> = []
        for merge in model.merges {
            if merge.made != last {
                guard seen.insert(merge.made).inserted else {
                    throw SentencePieceWriter.error(
                        "model.merges",
                        "the merges that make token \(merge.made) stand apart; SentencePiece ranks the token"
                    )
                }
                rank += 1
                last = merge.made
            }
            if Int(merge.made) < scores.count { scores[Int(merge.made)] = -Float(rank - 1) }
        }
        let found = try SentencePieceMerges(
            model.vocabulary, scores: scores, allowsLoneCharacters: false
        ) { seen.contains(TokenID(truncatingIfNeeded: $0)) }
        let stated = Set(model.merges)
        if let extra = found.merges.first(where: { !stated.contains($0) }) {
            throw SentencePieceWriter.error(
                "model.merges",
                "SentencePiece would also merge \(extra.left) and \(extra.right) to \(extra.made), "
                    + "which is no merge of the model")
        }
        return scores
    }
}

extension SentencePieceNormalization {
    /// What does the same as a normalizer of `tokenizer.json`; nil when nothing does.
    ///
    /// - Parameter prefix: whether the pre-tokenizer puts the prefix in front and replaces spaces; nil: it
    ///   does not.
    init?(_ normalizer: Normalizer?, prefix: Bool?) {
        if case .sentencePiece(let same)? = normalizer {
            guard prefix == nil else { return nil }
            self = same
            return
        }
        self.init()
        addsDummyPrefix = prefix ?? false
        escapesWhitespace = prefix != nil
        removesExtraWhitespace = false
        var steps: [Normalizer] = []
        switch normalizer {
        case nil: break
        case .sequence(let several)?: steps = several
        case let one?: steps = [one]
        }
        for (place, step) in steps.enumerated() {
            switch step {
            case .precompiled(let map) where place == 0: characterMap = map
            case .prepend("\u{2581}") where prefix == nil: addsDummyPrefix = true
            case .replace(.string(" "), with: "\u{2581}") where prefix == nil: escapesWhitespace = true
            case .replace(.expression("^ +| +$"), with: ""): removesExtraWhitespace = true
            case .replace(.expression(" {2,}"), with: " "):
                guard removesExtraWhitespace else { return nil }
            default: return nil
            }
        }
    }
}
