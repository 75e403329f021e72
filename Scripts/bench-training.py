#!/usr/bin/env python3
"""Compares the speed of training byte-level BPE on one text: Tessera, Hugging Face tokenizers, rustbpe and gigabpe.

    bench-training.py --tessera PROGRAM --text FILE [--vocabulary 32000] [--threads 2] [--rounds 3]

All cut text by GPT-2's rule and train to the same number of tokens; merges are compared first. Each run is a process of
its own, in an order that changes from round to round; time and memory are those of the whole process (its start and
the reading of the text included). The exit status is 1 when merges differ from Hugging Face's or a required number is
missed.
"""

import argparse
import importlib.metadata
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

GPT2 = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""
REQUIRED = {"tokenizers": 3.0, "rustbpe": 1.0, "gigabpe": 1.0}
OURS = "tessera"
PEERS = ["tokenizers", "gigabpe", "rustbpe"]


def train_tokenizers(text, vocabulary, output, threads):
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train([text], trainer)
    tokenizer.save(output)


def train_gigabpe(text, vocabulary, output, threads):
    import gigabpe

    gigabpe.train_tokenizer([text], vocab_size=vocabulary, output=output, pretokenizer="bytelevel", special_tokens=[],
                            threads=threads)


def train_rustbpe(text, vocabulary, output, threads):
    import rustbpe

    from bench_vocabularies import byte_alphabet, parts_below

    tokenizer = rustbpe.Tokenizer()
    with open(text, encoding="utf-8", newline="") as file:
        tokenizer.train_from_iterator(iter(file), vocab_size=vocabulary, pattern=GPT2)
    ranks = {bytes(token): rank for token, rank in tokenizer.get_mergeable_ranks()}
    spell = lambda token, table=byte_alphabet(): "".join(table[byte] for byte in token)
    merges = [[spell(part) for part in parts_below(token, rank, ranks)] for token, rank in ranks.items() if rank >= 256]
    with open(output, "w", encoding="utf-8") as file:
        json.dump({"model": {"merges": merges}}, file)


def command(program, options, output):
    if program == OURS:
        return [options.tessera, "tokenizer", "train", "--model", "bpe", "--vocab-size", str(options.vocabulary),
                "--threads", str(options.threads), "--output", output, options.text]
    return [sys.executable, "-B", __file__, "--worker", program, "--text", options.text, "--vocabulary",
            str(options.vocabulary), "--threads", str(options.threads), "--output", output]


def measure(program, options, output):
    """Seconds on the clock, seconds of processor time and the most bytes of memory of one run."""
    environment = os.environ | {"RAYON_NUM_THREADS": str(options.threads), "TOKENIZERS_PARALLELISM": "true"}
    began = time.perf_counter()
    process = subprocess.Popen(command(program, options, output), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                               env=environment)
    error = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"error: {program}: {(error.decode().strip().splitlines() or ['no message'])[-1]}")
    return time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def merges_of(path):
    merges = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))["model"]["merges"]
    return [tuple(merge.split(" ")) if isinstance(merge, str) else tuple(merge) for merge in merges]


def same(ours, theirs):
    """A sentence on how far two lists of merges agree."""
    place = next((i for i, (a, b) in enumerate(zip(ours, theirs)) if a != b), min(len(ours), len(theirs)))
    if place == len(ours) == len(theirs):
        return f"all {place} equal"
    return f"first {place} equal, {len(set(ours) & set(theirs))} of {len(theirs)} in common"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tessera", type=pathlib.Path)
    parser.add_argument("--text", required=True)
    parser.add_argument("--vocabulary", type=int, default=32_000)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", nargs="+", default=PEERS, choices=PEERS)
    parser.add_argument("--worker", choices=PEERS, help=argparse.SUPPRESS)
    parser.add_argument("--output", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        globals()[f"train_{options.worker}"](options.text, options.vocabulary, options.output, options.threads)
        return
    programs, runs = [*([OURS] if options.tessera else []), *options.peers], {}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(options.rounds):
            shift = number % len(programs)
            for program in programs[shift:] + programs[:shift]:
                runs.setdefault(program, []).append(measure(program, options, f"{folder}/{program}.json"))
        merges = {program: merges_of(f"{folder}/{program}.json") for program in programs}
    size, failed = os.path.getsize(options.text) / 1e6, False
    print(f"{size:.0f} MB to {options.vocabulary} tokens, {options.threads} threads, {options.rounds} rounds\n")
    print("| program | clock, s | processor, s | peak memory, MB | ours is faster by | merges as ours |")
    print("|---|---:|---:|---:|---:|---|")
    for program in programs:
        wall, processor, peak = zip(*runs[program])
        ratio, agreement = "", ""
        if program != OURS and OURS in runs:
            # Within a round, so that a busy machine slows both; processor time, which it disturbs least.
            value = statistics.median(b[1] / a[1] for a, b in zip(runs[OURS], runs[program]))
            ratio, agreement = f"{value:.2f}", same(merges[OURS], merges[program])
            failed = failed or value < REQUIRED[program] or (program == "tokenizers" and "all" not in agreement)
        version = "" if program == OURS else " " + importlib.metadata.version(program)
        print(f"| {program}{version} | {statistics.median(wall):.1f} ({min(wall):.1f}-{max(wall):.1f}) | "
              f"{statistics.median(processor):.1f} | {max(peak) / 1e6:.0f} | {ratio} | {agreement} |")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
