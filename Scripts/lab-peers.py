#!/usr/bin/env python3
"""Checks that what the lab trains is the same model in the engine and in Hugging Face transformers.

    lab-peers.py --tessera PROGRAM --lab PROGRAM

A Llama and a GPT-2 are trained for a few steps. transformers reads their folders with its own classes: its logits and the
lab's must be equal but for rounding, and so must the engine's loss on a text. The lab then reads the folder that
transformers writes. Nothing is kept.
"""

import argparse
import json
import pathlib
import sys
import tempfile

from bench_programs import output
from cpu_torch import load_torch

# Of the largest logit, and of the loss: rounding in float32.
TOLERANCE = 1e-4
ARCHITECTURES = {"llama": ["--heads", "4", "--key-value-heads", "2"], "gpt2": ["--heads", "4"]}
WORDS = "the wind in winter sings of the sea and sand under it".split()


def text():
    """Lines in which words follow each other in a few ways."""
    return "".join(" ".join(WORDS[(line * 5 + place) % 12] for place in range(6 + line % 3)) + ".\n"
                   for line in range(400))


def lab_logits(options, folder, ids):
    return json.loads(output([options.lab, "lab", "logits", "--model", folder, "--tokens", ",".join(map(str, ids))]))["logits"]


def distance(torch, ours, theirs):
    """The largest difference, as a share of the largest number."""
    theirs = theirs.double()
    return ((torch.tensor(ours, dtype=torch.float64) - theirs).abs().max() / theirs.abs().max()).item()


def check(torch, options, name, work):
    """Sentences about what differs for an architecture."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder, again = work / name, work / f"{name}-again"
    output([options.lab, "train", "--tokenizer", work / "words.json", "--corpus", work / "text.txt", "--output", folder,
            "--architecture", name, *ARCHITECTURES[name], "--layers", "2", "--width", "64", "--context", "64",
            "--steps", "20", "--batch", "8"])
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    short = "".join(text().splitlines(keepends=True)[7:11])
    ids = AutoTokenizer.from_pretrained(folder)(short)["input_ids"][:64]
    theirs = model(torch.tensor([ids])).logits[0]
    model.save_pretrained(again)
    differences = {
        f"{name}: logits of lab and {type(model).__name__}": distance(torch, lab_logits(options, folder, ids), theirs),
        f"{name}: the same after transformers wrote the folder":
            distance(torch, lab_logits(options, again, ids), theirs)}

    (work / "short.txt").write_text(short, encoding="utf-8")
    found = json.loads(output([options.tessera, "evaluate", "--model", folder, "--float32", "--json", work / "short.txt"]))
    scored = found["scoredTokenCount"]
    if scored != len(ids) - 1:
        return [f"{name}: the engine scores {scored} tokens of {len(ids)}"]
    loss = torch.nn.functional.cross_entropy(theirs[:-1], torch.tensor(ids[1:]), reduction="sum").item()
    differences[f"{name}: loss of engine and transformers"] = abs(found["negativeLogLikelihood"] - loss) / loss
    for sentence, difference in differences.items():
        print(f"{sentence}: {difference:.1e}", flush=True)
    return [f"{sentence} differ by {difference:.1e}, more than {TOLERANCE:.0e}"
            for sentence, difference in differences.items() if not difference <= TOLERANCE]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tessera", type=pathlib.Path, required=True)
    parser.add_argument("--lab", type=pathlib.Path, required=True)
    options = parser.parse_args()
    torch, missed = load_torch(), []
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        (work / "text.txt").write_text(text(), encoding="utf-8")
        output([options.tessera, "tokenizer", "train", work / "text.txt", "-n", "290", "-o", work / "words.json"])
        for architecture in ARCHITECTURES:
            missed += check(torch, options, architecture, work)
    for sentence in missed:
        print(f"MISSED {sentence}")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
