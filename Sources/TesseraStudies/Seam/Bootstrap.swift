internal import TesseraCore

/// The mean of some values with an interval that holds it with 95 % confidence, by resampling (Efron, "Bootstrap
/// Methods: Another Look at the Jackknife", 1979): the percentiles of the means of 2,000 samples with replacement.
struct BootstrapMean {
    let mean: Double
    let lower: Double
    let upper: Double

    private static let samples = 2_000

    /// The mean of nothing is no number.
    init(_ values: [Double], seed: UInt64) {
        guard !values.isEmpty else {
            (mean, lower, upper) = (.nan, .nan, .nan)
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
        mean = values.reduce(0, +) / Double(values.count)
        lower = means[Self.samples / 40]
        upper = means[Self.samples - 1 - Self.samples / 40]
    }
}
