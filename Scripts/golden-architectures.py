#!/usr/bin/env python3
"""Writes golden logits of tiny models, one file an architecture: Hugging Face transformers, float32, on the CPU.

    golden-architectures.py --output Tests/ConformanceTests/Golden/Architectures

No weight is stored. A tensor's numbers follow from its name by the rule of `weights` below, which the tests have too, so
a file holds the configuration, the names and shapes of the tensors as transformers has them, and the logits after every
token of one or two texts. Every number is exact in bfloat16 and float16, so that folders in any of the three types have
the same logits.
"""

import argparse
import datetime
import json
import math
import os
import pathlib
import platform

from cpu_torch import load_torch

VOCABULARY = 48
SHAPE = dict(vocab_size=VOCABULARY, hidden_size=32, intermediate_size=64, num_attention_heads=4, num_key_value_heads=2)


def llama(t):
    rope = dict(rope_type="llama3", rope_theta=500.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0)
    return t.LlamaConfig(
        **SHAPE, num_hidden_layers=2, head_dim=16, max_position_embeddings=128, rms_norm_eps=1e-5,
        tie_word_embeddings=False, rope_parameters=rope | {"original_max_position_embeddings": 32},
    )


def mistral(t):
    return t.MistralConfig(
        **SHAPE, num_hidden_layers=3, sliding_window=6, max_position_embeddings=64, tie_word_embeddings=False,
        rope_parameters={"rope_type": "default", "rope_theta": 1000.0},
    )


def qwen2(t):
    return t.Qwen2Config(
        **SHAPE, num_hidden_layers=3, use_sliding_window=True, sliding_window=6, max_window_layers=1,
        max_position_embeddings=64, tie_word_embeddings=True,
        rope_parameters={"rope_type": "default", "rope_theta": 1000.0},
    )


def qwen2_yarn(t):
    rope = dict(rope_type="yarn", rope_theta=1000.0, factor=4.0, original_max_position_embeddings=16)
    return t.Qwen2Config(
        **SHAPE, num_hidden_layers=2, use_sliding_window=False, max_position_embeddings=64, tie_word_embeddings=False,
        rope_parameters=rope,
    )


def qwen3(t):
    return t.Qwen3Config(
        **SHAPE, num_hidden_layers=2, head_dim=16, max_position_embeddings=64, tie_word_embeddings=True,
        rope_parameters={"rope_type": "default", "rope_theta": 1000.0},
    )


def smollm3(t):
    return t.SmolLM3Config(
        **SHAPE, num_hidden_layers=4, no_rope_layers=[1, 1, 1, 0], max_position_embeddings=64, pad_token_id=0,
        bos_token_id=1, eos_token_id=2, tie_word_embeddings=True,
        rope_parameters={"rope_type": "default", "rope_theta": 1000.0},
    )


def gemma3(t):
    return t.Gemma3TextConfig(
        **SHAPE, num_hidden_layers=3, head_dim=16, sliding_window=6, query_pre_attn_scalar=24,
        layer_types=["sliding_attention", "full_attention", "sliding_attention"], max_position_embeddings=64,
        rope_parameters={
            "sliding_attention": {"rope_type": "default", "rope_theta": 100.0},
            "full_attention": {"rope_type": "linear", "factor": 4.0, "rope_theta": 5000.0},
        },
    )


def phi3(t):
    rope = dict(
        rope_type="longrope", rope_theta=1000.0, partial_rotary_factor=0.5, original_max_position_embeddings=16,
        short_factor=[1.0, 1.25], long_factor=[1.5, 6.0],
    )
    return t.Phi3Config(
        **SHAPE, num_hidden_layers=2, sliding_window=10, original_max_position_embeddings=16,
        max_position_embeddings=64, pad_token_id=0, bos_token_id=1, eos_token_id=2, tie_word_embeddings=False,
        partial_rotary_factor=0.5,
        rope_parameters=rope,
    )


def gpt2(t):
    ends = dict(bos_token_id=1, eos_token_id=2)
    return t.GPT2Config(vocab_size=VOCABULARY, n_embd=32, n_layer=2, n_head=4, n_positions=64, **ends)


def bert(t):
    return t.BertConfig(
        vocab_size=VOCABULARY, hidden_size=32, intermediate_size=64, num_attention_heads=4, num_hidden_layers=2,
        max_position_embeddings=64,
    )


# Tokens a text; 6 and 10 are windows, 16 is where the rotary embedding of phi3 takes its long factors.
MODELS = {
    "llama": (llama, [24]),
    "mistral": (mistral, [24]),
    "qwen2": (qwen2, [24]),
    "qwen2-yarn": (qwen2_yarn, [24]),
    "qwen3": (qwen3, [16]),
    "smollm3": (smollm3, [16]),
    "gemma3": (gemma3, [24]),
    "phi3": (phi3, [12, 24]),
    "gpt2": (gpt2, [16]),
    "bert": (bert, [3, 16]),
}


