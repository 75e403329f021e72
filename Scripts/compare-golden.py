#!/usr/bin/env python3
"""Compares golden files written anew with the committed ones.

    compare-golden.py NEW-FOLDER COMMITTED-FOLDER

Every file of the new folder is held against its namesake. Numbers in `top` and `fixed` of the logits, and the outputs
of the tiny models, may differ by a tolerance, because the order of float32 additions depends on the processor;
everything else has to be equal, except `about`, which tells versions and dates.
"""

import json
import pathlib
import sys

TOLERANCE = 1e-3  # of a logit; they span about 40, and two processors were seen to differ by some 1e-5
ARCHITECTURE_TOLERANCE = 1e-4  # of an output of the tiny models, which reach 6


def logit_differences(new, old):
    """Yields the differences of two prompt entries with equal ids."""
    for a, b in zip(new["fixed"], old["fixed"], strict=True):
        yield abs(a - b)
    # Two logits closer than the tolerance may change places, so ids are compared as a set, and values by rank.
    for (_, a), (_, b) in zip(new["top"], old["top"], strict=True):
        yield abs(a - b)
    values = dict(new["top"])
    last = old["top"][-1][1]
    for id, value in old["top"]:
        if id in values:
            yield abs(values[id] - value)
        elif value - last > TOLERANCE:
            yield float("inf")


def compare_logits(new, old):
    """The complaints about a logits file."""
    if new["fixed_ids"] != old["fixed_ids"] or len(new["prompts"]) != len(old["prompts"]):
        return ["other fixed ids or another number of prompts"]
    complaints, largest = [], 0.0
    for number, (a, b) in enumerate(zip(new["prompts"], old["prompts"])):
        if (a["prompt"], a["ids"]) != (b["prompt"], b["ids"]):
            complaints.append(f"prompt {number}: other text or ids")
            continue
        if a.get("greedy") != b.get("greedy"):
            complaints.append(f"prompt {number}: other tokens follow")
        difference = max(logit_differences(a, b))
        largest = max(largest, difference)
        if not difference <= TOLERANCE:
            complaints.append(f"prompt {number}: logits differ by {difference:.2e}, more than {TOLERANCE}")
    print(f"  largest difference of a logit: {largest:.2e}")
    return complaints


def compare_architecture(new, old):
    """The complaints about the golden logits of a tiny model."""
    if any(new[part] != old[part] for part in ("config", "tensors")) or len(new["texts"]) != len(old["texts"]):
        return ["another configuration, other tensors or another number of texts"]
    largest = 0.0
    for a, b in zip(new["texts"], old["texts"]):
        if a.keys() != b.keys() or a["ids"] != b["ids"]:
            return ["other ids"]
        for part in a.keys() - {"ids"}:
            for x, y in zip(numbers(a[part]), numbers(b[part]), strict=True):
                largest = max(largest, abs(x - y))
    print(f"  largest difference: {largest:.2e}")
    return [] if largest <= ARCHITECTURE_TOLERANCE else [f"outputs differ by {largest:.2e}"]


def numbers(value):
    """The numbers in nested lists, in order."""
    if isinstance(value, list):
        for element in value:
            yield from numbers(element)
    else:
        yield value


def without_about(value):
    return {key: item for key, item in value.items() if key != "about"} if isinstance(value, dict) else value


def compare_texts(new_path, old_path):
    """The complaints about a file with one text a line, after a line that describes it.

    Some texts are drawn from the Unicode tables of the Python that runs, so another Python draws others; a text that
    both files have must have the same ids and offsets.
    """
    new, old = ([json.loads(line) for line in path.open(encoding="utf-8")][1:] for path in (new_path, old_path))
    written = {line["text"]: line for line in new}
    again = [line for line in old if line["text"] in written]
    print(f"  {len(again)} of {len(old)} texts were drawn again")
    different = sum(written[line["text"]] != line for line in again)
    if not again:
        return ["no text was drawn again"]
    return [f"{different} texts with other ids or offsets"] if different else []


def compare(new_path, old_path):
    """The complaints about one file."""
    if not old_path.exists():
        return ["not committed"]
    if new_path.name == "tokenizer-smollm2.jsonl":
        return compare_texts(new_path, old_path)
    if new_path.suffix != ".json":
        return [] if new_path.read_bytes() == old_path.read_bytes() else ["other bytes"]
    new, old = (json.loads(path.read_text(encoding="utf-8")) for path in (new_path, old_path))
    if new_path.parent.name == "Architectures":
        return compare_architecture(new, old)
    if new_path.name.startswith("logits-"):
        return compare_logits(new, old)
    return [] if without_about(new) == without_about(old) else ["other content"]


def main():
    new_folder, old_folder = map(pathlib.Path, sys.argv[1:])
    paths = sorted(path for path in new_folder.rglob("*") if path.is_file())
    failed = not paths
    for path in paths:
        name = path.relative_to(new_folder)
        complaints = compare(path, old_folder / name)
        failed = failed or bool(complaints)
        print(f"{name}: {'; '.join(complaints) or 'as committed'}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
