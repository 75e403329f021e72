import TesseraCore
import TesseraFiles
import TesseraTestSupport

/// A model file with everything a real one has, small enough to be damaged thousands of times.
///
/// Two Llama layers of 32 numbers, 2 heads over 1, quantised and float tensors, a byte-level vocabulary with some
/// merges, special tokens and a chat template.
struct WholeModel {
    static let merges = ["h e", "l l", "he ll", "hell o", "Ġ w", "o r", "l d"]
    static let special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]

    let builder: GGUFBuilder

    init() {
        var builder = GGUFBuilder()
        let alphabet = Self.byteAlphabet()
        let merged = Self.merges.map { $0.split(separator: " ").joined() }
        let tokens = Self.special + alphabet + merged
        builder["general.architecture"] = .string("llama")
        builder["general.name"] = .string("whole")
        builder["llama.block_count"] = .uint32(2)
        builder["llama.context_length"] = .uint32(64)
        builder["llama.embedding_length"] = .uint32(32)
        builder["llama.feed_forward_length"] = .uint32(64)
        builder["llama.attention.head_count"] = .uint32(2)
        builder["llama.attention.head_count_kv"] = .uint32(1)
        builder["llama.attention.layer_norm_rms_epsilon"] = .float32(1e-5)
        builder["llama.rope.freq_base"] = .float32(10_000)
        builder["llama.rope.dimension_count"] = .uint32(16)
        builder["llama.vocab_size"] = .uint32(UInt32(tokens.count))
        builder["tokenizer.ggml.model"] = .string("gpt2")
        builder["tokenizer.ggml.pre"] = .string("smollm")
        builder["tokenizer.ggml.tokens"] = .strings(tokens)
        builder["tokenizer.ggml.token_type"] = .int32s(
            tokens.indices.map { $0 < Self.special.count ? 3 : 1 })
        builder["tokenizer.ggml.merges"] = .strings(Self.merges)
        builder["tokenizer.ggml.bos_token_id"] = .uint32(1)
        builder["tokenizer.ggml.eos_token_id"] = .uint32(2)
        builder["tokenizer.chat_template"] = .string(
            "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}")

        var random = SeededGenerator(seed: 7)
        func floats(_ name: String, _ shape: [Int]) {
            builder.addTensor(
                name, shape: shape, floats: random.floats(shape.reduce(1, *), in: -0.3...0.3))
        }
        func blocks(_ name: String, _ shape: [Int], _ format: TensorFormat, bytesPerBlock: Int, scales: Int) {
            let count = shape.reduce(1, *) / 32
            var bytes: [UInt8] = []
            for _ in 0..<count {
                // A scale (and a minimum) near 0.02 as IEEE halves, then the quantised weights.
                for _ in 0..<scales { bytes += [0x1F, 0x25] }
                bytes += random.bytes(bytesPerBlock - 2 * scales)
            }
            builder.addTensor(name, shape: shape, format: format, bytes: bytes)
        }
        floats("token_embd.weight", [tokens.count, 32])
        floats("output_norm.weight", [32])
        for layer in 0..<2 {
            floats("blk.\(layer).attn_norm.weight", [32])
            floats("blk.\(layer).ffn_norm.weight", [32])
            blocks("blk.\(layer).attn_q.weight", [32, 32], .q4_1, bytesPerBlock: 20, scales: 2)
            blocks("blk.\(layer).attn_k.weight", [16, 32], .q4_0, bytesPerBlock: 18, scales: 1)
            blocks("blk.\(layer).attn_v.weight", [16, 32], .q8_0, bytesPerBlock: 34, scales: 1)
            floats("blk.\(layer).attn_output.weight", [32, 32])
            blocks("blk.\(layer).ffn_gate.weight", [64, 32], .q4_1, bytesPerBlock: 20, scales: 2)
            blocks("blk.\(layer).ffn_up.weight", [64, 32], .q8_0, bytesPerBlock: 34, scales: 1)
            blocks("blk.\(layer).ffn_down.weight", [32, 64], .q4_0, bytesPerBlock: 18, scales: 1)
        }
        self.builder = builder
    }

    /// The printable stand-ins of the 256 bytes, as GPT-2's vocabulary spells them, in byte order.
    private static func byteAlphabet() -> [String] {
        var next: UInt32 = 256
        return (UInt32(0)..<256).map { byte in
            let isPrintable = (33...126).contains(byte) || (161...172).contains(byte) || byte >= 174
            let scalar = isPrintable ? byte : next
            if !isPrintable { next += 1 }
            return Unicode.Scalar(scalar).map { String($0) } ?? ""
        }
    }
}
