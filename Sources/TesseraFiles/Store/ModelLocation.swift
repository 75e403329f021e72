/// Where a model lies.
public enum ModelLocation: Hashable, Sendable {
    /// A GGUF file.
    case gguf(path: String)

    /// A folder in the Hugging Face layout: `config.json`, safetensors, `tokenizer.json`.
    case folder(path: String)

    /// The path of the file or folder.
    public var path: String {
        switch self {
        case .gguf(let path), .folder(let path): path
        }
    }
}
