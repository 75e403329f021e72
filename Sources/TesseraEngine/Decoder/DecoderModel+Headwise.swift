public import TesseraCore

extension DecoderModel: HeadwiseCausalModel {
    /// The key/value heads of each layer.
    public var keyValueHeadCount: Int { configuration.keyValueHeadCount }

    /// How many tokens a layer looks back, the token itself included; nil for all, and for a layer that is not there.
    public func attentionWindow(ofLayer layer: Int) -> Int? {
        configuration.layers.indices.contains(layer) ? configuration.layers[layer].window : nil
    }

    /// Reads `tokens` and shows `observer` the attention of each; see `HeadwiseCausalModel`.
    public func read(
        _ tokens: [TokenID], cache: KeyValueCache, rows: LogitRows, observer: any AttentionObserver,
        logits: inout [Float]
    ) throws(LocatedError) {
        let item = BatchItem(cache: cache, tokens: tokens, rows: rows)
        do {
            try check([item])
        } catch {
            throw error.cause
        }
        try engine.read(item, observer: observer, logits: &logits)
    }
}
