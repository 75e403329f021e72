#!/usr/bin/env python3
"""Measures the kernels, and both programs on models of several formats; see Scripts/bench-kernels.sh.

The first table is what `tessera bench kernels` measures: m tokens at once beside one, and beside the roof. The second
compares with llama.cpp, model by model, in alternating rounds; ratios are taken within a round. The exit status is 1
when a required number is missed.
"""

import argparse
import datetime
import importlib.util
import json
import os
import pathlib
import statistics
import sys

import bench_programs as programs
from bench_report import table

ROOF_UP_TO_8, ROOF_BEYOND = 1.4, 2.0
FOUR_TOKENS = {"Q4_0": 1.5, "Q4_1": 1.5, "Q8_0": 1.25, "BF16": 1.25}
OF_BANDWIDTH = {"Q8_0": 0.9, "F16": 0.8, "Q4_0": 0.8, "Q4_1": 0.8}
SHOWN = [1, 2, 4, 8, 16, 32, 64, 81]
CEILINGS = " ".join([
    "The roof is the longer of two times: reading the weights as fast as all threads read the same bytes, and doing the",
    "multiply-adds as fast as registers alone allow. The latter is a loop of the very instructions of the product with",
    "many tokens, scales included, without a load or a store: on AVX2 for 4 bits maddubs and add, and one madd in",
    "eight; for Q8_0 sign, maddubs, madd and add; for 5 and 6 bits more madds; for F16 and BF16 the fused multiply-add.",
])
GENERATION, PROMPT = {"Q4_0": 1.25, "Q4_1": 1.25, "Q8_0": 1.25}, 1.0


