#!/usr/bin/env python3
"""Compares the speed of training byte-level BPE on one text: Tessera, Hugging Face tokenizers, rustbpe and gigabpe.

    bench-training.py --tessera PROGRAM (--text FILE | --work FOLDER) [--vocabulary 32000] [--threads 2] [--rounds 3]

Without --text it is 100 MB that bench_corpus.py fetches into FOLDER. Every peer is compared on its own rule: Hugging Face
and gigabpe on GPT-2's, rustbpe on the expression that it has when none is given, for which ours is trained once more.
Each run is a process of its own, in an order that changes from round to round; time and memory are those of the whole
process (its start and the reading of the text included), ratios are of the clock and of processor time, within a round.

Merges are compared. All break ties by the smaller ids; Hugging Face and gigabpe number bytes by the characters that spell
them, as we do, so that as many merges as both have must be equal. rustbpe numbers bytes by their value: pairs that occur
equally often come in another order there. The exit status is 1 when merges differ that must not, when a required ratio is
missed or when one fell by more than a tenth below the baseline.
"""

import argparse
import datetime
import importlib.metadata
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

import bench_baseline
import bench_corpus
from bench_process import measured
from bench_report import spread
from bench_report import machine

REQUIRED = {"tokenizers": 3.0, "rustbpe": 1.0, "gigabpe": 1.0}
SAME_TIES = {"tokenizers", "gigabpe"}
OURS = "tessera"
SPECIAL = "<|endoftext|>"
# The rule of each group of programs that are compared, as rustbpe's own get_pattern() gives it.
RUSTBPE = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+")
GROUPS = {"GPT-2's rule": ("gpt2", ["tokenizers", "gigabpe"]), "rustbpe's rule": (f"regex:{RUSTBPE}", ["rustbpe"])}
PEERS = [peer for _, peers in GROUPS.values() for peer in peers]


def train_tokenizers(text, vocabulary, output, threads):
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=vocabulary, show_progress=False, special_tokens=[SPECIAL],
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train([text], trainer)
    tokenizer.save(output)


def train_gigabpe(text, vocabulary, output, threads):
    import gigabpe

    gigabpe.train_tokenizer([text], vocab_size=vocabulary, output=output, pretokenizer="bytelevel",
                            special_tokens=[SPECIAL], threads=threads)


def train_rustbpe(text, vocabulary, output, threads):
    import rustbpe

    tokenizer = rustbpe.Tokenizer()
    with open(text, encoding="utf-8", newline="\n") as file:
        tokenizer.train_from_iterator(iter(file), vocab_size=vocabulary - 1)
    if tokenizer.get_pattern() != RUSTBPE:
        sys.exit(f"error: rustbpe's rule is another now: {tokenizer.get_pattern()}")
    # The merges are made of these afterwards, so that this takes no part in its time.
    ranks = [[bytes(token).hex(), rank] for token, rank in tokenizer.get_mergeable_ranks()]
    with open(output, "w", encoding="utf-8") as file:
        json.dump({"ranks": ranks}, file)


def command(program, split, options, output):
    if program == OURS:
        return [options.tessera, "tokenizer", "train", "--model", "bpe", "--vocab-size", str(options.vocabulary),
                "--split", split, "--threads", str(options.threads), "--output", output, options.text]
    return [sys.executable, "-B", __file__, "--worker", program, "--text", options.text, "--vocabulary",
            str(options.vocabulary), "--threads", str(options.threads), "--output", output]


def measure(program, split, options, output):
    """Seconds on the clock, seconds of processor time and the most bytes of memory of one run."""
    environment = os.environ | {"RAYON_NUM_THREADS": str(options.threads), "TOKENIZERS_PARALLELISM": "true"}
    return measured(command(program, split, options, output), environment)


def merges_of(path):
    """The merges of a file as pairs of spellings, in order."""
    from bench_vocabularies import byte_alphabet, parts_below

    value = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    if "ranks" in value:
        ranks = {bytes.fromhex(token): rank for token, rank in value["ranks"]}
        spell = lambda token, table=byte_alphabet(): "".join(table[byte] for byte in token)
        return [tuple(spell(part) for part in parts_below(token, rank, ranks))
                for token, rank in sorted(ranks.items(), key=lambda pair: pair[1]) if rank >= 256]
    return [tuple(merge.split(" ")) if isinstance(merge, str) else tuple(merge) for merge in value["model"]["merges"]]


