#!/usr/bin/env python3
"""Compares the speed of Tessera's tokenizers with other tokenizers in one run; see Scripts/bench-tokenizers.sh.

Every cell (vocabulary, text, document size, threads) is measured in rounds; in a round each program runs once in a
process of its own, in an order that changes, so that a busy machine slows all alike. A process loads the tokenizer,
encodes all documents once - the cold pass - and then again: warm passes. Ids are compared first: every program must give
the same number of ids and the same checksum, or it is left out of the cell and named.

Rates count processor time of the process, which a busy machine disturbs least; `--wall` counts the clock, and cells with
more than one thread always do. The table shows medians and the range over the rounds; ratios are taken within a round.

Ratios are ours to the best of `snaptokens`, `gigatoken`, `fastokens`, `splintr-rs` and `quicktok-v1`, and to tiktoken;
loading is compared with Hugging Face tokenizers. The exit status is 1 when a required ratio is missed, or when a ratio
fell by more than a tenth below the baseline. `--full` adds the other sizes of documents, single documents and
adversarial texts. `--parts` chooses what is measured.
"""

import argparse
import pathlib
import subprocess
import sys

import bench_baseline
import bench_report
import bench_texts
import bench_vocabularies
from bench_cells import ADVERSARIAL, LOAD_BYTES, OURS, Bench, Cell
from bench_tokenizer_peers import PEERS

SIZES = [64, 512, 4096, 32768, 1_000_000]
USUAL_SIZE = 4096
PARTS = ["speed", "load", "tails", "adversarial"]


def cells_of(options):
    parts = options.parts or (PARTS if options.full else ["speed", "load"])
    cells = []
    for vocabulary in options.vocabularies:
        if "load" in parts:
            cells.append(Cell(vocabulary, "short", LOAD_BYTES, kind="load"))
        for text in options.texts_named:
            sizes = options.sizes or (SIZES if options.full else [USUAL_SIZE])
            if "speed" in parts:
                cells += [Cell(vocabulary, text, size, 1, wall=options.wall) for size in sizes]
                cells += [Cell(vocabulary, text, USUAL_SIZE, count) for count in options.threads if count > 1]
            if "tails" in parts:
                cells.append(Cell(vocabulary, text, USUAL_SIZE, kind="tails"))
        if "adversarial" in parts:
            cells += [Cell(vocabulary, f"{ADVERSARIAL}-{name}", 1_000_000, wall=options.wall)
                      for name in bench_texts.ADVERSARIAL]
    return cells


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tessera", type=pathlib.Path, required=True, help="our program")
    parser.add_argument("--tokenizers", type=pathlib.Path, required=True, help="the folder of reference tokenizers")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="a folder for texts and vocabularies")
    parser.add_argument("--texts", type=pathlib.Path, help="a folder with prose.txt, code.txt and multilingual.txt")
    parser.add_argument("--baseline", type=pathlib.Path, help="the file with the ratios to hold")
    parser.add_argument("--write-baseline", action="store_true", help="write the ratios of this run into it, where they are better")
    parser.add_argument("--write", type=pathlib.Path, help="a document to put the report into")
    parser.add_argument("--full", action="store_true", help="everything, with all five sizes of documents")
    parser.add_argument("--parts", nargs="+", choices=PARTS, help="only these")
    parser.add_argument("--vocabularies", nargs="+", default=bench_vocabularies.NAMES, choices=bench_vocabularies.NAMES)
    parser.add_argument("--texts-named", nargs="+", default=bench_texts.NAMES, choices=bench_texts.NAMES)
    parser.add_argument("--sizes", nargs="+", type=int)
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--peers", nargs="+", default=list(PEERS), choices=list(PEERS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--passes", type=int, default=4)
    parser.add_argument("--limit", type=int, help="only so many bytes of each text, to be done sooner")
    parser.add_argument("--wall", action="store_true", help="count the clock, not processor time")
    options = parser.parse_args()
    if options.passes < 2 or options.rounds < 1:
        parser.error("--passes is at least 2, --rounds at least 1")
    if options.write_baseline and not options.baseline:
        parser.error("--write-baseline needs --baseline")
    texts = bench_texts.ready(options.texts or options.work / "texts")
    if options.limit:
        texts = bench_texts.cut(texts, options.limit, options.work / f"texts-{options.limit}")
    vocabularies = options.work / "vocabularies"
    # In a process of its own: on Linux a child's peak memory begins at what its parent holds.
    maker = pathlib.Path(bench_vocabularies.__file__)
    subprocess.run([sys.executable, "-B", maker, options.tokenizers, vocabularies], check=True)
    bench = Bench(options.tessera, texts, vocabularies, options.peers, options.rounds, options.passes)
    cells = cells_of(options)
    for number, cell in enumerate(cells):
        print(f"{number + 1} of {len(cells)}: {cell.name}", file=sys.stderr)
        bench.measure(cell)
    text = bench_report.text(cells, [OURS, *options.peers], options.rounds, options.passes)
    print(text)
    if options.write:
        from bench import write_section

        write_section(options.write, text, "make bench tokenizers")
    baseline = {} if options.write_baseline else bench_baseline.read(options.baseline)
    found, missed = bench_report.judge(cells, baseline)
    if options.write_baseline:
        bench_baseline.write(options.baseline, found, {cell.name for cell in cells})
    for sentence in missed:
        print(f"MISSED {sentence}")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
