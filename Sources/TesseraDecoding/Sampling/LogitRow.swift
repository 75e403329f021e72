#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Sums and maxima over one row of logits.
///
/// NaN counts as minus infinity throughout: comparisons with it are false, and the loops are built on that.
package struct LogitRow {
    let values: UnsafeBufferPointer<Float>

    /// Wraps `values` for as long as their storage lives.
    package init(_ values: UnsafeBufferPointer<Float>) {
        self.values = values
    }

    /// The largest value, or nil when all are NaN or minus infinity.
    package func maximum() -> Float? {
        var best = -Float.infinity
        var lanes = SIMD8<Float>(repeating: best)
        let blocks = values.count / 8
        let raw = UnsafeRawBufferPointer(values)
        for block in 0..<blocks {
            let x = raw.loadUnaligned(fromByteOffset: block &* 32, as: SIMD8<Float>.self)
            lanes.replace(with: x, where: x .> lanes)
        }
        for lane in 0..<8 where lanes[lane] > best { best = lanes[lane] }
        for index in (blocks * 8)..<values.count where values[index] > best { best = values[index] }
        return best == -.infinity ? nil : best
    }

    /// The index of the largest value, the first of equals; nil when all are NaN or minus infinity.
    package func indexOfMaximum() -> Int? {
        guard let best = maximum() else { return nil }
        return values.firstIndex(of: best)
    }

    /// `-log softmax(row)[index]` in nats; nil when the index is outside the row or no finite value is the largest.
    package func negativeLogProbability(of index: Int) -> Double? {
        guard values.indices.contains(index), let logSum = logSumOfExponentials() else { return nil }
        return logSum - Double(values[index])
    }

    /// `log(sum(exp(row)))`; nil when no finite value is the largest.
    package func logSumOfExponentials() -> Double? {
        guard let maximum = maximum(), maximum.isFinite else { return nil }
        return Double(maximum) + log(sumOfExponentials(offset: maximum, scale: 1))
    }

    /// The sum of `exp((x - offset) * scale)` over the row, for an `offset` of at least its maximum.
    ///
    /// Blocks of 256 are summed in single and the blocks in double precision: the relative error stays near 1e-7.
    package func sumOfExponentials(offset: Float, scale: Float) -> Double {
        var sum = 0.0
        let vectors = values.count / 8
        let raw = UnsafeRawBufferPointer(values)
        var vector = 0
        while vector < vectors {
            let end = min(vector + 32, vectors)
            var block = SIMD8<Float>.zero
            while vector < end {
                let x = raw.loadUnaligned(fromByteOffset: vector &* 32, as: SIMD8<Float>.self)
                block += exponential((x - offset) * scale)
                vector += 1
            }
            sum += Double(block.sum())
        }
        if vectors * 8 < values.count {
            var rest = SIMD8<Float>(repeating: -.infinity)
            for index in (vectors * 8)..<values.count { rest[index % 8] = (values[index] - offset) * scale }
            sum += Double(exponential(rest).sum())
        }
        return sum
    }
}

/// `exp` of eight numbers of at most 0, to about 2 units in the last place; below -87 and for NaN about 1e-38.
///
/// Range reduction by multiples of ln 2, split in two parts so that the product is exact, then a Taylor
/// polynomial of degree 6 on ±ln 2 / 2 (remainder below 1.4e-8), in operations that every vector unit has.
@inline(__always)
func exponential(_ input: SIMD8<Float>) -> SIMD8<Float> {
    var x = SIMD8<Float>(repeating: -87)
    x.replace(with: input, where: input .> x)
    // Adding 1.5 * 2^23 leaves the nearest integer in the low bits of the significand.
    let shift = SIMD8<Float>(repeating: 12_582_912)
    let shifted = x * Float(1.442_695_04) + shift
    let n = shifted - shift
    let r = (x - n * Float(0.693_359_375)) - n * Float(-2.121_944_4e-4)
    var p = SIMD8<Float>(repeating: 1.0 / 720)
    p = p * r + Float(1.0 / 120)
    p = p * r + Float(1.0 / 24)
    p = p * r + Float(1.0 / 6)
    p = p * r + Float(0.5)
    p = p * r + Float(1)
    p = p * r + Float(1)
    let integer = unsafeBitCast(shifted, to: SIMD8<UInt32>.self) &- SIMD8<UInt32>(repeating: 0x4B40_0000)
    let power = (integer &+ SIMD8<UInt32>(repeating: 127)) &<< SIMD8<UInt32>(repeating: 23)
    return p * unsafeBitCast(power, to: SIMD8<Float>.self)
}
