public import TesseraArchitectures
public import TesseraCore
public import TesseraTensor

/// Which parameters of a network are trained on for another language.
public enum AdaptationStrategy: Hashable, Sendable {
    /// All.
    case full
    /// Adapters after each layer, the network itself being frozen; see `AdaptedNetwork`.
    case adapters(reduction: Int)
    /// The embedding and the output, the layers being frozen.
    case embeddings

    /// Freezes what stays, and says what is trained.
    ///
    /// - Parameters:
    ///   - network: is changed: parameters that stay are frozen, the others are not.
    ///   - random: draws the numbers of adapters.
    /// - Returns: the network itself, or one with adapters in it.
    /// - Throws: `LocatedError` for a reduction that leaves nothing.
    public func prepare(
        _ network: some AdaptableNetwork, random: RandomGenerator
    ) throws(LocatedError) -> any CausalNetwork {
        try network.setRequiresGradient(self == .full)
        switch self {
        case .full: return network
        case .adapters(let reduction):
            return try AdaptedNetwork(network, reduction: reduction, random: random)
        case .embeddings:
            for parameter in network.vocabularyParameters { try parameter.tensor.setRequiresGradient(true) }
            return network
        }
    }
}
