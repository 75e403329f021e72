public import TesseraCore

/// A vocabulary and the algorithm that turns a piece of text into its tokens.
public enum TokenModel: Sendable {
    case bytePair(BytePairDefinition)
    case unigram(UnigramDefinition)
    case wordPiece(WordPieceDefinition)
    case wordLevel(WordLevelDefinition)
    case lessIsBetter(LessIsBetterDefinition)

    /// The tokens by id; added tokens are there only where the file lists them with the model too.
    public var vocabulary: Vocabulary {
        switch self {
        case .bytePair(let model): model.vocabulary
        case .unigram(let model): model.vocabulary
        case .wordPiece(let model): model.vocabulary
        case .wordLevel(let model): model.vocabulary
        case .lessIsBetter(let model): model.vocabulary
        }
    }
}

extension TokenModel {
    /// The spellings of user-defined pieces, which SentencePiece's normalizer passes through untouched.
    package var userDefinedSpellings: [[UInt8]] {
        let kinds: [TokenKind] =
            switch self {
            case .bytePair(let model): model.kinds
            case .unigram(let model): model.kinds
            case .wordLevel(let model): model.kinds
            case .wordPiece, .lessIsBetter: []
            }
        return kinds.indices.filter { kinds[$0] == .userDefined }.map {
            vocabulary.spelling(of: TokenID(truncatingIfNeeded: $0))
        }
    }
}

/// Byte-pair encoding (Sennrich, Haddow and Birch, 2016): the symbols of a piece are merged pair by pair.
public struct BytePairDefinition: Sendable {
    /// The tokens, spelled as the file spells them.
    public var vocabulary: Vocabulary

    /// The merges, the one to apply first in front.
    public var merges: [Merge]

    /// What decides between pairs that could be merged.
    public var order = MergeOrder.listed

    /// The token of a character that has none; nil: such a character is dropped.
    public var unknownToken: TokenID?

    /// Whether unknown characters in a row become one unknown token.
    public var fusesUnknown = false

    /// Whether a character without a token becomes the tokens `<0x00>` to `<0xFF>` of its bytes.
    public var fallsBackToBytes = false

    /// Whether a piece that is a token as a whole becomes it without looking at the merges.
    public var ignoresMerges = false

    /// What every symbol of a piece but the first begins with, such as `##`; empty: nothing.
    public var continuingPrefix = ""

    /// What the last symbol of a piece ends with, such as `</w>`; empty: nothing.
    public var endSuffix = ""

    /// The probability with which a possible merge is passed over (Provilkov, Emelianenko and Voita, 2020).
    public var dropout: Double?

    /// For each id what it is, as SentencePiece and GGUF say; empty: every token is found in text, as in
    /// `tokenizer.json`.
    public var kinds: [TokenKind] = []

    /// For each id its score in the SentencePiece model, which stands behind `merges`: of two pairs the one whose
    /// token scores higher goes first; empty: not known.
    ///
    /// Under `MergeOrder.byMadeToken`, tokens of equal score are equals.
    public var scores: [Float] = []

    /// Two tokens that may become one.
    public struct Merge: Hashable, Sendable {
        public var left: TokenID
        public var right: TokenID
        /// The token that they make.
        public var made: TokenID

        public init(_ left: TokenID, _ right: TokenID, makes made: TokenID) {
            self.left = left
            self.right = right
            self.made = made
        }
    }

    /// What decides between pairs that could be merged; of equals the leftmost goes first.
    public enum MergeOrder: Hashable, Sendable {
        /// Each merge has its own place in the list, as in `tokenizer.json`.
        case listed
        /// Neighbours in the list that make the same token are equals, as in tiktoken and SentencePiece, which rank
        /// the token that is made and not the pair.
        case byMadeToken
    }

    public init(vocabulary: Vocabulary, merges: [Merge]) {
        self.vocabulary = vocabulary
        self.merges = merges
    }
}

/// The unigram language model (Kudo, 2018): the most probable sequence of tokens for a piece.
public struct UnigramDefinition: Sendable {
    /// The tokens.
    public var vocabulary: Vocabulary

    /// For each id the logarithm of its probability; as many as there are ids.
    public var scores: [Double]

    /// The token of a character that has none.
    public var unknownToken: TokenID?

    /// Whether a character without a token becomes the tokens `<0x00>` to `<0xFF>` of its bytes.
    public var fallsBackToBytes = false

    /// For each id what it is, as SentencePiece and GGUF say; empty: every token is found in text, as in
    /// `tokenizer.json`.
    public var kinds: [TokenKind] = []

    /// Whose rules decide what the paper leaves open.
    public var rules = UnigramRules.huggingFace

    public init(vocabulary: Vocabulary, scores: [Double], unknownToken: TokenID? = nil) {
        self.vocabulary = vocabulary
        self.scores = scores
        self.unknownToken = unknownToken
    }
}

/// WordPiece (Schuster and Nakajima, 2012; as in BERT): the longest token first, from left to right.
public struct WordPieceDefinition: Sendable {
    /// The tokens.
    public var vocabulary: Vocabulary

    /// The spelling of the token of a piece that cannot be cut into tokens; a piece then needs it in the vocabulary.
    public var unknownToken = "[UNK]"

    /// What every token of a piece but the first begins with.
    public var continuingPrefix = "##"

    /// The most characters of a piece; a longer one becomes the unknown token.
    public var largestWord = 100

    public init(vocabulary: Vocabulary) { self.vocabulary = vocabulary }
}

/// Whole pieces are tokens; all others are the unknown token.
public struct WordLevelDefinition: Sendable {
    /// The tokens.
    public var vocabulary: Vocabulary

    /// The spelling of the token of a piece that is none.
    public var unknownToken = "<unk>"

    /// For each id what it is, as SentencePiece says; empty: every token is found in text, as in `tokenizer.json`.
    ///
    /// Where it is not empty, the model is SentencePiece's word type: it cuts the text before each U+2581 itself,
    /// and unknown words in a row are one token.
    public var kinds: [TokenKind] = []

    /// Whether a word without a token becomes the tokens `<0x00>` to `<0xFF>` of its bytes; needs `kinds`.
    public var fallsBackToBytes = false

    public init(vocabulary: Vocabulary) { self.vocabulary = vocabulary }
}
