"""The report of `bench-tokenizers.py` as tables, and its judgement."""

import datetime
import importlib.metadata
import os
import pathlib
import statistics

import bench_baseline
from bench_cells import ADVERSARIAL, OURS, calls

REQUIRED = {"fastest": 1.0, "tiktoken": 4.0, "seconds": 3.0, "memory": 1.0}
AIM = {"fastest": 1.25, "tiktoken": 10.0}


def spread(values, digits=1):
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}-{max(values):.{digits}f})"


def table(header, rows):
    widths = [max(len(str(row[i])) for row in [header, *rows]) for i in range(len(header))]
    line = lambda cells: "| " + " | ".join(str(c).ljust(w) for c, w in zip(cells, widths)) + " |"
    return "\n".join([line(header), "|" + "|".join("-" * (w + 2) for w in widths) + "|", *map(line, rows)])


def absent(cell, program):
    why = cell.excluded.get(program, "")
    return "ids differ" if "ids" in why else "too slow" if "not done" in why else "-"


def speed_rows(cells, programs, warm):
    rows = []
    for cell in cells:
        found = cell.ratios()
        pass_name = "warm" if warm else "cold"
        shown = lambda key, digits: (f"{found[name]:.{digits}f}" if (name := f"{cell.name}/{pass_name}/{key}") in found
                                     else "-")
        rows.append([
            cell.vocabulary, cell.text, cell.size, cell.threads,
            *(spread(cell.rates(p, warm)) if p in cell.runs else absent(cell, p) for p in programs),
            shown("fastest", 2), shown("tiktoken", 1)])
    return rows


def load_rows(cells):
    rows = []
    for cell in cells:
        for program, runs in cell.runs.items():
            clock, processor = ([run[key] * 1000 for run in runs] for key in ("loadSeconds", "loadProcessorSeconds"))
            grown, peak = (statistics.median(run[key] for run in runs) / 1e6 for key in ("loadBytes", "peakBytes"))
            found = cell.ratios() if program == OURS else {}
            times = f"{found[f'{cell.name}/seconds']:.1f}" if found else ""
            rows.append([cell.vocabulary, program, spread(clock), spread(processor), f"{grown:.0f}", f"{peak:.0f}", times])
    return rows


def tail_rows(cells, programs):
    """Microseconds a document: median over the rounds of the middle document, the 99th of a hundred, the slowest."""
    rows = []
    for cell in cells:
        for program in programs:
            if program not in cell.runs:
                continue
            shown = []
            for number in (0, -1):
                parts = zip(*(run["tails"][number] for run in cell.runs[program]))
                shown.append(" / ".join(f"{statistics.median(part):.0f}" for part in parts))
            rows.append([cell.vocabulary, cell.text, cell.size, program, *shown])
    return rows


def judge(cells, baseline):
    """The ratios by name, and sentences about those that miss what is required or fell below the baseline."""
    found, missed = {}, []
    for cell in cells:
        if OURS in cell.excluded:
            missed.append(f"{cell.name}: {cell.excluded[OURS]}")
        for name, ratio in cell.ratios().items():
            found[name] = ratio
            key = name.rsplit("/", 1)[1]
            # What is required is the cold pass on one thread; the rest is reported. On adversarial texts nothing is.
            required = cell.kind == "load" or (
                "/cold/" in name and cell.threads == 1 and not cell.text.startswith(ADVERSARIAL))
            if required and ratio < REQUIRED[key]:
                missed.append(f"{name}: {ratio:.2f}, required {REQUIRED[key]:.2f}")
    return found, missed + bench_baseline.fallen(found, baseline, {cell.name for cell in cells})


def machine():
    path = pathlib.Path("/proc/cpuinfo")
    names = [line.split(":")[1].strip() for line in path.read_text().splitlines() if "model name" in line] \
        if path.exists() else []
    return f"{names[0] if names else os.uname().machine}, {os.cpu_count()} cores; load {os.getloadavg()[0]:.1f}"


def text(cells, programs, rounds, passes):
    """The whole report."""
    parts = []
    of = lambda kind: [cell for cell in cells if cell.kind == kind]
    speed = [cell for cell in of("speed") if not cell.text.startswith(ADVERSARIAL)]
    hard = [cell for cell in of("speed") if cell.text.startswith(ADVERSARIAL)]
    header = ["vocabulary", "text", "document bytes", "threads", *programs, "to the fastest", "to tiktoken"]
    for warm, title in ((False, "Cold: the first pass of a process"), (True, "Warm: the best later pass over the same text")):
        if speed:
            parts += [f"{title}, MB/s", "", table(header, speed_rows(speed, programs, warm)), ""]
    if hard:
        parts += ["Adversarial texts of a megabyte as one document, cold, MB/s", "",
                  table(header, speed_rows(hard, programs, False)), ""]
    if of("tails"):
        parts += ["Single documents, one call each, microseconds: the middle one / 1 in 100 is slower / the slowest", "",
                  table(["vocabulary", "text", "document bytes", "program", "cold", "last pass"],
                        tail_rows(of("tails"), programs)), ""]
    if of("load"):
        parts += ["Loading `tokenizer.json`, with one short text encoded after it", "",
                  table(["vocabulary", "program", "clock, ms", "processor, ms", "memory grown by, MB", "peak, MB",
                         "ours is faster by"], load_rows(of("load"))), ""]
    losing = sorted({name for cell in cells for name, ratio in cell.ratios().items() if ratio < 1})
    parts += [f"Rows that lose ({len(losing)}): " + (", ".join(losing) or "none") + ".", ""]
    excluded = sorted({f"{p} on {c.vocabulary}, {c.text}: {why}" for c in cells for p, why in c.excluded.items()})
    if excluded:
        parts += ["Left out: " + "; ".join(excluded) + ".", ""]
    parts += ["Calls that were timed: " + "; ".join(
        f"{p} {importlib.metadata.version(p)} `{call}`, for single documents `{each}`"
        for p, (call, each) in calls(programs).items()) + ".", ""]
    parts += [f"{datetime.date.today().isoformat()}; {machine()}; medians and ranges over {rounds} rounds of {passes} "
              "passes, ratios taken within a round; one thread in processor time, several on the clock. "
              "Command: `make bench`."]
    return "\n".join(parts)
