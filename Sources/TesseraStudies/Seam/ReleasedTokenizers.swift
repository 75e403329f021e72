internal import TesseraCore
internal import TesseraFiles
internal import TesseraTokenizers

/// The published tokenizers that studies look at, one of each family, as `Scripts/setup.sh tokenizers` fetches them.
enum ReleasedTokenizers {
    /// What each is called and where it lies in the folder.
    static let all: [(name: String, file: String)] = [
        ("gpt2", "tiktoken/gpt2.tiktoken"), ("p50k_base", "tiktoken/p50k_base.tiktoken"),
        ("cl100k_base", "tiktoken/cl100k_base.tiktoken"), ("o200k_base", "tiktoken/o200k_base.tiktoken"),
        ("llama-2", "llama.cpp/ggml-vocab-llama-spm.gguf"),
        ("llama-3", "llama.cpp/ggml-vocab-llama-bpe.gguf"),
        ("mistral", "mistral/tokenizer.model.v1"), ("mistral-tekken", "mistral/tekken_240911.json"),
        ("phi-3", "llama.cpp/ggml-vocab-phi-3.gguf"), ("gemma-4", "llama.cpp/ggml-vocab-gemma-4.gguf"),
        ("qwen2", "llama.cpp/ggml-vocab-qwen2.gguf"), ("qwen3.5", "llama.cpp/ggml-vocab-qwen35.gguf"),
        ("deepseek-llm", "llama.cpp/ggml-vocab-deepseek-llm.gguf"),
        ("deepseek-v3", "huggingface/deepseek-v3"),
        ("command-r", "llama.cpp/ggml-vocab-command-r.gguf"), ("falcon", "llama.cpp/ggml-vocab-falcon.gguf"),
        ("starcoder", "llama.cpp/ggml-vocab-starcoder.gguf"), ("mpt", "llama.cpp/ggml-vocab-mpt.gguf"),
        ("glm-4", "huggingface/glm-4"), ("minimax", "huggingface/minimax"),
        ("anthropic", "huggingface/litellm-anthropic"), ("bert", "llama.cpp/ggml-vocab-bert-bge.gguf"),
    ]

    /// Loads one by its file.
    ///
    /// - Throws: `LocatedError` when it has not been fetched or is damaged.
    static func load(_ file: String, _ conditions: StudyConditions) throws(LocatedError) -> PipelineTokenizer
    {
        try TokenizerLoader.load(path: try conditions.tokenizerPath(file)).tokenizer
    }
}
