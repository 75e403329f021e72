internal import CTesseraKernels

extension ModelConfiguration {
    /// The bytes that a cache keeps for one token in one layer: a key and a value for every key/value head.
    public func cacheBytesPerTokenAndLayer(_ format: EngineOptions.CacheFormat) -> Int {
        cacheShape(format).tokenBytes / layerCount
    }

    /// The bytes that a cache keeps for one token.
    public func cacheBytesPerToken(_ format: EngineOptions.CacheFormat) -> Int {
        cacheShape(format).tokenBytes
    }

    /// The number of weights, norms included; tied embeddings count once.
    public var parameterCount: Int {
        let attention = 2 * hiddenSize * querySize + 2 * hiddenSize * keyValueSize
        let feedForward = 3 * hiddenSize * feedForwardSize
        let layer = attention + feedForward + 2 * hiddenSize
        let tables = (tiedEmbeddings ? 1 : 2) * vocabularySize * hiddenSize
        return layerCount * layer + tables + hiddenSize
    }

    func cacheShape(_ format: EngineOptions.CacheFormat) -> CacheShape {
        CacheShape(
            layers: layerCount, heads: keyValueHeadCount, headSize: headSize, format: format.kernelFormat)
    }
}
