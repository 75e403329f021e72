internal import TesseraCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

extension CacheEntries {
    /// Adds softmax(logits) to the scores of the first `count` entries; what is not a number spoils them.
    @inline(__always)
    mutating func addSoftmax(of count: Int, _ logit: (Int) -> Float) {
        let count = min(count, scores.count)
        var largest = -Float.infinity
        var sum: Float = 0
        let weights = [Float](unsafeUninitializedCapacity: count) { weights, initialized in
            for place in 0..<count {
                let value = logit(place)
                weights[place] = value
                largest = value > largest ? value : largest
            }
            for place in 0..<count {
                weights[place] = expf(weights[place] - largest)
                sum += weights[place]
            }
            initialized = count
        }
        let factor = 1 / sum
        for place in 0..<count { scores[place] += weights[place] * factor }
    }
}
