internal import CTesseraKernels

extension ModelConfiguration {
    /// The bytes that a cache keeps for one token in one layer: a key and a value for every key/value head.
    public func cacheBytesPerTokenAndLayer(_ precision: EngineOptions.Precision) -> Int {
        cacheShape(precision).valuesPerToken / layerCount * cacheShape(precision).elementSize
    }

    /// The bytes that a cache keeps for one token.
    public func cacheBytesPerToken(_ precision: EngineOptions.Precision) -> Int {
        cacheBytesPerTokenAndLayer(precision) * layerCount
    }

    /// The number of weights, norms included; tied embeddings count once.
    public var parameterCount: Int {
        let attention = 2 * hiddenSize * querySize + 2 * hiddenSize * keyValueSize
        let feedForward = 3 * hiddenSize * feedForwardSize
        let layer = attention + feedForward + 2 * hiddenSize
        let tables = (tiedEmbeddings ? 1 : 2) * vocabularySize * hiddenSize
        return layerCount * layer + tables + hiddenSize
    }

    func cacheShape(_ precision: EngineOptions.Precision) -> CacheShape {
        CacheShape(
            layers: layerCount, heads: keyValueHeadCount, headSize: headSize,
            format: precision == .fast ? TK_F16 : TK_F32
        )
    }
}
