internal import TesseraCore
internal import TesseraDecoding
internal import TesseraEngine

/// A policy of the experiment, whatever its budget.
struct EvictionArm: Sendable {
    let name: String
    let method: EvictionOptions.Method
    var recentShare: Double?

    /// The seed of its noise.
    var seed: UInt64 = 0

    static let full = EvictionArm(name: "full", method: .full)
    static let window = EvictionArm(name: "plain window", method: .window)
    static let sinks = EvictionArm(name: "window + 4 sinks", method: .sinks)
    static let h2o = EvictionArm(name: "H2O, recent 30%", method: .h2o, recentShare: 0.3)
    static let h2oHalf = EvictionArm(name: "H2O, recent 50%", method: .h2o, recentShare: 0.5)

    static func keyformer(_ seed: UInt64) -> EvictionArm {
        EvictionArm(name: "Keyformer", method: .keyformer, recentShare: 0.3, seed: seed)
    }

    /// The policy with a budget.
    func options(percent: Double, stepCount: Int) -> EvictionOptions {
        var options = EvictionOptions(method, budget: .percent(percent))
        options.recentShare = recentShare
        options.keyformer.seed = seed
        options.keyformer.stepCount = stepCount
        return options
    }

    /// The model with this policy.
    func evicting(
        _ model: DecoderModel, percent: Double, stepCount: Int
    ) throws(LocatedError) -> EvictingModel<DecoderModel> {
        try options(percent: percent, stepCount: stepCount).evicting(model)
    }
}
