"""Llama as plain PyTorch has it, with the parameters' names of transformers: what training is compared with.

The operations are those of Tessera's own network: fused where PyTorch has them fused, and nothing else.
"""

import json
import pathlib

SIZES = dict(vocab_size=8192, hidden_size=256, intermediate_size=704, num_hidden_layers=4, num_attention_heads=8,
             num_key_value_heads=8, head_dim=32, max_position_embeddings=256, rms_norm_eps=1e-5, rope_theta=10000.0)


def configuration():
    """What `config.json` says."""
    return SIZES | {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu", "attention_bias": False,
        "mlp_bias": False, "rope_scaling": None, "tie_word_embeddings": False, "torch_dtype": "float32",
        "bos_token_id": None, "eos_token_id": None, "pad_token_id": None}


def make(torch):
    """A network with the numbers that torch's own generator draws."""
    nn, functional = torch.nn, torch.nn.functional
    c = SIZES
    heads, size = c["num_attention_heads"], c["head_dim"]

    def linear(inputs, outputs):
        return nn.Linear(inputs, outputs, bias=False)

    class Norm(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.ones(c["hidden_size"]))

        def forward(self, x):
            return functional.rms_norm(x, self.weight.shape, self.weight, c["rms_norm_eps"])

    class Attention(nn.Module):
        def __init__(self):
            super().__init__()
            self.q_proj, self.k_proj, self.v_proj, self.o_proj = (
                linear(c["hidden_size"], c["hidden_size"]) for _ in range(4))

        def forward(self, x, cosines, sines):
            batch, time, hidden = x.shape
            q, k, v = (p(x).view(batch, time, heads, size) for p in (self.q_proj, self.k_proj, self.v_proj))
            cosines, sines = cosines.to(q.dtype), sines.to(q.dtype)
            q, k = (y * cosines + y.roll(size // 2, -1) * sines for y in (q, k))
            mixed = functional.scaled_dot_product_attention(
                q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2), is_causal=True)
            return self.o_proj(mixed.transpose(1, 2).reshape(batch, time, hidden))

    class FeedForward(nn.Module):
        def __init__(self):
            super().__init__()
            self.gate_proj = linear(c["hidden_size"], c["intermediate_size"])
            self.up_proj = linear(c["hidden_size"], c["intermediate_size"])
            self.down_proj = linear(c["intermediate_size"], c["hidden_size"])

        def forward(self, x):
            return self.down_proj(functional.silu(self.gate_proj(x)) * self.up_proj(x))

    class Layer(nn.Module):
        def __init__(self):
            super().__init__()
            self.input_layernorm, self.self_attn = Norm(), Attention()
            self.post_attention_layernorm, self.mlp = Norm(), FeedForward()

        def forward(self, x, cosines, sines):
            h = x + self.self_attn(self.input_layernorm(x), cosines, sines)
            return h + self.mlp(self.post_attention_layernorm(h))

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed_tokens = nn.Embedding(c["vocab_size"], c["hidden_size"])
            self.layers = nn.ModuleList(Layer() for _ in range(c["num_hidden_layers"]))
            self.norm = Norm()

        def forward(self, tokens):
            half = torch.arange(0, size, 2, dtype=torch.float64)
            turns = torch.arange(tokens.shape[1], dtype=torch.float64)[:, None] / c["rope_theta"] ** (half / size)
            cosines = torch.cat([turns.cos(), turns.cos()], 1)[:, None].float()
            sines = torch.cat([-turns.sin(), turns.sin()], 1)[:, None].float()
            x = self.embed_tokens(tokens)
            for layer in self.layers:
                x = layer(x, cosines, sines)
            return self.norm(x)

    class CausalLM(nn.Module):
        def __init__(self):
            super().__init__()
            self.model, self.lm_head = Model(), linear(c["hidden_size"], c["vocab_size"])

        def forward(self, tokens):
            return self.lm_head(self.model(tokens))

    network = CausalLM()
    for parameter in network.parameters():
        if parameter.dim() == 2:
            nn.init.normal_(parameter, std=0.02)
    return network


def write(network, folder):
    """Writes the network as transformers would."""
    from safetensors.torch import save_file

    folder = pathlib.Path(folder)
    (folder / "config.json").write_text(json.dumps(configuration()), encoding="utf-8")
    save_file(network.state_dict(), folder / "model.safetensors", metadata={"format": "pt"})
