internal import TesseraCore
public import TesseraTokenizers

/// What tokenizer is trained.
public struct TrainingSettings: Sendable {
    /// The algorithm.
    public var model: Model

    /// The number of tokens, special ones included.
    ///
    /// Training ends with fewer when the text has no more to offer.
    public var vocabularySize: Int

    /// Changes text before it is cut.
    public var normalizer: Normalizer?

    /// Cuts text into pieces.
    ///
    /// When its last step spells bytes, the tokenizer is byte-level.
    public var preTokenizer: PreTokenizer?

    /// Tokens that are found by their spelling; they get the first ids, in this order.
    public var specialTokens: [String] = []

    /// A pair that occurs fewer times is not merged (BPE and WordPiece).
    public var smallestCount = 0

    /// Pieces that occur fewer times are left out: they take memory and rarely change a merge.
    public var smallestPieceCount = 1

    /// The most characters of the alphabet, the rarest being left out; nil: all (BPE and WordPiece).
    public var alphabetLimit: Int?

    /// Characters that are in the alphabet whether or not they occur.
    ///
    /// Byte-level tokenizers have all bytes anyway.
    public var initialAlphabet: [Unicode.Scalar] = []

    /// The token of what has none, which must be one of `specialTokens`; Unigram adds it by itself.
    public var unknownToken: String?

    /// An algorithm with what only it needs.
    public enum Model: Hashable, Sendable {
        case bytePair(BytePair)
        case unigram(Unigram)
        case wordPiece(WordPiece)
    }

    /// Settings of byte-pair encoding.
    public struct BytePair: Hashable, Sendable {
        /// What every symbol of a piece but the first begins with.
        public var continuingPrefix = ""
        /// What the last symbol of a piece ends with.
        public var endSuffix = ""
        /// Hugging Face's `max_token_length`: a merge is made only when its parts have fewer symbols than this
        /// together, but for pairs of single symbols; nil: no limit.
        public var tokenLength: Int?
        /// Whether the 256 tokens of single bytes are added, for characters outside the alphabet.
        public var fallsBackToBytes = false
        /// The number of tokens from which on merges go over the borders of words (SuperBPE); nil: they never do.
        public var superwordsFrom: Int?
        /// What cuts text, once there are merges over words: numbers as before, and lines for the sake of memory.
        public var superwordPreTokenizer = PreTokenizer.sequence([
            .split(.expression(#"\p{N}{1,3}"#), .isolated, inverted: false),
            .split(.expression(#"[\r\n]+"#), .mergedWithPrevious, inverted: false),
            .byteLevel(addsPrefixSpace: false, usesExpression: false),
        ])

        public init() {}
    }

    /// Settings of the unigram model, with the names and values of SentencePiece.
    public struct Unigram: Hashable, Sendable {
        /// How many substrings are tried (`seed_sentencepiece_size`).
        public var seedCount = 1_000_000
        /// The part of the tokens that is left after each pruning (`shrinking_factor`).
        public var shrinkingFactor = 0.75
        /// How often probabilities are estimated between prunings (`num_sub_iterations`).
        public var estimatesPerPruning = 2
        /// The most characters of a token (`max_sentencepiece_length`).
        public var tokenLength = 16
        /// Whether the 256 tokens of single bytes are added.
        public var fallsBackToBytes = false

        public init() {}
    }

    /// Settings of WordPiece.
    public struct WordPiece: Hashable, Sendable {
        /// What every token of a piece but the first begins with.
        public var continuingPrefix = "##"

        public init() {}
    }

    /// Settings with the values of the reference.
    public init(
        _ model: Model, vocabularySize: Int, normalizer: Normalizer? = nil, preTokenizer: PreTokenizer? = nil
    ) {
        self.model = model
        self.vocabularySize = vocabularySize
        self.normalizer = normalizer
        self.preTokenizer = preTokenizer
    }
}

/// A trained tokenizer, and what is known of the text it was trained on.
public struct TrainedTokenizer: Sendable {
    /// The tokenizer.
    public var definition: TokenizerDefinition

    /// How many texts it was trained on.
    public var textCount = 0

    /// The bytes of these texts.
    public var byteCount = 0

    /// How many different pieces the texts were cut into.
    public var pieceCount = 0

    /// The tokens of these texts, without special ones; nil where finding out takes an encoding.
    public var tokenCount: Int?

    /// Bytes of text for each token; nil when there is no text.
    public var bytesPerToken: Double? {
        guard let tokenCount, tokenCount > 0 else { return nil }
        return Double(byteCount) / Double(tokenCount)
    }
}
