/// Cuts a text differently from time to time, so that a model in training sees more than one way.
///
/// Byte-pair tokenizers pass over merges with the probability that their definition gives as `dropout`
/// (Provilkov, Emelianenko and Voita, 2020); Unigram tokenizers draw from all segmentations (Kudo, 2018). The same
/// seed gives the same tokens.
public struct SegmentationSampling: Hashable, Sendable {
    /// The random numbers are a function of this and of the text's number in a batch.
    public var seed: UInt64

    /// The exponent of a Unigram segmentation's probability (Kudo's alpha): 0 draws all alike, large numbers the
    /// best alone.
    public var smoothness: Double

    public init(seed: UInt64, smoothness: Double = 0.1) {
        self.seed = seed
        self.smoothness = smoothness
    }
}
