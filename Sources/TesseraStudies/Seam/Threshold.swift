/// What a measurement must reach for the claim to hold, fixed before the run.
public struct Threshold: Hashable, Sendable {
    /// Which side of the bound holds.
    public enum Relation: String, Hashable, Sendable {
        /// The bound and what is above it.
        case atLeast = "≥"
        /// The bound and what is below it.
        case atMost = "≤"
    }

    /// The name of the measurement.
    public let measurement: String
    /// Which side of the bound holds.
    public let relation: Relation
    /// The bound.
    public let bound: Double

    /// A threshold from below.
    public static func atLeast(_ bound: Double, _ measurement: String) -> Threshold {
        Threshold(measurement: measurement, relation: .atLeast, bound: bound)
    }

    /// A threshold from above.
    public static func atMost(_ bound: Double, _ measurement: String) -> Threshold {
        Threshold(measurement: measurement, relation: .atMost, bound: bound)
    }

    /// A count of violations of something exact: none may be.
    public static func none(_ measurement: String) -> Threshold { .atMost(0, measurement) }

    /// Whether a value holds; what is no number does not.
    func holds(_ value: Double) -> Bool {
        switch relation {
        case .atLeast: value >= bound
        case .atMost: value <= bound
        }
    }
}

/// What was measured.
public struct Measurement: Hashable, Sendable {
    /// What it is, with its unit.
    public let name: String
    /// One value, or one for each seed or arm: all of them must hold.
    public let values: [Double]

    /// A measurement with a value for each seed or arm.
    public init(_ name: String, _ values: [Double]) {
        self.name = name
        self.values = values
    }
}
