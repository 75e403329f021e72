internal import TesseraCore
internal import TesseraFiles

/// Mistral 7B and its like.
///
/// Jiang et al., arXiv:2310.06825, section 2: Llama, with attention that may look back `sliding_window` positions only.
/// Later versions have no window. GGUF files call themselves llama.
enum Mistral: Architecture {
    static func configuration(folder fields: JSONField) throws(LocatedError) -> ModelConfiguration {
        var c = try ModelConfiguration(
            decoder: .mistral, folder: fields, keyValueHeadCount: 8, contextLength: 131_072,
            tiedEmbeddings: false)
        c.rotary = [try RotaryEmbedding(folder: fields, headSize: c.headSize, contextLength: c.contextLength)]
        if let window = try ModelConfiguration.window(fields, absent: 4096) {
            c.slide(Array(repeating: true, count: c.layerCount), window: window)
        }
        return c
    }

    static func configuration(gguf fields: GGUFFields) throws(LocatedError) -> ModelConfiguration {
        try Llama.configuration(gguf: fields)
    }
}
