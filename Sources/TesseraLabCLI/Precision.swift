internal import ArgumentParser
internal import TesseraTensor

/// The types that matrix products have.
enum Precision: String, ExpressibleByArgument, CaseIterable {
    case float32
    case bfloat16

    /// What products are converted to; nil: they stay as they are.
    var autocast: ScalarType? { self == .bfloat16 ? .bfloat16 : nil }
}