def same(ours, theirs):
    """A sentence on how far two lists of merges agree, and whether they do as far as both go."""
    shorter = min(len(ours), len(theirs))
    place = next((i for i, (a, b) in enumerate(zip(ours, theirs)) if a != b), shorter)
    if place == shorter:
        return (f"all {place} equal" if len(ours) == len(theirs) else f"first {place} equal, one has more"), True
    return f"first {place} equal, {len(set(ours) & set(theirs))} of {len(theirs)} in common", False


def ratio(ours, theirs, place):
    """Ours is faster by this much: the median over the rounds of one of the measures."""
    return statistics.median(b[place] / a[place] for a, b in zip(ours, theirs))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tessera", type=pathlib.Path)
    parser.add_argument("--text", help="what to train on")
    parser.add_argument("--work", type=pathlib.Path, help="where to fetch the text to, when none is named")
    parser.add_argument("--megabytes", type=int, default=100, help="how much of it")
    parser.add_argument("--vocabulary", type=int, default=32_000)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", nargs="+", default=PEERS, choices=PEERS)
    parser.add_argument("--baseline", type=pathlib.Path, help="the file with the ratios to hold")
    parser.add_argument("--write-baseline", action="store_true", help="write the ratios of this run into it, where they are better")
    parser.add_argument("--write", type=pathlib.Path, help="a document to put the report into")
    parser.add_argument("--worker", choices=PEERS, help=argparse.SUPPRESS)
    parser.add_argument("--output", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        globals()[f"train_{options.worker}"](options.text, options.vocabulary, options.output, options.threads)
        return
    if not options.tessera or not (options.text or options.work):
        parser.error("--tessera, and --text or --work, are needed")
    if not options.text:
        # In a process of its own: on Linux a child's peak memory begins at what its parent holds.
        options.work.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-B", bench_corpus.__file__, options.work, str(options.megabytes)], check=True,
                       stdout=subprocess.DEVNULL)
        options.text = str(options.work / f"corpus-{options.megabytes}.txt")
    rows, found, missed, cells = [], {}, [], set()
    with tempfile.TemporaryDirectory() as folder:
        for group, (split, peers) in GROUPS.items():
            programs = [OURS, *(peer for peer in peers if peer in options.peers)]
            if len(programs) == 1:
                continue
            runs = {}
            for number in range(options.rounds):
                shift = number % len(programs)
                for program in programs[shift:] + programs[:shift]:
                    print(f"{group}, round {number + 1} of {options.rounds}: {program}", file=sys.stderr)
                    runs.setdefault(program, []).append(measure(program, split, options, f"{folder}/{program}.json"))
            merges = {program: merges_of(f"{folder}/{program}.json") for program in programs}
            for program in programs:
                wall, processor, peak = zip(*runs[program])
                shown, agreement = ["", ""], ""
                if program != OURS:
                    agreement, equal = same(merges[OURS], merges[program])
                    if not equal and program in SAME_TIES:
                        missed.append(f"{group}, {program}: {agreement}")
                    cell = f"training/{program}"
                    cells.add(cell)
                    for place, name in enumerate(("clock", "processor")):
                        value = ratio(runs[OURS], runs[program], place)
                        found[f"{cell}/{name}"], shown[place] = value, f"{value:.2f}"
                        if value < REQUIRED[program]:
                            missed.append(f"{cell}/{name}: {value:.2f}, required {REQUIRED[program]:.2f}")
                version = "" if program == OURS else " " + importlib.metadata.version(program)
                rows.append(f"| {group} | {program}{version} | {spread(wall)} | {spread(processor)} | "
                            f"{max(peak) / 1e6:.0f} | {shown[0]} | {shown[1]} | {agreement} |")
    size = os.path.getsize(options.text) / 1e6
    report = "\n".join([
        f"Training byte-level BPE to {options.vocabulary} tokens on {size:.0f} MB, {options.threads} threads", "",
        "| rule | program | clock, s | processor, s | peak memory, MB | faster by, clock | processor | merges as ours |",
        "|---|---|---:|---:|---:|---:|---:|---|", *rows, "",
        f"{datetime.date.today().isoformat()}; {machine()}; medians and ranges over {options.rounds} rounds, whole "
        "processes, ratios taken within a round. Command: `make bench`."])
    print(report)
    if options.write:
        from bench import write_section

        write_section(options.write, report, "make bench training")
    if options.write_baseline and options.baseline:
        bench_baseline.write(options.baseline, found, cells)
    else:
        missed += bench_baseline.fallen(found, bench_baseline.read(options.baseline), cells)
    for sentence in missed:
        print(f"MISSED {sentence}")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
