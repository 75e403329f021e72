internal import TesseraCore
internal import TesseraTensor

/// h + U relu(D n(h)), with n a layer norm and fewer numbers between D and U (Houlsby et al., arXiv:1902.00751; as a
/// language adapter Pfeiffer et al., arXiv:2005.00052, section 3.2).
struct BottleneckAdapter: Module {
    private let norm: LayerNorm
    private let down: Linear
    private let up: Linear

    /// Creates an adapter that changes nothing yet: U begins as zeros.
    init(hiddenSize: Int, innerSize: Int, random: RandomGenerator) throws(LocatedError) {
        norm = try LayerNorm(size: hiddenSize, device: random.device)
        // What the norm makes has a variance of 1, and so has then what D makes of it.
        down = try Linear(
            inputs: hiddenSize, outputs: innerSize, hasBias: true,
            deviation: 1 / Double(max(1, hiddenSize)).squareRoot(), random: random)
        up = try Linear(
            inputs: innerSize, outputs: hiddenSize, hasBias: true, deviation: 0, random: random)
    }

    /// `[…, hiddenSize]` to the same shape.
    func callAsFunction(_ h: Tensor) throws(LocatedError) -> Tensor {
        try h + up(down(norm(h)).relu())
    }

    var parameters: [Parameter] {
        norm.parameters(under: "norm") + down.parameters(under: "down") + up.parameters(under: "up")
    }
}
