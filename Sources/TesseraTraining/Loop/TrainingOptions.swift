public import TesseraCore
public import TesseraFiles
public import TesseraTensor

/// What a training follows from, beside the network, the objective and the batches.
public struct TrainingOptions: Hashable, Sendable {
    /// The steps: changes of the parameters.
    public var steps = 200
    /// The batches whose gradients are added up for a step.
    public var accumulation = 1
    /// How the learning rate goes on after the warm-up.
    public var schedule = Schedule.Shape.cosine
    /// The highest learning rate.
    public var rate = 3e-3
    /// The learning rate at the end, as a share of the highest.
    public var finalShare = 0.1
    /// The steps in which the rate rises.
    public var warmupSteps = 20
    /// What AdamW's steps depend on.
    public var optimizer = AdamW.Options()
    /// The largest norm that gradients keep; nil: any.
    public var gradientLimit: Double? = 1
    /// The shorter type of products, `.bfloat16`, or nil for 32 bits, which parameters and gradients always have.
    public var autocast: ScalarType?
    /// What all randomness follows from.
    public var seed: UInt64 = 0
    /// The steps from one measurement to the next.
    public var evaluateEvery = 50
    /// The steps from one checkpoint to the next.
    public var checkpointEvery = 100
    /// The checkpoints that stay.
    public var keptCheckpoints = 2
    /// Where it is computed.
    public var device = Device.cpu

    /// Creates the options that suit a small network.
    public init() {}

    /// The rate of each step.
    public var rates: Schedule {
        Schedule(
            schedule, peak: rate, warmupSteps: warmupSteps, totalSteps: steps, finalShare: finalShare)
    }

    /// Refuses numbers that no training has.
    ///
    /// - Throws: `LocatedError` naming the option.
    public func check() throws(LocatedError) {
        try check(steps, "steps", 1...1_000_000_000)
        try check(accumulation, "accumulate", 1...1_000_000)
        try check(warmupSteps, "warmup", 0...1_000_000_000)
        try check(evaluateEvery, "evaluate-every", 1...1_000_000_000)
        try check(checkpointEvery, "checkpoint-every", 1...1_000_000_000)
        try check(keptCheckpoints, "keep", 1...1_000_000)
        try check(rate, "rate", 0...1e6)
        try check(finalShare, "final-share", 0...1)
        try check(optimizer.weightDecay, "weight-decay", 0...1e6)
        try check(optimizer.beta1, "beta1", 0...0.999_999_999)
        try check(optimizer.beta2, "beta2", 0...0.999_999_999)
        try check(optimizer.epsilon, "epsilon", 0...1)
        guard autocast == nil || autocast == .bfloat16 else {
            throw LocatedError(
                field: "dtype", problem: "products are not shortened to \(autocast?.rawValue ?? "")",
                remedy: "name float32 or bfloat16")
        }
        if let gradientLimit { try check(gradientLimit, "clip", Double.leastNonzeroMagnitude...1e30) }
    }

    private func check<Number: Comparable>(
        _ value: Number, _ name: String, _ range: ClosedRange<Number>
    ) throws(LocatedError) {
        guard !range.contains(value) else { return }
        throw LocatedError(
            field: name, problem: "\(value) is not in \(range.lowerBound)...\(range.upperBound)",
            remedy: "give a number in that range")
    }
}

extension TrainingOptions {
    /// What decides what is learned, by name: all but how often checkpoints are written.
    public var fields: JSONObject {
        [
            "steps": .integer(steps), "accumulate": .integer(accumulation),
            "schedule": .string(schedule.rawValue), "rate": .number(rate),
            "final-share": .number(finalShare), "warmup": .integer(warmupSteps),
            "beta1": .number(optimizer.beta1), "beta2": .number(optimizer.beta2),
            "epsilon": .number(optimizer.epsilon), "weight-decay": .number(optimizer.weightDecay),
            "clip": gradientLimit.map { .number($0) } ?? .null,
            "dtype": .string((autocast ?? .float32).rawValue), "seed": .string(String(seed)),
            "evaluate-every": .integer(evaluateEvery), "device": .string(device.description),
        ]
    }

    /// Reads what `fields` wrote; the rest has its defaults.
    ///
    /// - Throws: `LocatedError` naming the field that is missing or of another type.
    public init(_ fields: JSONField) throws(LocatedError) {
        steps = try fields["steps"].integer()
        accumulation = try fields["accumulate"].integer()
        schedule = try fields["schedule"].choice(Schedule.Shape.self)
        rate = try fields["rate"].double()
        finalShare = try fields["final-share"].double()
        warmupSteps = try fields["warmup"].integer()
        optimizer = AdamW.Options(
            beta1: try fields["beta1"].double(), beta2: try fields["beta2"].double(),
            epsilon: try fields["epsilon"].double(), weightDecay: try fields["weight-decay"].double())
        gradientLimit = try fields["clip"].optionalDouble()
        let type = try fields["dtype"].choice(ScalarType.self)
        autocast = type == .float32 ? nil : type
        guard let seed = UInt64(try fields["seed"].string()) else {
            throw fields["seed"].error("is no whole number")
        }
        self.seed = seed
        evaluateEvery = try fields["evaluate-every"].integer()
        device = try Device(named: fields["device"].string())
    }
}
