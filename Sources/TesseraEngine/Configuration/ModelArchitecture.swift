internal import TesseraCore
internal import TesseraFiles

/// A family of models that are computed alike.
///
/// Each has a file of its own, named after it, that says how its blocks go together.
public enum ModelArchitecture: String, Hashable, Sendable, CaseIterable {
    /// Llama 1 to 3 and what is built like it, SmolLM 1 and 2 for example.
    case llama
    /// Mistral 7B and its like: Llama with attention that may look back a window only.
    case mistral
    /// Qwen 2 and 2.5.
    case qwen2
    /// Qwen 3 without mixtures of experts.
    case qwen3
    /// SmolLM3.
    case smollm3
    /// Gemma 3, text only.
    case gemma3
    /// Phi-3 and Phi-4-mini.
    case phi3
    /// GPT-2.
    case gpt2
    /// BERT: an encoder, which gives a text a vector and does not continue it.
    case bert

    /// Whether it continues texts.
    public var isCausal: Bool { self != .bert }

    /// What `general.architecture` says in GGUF files; Mistral's are llama files with a window.
    var ggufName: String { self == .mistral ? "llama" : rawValue }

    /// The classes of Hugging Face transformers that are this architecture.
    var classes: [String] {
        switch self {
        case .llama: ["LlamaForCausalLM"]
        case .mistral: ["MistralForCausalLM"]
        case .qwen2: ["Qwen2ForCausalLM"]
        case .qwen3: ["Qwen3ForCausalLM"]
        case .smollm3: ["SmolLM3ForCausalLM"]
        case .gemma3: ["Gemma3ForCausalLM"]
        case .phi3: ["Phi3ForCausalLM"]
        case .gpt2: ["GPT2LMHeadModel"]
        case .bert: ["BertModel", "BertForMaskedLM", "BertForPreTraining"]
        }
    }

    /// The `model_type` in `config.json`.
    var modelType: String { self == .gemma3 ? "gemma3_text" : rawValue }

    /// The architecture that `config.json` names, by its class or else its type.
    init(folder fields: JSONField) throws(LocatedError) {
        let architectures = fields["architectures"]
        let field = architectures.isPresent ? architectures : fields["model_type"]
        let name = try architectures.isPresent ? architectures[0].string() : field.string()
        let known = Self.allCases.first {
            architectures.isPresent ? $0.classes.contains(name) : $0.modelType == name
        }
        guard let known else {
            throw field.error("\"\(name)\" is not supported", remedy: Self.remedy)
        }
        self = known
    }

    /// The architecture that a GGUF file names.
    init(gguf file: GGUFFile) throws(LocatedError) {
        let field = "general.architecture"
        let name = try file.metadata.string(field)
        guard let known = Self.allCases.first(where: { $0.rawValue == name && $0 != .mistral }) else {
            throw LocatedError(
                file: file.path, field: field, problem: "\"\(name)\" is not supported", remedy: Self.remedy)
        }
        self = known
    }

    private static let remedy =
        "use a model of one of these: \(allCases.map(\.rawValue).joined(separator: ", "))"
}
