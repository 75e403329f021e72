/// What the tensors of a Llama-family model are called in one kind of file.
struct TensorNames: Sendable {
    let embedding: String
    let outputNorm: String
    let outputHead: String
    let layerPrefix: String
    let attentionNorm: String
    let query: String
    let key: String
    let value: String
    let attentionOutput: String
    let feedForwardNorm: String
    let gate: String
    let up: String
    let down: String

    /// The name of a tensor of layer `layer`.
    func name(_ part: KeyPath<TensorNames, String>, layer: Int) -> String {
        "\(layerPrefix)\(layer).\(self[keyPath: part]).weight"
    }

    /// GGUF files of the architecture "llama".
    static let gguf = TensorNames(
        embedding: "token_embd.weight",
        outputNorm: "output_norm.weight",
        outputHead: "output.weight",
        layerPrefix: "blk.",
        attentionNorm: "attn_norm",
        query: "attn_q",
        key: "attn_k",
        value: "attn_v",
        attentionOutput: "attn_output",
        feedForwardNorm: "ffn_norm",
        gate: "ffn_gate",
        up: "ffn_up",
        down: "ffn_down"
    )

    /// Hugging Face folders of the class `LlamaForCausalLM`.
    static let huggingFace = TensorNames(
        embedding: "model.embed_tokens.weight",
        outputNorm: "model.norm.weight",
        outputHead: "lm_head.weight",
        layerPrefix: "model.layers.",
        attentionNorm: "input_layernorm",
        query: "self_attn.q_proj",
        key: "self_attn.k_proj",
        value: "self_attn.v_proj",
        attentionOutput: "self_attn.o_proj",
        feedForwardNorm: "post_attention_layernorm",
        gate: "mlp.gate_proj",
        up: "mlp.up_proj",
        down: "mlp.down_proj"
    )
}
