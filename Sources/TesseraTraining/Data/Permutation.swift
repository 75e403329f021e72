internal import TesseraCore

/// The numbers `0 ..< count` in an order that follows from a seed, without a list of them.
///
/// A Feistel network of four rounds permutes the next power of four, and what falls outside is permuted again until it
/// falls inside (Black and Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002, section 4).
package struct Permutation {
    package let count: Int
    private let halfWidth: Int
    private let random: CounterRandom

    /// - Parameter count: at least 1.
    package init(count: Int, seed: UInt64) {
        self.count = count
        let width = Int.bitWidth - max(count - 1, 0).leadingZeroBitCount
        halfWidth = max(1, (width + 1) / 2)
        random = CounterRandom(seed: seed)
    }

    /// The number at a place in `0 ..< count`.
    package subscript(place: Int) -> Int {
        var number = place
        repeat { number = enciphered(number) } while number >= count
        return number
    }

    private func enciphered(_ number: Int) -> Int {
        let mask = (1 << halfWidth) - 1
        var (left, right) = (number >> halfWidth, number & mask)
        for round in 0..<4 {
            let noise = Int(truncatingIfNeeded: random.bits(at: right, stream: UInt64(round)))
            (left, right) = (right, left ^ (noise & mask))
        }
        return left << halfWidth | right
    }
}
