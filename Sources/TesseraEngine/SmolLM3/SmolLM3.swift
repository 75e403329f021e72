internal import TesseraCore
internal import TesseraFiles

/// SmolLM3.
///
/// Bakouch et al., "SmolLM3: smol, multilingual, long-context reasoner" (Hugging Face, 2025): Llama, with layers whose
/// queries and keys do not turn (Yang et al., "RoPE to NoPE and back again", arXiv:2501.18795), by default every fourth.
/// Where the configuration has a window, it is these layers that see no more than it, unless `layer_types` says otherwise.
enum SmolLM3: Architecture {
    /// In GGUF files, which do not say, the last of so many layers does not turn.
    static let period = 4

    static func configuration(folder fields: JSONField) throws(LocatedError) -> ModelConfiguration {
        var c = try ModelConfiguration(
            decoder: .smollm3, folder: fields, keyValueHeadCount: 4, contextLength: 32_768,
            tiedEmbeddings: true)
        c.rotary = [
            try RotaryEmbedding(
                folder: fields, base: 2_000_000, headSize: c.headSize, contextLength: c.contextLength)
        ]
        try c.readAttentionBiases(fields)
        if try fields["mlp_bias"].optionalBool() == true { c.biases.insert(.feedForward) }
        for (index, turns) in try turningLayers(fields, count: c.layerCount).enumerated() where !turns {
            c.layers[index].rotary = nil
        }
        if try fields["use_sliding_window"].optionalBool() == true,
            let window = try ModelConfiguration.window(fields)
        {
            c.slide(try c.slidingLayers(fields) ?? c.layers.map { $0.rotary == nil }, window: window)
        }
        return c
    }

    /// `no_rope_layers`, whose ones say that a layer turns; or by `no_rope_layer_interval`.
    private static func turningLayers(_ fields: JSONField, count: Int) throws(LocatedError) -> [Bool] {
        let field = fields["no_rope_layers"]
        guard let turns = try field.optionalArray() else {
            let interval = fields["no_rope_layer_interval"]
            let period = try interval.optionalInteger() ?? Self.period
            guard period > 0 else { throw interval.error("is \(period), not a number of layers") }
            return (1...count).map { !$0.isMultiple(of: period) }
        }
        guard turns.count == count else {
            throw field.error("has \(turns.count) numbers where there are \(count) layers")
        }
        var turning: [Bool] = []
        for index in turns.indices { turning.append(try field[index].integer() != 0) }
        return turning
    }

    static func configuration(gguf fields: GGUFFields) throws(LocatedError) -> ModelConfiguration {
        var c = try ModelConfiguration(.smollm3, gguf: fields)
        c.rotary = [
            try RotaryEmbedding(
                gguf: fields, headSize: c.headSize, isInterleaved: true, contextLength: c.contextLength)
        ]
        for index in c.layers.indices where (index + 1).isMultiple(of: period) {
            c.layers[index].rotary = nil
        }
        c.findBiases(fields)
        return c
    }
}
