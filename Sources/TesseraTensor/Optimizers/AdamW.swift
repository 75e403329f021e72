internal import CTesseraTorch
public import TesseraCore

/// Adam with weight decay apart from the gradient (Loshchilov and Hutter, 2019), by libtorch's fused kernel.
public struct AdamW: Sendable {
    /// What a step depends on, besides its rate.
    public struct Options: Hashable, Sendable {
        /// How slowly the mean of the gradients follows.
        public var beta1: Double
        /// How slowly the mean of their squares follows.
        public var beta2: Double
        /// Keeps the divisor from 0.
        public var epsilon: Double
        /// The share of each matrix, times the rate, that a step takes away; vectors (norms, biases) keep theirs.
        public var weightDecay: Double

        /// Creates options.
        public init(
            beta1: Double = 0.9, beta2: Double = 0.95, epsilon: Double = 1e-8, weightDecay: Double = 0.1
        ) {
            self.beta1 = beta1
            self.beta2 = beta2
            self.epsilon = epsilon
            self.weightDecay = weightDecay
        }
    }

    /// What a step depends on.
    public let options: Options

    /// What is learned.
    public let parameters: [Parameter]

    /// The mean of the gradients of each parameter.
    public let firstMoments: [Tensor]

    /// The mean of their squares.
    public let secondMoments: [Tensor]

    /// The steps taken.
    public private(set) var stepCount = 0

    /// Creates an optimiser that has taken no step.
    public init(_ parameters: [Parameter], options: Options = Options()) throws(LocatedError) {
        self.options = options
        self.parameters = parameters
        var moments: (first: [Tensor], second: [Tensor]) = ([], [])
        for parameter in parameters {
            let tensor = parameter.tensor
            moments.first.append(try .zeros(tensor.shape, type: tensor.type, device: tensor.device))
            moments.second.append(try .zeros(tensor.shape, type: tensor.type, device: tensor.device))
        }
        firstMoments = moments.first
        secondMoments = moments.second
    }

    /// Changes the parameters in place by one step against their gradients; those without a gradient stay.
    ///
    /// - Parameter rate: the learning rate.
    public mutating func step(rate: Double) throws(LocatedError) {
        stepCount += 1
        try step(rate: rate, decay: options.weightDecay) { $0.rank >= 2 }
        try step(rate: rate, decay: 0) { $0.rank < 2 }
    }

    private func step(
        rate: Double, decay: Double, where isMeant: (Tensor) -> Bool
    ) throws(LocatedError) {
        var changed: [(parameter: Tensor, gradient: Tensor, first: Tensor, second: Tensor)] = []
        for (index, parameter) in parameters.enumerated() where isMeant(parameter.tensor) {
            guard let gradient = parameter.tensor.gradient else { continue }
            changed.append((parameter.tensor, gradient, firstMoments[index], secondMoments[index]))
        }
        let options = tt_adamw(
            rate: rate, beta1: options.beta1, beta2: options.beta2, epsilon: options.epsilon,
            weight_decay: decay, step: Int64(stepCount))
        try perform("AdamW step", []) {
            withHandles(changed.map(\.parameter)) { parameters, count in
                withHandles(changed.map(\.gradient)) { gradients, _ in
                    withHandles(changed.map(\.first)) { first, _ in
                        withHandles(changed.map(\.second)) { second, _ in
                            tt_adamw_step(parameters, gradients, first, second, count, options)
                        }
                    }
                }
            }
        }
    }

    /// The state as named tensors, for a checkpoint; references, as parameters are.
    public var state: [Parameter] {
        zip(parameters, zip(firstMoments, secondMoments)).flatMap { parameter, moments in
            [
                Parameter("\(parameter.name).first_moment", moments.0),
                Parameter("\(parameter.name).second_moment", moments.1),
            ]
        }
    }

    /// Goes on after `count` steps, once `state` has been read back.
    public mutating func resume(after count: Int) { stepCount = count }

    /// Forgets the gradients of all parameters.
    public func clearGradients() throws(LocatedError) {
        for parameter in parameters { try parameter.tensor.clearGradient() }
    }
}
