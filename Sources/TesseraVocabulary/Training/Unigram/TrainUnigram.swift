internal import TesseraCore
internal import TesseraTokenizers

/// Trains a unigram model on counted pieces and makes a definition of it.
///
/// Ids are given as SentencePiece does: unknown and special tokens, the tokens of single bytes, then the others by
/// falling probability. Every character of the text is a token, but for those that `alphabetLimit` leaves out.
func trainUnigram(
    _ settings: TrainingSettings, _ model: TrainingSettings.Unigram, on counts: consuming PieceCounts,
    threads: Int,
    progress: Progress, cancellation: Cancellation
) throws -> TrainedTokenizer {
    guard model.shrinkingFactor > 0, model.shrinkingFactor < 1 else {
        throw LocatedError(
            field: "shrinkingFactor", problem: "\(model.shrinkingFactor) is not between 0 and 1",
            remedy: "0.75 is usual")
    }
    var words = WordTexts()
    var alphabet = Alphabet(spellsBytes: false, hasPrefix: false, hasSuffix: false)
    var check = PieceTotals(smallestCount: settings.smallestPieceCount)
    let cutter = try PieceCutter(normalizer: settings.normalizer, preTokenizer: settings.preTokenizer)
    let byteScalars = (UInt8.min...UInt8.max).map { byte in
        String(decoding: cutter.spelling(of: byte), as: UTF8.self).unicodeScalars.first?.value ?? 0
    }
    let textCount = counts.textCount
    var pieceCount = 0
    var word: [UInt32] = []
    // In the order of their bytes, so that the suffixes are the same however they were counted.
    try counts.forEachSorted { piece, count throws(LocatedError) in
        guard try check.accepts(piece, count) else { return }
        pieceCount += 1
        word.removeAll(keepingCapacity: true)
        if cutter.spellsBytes {
            for byte in piece { word.append(byteScalars[Int(byte)]) }
        } else {
            _ = alphabet.note(piece, count: count)
            // Zero ends a word; text that holds it is cut there.
            alphabet.forEachCharacter(of: piece) { character, _ in
                word.append(character == 0 ? WordTexts.unknown : character)
            }
        }
        word.withUnsafeBufferPointer { words.append($0, count: count) }
    }
    discard(counts)
    try cancellation.check()
    guard words.scalars.count < Int(UInt32.max) else {
        throw LocatedError(
            field: "corpus",
            problem: "its different pieces have \(words.scalars.count) characters, too many to train on",
            remedy: "leave out rare pieces with --min-piece-count 2 or train on a part of the text")
    }
    var required =
        cutter.spellsBytes ? byteScalars : alphabet.kept(limit: settings.alphabetLimit).filter { $0 != 0 }
    required += settings.initialAlphabet.map(\.value)
    let known = Set(required)
    if settings.alphabetLimit != nil { words.replace { known.contains($0) } }

    var fixed = settings.specialTokens
    let unknown = settings.unknownToken ?? "<unk>"
    if !fixed.contains(where: { $0.utf8.elementsEqual(unknown.utf8) }) { fixed.insert(unknown, at: 0) }
    if model.fallsBackToBytes { fixed += byteTokenSpellings }
    guard fixed.count + known.count <= settings.vocabularySize else {
        throw LocatedError(
            field: "--vocab-size",
            problem:
                "\(settings.vocabularySize) tokens are fewer than \(fixed.count) fixed ones and \(known.count) characters",
            remedy:
                "ask for \(fixed.count + known.count) or more, or limit the characters with --alphabet-limit")
    }
    let room = settings.vocabularySize - fixed.count
    var training = UnigramTraining(
        words, model, vocabularySize: settings.vocabularySize, textCount: textCount, threads: threads,
        progress: progress, cancellation: cancellation)
    let trained = try training.run()
    let chosen = choose(
        from: trained, required: known, count: room, besides: Set(fixed.map { Array($0.utf8) }))
    let spellings = fixed.map { Array($0.utf8) } + chosen.map(\.spelling)
    var definition = UnigramDefinition(
        vocabulary: try Vocabulary(spellings),
        scores: [Double](repeating: 0, count: fixed.count) + chosen.map(\.score))
    definition.unknownToken = definition.vocabulary.id(of: Array(unknown.utf8))
    definition.fallsBackToBytes = model.fallsBackToBytes
    var named = settings
    named.unknownToken = unknown
    if !named.specialTokens.contains(where: { $0.utf8.elementsEqual(unknown.utf8) }) {
        named.specialTokens.insert(unknown, at: 0)
    }
    let decoder = settings.preTokenizer?.decoder(
        continuingPrefix: "", endSuffix: "", fallsBackToBytes: model.fallsBackToBytes)
    return TrainedTokenizer(
        definition: TokenizerDefinition(.unigram(definition), trainedWith: named, decoder: decoder),
        pieceCount: pieceCount)
}

/// The required characters and the most probable of the other tokens, by falling score.
///
/// A required character that was dropped gets a score below all others, each a little worse than the one before.
/// SentencePiece gives them scores from the lowest on upwards, so that they mix with the least probable tokens.
private func choose(
    from model: UnigramModel, required: Set<UInt32>, count: Int, besides fixed: Set<[UInt8]>
) -> [(spelling: [UInt8], score: Double)] {
    var chosen: [(spelling: [UInt8], score: Double)] = []
    var scores: [UInt32: Double] = [:]
    for (token, score) in zip(model.tokens, model.scores) where token.count == 1 { scores[token[0]] = score }
    let lowest = model.scores.min() ?? 0
    var penalty = 0.0
    for character in required.sorted() {
        let spelling = utf8([character])
        guard !fixed.contains(spelling) else { continue }
        if let score = scores[character] {
            chosen.append((spelling, score))
        } else {
            penalty += 0.0001
            chosen.append((spelling, lowest - penalty))
        }
    }
    let others = model.tokens.indices.filter { model.tokens[$0].count > 1 }.sorted {
        (model.scores[$1], $0) < (model.scores[$0], $1)
    }
    for token in others {
        guard chosen.count < count else { break }
        let spelling = utf8(model.tokens[token])
        if !fixed.contains(spelling) { chosen.append((spelling, model.scores[token])) }
    }
    return chosen.sorted { left, right in
        left.score != right.score
            ? left.score > right.score : left.spelling.lexicographicallyPrecedes(right.spelling)
    }
}

private func utf8(_ scalars: [UInt32]) -> [UInt8] {
    var text = String.UnicodeScalarView()
    for scalar in scalars { if let scalar = Unicode.Scalar(scalar) { text.append(scalar) } }
    return Array(String(text).utf8)
}

private func discard(_ counts: consuming PieceCounts) {}
