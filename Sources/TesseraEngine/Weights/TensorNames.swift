/// What tensors are called in one kind of file.
struct TensorNames: Sendable {
    /// The names of the model's tensors and, in `layer`, of those of a layer, without "weight" and "bias".
    let model: [TensorRole: String]
    let layer: [TensorRole: String]

    /// What stands before the number of a layer.
    let layerPrefix: String

    /// What all names may begin with; files of some classes leave it out.
    var optionalPrefix = ""

    /// How a file has its tensors: as `folder` or as `gguf` of a specification.
    var isGGUF = false

    /// The name of a tensor; nil when files of this kind do not have such tensors.
    func name(_ tensor: TensorSpecification, layer index: Int?) -> String? {
        let suffix = tensor.isBias ? "bias" : "weight"
        if let index { return layer[tensor.role].map { "\(layerPrefix)\(index).\($0).\(suffix)" } }
        return model[tensor.role].map { "\($0).\(suffix)" }
    }

    /// How a file of this kind has a tensor.
    func storage(_ tensor: TensorSpecification) -> TensorSpecification.Storage {
        isGGUF ? tensor.gguf : tensor.folder
    }

    /// GGUF files of decoders.
    static let gguf = TensorNames(
        model: [
            .embedding: "token_embd", .positions: "position_embd", .tokenTypes: "token_types",
            .embeddingNorm: "token_embd_norm", .outputNorm: "output_norm", .outputHead: "output",
        ],
        layer: [
            .attentionNorm: "attn_norm", .query: "attn_q", .key: "attn_k", .value: "attn_v",
            .queryKeyValue: "attn_qkv", .queryNorm: "attn_q_norm", .keyNorm: "attn_k_norm",
            .attentionOutput: "attn_output", .attentionOutputNorm: "post_attention_norm",
            .feedForwardNorm: "ffn_norm", .gate: "ffn_gate", .up: "ffn_up", .gateUp: "ffn_up",
            .down: "ffn_down",
            .feedForwardOutputNorm: "post_ffw_norm",
        ],
        layerPrefix: "blk.", isGGUF: true
    )

    /// Hugging Face folders of Llama, and of those who took its names over.
    static let llama = TensorNames(
        model: [.embedding: "model.embed_tokens", .outputNorm: "model.norm", .outputHead: "lm_head"],
        layer: [
            .attentionNorm: "input_layernorm", .query: "self_attn.q_proj", .key: "self_attn.k_proj",
            .value: "self_attn.v_proj", .queryKeyValue: "self_attn.qkv_proj", .queryNorm: "self_attn.q_norm",
            .keyNorm: "self_attn.k_norm", .attentionOutput: "self_attn.o_proj",
            .feedForwardNorm: "post_attention_layernorm", .gate: "mlp.gate_proj", .up: "mlp.up_proj",
            .gateUp: "mlp.gate_up_proj", .down: "mlp.down_proj",
        ],
        layerPrefix: "model.layers."
    )
}
