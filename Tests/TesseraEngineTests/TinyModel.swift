import TesseraCore
import TesseraFiles
import TesseraTestSupport

/// A small Llama with random weights, known exactly as doubles and written as a GGUF file or a Hugging Face folder.
struct TinyModel {
    var layers = 2
    var heads = 4
    var keyValueHeads = 2
    var headSize = 32
    var hidden = 64
    var feedForward = 96
    var vocabulary = 50
    var context = 1024
    var epsilon = 1e-5
    var ropeBase = 10_000.0
    var tied = true
    var format = TensorFormat.float32
    var seed: UInt64 = 1

    var querySize: Int { heads * headSize }
    var keyValueSize: Int { keyValueHeads * headSize }

    /// Every weight, in a fixed order, drawn from `seed`.
    func weights() -> Weights {
        var random = SeededGenerator(seed: seed)
        func matrix(_ rows: Int, _ columns: Int, _ format: TensorFormat) -> TinyMatrix {
            TinyMatrix(rows: rows, columns: columns, format: format, using: &random)
        }
        func norm() -> TinyMatrix {
            TinyMatrix(row: (0..<hidden).map { _ in Double.random(in: 0.5...1.5, using: &random) })
        }
        let embedding = matrix(vocabulary, hidden, format)
        let layers = (0..<layers).map { _ in
            Weights.Layer(
                attentionNorm: norm(), query: matrix(querySize, hidden, format),
                key: matrix(keyValueSize, hidden, format), value: matrix(keyValueSize, hidden, format),
                attentionOutput: matrix(hidden, querySize, format), feedForwardNorm: norm(),
                gate: matrix(feedForward, hidden, format), up: matrix(feedForward, hidden, format),
                down: matrix(hidden, feedForward, format)
            )
        }
        return Weights(
            embedding: embedding, layers: layers, outputNorm: norm(),
            outputHead: tied ? embedding : matrix(vocabulary, hidden, format)
        )
    }

    struct Weights {
        var embedding: TinyMatrix
        var layers: [Layer]
        var outputNorm: TinyMatrix
        var outputHead: TinyMatrix

        struct Layer {
            var attentionNorm: TinyMatrix
            var query: TinyMatrix
            var key: TinyMatrix
            var value: TinyMatrix
            var attentionOutput: TinyMatrix
            var feedForwardNorm: TinyMatrix
            var gate: TinyMatrix
            var up: TinyMatrix
            var down: TinyMatrix
        }
    }

    /// Ids to read, drawn from `seed`.
    func tokens(_ count: Int) -> [TokenID] {
        var random = SeededGenerator(seed: seed &+ 1000)
        return (0..<count).map { _ in TokenID.random(in: 0..<TokenID(vocabulary), using: &random) }
    }

    /// A GGUF file, whose rotary pairs are neighbours.
    func gguf() -> GGUFBuilder {
        var builder = GGUFBuilder()
        builder["general.architecture"] = .string("llama")
        builder["llama.block_count"] = .uint32(UInt32(layers))
        builder["llama.context_length"] = .uint32(UInt32(context))
        builder["llama.embedding_length"] = .uint32(UInt32(hidden))
        builder["llama.feed_forward_length"] = .uint32(UInt32(feedForward))
        builder["llama.attention.head_count"] = .uint32(UInt32(heads))
        builder["llama.attention.head_count_kv"] = .uint32(UInt32(keyValueHeads))
        builder["llama.attention.key_length"] = .uint32(UInt32(headSize))
        builder["llama.attention.value_length"] = .uint32(UInt32(headSize))
        builder["llama.rope.dimension_count"] = .uint32(UInt32(headSize))
        builder["llama.rope.freq_base"] = .float32(Float(ropeBase))
        builder["llama.attention.layer_norm_rms_epsilon"] = .float32(Float(epsilon))
        builder["llama.vocab_size"] = .uint32(UInt32(vocabulary))
        for tensor in tensors(weights(), names: Self.ggufNames) {
            builder.addTensor(tensor.name, shape: tensor.shape, format: tensor.format, bytes: tensor.bytes)
        }
        return builder
    }

    /// A folder of the class `LlamaForCausalLM`, whose rotary pairs are half a head apart.
    func writeFolder(to folder: TemporaryFolder) throws {
        try folder.write(JSONValue.object(configuration()).serialized(), to: "config.json")
        try writeSafetensors(
            tensors(weights(), names: Self.huggingFaceNames), to: folder.path("model.safetensors")
        )
    }

    func configuration() -> JSONObject {
        [
            "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu",
            "vocab_size": .integer(vocabulary), "hidden_size": .integer(hidden),
            "num_hidden_layers": .integer(layers), "num_attention_heads": .integer(heads),
            "num_key_value_heads": .integer(keyValueHeads), "head_dim": .integer(headSize),
            "intermediate_size": .integer(feedForward), "rms_norm_eps": .number(epsilon),
            "rope_theta": .number(ropeBase), "max_position_embeddings": .integer(context),
            "rope_scaling": .null, "attention_bias": .bool(false), "tie_word_embeddings": .bool(tied),
        ]
    }

    private typealias Names = (
        embedding: String, outputNorm: String, outputHead: String, layer: (Int, Int) -> String
    )

    private static let ggufParts = [
        "attn_norm", "attn_q", "attn_k", "attn_v", "attn_output", "ffn_norm", "ffn_gate", "ffn_up",
        "ffn_down",
    ]
    private static let huggingFaceParts = [
        "input_layernorm", "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
        "post_attention_layernorm", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj",
    ]
    private static var ggufNames: Names {
        ("token_embd.weight", "output_norm.weight", "output.weight", { "blk.\($0).\(ggufParts[$1]).weight" })
    }
    private static var huggingFaceNames: Names {
        (
            "model.embed_tokens.weight", "model.norm.weight", "lm_head.weight",
            { "model.layers.\($0).\(huggingFaceParts[$1]).weight" }
        )
    }

    private func tensors(_ weights: Weights, names: Names) -> [TensorData] {
        var tensors = [
            weights.embedding.tensor(names.embedding), weights.outputNorm.tensor(names.outputNorm),
        ]
        if !tied { tensors.append(weights.outputHead.tensor(names.outputHead)) }
        for (index, layer) in weights.layers.enumerated() {
            let parts = [
                layer.attentionNorm, layer.query, layer.key, layer.value, layer.attentionOutput,
                layer.feedForwardNorm, layer.gate, layer.up, layer.down,
            ]
            for (part, matrix) in parts.enumerated() {
                tensors.append(matrix.tensor(names.layer(index, part)))
            }
        }
        return tensors
    }
}
