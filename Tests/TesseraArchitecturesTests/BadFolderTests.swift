import TesseraArchitectures
import TesseraCore
import TesseraFiles
import TesseraTensor
import TesseraTestSupport
import Testing

@Suite("Folders that are no network's")
struct BadFolderTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Reads the folder of a network after a change of its configuration or tensors.
    private func expectRefused(
        _ network: TinyNetwork, field: String, problem: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation, file: String = "config.json",
        fields change: (inout JSONObject) -> Void = { _ in },
        tensors: ([Parameter]) throws -> [Parameter] = { $0 }
    ) throws {
        let made = try network.make()
        var fields = made.fields
        change(&fields)
        try folder.write(JSONValue.object(fields).serialized(), to: "config.json")
        try writeSafetensors(tensors(made.parameters), to: folder.path("model.safetensors"))
        expectLocatedError(
            file: file.isEmpty ? folder.path : folder.path(file), field: field, problem: problem,
            sourceLocation: sourceLocation
        ) { try readModelFolder(folder.path) }
    }

    @Test(
        "with sizes of nothing or beyond all reason are refused before anything is made",
        arguments: [
            (TinyNetwork.llama, "vocab_size"), (.llama, "hidden_size"), (.llama, "num_hidden_layers"),
            (.llama, "num_attention_heads"), (.llama, "num_key_value_heads"), (.llama, "head_dim"),
            (.llama, "intermediate_size"), (.llama, "max_position_embeddings"), (.gpt2, "vocab_size"),
            (.gpt2, "n_embd"), (.gpt2, "n_layer"), (.gpt2, "n_head"), (.gpt2, "n_inner"),
            (.gpt2, "n_positions"),
        ])
    func sizes(network: TinyNetwork, field: String) throws {
        for value in [0, -1, Int.min, Int.max, 1 << 40] {
            try expectRefused(network, field: field, problem: "is \(value), not in 1...") {
                $0[field] = .integer(value)
            }
        }
        try expectRefused(network, field: field) { $0[field] = "32" }
    }

    @Test("that call for more numbers than they hold, or than the machine can, are refused")
    func numbers() throws {
        try expectRefused(.llama, field: "sizes", problem: "call for") { $0["num_hidden_layers"] = 3 }
        try expectRefused(.gpt2, field: "sizes", problem: "call for") { $0["n_positions"] = 100_000 }
        try expectRefused(.llama, field: "sizes", problem: "do not fit") {
            $0["num_hidden_layers"] = 4096
            $0["intermediate_size"] = .integer(1 << 20)
            $0["hidden_size"] = .integer(1 << 20)
        }
    }

    @Test("with heads that do not go together are refused")
    func heads() throws {
        try expectRefused(.llama, field: "num_key_value_heads", problem: "evenly") {
            $0["num_key_value_heads"] = 3
        }
        try expectRefused(.llama, field: "head_dim", problem: "even number") { $0["head_dim"] = 7 }
        try expectRefused(.llama, field: "num_attention_heads", problem: "more than") {
            $0["num_attention_heads"] = .integer(1 << 18)
        }
        for heads in [3, 32] {
            try expectRefused(.gpt2, field: "n_head", problem: "do not divide") {
                $0["n_head"] = .integer(heads)
            }
        }
    }

    @Test("with what the networks do not have are refused by name")
    func unsupported() throws {
        try expectRefused(.llama, field: "hidden_act") { $0["hidden_act"] = "gelu" }
        try expectRefused(.llama, field: "attention_bias") { $0["attention_bias"] = true }
        try expectRefused(.llama, field: "mlp_bias") { $0["mlp_bias"] = true }
        try expectRefused(.llama, field: "rope_scaling.rope_type") {
            $0["rope_scaling"] = ["rope_type": "yarn", "factor": 4.0]
        }
        try expectRefused(.llama, field: "rope_scaling.type") { $0["rope_scaling"] = ["factor": 4.0] }
        try expectRefused(.llama, field: "rope_theta") { $0["rope_theta"] = -1 }
        try expectRefused(.llama, field: "rms_norm_eps") { $0["rms_norm_eps"] = -1 }
        try expectRefused(.llama, field: "architectures[0]") { $0["architectures"] = ["MambaForCausalLM"] }
        try expectRefused(.gpt2, field: "activation_function") { $0["activation_function"] = "silu" }
        try expectRefused(.gpt2, field: "scale_attn_weights") { $0["scale_attn_weights"] = false }
        try expectRefused(.gpt2, field: "layer_norm_epsilon") { $0["layer_norm_epsilon"] = "small" }
    }

    @Test("with tensors that are missing, too many or of another shape are refused by name")
    func tensors() throws {
        let norm = "model.norm.weight"
        try expectRefused(
            .llama, field: "tensor \(norm)", problem: "is missing", file: "",
            tensors: {
                $0.filter { $0.name != norm } + [Parameter("x.rotary_emb.inv_freq", try .ones([100]))]
            }
        )
        try expectRefused(
            .llama, field: "tensor \(norm)", problem: "has the shape [33] instead of [32]", file: "",
            tensors: { try $0.map { $0.name == norm ? Parameter(norm, try .ones([33])) : $0 } })
        let bias = "model.layers.0.self_attn.q_proj.bias"
        try expectRefused(
            .llama, field: "tensor \(bias)", problem: "no place", file: "",
            tensors: { try $0 + [Parameter(bias, .ones([32]))] })
    }

    @Test("that are no folders, or lack a file, are refused")
    func missing() throws {
        expectLocatedError(file: folder.path("none/config.json")) { try readModelFolder(folder.path("none")) }
        try folder.write(JSONValue.object(TinyNetwork.llama.make().fields).serialized(), to: "config.json")
        expectLocatedError(file: folder.path) { try readModelFolder(folder.path) }
    }

    @Test("are not made of configurations that are no file's either")
    func configurations() throws {
        let random = try RandomGenerator(seed: 1)
        var llama = LlamaConfiguration(
            vocabularySize: 10, hiddenSize: .max, layerCount: 1, headCount: 1, contextLength: 4)
        expectLocatedError(field: "hidden_size") { try LlamaNetwork(llama, random: random) }
        llama.hiddenSize = 32
        llama.headSize = 32
        llama.feedForwardSize = 32
        llama.epsilon = .nan
        expectLocatedError(field: "rms_norm_eps") { try LlamaNetwork(llama, random: random) }
        let gpt2 = GPT2Configuration(
            vocabularySize: 10, hiddenSize: .min, layerCount: 1, headCount: 1, contextLength: 4)
        expectLocatedError(field: "n_embd") { try GPT2Network(gpt2, random: random) }
    }
}
