/// Random numbers that are the same at every run: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
package struct FuzzRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Starts the sequence of input number `index` of the run named by `seed`.
    package init(seed: UInt64, index: Int = 0) {
        state = seed &* 0xD134_2543_DE82_EF95 &+ UInt64(bitPattern: Int64(index)) &* 0x9E37_79B9_7F4A_7C15
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A number in `0..<count`; 0 when `count` is not positive.
    mutating func below(_ count: Int) -> Int { count > 1 ? Int.random(in: 0..<count, using: &self) : 0 }

    /// True once in `count` times.
    mutating func oneIn(_ count: Int) -> Bool { below(count) == 0 }

    /// One of `elements`, which must not be empty.
    mutating func one<Elements: RandomAccessCollection>(of elements: Elements) -> Elements.Element {
        elements[elements.index(elements.startIndex, offsetBy: below(elements.count))]
    }

    /// A range inside `0..<count`, usually short.
    mutating func range(in count: Int) -> Range<Int> {
        guard count > 0 else { return 0..<0 }
        let start = below(count)
        let longest = oneIn(4) ? count - start : min(count - start, 16)
        return start..<start + 1 + below(longest)
    }
}
