internal import TesseraCore
internal import TesseraFiles

/// What one architecture says of itself: how to read its configuration, and which tensors make which blocks.
protocol Architecture {
    /// What its tensors are called in Hugging Face folders.
    static var folderNames: TensorNames { get }

    /// What its tensors are called in GGUF files.
    static var ggufNames: TensorNames { get }

    /// Reads `config.json`.
    static func configuration(folder fields: JSONField) throws(LocatedError) -> ModelConfiguration

    /// Reads the metadata of a GGUF file.
    static func configuration(gguf fields: GGUFFields) throws(LocatedError) -> ModelConfiguration

    /// The tensors of the model outside its layers.
    static func tensors(_ c: ModelConfiguration) -> [TensorSpecification]

    /// What embeddings are multiplied with before the first layer.
    static func embeddingScale(_ c: ModelConfiguration) -> Float

    /// The tensors of a layer.
    static func layerTensors(_ c: ModelConfiguration) -> [TensorSpecification]

    /// Puts the blocks of a layer together.
    static func layer(
        _ tensors: LayerTensors, _ plan: LayerPlan, _ c: ModelConfiguration
    ) throws(LocatedError) -> DecoderLayer
}

extension Architecture {
    static var folderNames: TensorNames { .llama }
    static var ggufNames: TensorNames { .gguf }

    static func tensors(_ c: ModelConfiguration) -> [TensorSpecification] {
        var tensors = [
            TensorSpecification.matrix(.embedding, c.vocabularySize, c.hiddenSize),
            .vector(.outputNorm, c.hiddenSize),
        ]
        if !c.tiedEmbeddings { tensors.append(.matrix(.outputHead, c.vocabularySize, c.hiddenSize)) }
        return tensors
    }

    static func embeddingScale(_ c: ModelConfiguration) -> Float { 1 }

    // A layer is Llama's where nothing else is said.

    static func layerTensors(_ c: ModelConfiguration) -> [TensorSpecification] { Llama.layerTensors(c) }

    static func layer(
        _ tensors: LayerTensors, _ plan: LayerPlan, _ c: ModelConfiguration
    ) throws(LocatedError) -> DecoderLayer {
        try Llama.layer(tensors, plan, c)
    }
}

extension ModelArchitecture {
    /// The file that says how its blocks go together.
    var definition: any Architecture.Type {
        switch self {
        case .llama: Llama.self
        case .mistral: Mistral.self
        case .qwen2: Qwen2.self
        case .qwen3: Qwen3.self
        case .smollm3: SmolLM3.self
        case .gemma3: Gemma3.self
        case .phi3: Phi3.self
        case .gpt2: GPT2.self
        case .bert: BERT.self
        }
    }
}
