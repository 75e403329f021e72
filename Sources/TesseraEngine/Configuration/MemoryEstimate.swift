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
        let definition = architecture.definition
        func count(_ tensors: [TensorSpecification]) -> Int { tensors.reduce(0) { $0 + $1.count } }
        return count(definition.tensors(self)) + layerCount * count(definition.layerTensors(self))
    }

    func cacheShape(_ format: EngineOptions.CacheFormat) -> CacheShape {
        CacheShape(
            layers: layerCount, heads: keyValueHeadCount, headSize: headSize, format: format.kernelFormat)
    }
}
