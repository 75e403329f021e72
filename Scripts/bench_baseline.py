"""The ratios that the benchmarks of tokenizers hold: kept in a file, and compared with those of a run.

    bench_baseline.py BASELINE FOUND

compares two files of ratios by name, prints a sentence for each that fell, and ends with status 1 when there is one.
A ratio is ours to a peer's within one run, so that it depends on the machine as little as can be; it falls when it is
more than a tenth below the baseline.
"""

import json
import pathlib
import sys

TOLERANCE = 0.9


def read(path):
    """The ratios of a file by name; none when there is no file."""
    return json.loads(path.read_text(encoding="utf-8")) if path and path.exists() else {}


def write(path, found, measured):
    """Puts the ratios found into the file, where the better of two runs is kept: a slow moment lowers no bar.

    What a measured cell no longer gives is dropped. To let a ratio fall on purpose, take its line out first.
    """
    before = read(path)
    kept = {name: ratio for name, ratio in before.items() if not is_measured(name, measured)}
    better = {name: max(ratio, before.get(name, ratio)) for name, ratio in found.items()}
    ratios = {name: round(ratio, 3) for name, ratio in (kept | better).items()}
    path.write_text(json.dumps(ratios, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def is_measured(name, measured):
    """Whether a ratio belongs to one of the cells measured, which its name begins with."""
    return any(name.startswith(cell + "/") for cell in measured)


def fallen(found, baseline, measured):
    """Sentences about ratios that fell, or that the baseline has and a cell measured did not give."""
    sentences = []
    for name, before in sorted(baseline.items()):
        if name in found:
            if found[name] < before * TOLERANCE:
                sentences.append(f"{name}: {found[name]:.2f}, fell from {before:.2f}")
        elif is_measured(name, measured):
            sentences.append(f"{name}: was {before:.2f}, could not be measured this time")
    return sentences


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    baseline, found = (read(pathlib.Path(name)) for name in sys.argv[1:])
    sentences = fallen(found, baseline, {name.rsplit("/", 1)[0] for name in baseline})
    for sentence in sentences:
        print(f"MISSED {sentence}")
    sys.exit(1 if sentences else 0)


if __name__ == "__main__":
    main()
