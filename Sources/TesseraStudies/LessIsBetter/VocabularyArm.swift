internal import TesseraTokenizers
internal import TesseraVocabulary

/// The vocabularies that less-is-better is compared with; all spell what they do not know in bytes.
enum VocabularyArm: CaseIterable, Sendable {
    /// One type for each character of the training text.
    case characters
    /// The most frequent words, each with the space before it, and the characters.
    case words
    /// BPE inside words.
    case bytePairOfWords
    /// BPE over whole paragraphs, which can learn several words too: the honest peer.
    case bytePair
    /// The Unigram model inside words.
    case unigramOfWords
    /// The Unigram model over whole paragraphs.
    case unigram

    /// Those that need no spaces.
    static let withoutSpaces: [VocabularyArm] = [.characters, .bytePair, .unigram]

    /// The most characters of a token of BPE and of a type of less-is-better.
    static let tokenLength = 24

    var name: String {
        switch self {
        case .characters: "characters"
        case .words: "words and characters"
        case .bytePairOfWords: "BPE inside words"
        case .bytePair: "BPE, nothing cut"
        case .unigramOfWords: "Unigram inside words"
        case .unigram: "Unigram, nothing cut"
        }
    }

    /// Words with the space before them.
    private static let wordCutter = PreTokenizer.metaspace(
        replacement: "\u{2581}", prepends: .never, splits: true)

    /// A vocabulary of `size` types, those of bytes included.
    func tokenizer(size: Int, _ training: [String]) throws -> PipelineTokenizer {
        switch self {
        case .characters: return try Self.pieces([], size: size, training)
        case .words: return try Self.pieces(Self.words(of: training), size: size, training)
        case .bytePairOfWords, .bytePair:
            var model = TrainingSettings.BytePair()
            model.fallsBackToBytes = true
            // The trainer's length is that of the parts together, which must be below it.
            model.tokenLength = Self.tokenLength + 1
            return try Self.train(
                TrainingSettings(
                    .bytePair(model), vocabularySize: size,
                    preTokenizer: self == .bytePair ? nil : Self.wordCutter), training)
        case .unigramOfWords, .unigram:
            var model = TrainingSettings.Unigram()
            model.fallsBackToBytes = true
            model.tokenLength = Self.tokenLength
            // Its unknown token, which no text becomes, is not counted.
            return try Self.train(
                TrainingSettings(
                    .unigram(model), vocabularySize: size + 1,
                    preTokenizer: self == .unigram ? nil : Self.wordCutter), training)
        }
    }

    private static func train(_ settings: TrainingSettings, _ training: [String]) throws -> PipelineTokenizer
    {
        var definition = try trainTokenizer(settings, onTexts: training).definition
        if definition.decoder == nil { definition.decoder = .sequence([.byteFallback, .fuse]) }
        return try PipelineTokenizer(definition)
    }

    /// The words by falling frequency, those of equal frequency by their bytes.
    private static func words(of training: [String]) throws -> [[UInt8]] {
        let cutter = try PieceCutter(normalizer: nil, preTokenizer: wordCutter)
        var counts: [[UInt8]: Int] = [:]
        for var text in training {
            text.withUTF8 { cutter.forEachPiece(of: $0) { counts[Array($0), default: 0] += 1 } }
        }
        return counts.sorted {
            $0.value != $1.value ? $0.value > $1.value : $0.key.lexicographicallyPrecedes($1.key)
        }.map(\.key)
    }

    /// All characters of the training text, and as many of `words` as there is room for; a piece is one of them as a
    /// whole, or its characters.
    private static func pieces(
        _ words: [[UInt8]], size: Int, _ training: [String]
    ) throws -> PipelineTokenizer {
        var characters: Set<[UInt8]> = [Array("\u{2581}".utf8)]
        for text in training {
            for scalar in text.unicodeScalars where scalar != " " {
                characters.insert(Array(String(scalar).utf8))
            }
        }
        var spellings = byteTokenSpellings.map { Array($0.utf8) }
        spellings += characters.sorted { $0.lexicographicallyPrecedes($1) }
        spellings += words.lazy.filter { !characters.contains($0) }.prefix(max(size - spellings.count, 0))
        var model = BytePairDefinition(vocabulary: try Vocabulary(spellings), merges: [])
        model.ignoresMerges = true
        model.fallsBackToBytes = true
        return try PipelineTokenizer(
            TokenizerDefinition(
                preTokenizer: wordCutter, model: .bytePair(model),
                decoder: .sequence([
                    .byteFallback, .metaspace(replacement: "\u{2581}", prepends: .never, splits: true),
                ])))
    }
}
