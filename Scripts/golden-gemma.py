#!/usr/bin/env python3
"""Writes golden logits of Gemma 3 270M: Hugging Face transformers, float32, on the dequantised weights of its GGUF file.

    golden-gemma.py --model gemma-3-270m-q4_k_m.gguf --output Tests/ConformanceTests/Golden/logits-gemma3-270m.json

An entry is what golden-logits.py writes, with the tokens that follow when the likeliest is taken each time. The last
prompt is longer than the window of 512 tokens, so that layers which see all of it and layers which do not both count.
The ids are transformers' own, with the token that begins a text.
"""

import argparse
import datetime
import pathlib
import platform

from cpu_torch import load_torch
from golden_logits_file import entry, fixed_ids, versions, write
from golden_prompts import LONG, PROMPTS

CONTINUED = 12
CHOSEN = [PROMPTS[0], PROMPTS[2], PROMPTS[4], PROMPTS[9], PROMPTS[12], LONG + LONG]


def read(torch, model, ids):
    """The logits after the last of `ids`, and the likeliest tokens that follow one after another."""
    outputs = model(torch.tensor([ids]), use_cache=True, logits_to_keep=1)
    first = outputs.logits[0, -1]
    following, logits = [], first
    for _ in range(CONTINUED):
        following.append(int(logits.argmax()))
        outputs = model(torch.tensor([following[-1:]]), cache=outputs.cache, use_cache=True)
        logits = outputs.logits[0, -1]
    return first.numpy(), following


def main():
    parser = argparse.ArgumentParser(description="Write the golden logits of Gemma 3 270M.")
    parser.add_argument("--model", type=pathlib.Path, required=True, help="the GGUF file")
    parser.add_argument("--output", type=pathlib.Path, required=True, help="the JSON file to write")
    parser.add_argument("--date", default=datetime.date.today().isoformat(), help="the date to note in the file")
    options = parser.parse_args()

    torch = load_torch()
    import transformers

    place = dict(pretrained_model_name_or_path=options.model.parent, gguf_file=options.model.name)
    tokenizer = transformers.AutoTokenizer.from_pretrained(**place)
    model = transformers.AutoModelForCausalLM.from_pretrained(
        **place, dtype=torch.float32, attn_implementation="eager"
    ).eval()
    fixed = fixed_ids(model.config.vocab_size)
    entries = []
    for prompt in CHOSEN:
        ids = tokenizer(prompt)["input_ids"]
        logits, following = read(torch, model, ids)
        entries.append(entry(prompt, ids, logits, fixed) | {"greedy": following})
        print(f"{len(ids)} tokens, then {tokenizer.decode(following)!r}", flush=True)
    about = {
        "what": "logits after the last token of each prompt, float32, weights dequantised to float32",
        "model": options.model.name,
        "command": f"Scripts/golden-gemma.py --model {options.model.name} --output {options.output.name}",
        "versions": versions(torch),
        "machine": platform.machine(),
        "date": options.date,
    }
    write(options.output, about, fixed, entries)


if __name__ == "__main__":
    main()
