internal import TesseraFiles

/// What a step of training came to.
public struct StepRecord: Hashable, Sendable {
    /// The steps taken, this one included.
    public var step: Int
    /// The mean loss of its batches.
    public var loss: Double
    /// The other means of the objective.
    public var metrics: [String: Double]
    /// The learning rate.
    public var rate: Double
    /// The norm of the gradients before clipping.
    public var gradientNorm: Double
    /// What the loss is a mean of: tokens that count, of all processes.
    public var count: Double
    /// The time that it took.
    public var seconds: Double

    /// What counts, in a second.
    public var tokensPerSecond: Double { seconds > 0 ? count / seconds : 0 }

    /// The record as a line of `metrics.jsonl`.
    var fields: JSONObject {
        var fields: JSONObject = [
            "step": .integer(step), "loss": .number(loss), "rate": .number(rate),
            "gradientNorm": .number(gradientNorm),
            "tokensPerSecond": .number((tokensPerSecond * 10).rounded() / 10),
        ]
        for (name, value) in metrics.sorted(by: { $0.key < $1.key }) { fields[name] = .number(value) }
        return fields
    }
}

/// What was measured of a network between steps, by name, in order: such as `bitsPerByte` on held-out text.
public struct Measurement: Hashable, Sendable {
    /// The steps taken before.
    public var step: Int

    /// Names and numbers.
    public var values: [Value]

    /// A number with its name.
    public struct Value: Hashable, Sendable {
        /// The name.
        public var name: String
        /// The number.
        public var number: Double

        /// Names a number.
        public init(_ name: String, _ number: Double) {
            self.name = name
            self.number = number
        }
    }

    /// The number with that name.
    public subscript(name: String) -> Double? { values.first { $0.name == name }?.number }

    /// The measurement as a line of `metrics.jsonl`.
    var fields: JSONObject {
        [
            "step": .integer(step),
            "heldOut": .object(JSONObject(values.map { ($0.name, .number($0.number)) })),
        ]
    }
}
