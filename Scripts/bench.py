#!/usr/bin/env python3
"""Compares the speed of Tessera and llama.cpp on one model, side by side in one run; see Scripts/bench.sh.

First the results: both continue the same prompts greedily and must agree, up to a near tie. Then the speed, in
alternating rounds, so that a busy machine slows both. A ratio is taken within each round; the table shows medians and
the range over the rounds. The exit status is 1 when a required number is missed.
"""

import argparse
import datetime
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys

import bench_programs as programs
import greedy_agreement
from bench_report import table

REQUIRED = {"generation": 1.0, "prompt": 0.7}
AIM = {"generation": 1.25, "prompt": 1.0}
FIRST_TOKEN_SECONDS = 0.5
COMMAND_SECONDS = 0.030


def measure_speeds(tessera, llama, rounds):
    """One list of rates for each job and program; for llama.cpp the better of its attention settings."""
    ours, theirs = {"prompt": [], "generation": []}, {}
    for number in range(rounds):
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
        # Who goes first alternates too.
        for program in (tessera, llama) if number % 2 == 0 else (llama, tessera):
            for key, rate in program.rates().items():
                (ours if program is tessera else theirs).setdefault(key, []).append(rate)
    best = {}
    for job in ours:
        setting = max((key[1] for key in theirs if key[0] == job), key=lambda s: statistics.median(theirs[job, s]))
        best[job] = (setting, theirs[job, setting])
    return ours, best


def spread(values, digits=0, scale=1):
    values = [value * scale for value in values]
    middle, low, high = (f"{value:.{digits}f}" for value in (statistics.median(values), min(values), max(values)))
    return f"{middle} ({low}-{high})"


def speed_rows(ours, best):
    """The table's rows of the comparison, and whether each required number was reached."""
    rows, passed = [], True
    for job, title in (("generation", "generation"), ("prompt", "prompt")):
        setting, theirs = best[job]
        count = programs.GENERATED_TOKENS if job == "generation" else programs.PROMPT_TOKENS
        ratios = [a / b for a, b in zip(ours[job], theirs)]
        reached = statistics.median(ratios) >= REQUIRED[job]
        passed = passed and reached
        verdict = "aim reached" if statistics.median(ratios) >= AIM[job] else "reached" if reached else "MISSED"
        rows.append([
            f"{title} of {count} tokens, tokens/s ({setting})", spread(ours[job]), spread(theirs),
            spread(ratios, 2), f">= {REQUIRED[job]:.2f}, aim {AIM[job]:.2f}", verdict,
        ])
    return rows, passed


def time_rows(tessera, llama, runs):
    """The table's rows of start-up times and memory."""
    first = [programs.seconds_to_first_byte(tessera.first_token_command()) for _ in range(runs)]
    seconds, anonymous = [pair[0] for pair in first], max(pair[1] for pair in first)
    theirs = [str(llama.folder / "llama-greedy"), str(tessera.model), "1", str(tessera.threads)]
    their_seconds = [programs.seconds_of(theirs, "The capital of France is") for _ in range(runs)]
    encode = [tessera.program, "tokenizer", "encode", "--tokenizer", tessera.model]
    rows, passed = [], True

    def add(title, values, others, limit):
        nonlocal passed
        reached = statistics.median(values) < limit
        passed = passed and reached
        shown = spread(others, 0, 1000) if others else "-"
        rows.append([
            title, spread(values, 0, 1000), shown, "-", f"< {limit * 1000:.0f}", "reached" if reached else "MISSED",
        ])

    add("process start to first token, ms", seconds, their_seconds, FIRST_TOKEN_SECONDS)
    add("tokenizer encode, whole process, ms",
        [programs.seconds_of(encode, "Hello, world") for _ in range(runs * 2)], None, COMMAND_SECONDS)
    add("--version, whole process, ms",
        [programs.seconds_of([tessera.program, "--version"]) for _ in range(runs * 2)], None, COMMAND_SECONDS)
    size = os.path.getsize(tessera.model)
    if anonymous:
        rows.append([
            "memory beside the mapped model at the first token, MB", f"{anonymous / 1e6:.0f}", "-", "-",
            f"< {size / 1e6:.0f}, the model", "reached" if anonymous < size else "MISSED",
        ])
        passed = passed and anonymous < size
    return rows, passed


def machine():
    """The machine in one line."""
    name, cores = platform.processor() or platform.machine(), os.cpu_count()
    sets = ""
    if os.path.exists("/proc/cpuinfo"):
        text = pathlib.Path("/proc/cpuinfo").read_text()
        name = (re.findall(r"model name\s*:\s*(.*)", text) or [name])[0]
        flags = set((re.findall(r"flags\s*:\s*(.*)", text) or [""])[0].split())
        sets = ", " + "/".join(f for f in ("avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16") if f in flags)
    return f"{name}, {cores} cores{sets}; {platform.system()} {platform.release()}; load {os.getloadavg()[0]:.1f}"


def commit():
    folder = pathlib.Path(__file__).parent
    found = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=folder, capture_output=True, text=True)
    return found.stdout.strip() or "unknown"


def markdown(rows):
    return table(["measure", "Tessera", "llama.cpp", "ratio", "required", "result"], rows)


def write_section(path, text, name="make bench"):
    """Puts `text` between two marks of that name in the document, at its end when there are none."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    document = path.read_text(encoding="utf-8") if path.exists() else "# Benchmarks\n"
    section = f"{begin}\n{text}\n{end}"
    if begin in document and end in document:
        before, after = document.split(begin, 1)[0], document.split(end, 1)[1]
        document = before + section + after
    else:
        document = document.rstrip("\n") + "\n\n" + section + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(document, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description="Compare the speed of Tessera and llama.cpp.")
    parser.add_argument("--tessera", type=pathlib.Path, required=True, help="our program")
    parser.add_argument("--llama", type=pathlib.Path, required=True, help="the folder of llama.cpp's programs")
    parser.add_argument("--llama-version", required=True, help="what to call it in the report")
    parser.add_argument("--model", type=pathlib.Path, required=True, help="the GGUF file both run")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="threads for both (all cores)")
    parser.add_argument("--rounds", type=int, default=7, help="alternating rounds (7)")
    parser.add_argument("--write", type=pathlib.Path, help="a document to put the report into")
    options = parser.parse_args()
    if options.rounds < 1 or options.threads < 1:
        parser.error("--rounds and --threads are at least 1")

    busy = os.getloadavg()[0]
    if busy > 0.5:
        print(f"warning: the load of this machine is {busy:.1f}; other processes slow both programs", file=sys.stderr)
    tessera = programs.Tessera(options.tessera, options.model, options.threads)
    llama = programs.LlamaCpp(options.llama, options.model, options.threads)
    sentences = greedy_agreement.compare(tessera, llama)
    ours, best = measure_speeds(tessera, llama, options.rounds)
    rows, fast = speed_rows(ours, best)
    more, quick = time_rows(tessera, llama, options.rounds)

    report = "\n".join([
        markdown(rows + more), "",
        f"Medians, and the range over {options.rounds} alternating rounds; ratios are taken within a round. "
        f"{options.threads} threads, {options.model.name}.", "",
        "Same results first: " + "; ".join(sentences) + ".", "",
        f"{datetime.date.today().isoformat()}; {machine()}; Tessera {tessera.version()} at {commit()} "
        f"({tessera.instruction_set} kernels); {options.llama_version}, built for this machine by {llama.compiler()}. "
        "Command: `make bench`.",
    ])
    print(report)
    if options.write:
        write_section(options.write, report)
    sys.exit(0 if fast and quick else 1)


if __name__ == "__main__":
    main()
