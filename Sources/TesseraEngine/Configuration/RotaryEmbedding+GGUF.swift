internal import TesseraCore
internal import TesseraFiles

extension RotaryEmbedding {
    /// Reads what a GGUF file says of rotary embeddings, in its metadata and in its tensors of divisors.
    ///
    /// - Throws: `LocatedError` for a value that cannot be, and for kinds of scaling that this engine does not have.
    init(
        gguf fields: GGUFFields, headSize: Int, isInterleaved: Bool, contextLength: Int
    ) throws(LocatedError) {
        base = try fields.optionalPositive("rope.freq_base") ?? 10_000
        dimensions = try fields.optionalInteger("rope.dimension_count") ?? headSize
        guard dimensions > 0, dimensions <= headSize, dimensions.isMultiple(of: 2) else {
            throw fields.error(
                "rope.dimension_count", "\(dimensions) of \(headSize) floats of a head cannot turn in pairs")
        }
        self.isInterleaved = isInterleaved

        let pairs = dimensions / 2
        let name = try fields.optionalString("rope.scaling.type")
        let factorKey =
            fields.has("rope.scaling.factor") || name != nil ? "rope.scaling.factor" : "rope.scale_linear"
        var factor = try fields.optionalDouble(factorKey) ?? 1
        if factor == 0 { factor = 1 }
        guard factor.isFinite, factor > 0 else {
            throw fields.error(factorKey, "is \(factor), not a positive number")
        }

        if let divisors = try fields.vector("rope_freqs.weight", count: pairs) {
            guard name == nil || name == "none" || factor == 1 else {
                throw fields.error("rope.scaling.type", "comes with rope_freqs.weight, which says it all")
            }
            scaling = .divided(by: divisors)
        } else if let long = try fields.vector("rope_factors_long.weight", count: pairs) {
            guard let short = try fields.vector("rope_factors_short.weight", count: pairs) else {
                throw fields.error(tensor: "rope_factors_short.weight", "the tensor is missing")
            }
            let original = try fields.original()
            scaling = .long(
                shortBy: short, longBy: long, originalContext: original,
                magnitude: try fields.optionalPositive("rope.scaling.attn_factor")
                    ?? Self.longMagnitude(
                        factor: Double(contextLength) / Double(original), originalContext: original)
            )
        } else {
            switch name {
            case nil, "none"?, "linear"?:
                scaling = factor == 1 || name == "none" ? .none : .linear(factor: factor)
            case "yarn"?:
                scaling = .yarn(
                    factor: factor, originalContext: try fields.original(),
                    fast: try fields.optionalPositive("rope.scaling.yarn_beta_fast") ?? 32,
                    slow: try fields.optionalPositive("rope.scaling.yarn_beta_slow") ?? 1,
                    magnitude: Self.yarnMagnitude(factor: factor)
                        * (try fields.optionalPositive("rope.scaling.attn_factor") ?? 1)
                )
            case let name?:
                throw fields.error(
                    "rope.scaling.type", "\"\(name)\" is not supported",
                    remedy: "use a model whose rotary embeddings are plain or scaled by linear or yarn")
            }
        }
    }
}

extension GGUFFields {
    /// The context that the model had before its rotary embeddings were stretched.
    fileprivate func original() throws(LocatedError) -> Int {
        let key = "rope.scaling.original_context_length"
        let value = try integer(key)
        guard (1...ModelConfiguration.mostPositions).contains(value) else {
            throw error(key, "is \(value), not a length of a text")
        }
        return value
    }
}
