public import TesseraCore

/// Everything that the files of a tokenizer say, as one value.
///
/// Loaders make it, savers write it, training returns it and editing changes it; `PipelineTokenizer` runs it. The
/// parts and their names are those of Hugging Face's `tokenizer.json`, the widest of the formats: the others are
/// expressed in it.
///
/// A text goes through the parts in this order: added tokens that are not normalized are cut out; the normalizer
/// changes the rest; added tokens that are normalized are cut out; the pre-tokenizer cuts what is left into pieces;
/// the model turns each piece into tokens; the post-processor puts tokens around them.
public struct TokenizerDefinition: Sendable {
    /// Changes the text before it is cut.
    public var normalizer: Normalizer?

    /// Cuts the text into the pieces that the model sees.
    public var preTokenizer: PreTokenizer?

    /// The vocabulary and how pieces become tokens of it.
    public var model: TokenModel

    /// Puts special tokens around one text or two.
    public var postProcessor: PostProcessor?

    /// Joins the spellings of tokens to text.
    public var decoder: TokenDecoder?

    /// Tokens found in the text by their spelling, before anything else looks at it.
    public var addedTokens: [AddedToken]

    /// How long inputs are cut when the caller does not say; nil: not at all.
    public var truncation: Truncation?

    /// How short inputs are filled when the caller does not say; nil: not at all.
    public var padding: Padding?

    /// The ids with a role in the model's protocol.
    public var specialTokens: SpecialTokens

    /// Puts the parts together; what is left out is absent from the tokenizer.
    public init(
        normalizer: Normalizer? = nil, preTokenizer: PreTokenizer? = nil, model: TokenModel,
        postProcessor: PostProcessor? = nil, decoder: TokenDecoder? = nil, addedTokens: [AddedToken] = [],
        truncation: Truncation? = nil, padding: Padding? = nil, specialTokens: SpecialTokens = SpecialTokens()
    ) {
        self.normalizer = normalizer
        self.preTokenizer = preTokenizer
        self.model = model
        self.postProcessor = postProcessor
        self.decoder = decoder
        self.addedTokens = addedTokens
        self.truncation = truncation
        self.padding = padding
        self.specialTokens = specialTokens
    }
}
