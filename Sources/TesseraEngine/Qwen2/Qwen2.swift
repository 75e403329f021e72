internal import TesseraCore
internal import TesseraFiles

/// Qwen 2 and 2.5.
///
/// Yang et al., arXiv:2407.10671, section 2.2.1: Llama, with a bias on queries, keys and values:
///
///     q = rope(Wq h + bq),  k = rope(Wk h + bk),  v = Wv h + bv
///
/// Layers from `max_window_layers` on may see a window only. GGUF files keep the rows of Wq and Wk as they are.
enum Qwen2: Architecture {
    static func configuration(folder fields: JSONField) throws(LocatedError) -> ModelConfiguration {
        var c = try ModelConfiguration(
            decoder: .qwen2, folder: fields, keyValueHeadCount: 32, contextLength: 32_768,
            tiedEmbeddings: false)
        c.rotary = [try RotaryEmbedding(folder: fields, headSize: c.headSize, contextLength: c.contextLength)]
        c.biases = [.queryKeyValue]
        try c.slideAsQwen(fields)
        return c
    }

    static func configuration(gguf fields: GGUFFields) throws(LocatedError) -> ModelConfiguration {
        var c = try ModelConfiguration(.qwen2, gguf: fields)
        c.rotary = [
            try RotaryEmbedding(
                gguf: fields, headSize: c.headSize, isInterleaved: false, contextLength: c.contextLength)
        ]
        c.biases = [.queryKeyValue]
        try c.slide(fields)
        return c
    }

    static func layerTensors(_ c: ModelConfiguration) -> [TensorSpecification] {
        Llama.layerTensors(c, turnsNeighboursInGGUF: false)
    }
}

extension ModelConfiguration {
    /// Gives layers from `max_window_layers` on a window, where `use_sliding_window` says so.
    mutating func slideAsQwen(_ fields: JSONField) throws(LocatedError) {
        guard try fields["use_sliding_window"].optionalBool() == true,
            let window = try Self.window(fields, absent: 4096)
        else { return }
        let first = try fields["max_window_layers"].optionalInteger() ?? 28
        slide(try slidingLayers(fields) ?? layers.indices.map { $0 >= first }, window: window)
    }
}
