internal import TesseraCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Draws a token by the Gumbel-max trick: the largest of logit plus noise wins.
///
/// With noise `-log(-log(u))` the winner has the softmax distribution of the logits (Gumbel 1954; Maddison, Tarlow
/// and Minka, "A* sampling", 2014, section 2), so nothing is normalised and no order of the tokens matters. The
/// noise of a token is a function of (seed, position, id) alone: whoever scores that position later, in a batch of
/// drafts or one by one, with all tokens or a part of them, draws the same token from the same logits, and nearly
/// always the same from nearly the same ones. Inverse-CDF sampling lacks that last property: a small change of
/// one probability moves every boundary after it.
struct GumbelRace {
    private let noise: RandomBits
    private var bestID: TokenID?
    private var bestScore = -Double.infinity

    /// Starts the race for the token at `position`.
    init(random: CounterRandom, position: Int) {
        noise = CounterRandom(seed: random.bits(at: position)).bits(ofStream: 0)
    }

    /// The token that won, if any entered with a logit above minus infinity.
    var winner: TokenID? { bestID }

    /// Enters a token with its logit, shifted and scaled to be at most 0.
    @inline(__always)
    mutating func enter(_ id: TokenID, logit: Float) {
        let bits = noise.bits(at: Int(id))
        // With v = 1 - u in 2^-(z+1) ..< 2^-z for z leading zeros, the noise -log(-log(1 - v)) is below
        // -log(v) <= (z + 1) log 2: most tokens are out of reach without a logarithm being taken.
        let bound = Double(logit) + Double(bits.leadingZeroBitCount + 1) * 0.693_147_180_559_945_4
        guard bound >= bestScore else { return }
        compare(id, logit, bits)
    }

    @inline(never)
    private mutating func compare(_ id: TokenID, _ logit: Float, _ bits: UInt64) {
        guard logit > -.infinity else { return }
        let v = (Double(bits >> 11) + 0.5) * 0x1p-53
        let score = Double(logit) - log(-log1p(-v))
        guard score >= bestScore else { return }
        if score == bestScore, let bestID, bestID < id { return }
        bestScore = score
        bestID = id
    }
}
