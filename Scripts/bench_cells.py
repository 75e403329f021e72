"""What `bench-tokenizers.py` measures: cells, each run in rounds by every program in a process of its own."""

import json
import os
import pathlib
import statistics
import subprocess
import sys

from bench_tokenizer_peers import ONE_THREAD, PEERS, WITHOUT

FAST = ["snaptokens", "gigatoken", "fastokens", "splintr-rs", "quicktok-v1"]
OURS = "tessera"
ADVERSARIAL = "adversarial"
# Seconds after which a program that does not come to an end is left out of a cell.
PATIENCE = 60
LOAD_BYTES = 64  # of the text that is encoded once after a load that is measured


class Cell:
    """One vocabulary on one text, in documents of one size, with some threads.

    `kind` is what is measured: `speed`, `load`, or `tails`, the times of single documents.
    """

    def __init__(self, vocabulary, text, size, threads=1, kind="speed", wall=False):
        self.vocabulary, self.text, self.size, self.threads, self.kind = vocabulary, text, size, threads, kind
        # Processor time says nothing about several threads.
        self.wall = wall or threads > 1
        self.runs, self.excluded = {}, {}

    @property
    def name(self):
        if self.kind == "load":
            return f"{self.vocabulary}/load"
        parts = [self.vocabulary, self.text, str(self.size), str(self.threads)]
        return "/".join(parts if self.kind == "speed" else [*parts, self.kind])

    def programs(self, chosen):
        return [p for p in chosen if (p, self.vocabulary) not in WITHOUT and (self.threads == 1 or p not in ONE_THREAD)]

    def rates(self, program, warm):
        """Megabytes a second of each round: of the cold pass, or of the best warm one."""
        key = "seconds" if self.wall else "processorSeconds"
        return [run["byteCount"] / 1e6 / max(min(run[key][1:]) if warm else run[key][0], 1e-9)
                for run in self.runs[program]]

    def middle(self, program, key):
        return statistics.median(run[key] for run in self.runs[program])

    def ratio(self, program, warm):
        """Ours to a program's, taken within rounds; of a slow program there is only the first."""
        pairs = zip(self.rates(OURS, warm), self.rates(program, warm))
        return statistics.median(ours / theirs for ours, theirs in pairs)

    def ratios(self):
        """What is held against the baseline, by name: to the best of the fast programs and to tiktoken; loads."""
        if OURS not in self.runs:
            return {}
        if self.kind == "load":
            if "tokenizers" not in self.runs:
                return {}
            # The clock and processor time: the one that flatters us less.
            slower = min(self.middle("tokenizers", key) / self.middle(OURS, key)
                         for key in ("loadSeconds", "loadProcessorSeconds"))
            memory = self.middle("tokenizers", "loadBytes") / max(self.middle(OURS, "loadBytes"), 1)
            return {f"{self.name}/seconds": slower, f"{self.name}/memory": memory}
        if self.kind == "tails":
            return {}
        found = {}
        # Of a text that is one word, a later pass only looks that up.
        for warm in (False,) if self.text.startswith(ADVERSARIAL) else (False, True):
            fast = [self.ratio(p, warm) for p in FAST if p in self.runs]
            if fast:
                found[f"{self.name}/{'warm' if warm else 'cold'}/fastest"] = min(fast)
            if "tiktoken" in self.runs:
                found[f"{self.name}/{'warm' if warm else 'cold'}/tiktoken"] = self.ratio("tiktoken", warm)
        return found


class Bench:
    """Runs the programs."""

    def __init__(self, tessera, texts, vocabularies, peers, rounds, passes):
        self.tessera, self.texts, self.vocabularies, self.peers = tessera, texts, vocabularies, peers
        self.rounds, self.passes = rounds, passes
        self.worker = pathlib.Path(__file__).with_name("bench_tokenizer_peers.py")

    def command(self, program, cell):
        passes = 1 if cell.kind == "load" else self.passes
        if program not in FAST and program != OURS or cell.text.startswith(ADVERSARIAL):
            passes = min(passes, 2)
        more = ["--document-bytes", str(cell.size), "--threads", str(cell.threads), "--passes", str(passes)]
        if cell.kind == "tails":
            more.append("--each")
        text, folder = self.texts / f"{cell.text}.txt", self.vocabularies / cell.vocabulary
        if program == OURS:
            file = folder / "tokenizer.json"
            return [self.tessera, "bench", "tokenizer", "--json", "--tokenizer", file, "--text", text, *more]
        return [sys.executable, "-B", self.worker, program, folder, text, *more]

    def run(self, program, cell):
        environment = os.environ | {"RAYON_NUM_THREADS": str(cell.threads)}
        try:
            done = subprocess.run(self.command(program, cell), capture_output=True, text=True, env=environment,
                                  timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            raise RuntimeError(f"not done after {PATIENCE} s") from None
        if done.returncode != 0:
            raise RuntimeError((done.stderr.strip().splitlines() or ["no message"])[-1])
        return json.loads(done.stdout)

    def measure(self, cell):
        programs = cell.programs([OURS, *self.peers])
        if cell.kind == "load":
            programs = [p for p in programs if p in (OURS, "tokenizers")]
        for number in range(self.rounds):
            turn = programs[number % len(programs):] + programs[:number % len(programs)]
            for program in turn:
                slow = program not in FAST and program != OURS and cell.kind != "load"
                if program in cell.excluded or (number > 0 and slow):
                    continue  # the slow ones differ by far more than the noise: one round is enough
                try:
                    cell.runs.setdefault(program, []).append(self.run(program, cell))
                except (RuntimeError, ValueError) as error:
                    cell.excluded[program] = str(error)
                    cell.runs.pop(program, None)
            if number == 0 and cell.kind != "tails":
                compare_ids(cell)


def compare_ids(cell):
    """Leaves out who gives other ids than Hugging Face tokenizers, or than most when it does not take part."""
    found = {p: (r[0]["tokenCount"], r[0]["checksum"]) for p, r in cell.runs.items()}
    values = list(found.values())
    if not values:
        return
    right = found.get("tokenizers") or max(values, key=values.count)
    for program, value in found.items():
        if value != right:
            cell.excluded[program] = f"other ids ({value[0]} tokens instead of {right[0]})"
            del cell.runs[program]


def calls(programs):
    """The call of each peer that was timed, and that for single documents."""
    return {p: (PEERS[p].call, PEERS[p].each) for p in programs if p in PEERS}