def tokens(count):
    """The ids of a text."""
    return [(7 * index + index * index // 3 + 5) % VOCABULARY for index in range(count)]


def rule(name, shape, adds_one):
    """Centre and spread of a tensor's numbers; a spread is a power of two."""
    if name.endswith("bias"):
        return 0.0, 0.25
    if len(shape) == 1:  # a norm; Gemma's add one to the weight
        return (0.0 if adds_one else 1.0), 0.5
    columns = shape[0] if ".c_" in name else shape[1]  # GPT-2 keeps its matrices transposed
    if "embed" in name or ".wte" in name or ".wpe" in name:
        return 0.0, 0.5
    return 0.0, 2.0 ** round(math.log2(1.7 / columns**0.5))


def weights(numpy, name, shape, centre, spread):
    """centre + spread * k / 64, k in -64...63: the seven upper bits of SplitMix64 from the FNV-1a of the name."""
    with numpy.errstate(over="ignore"):
        seed = numpy.uint64(0xCBF29CE484222325)
        for byte in name.encode():
            seed = (seed ^ numpy.uint64(byte)) * numpy.uint64(0x100000001B3)
        count = int(numpy.prod(shape))
        z = seed + numpy.arange(1, count + 1, dtype=numpy.uint64) * numpy.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        z = z ^ (z >> numpy.uint64(31))
    k = (z >> numpy.uint64(57)).astype(numpy.float32) - 64
    return (numpy.float32(centre) + numpy.float32(spread) * k / 64).reshape(shape)


def build(torch, numpy, transformers, config):
    """The model with its numbers in place, and the rules of its tensors."""
    kind = transformers.AutoModel if config.model_type == "bert" else transformers.AutoModelForCausalLM
    model = kind.from_config(config, attn_implementation="eager", dtype=torch.float32).eval()
    tied = "lm_head.weight" if getattr(config, "tie_word_embeddings", False) else None
    rules, state = [], {}
    for name, tensor in model.state_dict().items():
        if name == tied:
            continue
        shape = list(tensor.shape)
        centre, spread = rule(name, shape, config.model_type == "gemma3_text")
        rules.append([name, shape, centre, spread])
        state[name] = torch.from_numpy(weights(numpy, name, shape, centre, spread))
    missing, unexpected = model.load_state_dict(state, strict=False)
    assert not unexpected and all(name == tied for name in missing), (missing, unexpected)
    return model, rules


def short(rows):
    """float32 rows with the fewest digits that read back as the same float32."""
    return [[float(str(value)) for value in row] for row in rows]


def causal_text(torch, model, ids):
    return {"ids": ids, "logits": short(model(torch.tensor([ids]), use_cache=False).logits[0].numpy())}


def encoder_text(torch, model, ids):
    hidden = model(torch.tensor([ids])).last_hidden_state[0]
    normalized = lambda vector: torch.nn.functional.normalize(vector, dim=0).numpy()
    mean, first, largest = (short([normalized(v)])[0] for v in (hidden.mean(0), hidden[0], hidden.max(0).values))
    return {"ids": ids, "hidden": short(hidden.numpy()), "mean": mean, "cls": first, "max": largest}


def encoded(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def write(path, parts):
    """Writes one part, tensor or text a line, through a file beside the target."""
    lines = [f'"{name}":{encoded(value)}' for name, value in parts.items() if not isinstance(value, list)]
    for name, values in parts.items():
        if isinstance(values, list):
            lines.append(f'"{name}":[\n' + ",\n".join(map(encoded, values)) + "\n]")
    beside = path.with_name(path.name + ".partial")
    beside.write_text("{" + ",\n".join(lines) + "}\n", encoding="utf-8")
    os.replace(beside, path)


def main():
    parser = argparse.ArgumentParser(description="Write the golden logits of tiny models of every architecture.")
    parser.add_argument("--output", type=pathlib.Path, required=True, help="the folder to write to")
    parser.add_argument("--date", default=datetime.date.today().isoformat(), help="the date to note in the files")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)

    torch = load_torch()
    torch.set_num_threads(1)
    import numpy
    import transformers

    for name, (configuration, lengths) in MODELS.items():
        config = configuration(transformers)
        model, rules = build(torch, numpy, transformers, config)
        fields = config.to_dict()
        fields = {key: value for key, value in fields.items() if key not in ("_name_or_path", "dtype", "transformers_version")}
        fields["architectures"] = [type(model).__name__]
        text = encoder_text if config.model_type == "bert" else causal_text
        about = {
            "what": "float32, eager attention, weights by the rule in the script",
            "command": "Scripts/golden-architectures.py --output Architectures",
            "versions": {"transformers": transformers.__version__, "torch": torch.__version__, "numpy": numpy.__version__},
            "machine": platform.machine(),
            "date": options.date,
        }
        texts = [text(torch, model, tokens(count)) for count in lengths]
        write(
            options.output / f"{name}.json",
            {"about": about, "config": fields, "tensors": rules, "texts": texts},
        )
        largest = max(abs(value) for entry in texts for row in entry.get("logits", entry.get("hidden")) for value in row)
        print(f"{name}: {sum(int(numpy.prod(r[1])) for r in rules)} numbers, largest output {largest:.3g}")


if __name__ == "__main__":
    main()
