#!/usr/bin/env python3
"""Writes the golden logits: Hugging Face transformers, float32, on the dequantised weights of a GGUF file.

    golden-logits.py --model SmolLM2-135M-Instruct.Q4_1.gguf --output Tests/ConformanceTests/Golden/logits-smollm2.json

For each prompt the file holds the token ids, and at the last position the 64 largest logits (largest first) and the
logits of 512 fixed ids. Before anything is written, an independent numpy forward pass has to agree with transformers
on two prompts, so that a mistake in either reading of the file cannot become the reference.
"""

import argparse
import datetime
import os
import pathlib
import platform
import sys

from cpu_torch import load_torch
from golden_logits_file import entry, fixed_ids, versions, write
from golden_prompts import PROMPTS

AGREEMENT = 2e-3  # largest difference allowed between the two references; logits span about 40


def build_tokenizer(path):
    """The model's reference tokenizer: the file's vocabulary and merges behind SmolLM2's published split rule.

    transformers' own GGUF conversion drops the rule that every digit stands alone, so the parts are put together
    here as the published tokenizer.json of the model has them.
    """
    from gguf import GGUFReader
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    reader = GGUFReader(path)
    field = lambda name: reader.fields["tokenizer.ggml." + name].contents()
    if field("model") != "gpt2" or field("pre") != "smollm":
        sys.exit(f"error: {path}: tokenizer.ggml.pre: this script knows only the smollm split rule")
    tokens, kinds = field("tokens"), field("token_type")
    merges = [tuple(merge.split(" ")) for merge in field("merges")]
    tokenizer = Tokenizer(models.BPE({token: id for id, token in enumerate(tokens)}, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    control = 3  # GGUF's token type for special tokens
    tokenizer.add_special_tokens(
        [AddedToken(token, special=True, normalized=False) for token, kind in zip(tokens, kinds) if kind == control]
    )
    return tokenizer


def load_model(torch, path):
    """The model with its weights dequantised to float32."""
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(
        path.parent, gguf_file=path.name, dtype=torch.float32, attn_implementation="eager"
    )
    return model.eval()


def last_logits(torch, model, ids):
    return model(torch.tensor([ids])).logits[0, -1].numpy()


def check_against_numpy(path, ids, logits):
    """Ends the program when the independent forward pass disagrees."""
    from numpy_llama import NumpyLlama

    difference = float(abs(NumpyLlama(path).last_logits(ids) - logits).max())
    print(f"numpy and transformers differ by at most {difference:.2e} over {len(ids)} tokens", file=sys.stderr)
    if not difference <= AGREEMENT:
        sys.exit(f"error: {path}: the two references differ by {difference}, more than {AGREEMENT}; nothing written")
    return difference


def main():
    parser = argparse.ArgumentParser(description="Write the golden logits of a GGUF model.")
    parser.add_argument("--model", type=pathlib.Path, required=True, help="the GGUF file")
    parser.add_argument("--output", type=pathlib.Path, required=True, help="the JSON file to write")
    parser.add_argument("--date", default=datetime.date.today().isoformat(), help="the date to note in the file")
    options = parser.parse_args()

    torch = load_torch()
    torch.set_num_threads(min(2, os.cpu_count() or 1))
    tokenizer = build_tokenizer(options.model)
    model = load_model(torch, options.model)
    fixed = fixed_ids(model.config.vocab_size)

    entries, agreement = [], []
    for number, prompt in enumerate(PROMPTS):
        ids = tokenizer.encode(prompt, add_special_tokens=False).ids
        logits = last_logits(torch, model, ids)
        if number in (0, len(PROMPTS) - 1):
            agreement.append(check_against_numpy(options.model, ids, logits))
        entries.append(entry(prompt, ids, logits, fixed))
    about = {
        "what": "logits after the last token of each prompt, float32, weights dequantised to float32",
        "model": options.model.name,
        "command": f"Scripts/golden-logits.py --model {options.model.name} --output {options.output.name}",
        "versions": versions(torch),
        "machine": platform.machine(),
        "date": options.date,
        "numpy_difference": max(agreement),
    }
    write(options.output, about, fixed, entries)


if __name__ == "__main__":
    main()
