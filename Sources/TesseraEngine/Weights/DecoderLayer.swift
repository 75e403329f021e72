/// The weights of one layer.
struct DecoderLayer {
    let attention: AttentionWeights
    let feedForward: FeedForwardWeights
}

/// The weights of attention; what is nil, the architecture does not have.
struct AttentionWeights {
    /// Before the projections; in encoders after the block's output was added.
    let norm: Norm

    let query: Projection  // [heads * headSize, hidden]
    let key: Projection  // [keyValueHeads * headSize, hidden]
    let value: Projection  // [keyValueHeads * headSize, hidden]

    /// On each head's query and key, `[headSize]`, before it turns.
    var queryNorm: Norm?
    var keyNorm: Norm?

    let output: Projection  // [hidden, heads * headSize]

    /// On what is added to the tokens.
    var outputNorm: Norm?

    /// The window, and what turns queries and keys.
    var plan = LayerPlan()
}

/// The weights of the feed-forward block.
struct FeedForwardWeights {
    /// Before the block; in encoders after its output was added.
    let norm: Norm

    /// Multiplies what goes up, after the activation; nil where that is bent itself.
    var gate: Projection?  // [inner, hidden]

    let up: Projection  // [inner, hidden]
    let down: Projection  // [hidden, inner]
    let activation: ModelConfiguration.Activation

    /// On what is added to the tokens.
    var outputNorm: Norm?
}
