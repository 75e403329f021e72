"""A Llama forward pass in plain numpy on the dequantised tensors of a GGUF file.

A second opinion that shares no code with transformers or torch: it reads the tensors with the `gguf` package,
applies the rotary embedding in the interleaved order GGUF stores the query and key rows in (pairs 2i and 2i+1,
Su et al. 2021, section 3.4.2), and works in float64 after the dequantisation.
"""

import numpy as np
from gguf import GGUFReader
from gguf.quants import dequantize


class NumpyLlama:
    """The weights and the few numbers of a Llama-family GGUF file."""

    def __init__(self, path):
        reader = GGUFReader(path)
        self.tensors = {t.name: t for t in reader.tensors}
        field = lambda name: reader.fields["llama." + name].contents()
        self.layers = field("block_count")
        self.heads = field("attention.head_count")
        self.key_heads = field("attention.head_count_kv")
        self.epsilon = field("attention.layer_norm_rms_epsilon")
        self.base = field("rope.freq_base")

    def weight(self, name):
        """The tensor `name` as float64, shape outermost first."""
        tensor = self.tensors[name]
        return dequantize(tensor.data, tensor.tensor_type).astype(np.float64)

    def norm(self, x, name):
        """RMS norm of each row of `x` [T, D] (Zhang and Sennrich 2019)."""
        return x / np.sqrt((x * x).mean(-1, keepdims=True) + self.epsilon) * self.weight(name)

    def rotate(self, x):
        """Rotary embedding of `x` [T, H, S]; the position is the row number."""
        time, _, size = x.shape
        angle = np.outer(np.arange(time), self.base ** (-np.arange(0, size, 2) / size))[:, None, :]
        even, odd = x[..., 0::2], x[..., 1::2]
        turned = np.stack([even * np.cos(angle) - odd * np.sin(angle), even * np.sin(angle) + odd * np.cos(angle)], -1)
        return turned.reshape(x.shape)

    def attention(self, x, layer):
        """Causal grouped-query attention of the normalised `x` [T, D]."""
        time = len(x)
        project = lambda name, heads: (x @ self.weight(f"blk.{layer}.{name}.weight").T).reshape(time, heads, -1)
        query = self.rotate(project("attn_q", self.heads))
        key = self.rotate(project("attn_k", self.key_heads))
        value = project("attn_v", self.key_heads)
        group = self.heads // self.key_heads
        key, value = key.repeat(group, axis=1), value.repeat(group, axis=1)
        score = np.einsum("thd,shd->hts", query, key) / np.sqrt(query.shape[-1])
        score = np.where(np.tri(time, dtype=bool), score, -np.inf)
        share = np.exp(score - score.max(-1, keepdims=True))
        share /= share.sum(-1, keepdims=True)
        mixed = np.einsum("hts,shd->thd", share, value).reshape(time, -1)
        return mixed @ self.weight(f"blk.{layer}.attn_output.weight").T

    def feed_forward(self, x, layer):
        """The gated unit: down(silu(gate(x)) * up(x)) (Shazeer 2020)."""
        gate = x @ self.weight(f"blk.{layer}.ffn_gate.weight").T
        up = x @ self.weight(f"blk.{layer}.ffn_up.weight").T
        return (gate / (1 + np.exp(-gate)) * up) @ self.weight(f"blk.{layer}.ffn_down.weight").T

    def last_logits(self, ids):
        """The logits [V] after the last of `ids`."""
        embedding = self.weight("token_embd.weight")
        x = embedding[ids]
        for layer in range(self.layers):
            x = x + self.attention(self.norm(x, f"blk.{layer}.attn_norm.weight"), layer)
            x = x + self.feed_forward(self.norm(x, f"blk.{layer}.ffn_norm.weight"), layer)
        output = self.weight("output.weight") if "output.weight" in self.tensors else embedding
        return output @ self.norm(x[-1:], "output_norm.weight")[0]
