/// A batch model whose layers can be looked into while it reads: for early exit, eviction and attribution.
public protocol LayeredCausalModel: BatchCausalModel {
    /// The number of layers.
    var layerCount: Int { get }

    /// The floats of a token between layers.
    var hiddenSize: Int { get }

    /// Reads items as `read(_:logits:)` does, with the same bits, and returns what `request` asks for.
    ///
    /// Takes more time the more is asked for; `read(_:logits:)` itself never pays for it.
    ///
    /// - Throws: `BatchReadError` as `read(_:logits:)` does, and with the reason `request` for layers or rows that are
    ///   not there; every cache is then as it was.
    func read(
        _ items: [BatchItem<Cache>], observing request: LayerRequest, logits: inout [Float]
    ) throws(BatchReadError) -> LayerObservation
}

/// What to look at inside a model.
public struct LayerRequest: Hashable, Sendable {
    /// The layers, counted from 0, after which the hidden state is wanted.
    public var hiddenStates: Set<Int>

    /// The layers after which logits are wanted: what the model would predict if its last norm and output head came
    /// right after that layer (the "logit lens").
    public var logits: Set<Int>

    /// The layers whose attention weights are wanted.
    public var attention: Set<Int>

    /// The rows to look at; nil for all.
    ///
    /// Row i is the i-th token of the batch, counted through its items.
    public var rows: Set<Int>?

    /// Creates a request.
    public init(
        hiddenStates: Set<Int> = [], logits: Set<Int> = [], attention: Set<Int> = [], rows: Set<Int>? = nil
    ) {
        self.hiddenStates = hiddenStates
        self.logits = logits
        self.attention = attention
        self.rows = rows
    }
}

/// What was seen inside a model, for the rows asked for in ascending order.
public struct LayerObservation: Hashable, Sendable {
    /// The rows looked at, ascending.
    public var rows: [Int]

    /// For each layer, `[rows, hiddenSize]`.
    public var hiddenStates: [Int: [Float]]

    /// For each layer, `[rows, vocabularySize]`.
    public var logits: [Int: [Float]]

    /// For each layer and row, the attention weights `[heads, tokens]`.
    ///
    /// The share of each token up to the row's own, oldest first. Tokens of a draft tree that the row does not follow
    /// are left out; those outside of a window have 0.
    public var attention: [Int: [[Float]]]

    /// Creates an observation.
    public init(
        rows: [Int], hiddenStates: [Int: [Float]] = [:], logits: [Int: [Float]] = [:],
        attention: [Int: [[Float]]] = [:]
    ) {
        self.rows = rows
        self.hiddenStates = hiddenStates
        self.logits = logits
        self.attention = attention
    }
}
