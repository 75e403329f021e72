import TesseraArchitectures
import TesseraTensor

/// A small network of each shape that configurations allow.
enum TinyNetwork: String, CaseIterable, Sendable {
    case llama
    /// Fewer key/value heads, heads that are wider than their share, and the output tied.
    case llamaGroupedTied
    case gpt2
    /// ReLU, a narrow feed-forward block, and an output of its own.
    case gpt2ReLUUntied
    /// One layer, one head and the exact GELU.
    case gpt2GELU

    func make(seed: UInt64 = 1) throws -> any CausalNetwork {
        let random = try RandomGenerator(seed: seed)
        // Wide numbers, so that what attention does shows in the logits.
        let initialization = Initialization(deviation: 0.2)
        switch self {
        case .llama:
            return try LlamaNetwork(
                LlamaConfiguration(
                    vocabularySize: 48, hiddenSize: 32, layerCount: 2, headCount: 4, contextLength: 16),
                initialization, random: random)
        case .llamaGroupedTied:
            return try LlamaNetwork(
                LlamaConfiguration(
                    vocabularySize: 48, hiddenSize: 32, layerCount: 2, headCount: 4, keyValueHeadCount: 2,
                    headSize: 16, feedForwardSize: 40, contextLength: 16, epsilon: 1e-6,
                    rotaryBase: 500, tiedEmbeddings: true),
                initialization, random: random)
        case .gpt2:
            return try GPT2Network(
                GPT2Configuration(
                    vocabularySize: 48, hiddenSize: 32, layerCount: 2, headCount: 4, contextLength: 16),
                initialization, random: random)
        case .gpt2ReLUUntied:
            return try GPT2Network(
                GPT2Configuration(
                    vocabularySize: 48, hiddenSize: 32, layerCount: 2, headCount: 2, feedForwardSize: 40,
                    contextLength: 16, activation: .relu, tiedEmbeddings: false),
                initialization, random: random)
        case .gpt2GELU:
            return try GPT2Network(
                GPT2Configuration(
                    vocabularySize: 48, hiddenSize: 32, layerCount: 1, headCount: 1, contextLength: 16,
                    activation: .gelu),
                initialization, random: random)
        }
    }
}
