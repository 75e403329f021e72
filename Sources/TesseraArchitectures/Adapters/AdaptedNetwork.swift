public import TesseraCore
public import TesseraFiles
public import TesseraTensor

/// A network with an adapter after each layer (Pfeiffer et al., arXiv:2005.00052, section 3.2, without invertible adapters).
///
/// It begins with the logits of its base, bit by bit. The base's tensors are shared, and frozen by whoever wants to train
/// the adapters alone.
public struct AdaptedNetwork<Base: AdaptableNetwork>: CausalNetwork {
    /// The network between whose layers the adapters stand.
    public let base: Base

    private let reduction: Int
    private let adapters: [BottleneckAdapter]

    /// Puts adapters into a network.
    ///
    /// - Parameters:
    ///   - reduction: how many times fewer numbers an adapter has inside than the network between layers.
    ///   - random: draws the adapters' numbers, on the device of the network.
    /// - Throws: `LocatedError` for a reduction that leaves nothing.
    public init(_ base: Base, reduction: Int = 2, random: RandomGenerator) throws(LocatedError) {
        guard (1...max(1, base.hiddenSize)).contains(reduction) else {
            throw LocatedError(
                field: "reduction", problem: "\(reduction) is not in 1...\(base.hiddenSize)",
                remedy: "give a number in that range")
        }
        self.base = base
        self.reduction = reduction
        var adapters: [BottleneckAdapter] = []
        for _ in 0..<base.layerCount {
            adapters.append(
                try BottleneckAdapter(
                    hiddenSize: base.hiddenSize, innerSize: base.hiddenSize / reduction, random: random))
        }
        self.adapters = adapters
    }

    public var vocabularySize: Int { base.vocabularySize }

    public var contextLength: Int { base.contextLength }

    public func logits(of tokens: Tensor) throws(LocatedError) -> Tensor {
        try base.logits(of: tokens) { (layer, h) throws(LocatedError) in try adapters[layer](h) }
    }

    /// The adapters' parameters, as they are saved without their base.
    public var adapterParameters: [Parameter] {
        adapters.enumerated().flatMap { $1.parameters(under: "adapters.\($0)") }
    }

    public var parameters: [Parameter] { base.parameters + adapterParameters }

    /// The base's fields under a name of its own, so that no reader takes the weights for those of the base.
    public var fields: JSONObject {
        var fields = base.fields
        fields["architectures"] = ["AdaptedNetwork"]
        fields["model_type"] = "adapted-network"
        fields["adapter_reduction"] = .integer(reduction)
        return fields
    }
}
