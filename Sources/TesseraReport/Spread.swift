/// The middle and the ends of some measurements.
public struct Spread: Hashable, Sendable {
    /// The middle measurement, or the mean of the two in the middle.
    public let median: Double

    /// The smallest.
    public let minimum: Double

    /// The largest.
    public let maximum: Double

    /// How many there are.
    public let count: Int

    /// Summarises `samples`; nil when there are none or one is not a number.
    public init?(_ samples: [Double]) {
        let sorted = samples.sorted()
        guard let first = sorted.first, let last = sorted.last, !samples.contains(where: \.isNaN) else {
            return nil
        }
        let middle = sorted.count / 2
        median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
        minimum = first
        maximum = last
        count = sorted.count
    }

    /// The distance between the ends as a share of the median; 0 for a median of 0.
    public var relativeRange: Double { median == 0 ? 0 : (maximum - minimum) / median }
}
