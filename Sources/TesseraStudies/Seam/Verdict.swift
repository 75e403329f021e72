internal import TesseraReport

/// A measurement beside its threshold.
public struct Finding: Hashable, Sendable {
    /// What was measured.
    public let measurement: Measurement
    /// What it must reach; nil: it is reported only.
    public let threshold: Threshold?

    /// Whether all values hold; true without a threshold, false without values.
    public var holds: Bool {
        guard let threshold else { return true }
        return !measurement.values.isEmpty && measurement.values.allSatisfy(threshold.holds)
    }

    /// The values, as they are written in tables.
    public var valueText: String {
        measurement.values.isEmpty
            ? "not measured" : measurement.values.map(numberText).joined(separator: ", ")
    }

    /// What is needed, as it is written in tables.
    public var thresholdText: String {
        threshold.map { "\($0.relation.rawValue) \(numberText($0.bound))" } ?? ""
    }

    /// Puts measurements beside their thresholds: first all thresholds in order, then what is reported only.
    ///
    /// A threshold that nothing was measured for gets a measurement without values, which does not hold.
    static func pairing(_ measurements: [Measurement], with thresholds: [Threshold]) -> [Finding] {
        let needed = thresholds.map { threshold in
            Finding(
                measurement: measurements.first { $0.name == threshold.measurement }
                    ?? Measurement(threshold.measurement, []), threshold: threshold)
        }
        let others = measurements.filter { measurement in
            !thresholds.contains { $0.measurement == measurement.name }
        }
        return needed + others.map { Finding(measurement: $0, threshold: nil) }
    }
}

/// What came of a claim.
public enum Verdict: String, Hashable, Sendable, CaseIterable {
    /// Every threshold was reached.
    case holds
    /// At least one was not.
    case doesNotHold = "does not hold"
    /// There are no thresholds.
    case reportOnly = "report only"

    /// What findings say together.
    public init(_ findings: [Finding]) {
        let judged = findings.filter { $0.threshold != nil }
        self = judged.isEmpty ? .reportOnly : judged.allSatisfy(\.holds) ? .holds : .doesNotHold
    }
}

/// A number as tables show it: whole ones as counts, others with the digits that tell them apart.
func numberText(_ value: Double) -> String {
    if value == value.rounded(), value.magnitude < 1e12 { return NumberFormat.count(Int(value)) }
    if value.magnitude < 0.0001, value != 0, value.isFinite {
        let exponent = Int(logarithm(base10: value.magnitude).rounded(.down))
        return "\(NumberFormat.decimal(value / power(10, exponent), places: 1))e\(exponent)"
    }
    return NumberFormat.decimal(value, places: value.magnitude < 1 ? 4 : value.magnitude < 100 ? 3 : 1)
}
