/// Random numbers that are a pure function of a seed and a position.
///
/// Sampling draws the number for the token at position `p` from `(seed, p)` and nothing else, so a draft that is
/// accepted in one pass and the same tokens decoded one by one use the same noise.
///
/// The generator is SplitMix64's finaliser over a Weyl sequence (Steele, Lea and Flood, "Fast splittable
/// pseudorandom number generators", OOPSLA 2014, figure 16), which makes any element addressable.
public struct CounterRandom: Hashable, Sendable {
    /// The seed that names the sequence.
    public let seed: UInt64

    /// Creates the sequence named by `seed`.
    public init(seed: UInt64) {
        self.seed = seed
    }

    /// 64 random bits for `position`, in stream `stream` of the sequence.
    public func bits(at position: Int, stream: UInt64 = 0) -> UInt64 {
        bits(ofStream: stream).bits(at: position)
    }

    /// The bits of one stream, for those who want them at many positions.
    public func bits(ofStream stream: UInt64 = 0) -> RandomBits {
        RandomBits(key: RandomBits.mix(seed &+ 0x9E37_79B9_7F4A_7C15 &* (stream &+ 1)))
    }

    /// A number in `0..<1` with 53 random bits for `position`.
    public func uniform(at position: Int, stream: UInt64 = 0) -> Double {
        Double(bits(at: position, stream: stream) >> 11) * 0x1p-53
    }
}

/// One stream of a `CounterRandom`.
public struct RandomBits: Hashable, Sendable {
    @usableFromInline let key: UInt64

    init(key: UInt64) {
        self.key = key
    }

    /// 64 random bits for `position`: those that `CounterRandom` gives.
    @inlinable
    public func bits(at position: Int) -> UInt64 {
        Self.mix(
            key &+ 0x9E37_79B9_7F4A_7C15 &* UInt64(bitPattern: Int64(position)) &+ 0x9E37_79B9_7F4A_7C15)
    }

    @inlinable
    static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
