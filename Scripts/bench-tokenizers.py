#!/usr/bin/env python3
"""Compares the speed of Tessera's tokenizers with other tokenizers in one run; see Scripts/bench-tokenizers.sh.

Every cell (vocabulary, text, document size, threads) is measured in rounds; in a round each program runs once in a
process of its own, in an order that changes, so that a busy machine slows all alike. A process loads the tokenizer,
encodes all documents once - the cold pass - and then again: warm passes. Ids are compared first: every program must give
the same number of ids and the same checksum, or it is left out of the cell and named.

Rates count processor time of the process, which a busy machine disturbs least; `--wall` counts the clock, and cells with
more than one thread always do. The table shows medians and the range over the rounds.

Ratios are ours to the best of `snaptokens`, `gigatoken`, `fastokens`, `splintr-rs` and `quicktok-v1`, and to tiktoken.
The exit status is 1 when a required ratio is missed, or when a ratio fell by more than a tenth below the baseline.
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

import bench_texts
import bench_vocabularies
from bench_tokenizer_peers import ONE_THREAD, PEERS, WITHOUT

FAST = ["snaptokens", "gigatoken", "fastokens", "splintr-rs", "quicktok-v1"]
SIZES = [64, 512, 4096, 32768, 1_000_000]
USUAL_SIZE = 4096
REQUIRED = {"fastest": 1.0, "tiktoken": 4.0, "load": 3.0}
AIM = {"fastest": 1.25, "tiktoken": 10.0}
TOLERANCE = 0.9
OURS = "tessera"


class Cell:
    """One vocabulary on one text, in documents of one size, with some threads."""

    def __init__(self, vocabulary, text, size, threads):
        self.vocabulary, self.text, self.size, self.threads = vocabulary, text, size, threads
        self.runs, self.excluded = {}, {}

    @property
    def name(self):
        return f"{self.vocabulary}/{self.text}/{self.size}/{self.threads}"

    def programs(self, chosen):
        return [p for p in chosen if (p, self.vocabulary) not in WITHOUT and (self.threads == 1 or p not in ONE_THREAD)]

    def rates(self, program, warm):
        """Megabytes a second of each round: of the cold pass, or of the best warm one."""
        key = "seconds" if self.wall else "processorSeconds"
        return [run["byteCount"] / 1e6 / max(min(run[key][1:]) if warm else run[key][0], 1e-9)
                for run in self.runs[program]]


class Bench:
    def __init__(self, options, texts, vocabularies):
        self.options, self.texts, self.vocabularies = options, texts, vocabularies
        self.worker = pathlib.Path(__file__).with_name("bench_tokenizer_peers.py")

    def command(self, program, cell):
        text, sizes = self.texts / f"{cell.text}.txt", ["--document-bytes", str(cell.size)]
        more = [*sizes, "--threads", str(cell.threads), "--passes", str(self.options.passes)]
        folder = self.vocabularies / cell.vocabulary
        if program == OURS:
            file = folder / "tokenizer.json"
            return [self.options.tessera, "bench", "tokenizer", "--json", "--tokenizer", file, "--text", text, *more]
        return [sys.executable, "-B", self.worker, program, folder, text, *more]

    def run(self, program, cell):
        environment = os.environ | {"RAYON_NUM_THREADS": str(cell.threads)}
        done = subprocess.run(self.command(program, cell), capture_output=True, text=True, env=environment)
        if done.returncode != 0:
            raise RuntimeError((done.stderr.strip().splitlines() or ["no message"])[-1])
        return json.loads(done.stdout)

    def measure(self, cell):
        cell.wall = self.options.wall or cell.threads > 1
        programs = cell.programs([OURS, *self.options.peers])
        for number in range(self.options.rounds):
            turn = programs[number % len(programs):] + programs[:number % len(programs)]
            for program in turn:
                if program in cell.excluded or (number > 0 and program not in FAST and program != OURS):
                    continue  # the slow ones differ by far more than the noise: one round is enough
                try:
                    cell.runs.setdefault(program, []).append(self.run(program, cell))
                except (RuntimeError, ValueError) as error:
                    cell.excluded[program] = str(error)
                    cell.runs.pop(program, None)
            if number == 0:
                self.compare_ids(cell)

    def compare_ids(self, cell):
        """Leaves out who gives other ids than Hugging Face tokenizers, or than most when it does not take part."""
        found = {p: (r[0]["tokenCount"], r[0]["checksum"]) for p, r in cell.runs.items()}
        values = list(found.values())
        right = found.get("tokenizers") or max(values, key=values.count)
        for program, value in found.items():
            if value != right:
                cell.excluded[program] = f"other ids ({value[0]} tokens instead of {right[0]})"
                del cell.runs[program]


def spread(values):
    return f"{statistics.median(values):.1f} ({min(values):.1f}-{max(values):.1f})"


def ratios(cell, warm):
    """Ours to the best of the fast programs, and to tiktoken."""
    if OURS not in cell.runs:
        return {}
    middle = lambda program: statistics.median(cell.rates(program, warm))
    fast = [middle(p) for p in FAST if p in cell.runs]
    found = {"fastest": middle(OURS) / max(fast)} if fast else {}
    if "tiktoken" in cell.runs:
        found["tiktoken"] = middle(OURS) / middle("tiktoken")
    return found


def loads(cells):
    """Seconds to load and peak bytes by vocabulary and program, medians over everything that ran."""
    table = {}
    for cell in cells:
        for program, runs in cell.runs.items():
            place = table.setdefault((cell.vocabulary, program), ([], []))
            place[0].extend(run["loadProcessorSeconds"] for run in runs)
            place[1].extend(run["peakBytes"] for run in runs)
    return {key: (statistics.median(times), statistics.median(sizes)) for key, (times, sizes) in table.items()}


def table(header, rows):
    widths = [max(len(str(row[i])) for row in [header, *rows]) for i in range(len(header))]
    line = lambda cells: "| " + " | ".join(str(c).ljust(w) for c, w in zip(cells, widths)) + " |"
    return "\n".join([line(header), "|" + "|".join("-" * (w + 2) for w in widths) + "|", *map(line, rows)])


def speed_rows(cells, programs, warm):
    rows = []
    for cell in cells:
        found = ratios(cell, warm)
        rows.append([
            cell.vocabulary, cell.text, cell.size, cell.threads,
            *(spread(cell.rates(p, warm)) if p in cell.runs else "ids differ" if "ids" in cell.excluded.get(p, "") else "-"
              for p in programs),
            f"{found['fastest']:.2f}" if "fastest" in found else "-",
            f"{found['tiktoken']:.1f}" if "tiktoken" in found else "-",
        ])
    return rows


def judge(cells, baseline):
    """The ratios by name, and sentences about those that miss what is required or fell below the baseline."""
    found, missed = {}, []
    for cell in cells:
        for warm in (False, True):
            for key, ratio in ratios(cell, warm).items():
                name = f"{cell.name}/{'warm' if warm else 'cold'}/{key}"
                found[name] = round(ratio, 3)
                # What is required is the cold pass on one thread; the rest is reported.
                if not warm and cell.threads == 1 and ratio < REQUIRED[key]:
                    missed.append(f"{name}: {ratio:.2f}, required {REQUIRED[key]:.2f}")
                if name in baseline and ratio < baseline[name] * TOLERANCE:
                    missed.append(f"{name}: {ratio:.2f}, fell from {baseline[name]:.2f}")
    times = loads(cells)
    for (vocabulary, program), (seconds, peak) in times.items():
        other = times.get((vocabulary, "tokenizers"))
        if program == OURS and other:
            name, ratio = f"{vocabulary}/load", other[0] / seconds
            found[name] = round(ratio, 3)
            if ratio < REQUIRED["load"]:
                missed.append(f"{name}: {ratio:.2f}, required {REQUIRED['load']:.2f}")
            if name in baseline and ratio < baseline[name] * TOLERANCE:
                missed.append(f"{name}: {ratio:.2f}, fell from {baseline[name]:.2f}")
            if peak > other[1]:
                missed.append(f"{vocabulary}: peak memory {peak / 1e6:.0f} MB, above {other[1] / 1e6:.0f} MB")
    return found, missed


def report(cells, options, programs):
    parts = []
    header = ["vocabulary", "text", "document bytes", "threads", *programs, "to the fastest", "to tiktoken"]
    for warm, title in ((False, "Cold: the first pass of a process"), (True, "Warm: the best later pass over the same text")):
        parts += [f"{title}, MB/s", "", table(header, speed_rows(cells, programs, warm)), ""]
    rows = [[vocabulary, program, f"{seconds * 1000:.0f}", f"{peak / 1e6:.0f}"]
            for (vocabulary, program), (seconds, peak) in sorted(loads(cells).items())]
    parts += ["Loading, and the most memory of the process with everything it encoded", "",
              table(["vocabulary", "program", "load, ms of processor time", "peak, MB"], rows), ""]
    excluded = sorted({f"{p} on {c.vocabulary}, {c.text}: {why}" for c in cells for p, why in c.excluded.items()})
    if excluded:
        parts += ["Left out: " + "; ".join(excluded) + ".", ""]
    calls = {p: PEERS[p].call for p in programs if p in PEERS}
    versions = {p: importlib.metadata.version(p) for p in calls}
    parts += ["Calls that were timed: " + "; ".join(f"{p} {versions[p]} `{call}`" for p, call in calls.items()) + ".", ""]
    machine = pathlib.Path("/proc/cpuinfo")
    name = next((line.split(":")[1].strip() for line in machine.read_text().splitlines() if "model name" in line), "") \
        if machine.exists() else os.uname().machine
    parts += [f"{datetime.date.today().isoformat()}; {name}, {os.cpu_count()} cores; load {os.getloadavg()[0]:.1f}; "
              f"medians over {options.rounds} rounds of {options.passes} passes. Command: `make bench`."]
    return "\n".join(parts)


def cells_of(options):
    cells = []
    for vocabulary in options.vocabularies:
        for text in options.texts_named:
            sizes = options.sizes or (SIZES if options.full else [USUAL_SIZE])
            cells += [Cell(vocabulary, text, size, 1) for size in sizes]
            cells += [Cell(vocabulary, text, USUAL_SIZE, threads) for threads in options.threads if threads > 1]
    return cells


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tessera", type=pathlib.Path, required=True, help="our program")
    parser.add_argument("--tokenizers", type=pathlib.Path, required=True, help="the folder of reference tokenizers")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="a folder for texts and vocabularies")
    parser.add_argument("--texts", type=pathlib.Path, help="a folder with prose.txt, code.txt and multilingual.txt")
    parser.add_argument("--baseline", type=pathlib.Path, help="the file with the ratios to hold")
    parser.add_argument("--write-baseline", action="store_true", help="write the ratios of this run into it")
    parser.add_argument("--write", type=pathlib.Path, help="a document to put the report into")
    parser.add_argument("--full", action="store_true", help="all five sizes of documents")
    parser.add_argument("--vocabularies", nargs="+", default=bench_vocabularies.NAMES, choices=bench_vocabularies.NAMES)
    parser.add_argument("--texts-named", nargs="+", default=bench_texts.NAMES, choices=bench_texts.NAMES)
    parser.add_argument("--sizes", nargs="+", type=int)
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--peers", nargs="+", default=list(PEERS), choices=list(PEERS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--passes", type=int, default=4)
    parser.add_argument("--wall", action="store_true", help="count the clock, not processor time")
    options = parser.parse_args()
    if options.passes < 2 or options.rounds < 1:
        parser.error("--passes is at least 2, --rounds at least 1")
    texts = options.texts or bench_texts.ready(options.work / "texts")
    vocabularies = options.work / "vocabularies"
    # In a process of its own: on Linux a child's peak memory begins at what its parent holds.
    maker = pathlib.Path(bench_vocabularies.__file__)
    subprocess.run([sys.executable, "-B", maker, options.tokenizers, vocabularies], check=True)
    bench, cells = Bench(options, texts, vocabularies), cells_of(options)
    for number, cell in enumerate(cells):
        print(f"{number + 1} of {len(cells)}: {cell.name}", file=sys.stderr)
        bench.measure(cell)
    programs = [OURS, *options.peers]
    text = report(cells, options, programs)
    print(text)
    if options.write:
        from bench import write_section

        write_section(options.write, text, "make bench tokenizers")
    baseline = json.loads(options.baseline.read_text()) if options.baseline and options.baseline.exists() else {}
    found, missed = judge(cells, {} if options.write_baseline else baseline)
    if options.write_baseline:
        options.baseline.write_text(json.dumps(baseline | found, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    for sentence in missed:
        print(f"MISSED {sentence}")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