def bench_module():
    """`bench.py`, whose name is a command's; for `machine`, `commit`, `write_section`."""
    spec = importlib.util.spec_from_file_location("bench", pathlib.Path(__file__).with_name("bench.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def kernel_rows(found):
    """The table's rows, and the requirements that are missed."""
    rows, missed = [], []
    for entry in found["formats"]:
        name, one = entry["format"], entry["times"][0]["seconds"]
        for time in entry["times"]:
            m, seconds, roof = time["tokens"], time["seconds"], time["roofSeconds"]
            if m not in SHOWN:
                continue
            verdicts = []

            def require(value, limit, what, at_most=True):
                reached = value <= limit if at_most else value >= limit
                verdicts.append(f"{what} {'<=' if at_most else '>='} {limit}: {'reached' if reached else 'MISSED'}")
                if not reached:
                    missed.append(f"{name}, m = {m}: {what} is {value:.2f}, not {limit}")

            fraction = entry["bytes"] / seconds / entry["bytesPerSecond"]
            if m == 1 and name in OF_BANDWIDTH:
                require(fraction, OF_BANDWIDTH[name], "of bandwidth", at_most=False)
            if m == 4 and name in FOUR_TOKENS:
                require(seconds / one, FOUR_TOKENS[name], "t(4)/t(1)")
            if m > 1 and roof:
                require(seconds / roof, ROOF_UP_TO_8 if m <= 8 else ROOF_BEYOND, "t/roof")
            rows.append([
                name, m, f"{seconds * 1e3:.1f}", f"{seconds / one:.2f}", f"{fraction:.2f}",
                f"{entry['weights'] * m / seconds / 1e9:.0f}", f"{seconds / roof:.2f}" if roof else "-",
                "; ".join(verdicts) or "-",
            ])
    return rows, missed


def kernel_report(found):
    rows, missed = kernel_rows(found)
    header = ["format", "m", "t(m), ms", "t(m)/t(1)", "of read bandwidth", "G multiply-adds/s", "t/roof", "required"]
    ceilings = "; ".join(
        f"{entry['format']}: {entry['bytesPerSecond'] / 1e9:.1f} GB/s read, "
        + (f"{entry['multiplyAddsPerSecond'] / 1e9:.0f} G multiply-adds/s on registers, "
           if entry["multiplyAddsPerSecond"] else "")
        + f"tree size {entry['treeSize']}"
        for entry in found["formats"])
    return "\n".join([
        f"The matrices of {found['layers']} layers of a 1.1-billion-parameter model and of its head, random weights; "
        f"{found['threads']} threads, {found['instructionSet']} kernels, of {found['rounds']} rounds the best of each matrix.", "",
        table(header, rows), "", CEILINGS, "",
        f"Ceilings in the same rounds, and the largest m that costs at most 1.5 tokens: {ceilings}.",
    ]), missed


def compare(tessera, llama, rounds):
    """Ratios of one model: prompt and generation, against the better of llama.cpp's attention settings."""
    ours, theirs = {"prompt": [], "generation": []}, {}
    for number in range(rounds):
        for program in (tessera, llama) if number % 2 == 0 else (llama, tessera):
            for key, rate in program.rates().items():
                (ours if program is tessera else theirs).setdefault(key, []).append(rate)
    rows = {}
    for job in ours:
        setting = max((key[1] for key in theirs if key[0] == job), key=lambda s: statistics.median(theirs[job, s]))
        rows[job] = (ours[job], theirs[job, setting])
    return rows


def comparison_rows(measured):
    rows, missed = [], []
    for name, jobs in measured.items():
        for job, (ours, theirs) in jobs.items():
            ratios = [a / b for a, b in zip(ours, theirs)]
            ratio = statistics.median(ratios)
            kind = name.rpartition("-")[2]
            limit = GENERATION.get(kind, 1.0) if job == "generation" else PROMPT
            count = programs.GENERATED_TOKENS if job == "generation" else programs.PROMPT_TOKENS
            if ratio < limit:
                missed.append(f"{name}: {job} is {ratio:.2f} of llama.cpp, not {limit}")
            rows.append([
                name, f"{job} of {count}", f"{statistics.median(ours):.1f}", f"{statistics.median(theirs):.1f}",
                f"{ratio:.2f} ({min(ratios):.2f}-{max(ratios):.2f})",
                f">= {limit:.2f}: {'reached' if ratio >= limit else 'MISSED'}",
            ])
    return rows, missed


def main():
    parser = argparse.ArgumentParser(description="Measure the kernels and compare with llama.cpp.")
    parser.add_argument("--tessera", type=pathlib.Path, required=True, help="our program")
    parser.add_argument("--llama", type=pathlib.Path, help="the folder of llama.cpp's programs; none: kernels only")
    parser.add_argument("--llama-version", default="llama.cpp", help="what to call it in the report")
    parser.add_argument("--models", type=pathlib.Path, nargs="*", default=[], help="GGUF files named NAME-FORMAT.gguf")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="threads for both (all cores)")
    parser.add_argument("--rounds", type=int, default=3, help="alternating rounds (3)")
    parser.add_argument("--prompt-tokens", type=int, default=512, help="tokens of a prompt (512)")
    parser.add_argument("--generated-tokens", type=int, default=128, help="tokens to generate (128)")
    parser.add_argument("--results", type=pathlib.Path, help="keep and reuse what was measured in this file")
    parser.add_argument("--write", type=pathlib.Path, help="a document to put the report into")
    options = parser.parse_args()
    programs.PROMPT_TOKENS, programs.GENERATED_TOKENS = options.prompt_tokens, options.generated_tokens
    results = {"kernels": None, "models": {}}
    if options.results and options.results.exists():
        results = json.loads(options.results.read_text())

    if results["kernels"] is None:
        command = [options.tessera, "bench", "kernels", "--json", "--threads", str(options.threads)]
        results["kernels"] = json.loads(programs.output([*command, "--formats", "Q4_0,Q8_0,BF16,F16,Q4_K,Q6_K"]))
    for model in options.models:
        if options.llama and model.stem not in results["models"]:
            tessera = programs.Tessera(options.tessera, model, options.threads)
            llama = programs.LlamaCpp(options.llama, model, options.threads)
            results["models"][model.stem] = compare(tessera, llama, options.rounds)
    if options.results:
        options.results.write_text(json.dumps(results, indent=1) + "\n")

    bench = bench_module()
    report, missed = kernel_report(results["kernels"])
    if results["models"]:
        rows, more = comparison_rows(results["models"])
        header = ["model", "job, tokens", "Tessera, tokens/s", "llama.cpp, tokens/s", "ratio", "required"]
        report += "\n\n" + table(header, rows)
        missed += more
    report += "\n\n" + "\n".join([
        ("Missed: " + "; ".join(missed) + "." if missed else "Every requirement is reached."), "",
        f"{datetime.date.today().isoformat()}; {bench.machine()}; Tessera at {bench.commit()}; {options.llama_version}. "
        "Command: `make bench`.",
    ])
    print(report)
    if options.write:
        bench.write_section(options.write, report, name="make bench kernels")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
