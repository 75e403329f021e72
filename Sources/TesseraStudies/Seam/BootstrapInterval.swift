internal import TesseraCore

/// The interval that holds the mean of some values with 95 % confidence, by resampling (Efron, "Bootstrap
/// Methods: Another Look at the Jackknife", 1979): the percentiles of the means of 2,000 samples with replacement.
struct BootstrapInterval {
    let lower: Double
    let upper: Double

    private static let samples = 2_000

    /// That of nothing is no number.
    init(_ values: [Double], seed: UInt64) {
        guard !values.isEmpty else {
            (lower, upper) = (.nan, .nan)
            return
        }
        let random = CounterRandom(seed: seed)
        let means = (0..<Self.samples).map { sample in
            var sum = 0.0
            for place in values.indices {
                let uniform = random.uniform(at: place, stream: UInt64(sample))
                sum += values[min(values.count - 1, Int(uniform * Double(values.count)))]
            }
            return sum / Double(values.count)
        }.sorted()
        lower = means[Self.samples / 40]
        upper = means[Self.samples - 1 - Self.samples / 40]
    }
}
