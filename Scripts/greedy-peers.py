#!/usr/bin/env python3
"""Checks that llama.cpp reads what `tessera model quantize` writes, and continues texts with the same tokens.

    greedy-peers.py --tessera PROGRAM --llama FOLDER --model SmolLM2.gguf [--gemma gemma-3-270m-q4_k_m.gguf]

The default model is written in every format, and both programs take the likeliest token 48 times after each prompt. They
must agree but for near ties, where rounding decides; after one, both go on from llama.cpp's choice. Gemma is compared as
it is.
"""

import argparse
import pathlib
import sys
import tempfile

import bench_programs as programs
import greedy_agreement

FORMATS = ["f32", "f16", "bf16", "q8_0", "q4_0", "q4_1", "q5_0", "q5_1", "q4_k", "q5_k", "q6_k"]
# The first prompt of the list is answered in three tokens by some formats, which is too little to compare.
STORY = "It was a bright cold day, and the clocks in the square were striking"
PROMPTS = [*greedy_agreement.PROMPTS[1:], STORY]
GEMMA_PROMPTS = greedy_agreement.PROMPTS[:2] + [
    STORY,
    "Im Herbst färben sich die Blätter der Bäume rot und",
    "今天天气很好，我们一起去公园",
]


def compare(name, options, model, prompts):
    """Prints how far the programs agree on a model."""
    tessera = programs.Tessera(options.tessera, model, options.threads)
    llama = programs.LlamaCpp(options.llama, model, options.threads)
    for sentence in greedy_agreement.compare(tessera, llama, prompts):
        print(f"{name}: {sentence}", flush=True)


def main():
    parser = argparse.ArgumentParser(description="Compare greedy texts with llama.cpp in every format.")
    parser.add_argument("--tessera", type=pathlib.Path, required=True, help="our program")
    parser.add_argument("--llama", type=pathlib.Path, required=True, help="the folder that build-llama-cpp.sh prints")
    parser.add_argument("--model", type=pathlib.Path, required=True, help="the model to quantise")
    parser.add_argument("--gemma", type=pathlib.Path, help="Gemma 3 270M, compared too where it is given")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--formats", nargs="+", default=FORMATS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name in options.formats:
            target = pathlib.Path(folder) / f"{name}.gguf"
            programs.output([options.tessera, "model", "quantize", options.model, target, "--to", name])
            compare(name, options, target, PROMPTS)
            target.unlink()
    if options.gemma:
        compare("Gemma 3 270M", options, options.gemma, GEMMA_PROMPTS)


if __name__ == "__main__":
    sys.exit(main())
