internal import TesseraCore

extension CacheEntries {
    /// Adds softmax(logits) to the scores of the first `count` entries; a logit that is no number spoils them.
    @inline(__always)
    mutating func addSoftmax(of count: Int, _ logit: (Int) -> Float) {
        let count = min(count, scores.count)
        let vectors = (count + 7) / 8
        var largest = -Float.infinity
        var isSpoiled = false
        var weights = [Float](unsafeUninitializedCapacity: vectors * 8) { weights, initialized in
            for place in 0..<count {
                let value = logit(place)
                weights[place] = value
                largest = value > largest ? value : largest
                if !(value < .infinity) { isSpoiled = true }
            }
            for place in count..<vectors * 8 { weights[place] = -.infinity }
            initialized = vectors * 8
        }
        let sum = weights.withUnsafeMutableBytes { weights in
            var sums = SIMD8<Float>.zero
            for vector in 0..<vectors {
                let x = weights.loadUnaligned(fromByteOffset: vector &* 32, as: SIMD8<Float>.self)
                let weight = exponential(x - largest)
                weights.storeBytes(of: weight, toByteOffset: vector &* 32, as: SIMD8<Float>.self)
                sums += weight
            }
            return sums.sum()
        }
        let factor = isSpoiled ? .nan : 1 / sum
        for place in 0..<count { scores[place] += weights[place] * factor }
    }
}
