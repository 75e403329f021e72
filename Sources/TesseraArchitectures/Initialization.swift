internal import TesseraCore
internal import TesseraTensor

/// How the numbers of a network begin: normally distributed around 0, with norms of 1 and biases of 0.
///
/// They are drawn from one generator in the order of the network's parameters, so that equal seeds give equal networks.
public struct Initialization: Hashable, Sendable {
    /// The standard deviation.
    public var deviation: Double

    /// Whether the matrices that add to the residual stream begin smaller by 1/√(2 layers), so that its variance does
    /// not grow with depth (Radford et al., 2019, section 2.3).
    public var scalesResiduals: Bool

    /// Creates what most decoders begin with.
    public init(deviation: Double = 0.02, scalesResiduals: Bool = true) {
        self.deviation = deviation
        self.scalesResiduals = scalesResiduals
    }

    /// The standard deviation of the two matrices a layer that add to the residual stream.
    func residualDeviation(layers: Int) -> Double {
        scalesResiduals ? deviation / (2 * Double(max(1, layers))).squareRoot() : deviation
    }
}
