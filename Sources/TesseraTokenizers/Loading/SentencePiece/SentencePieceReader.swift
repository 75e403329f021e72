package import TesseraCore
internal import TesseraFiles

/// Builds a definition from a SentencePiece `.model` file.
///
/// Encoding equals SentencePiece 0.2.3 where special tokens are read as text: control symbols are then not found.
package struct SentencePieceReader {
    private let file: String
    private var model: SentencePieceModel

    /// Opens the file at `path`.
    ///
    /// - Throws: `LocatedError` when it cannot be read or is no sound model.
    package init(path: String) throws(LocatedError) {
        let mapped = try MappedFile(path: path)
        file = path
        model = try withExtendedLifetime(mapped) { () throws(LocatedError) in
            try SentencePieceModel(mapped.bytes, file: path)
        }
    }

    /// Takes a model that is read already.
    ///
    /// - Parameter file: what errors call it.
    package init(_ model: SentencePieceModel, file: String) {
        self.model = model
        self.file = file
    }

    /// The definition.
    ///
    /// - Throws: `LocatedError` naming the piece or field that SentencePiece would refuse too.
    package consuming func read() throws(LocatedError) -> LoadedDefinition {
        do throws(LocatedError) {
            if model.denormalizer?.content(2)?.isEmpty == false {
                throw LocatedError(
                    field: "denormalizer_spec.precompiled_charsmap",
                    problem: "changes decoded text by a map, which is not supported",
                    remedy: "export the model without a denormalization rule")
            }
            var definition = TokenizerDefinition(model: try tokenModel())
            definition.normalizer = .sentencePiece(normalization)
            definition.decoder = decoder
            let vocabulary = definition.model.vocabulary
            definition.specialTokens = specialTokens(vocabulary)
            definition.addedTokens = model.pieces.enumerated().compactMap { id, piece in
                guard piece.kind == .control || piece.kind == .unknown else { return nil }
                guard piece.spelling.count <= AddedToken.largestByteCount,
                    firstInvalidUTF8Offset(in: Array(piece.spelling)) == nil
                else { return nil }
                return AddedToken(id: TokenID(truncatingIfNeeded: id), content: Array(piece.spelling))
            }
            var loaded = LoadedDefinition(definition, file: file)
            loaded.endOfText = id(of: .endOfText, vocabulary)
            return loaded
        } catch {
            throw LocatedError(
                file: file, field: error.field, problem: error.problem,
                remedy: error.remedy ?? "the file is damaged; fetch it again")
        }
    }

    private var fallsBackToBytes: Bool { model.trainer.bool(35) ?? false }

    private mutating func tokenModel() throws(LocatedError) -> TokenModel {
        let kind = model.trainer.varint(3) ?? 1
        let unknown = try checkPieces()
        let vocabulary = try vocabulary(and: [])
        let kinds = model.pieces.map(\.kind)
        switch kind {
        case 1:
            var unigram = UnigramDefinition(
                vocabulary: vocabulary, scores: model.pieces.map { Double($0.score) }, unknownToken: unknown)
            if let id = unigram.scores.firstIndex(where: { !$0.isFinite }) {
                throw error("pieces[\(id)]", "the score is \(unigram.scores[id])")
            }
            unigram.fallsBackToBytes = fallsBackToBytes
            unigram.kinds = kinds
            unigram.rules = .sentencePiece
            return .unigram(unigram)
        case 2: return .bytePair(try bytePairs(vocabulary, kinds, unknown))
        case 3:
            var words = WordLevelDefinition(vocabulary: vocabulary)
            words.unknownToken =
                unknown.map { String(decoding: model.pieces[Int($0)].spelling, as: UTF8.self) } ?? ""
            words.kinds = kinds
            words.fallsBackToBytes = fallsBackToBytes
            return .wordLevel(words)
        case 4:
            var characters = BytePairDefinition(vocabulary: vocabulary, merges: [])
            setUp(&characters, kinds, unknown)
            return .bytePair(characters)
        default: throw error("trainer_spec.model_type", "\(kind) is not a type of model")
        }
    }

    private func bytePairs(
        _ vocabulary: Vocabulary, _ kinds: [TokenKind], _ unknown: TokenID?
    ) throws(LocatedError) -> BytePairDefinition {
        // User-defined pieces are cut out before, so that they take no part.
        let found = try SentencePieceMerges(
            vocabulary, scores: model.pieces.map(\.score), allowsLoneCharacters: true
        ) { kinds[$0] == .normal || kinds[$0] == .unused }
        var definition = BytePairDefinition(vocabulary: vocabulary, merges: found.merges)
        var kinds = kinds
        if !found.loneCharacters.isEmpty {
            definition.vocabulary = try self.vocabulary(and: found.loneCharacters)
            kinds += found.loneCharacters.map { _ in .unused }
        }
        setUp(&definition, kinds, unknown)
        return definition
    }

    private func setUp(_ definition: inout BytePairDefinition, _ kinds: [TokenKind], _ unknown: TokenID?) {
        definition.order = .byMadeToken
        definition.unknownToken = unknown
        definition.fusesUnknown = true
        definition.fallsBackToBytes = fallsBackToBytes
        definition.kinds = kinds
        definition.scores = model.pieces.map(\.score) + kinds.dropFirst(model.pieces.count).map { _ in 0 }
    }

    /// The pieces' spellings by id, then those of `characters`.
    private func vocabulary(and characters: [UInt32]) throws(LocatedError) -> Vocabulary {
        let more = characters.compactMap { Unicode.Scalar($0).map { Array(String($0).utf8) } }
        var vocabulary = Vocabulary(
            capacity: model.pieces.count + more.count,
            spellingBytes: model.pieces.byteCount + more.reduce(0) { $0 + $1.count })
        for (id, piece) in model.pieces.enumerated() {
            // A piece of a zero byte is nobody's, see `checkPieces`.
            let spelling = piece.spelling.elementsEqual([0]) ? [] : piece.spelling
            if let earlier = spelling.withUnsafeBytes({ vocabulary.append(spelling: $0) }) {
                throw error(
                    "pieces[\(id)]",
                    "is \"\(String(decoding: spelling, as: UTF8.self))\" like pieces[\(earlier)]")
            }
        }
        for spelling in more { _ = spelling.withUnsafeBytes { vocabulary.append(spelling: $0) } }
        return vocabulary
    }

    /// Checks what SentencePiece checks when it loads a model, and returns the id of the unknown piece.
    private mutating func checkPieces() throws(LocatedError) -> TokenID? {
        guard !model.pieces.isEmpty else { throw error("pieces", "there are none") }
        var unknown: TokenID?
        var bytes = Set<UInt8>()
        for id in model.pieces.indices {
            let piece = model.pieces[id]
            let field = "pieces[\(id)]"
            if piece.spelling.elementsEqual([0]), fallsBackToBytes || piece.kind == .unused {
                // Some converters add the zero byte although `<0x00>` is there (SentencePiece issue 1308).
                model.pieces.set(id, kind: .unused)
                continue
            }
            if piece.spelling.contains(0) { throw error(field, "has a zero byte") }
            if piece.kind == .unknown {
                if let unknown { throw error(field, "is a second unknown piece after pieces[\(unknown)]") }
                unknown = TokenID(truncatingIfNeeded: id)
            }
            if piece.kind == .byte {
                guard fallsBackToBytes else {
                    throw error(field, "is a byte although trainer_spec.byte_fallback is false")
                }
                guard let byte = ByteTokens.byte(spelledBy: piece.spelling) else {
                    throw error(field, "is a byte but not of the form <0x00>")
                }
                bytes.insert(byte)
            }
        }
        if unknown == nil, !fallsBackToBytes { throw error("pieces", "none is of the unknown type") }
        if fallsBackToBytes, bytes.count < 256 {
            throw error(
                "pieces", "\(bytes.count) bytes are there, 256 are needed for trainer_spec.byte_fallback")
        }
        return unknown
    }

    private var normalization: SentencePieceNormalization {
        var normalization = SentencePieceNormalization()
        normalization.characterMap = model.normalizer.content(2) ?? []
        normalization.addsDummyPrefix = model.normalizer.bool(3) ?? true
        normalization.removesExtraWhitespace = model.normalizer.bool(4) ?? true
        normalization.escapesWhitespace = model.normalizer.bool(5) ?? true
        normalization.treatsWhitespaceAsSuffix = model.trainer.bool(24) ?? false
        return normalization
    }

    /// The steps that Hugging Face's converter writes for such models, and those that show unknown text.
    private var decoder: TokenDecoder {
        var steps: [TokenDecoder] = [.replace(.string("\u{2581}"), with: " ")]
        if fallsBackToBytes { steps.append(.byteFallback) }
        steps.append(.fuse)
        if normalization.addsDummyPrefix || normalization.removesExtraWhitespace {
            steps.append(.strip(" ", start: 1, stop: 0))
        }
        if !fallsBackToBytes, let unknown = model.pieces.first(where: { $0.kind == .unknown }) {
            // U+FFFF, which is no character, holds the place: the space of " ⁇ " must not be stripped.
            let spelling = String(decoding: unknown.spelling, as: UTF8.self)
            steps.insert(.replace(.string(spelling), with: "\u{FFFF}"), at: 0)
            let surface = model.trainer.content(44).map { String(decoding: $0, as: UTF8.self) }
            steps.append(.replace(.string("\u{FFFF}"), with: surface ?? " \u{2047} "))
        }
        return .sequence(steps)
    }

    private enum Role: Int {
        case unknown = 45
        case beginOfText = 46
        case endOfText = 47
        case padding = 48
    }

    private func specialTokens(_ vocabulary: Vocabulary) -> SpecialTokens {
        SpecialTokens(
            beginOfText: id(of: .beginOfText, vocabulary),
            endOfText: Set([id(of: .endOfText, vocabulary)].compactMap { $0 }),
            unknown: id(of: .unknown, vocabulary), padding: id(of: .padding, vocabulary))
    }

    /// The piece with a role: found by its spelling, and only if it is of the right type, as in SentencePiece.
    private func id(of role: Role, _ vocabulary: Vocabulary) -> TokenID? {
        let usual =
            [Role.unknown: "<unk>", .beginOfText: "<s>", .endOfText: "</s>", .padding: "<pad>"][role] ?? ""
        var spelling = model.trainer.content(role.rawValue) ?? []
        if spelling.isEmpty { spelling = Array(usual.utf8) }
        guard let id = vocabulary.id(of: spelling), Int(id) < model.pieces.count else { return nil }
        return model.pieces[Int(id)].kind == (role == .unknown ? .unknown : .control) ? id : nil
    }

    private func error(_ field: String, _ problem: String) -> LocatedError {
        LocatedError(field: field, problem: problem)
    }
}
