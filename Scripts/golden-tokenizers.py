#!/usr/bin/env python3
"""Writes the golden files of the published tokenizers, and compares a built program with the same references.

    golden-tokenizers.py                                   write Tests/ConformanceTests/Golden/Tokenizers
    golden-tokenizers.py --compare PROGRAM --count 100000  compare on as many further texts of each family

Both take `--only NAME...` (a name, or its beginning) and `--tokenizers FOLDER` (what `setup.sh tokenizers` prints). The
references are Hugging Face tokenizers 0.23.3, tiktoken 0.14.0 and sentencepiece 0.2.3; `golden_references.py` says which
reads what.

A golden file has a line of JSON about the tokenizer, then for each text of `tokenizer-texts.jsonl` a line of hashes: of
the ids, of the offsets, of the decoded text (`=` where it is the text itself), and of the ids with special tokens read as
text (left out where these are the ids above); `-` stands where the reference has none that can be compared. A hash is 48 bits of FNV-1a, in
base64: over ids and offsets as 32-bit little-endian numbers, over text as UTF-8.
"""

import argparse
import array
import base64
import importlib.metadata
import json
import pathlib
import subprocess
import sys
import threading
import time

from conformance_texts import FAMILIES, SEED, Texts, expand, thousand
from golden_references import VERSIONS, all_tokenizers

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "Tests/ConformanceTests/Golden"
SHOWN = 5


def fnv1a(data):
    """48 bits of FNV-1a (the 64 folded), in base64."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return base64.b64encode(((value >> 48) ^ (value & 0xFFFFFFFFFFFF)).to_bytes(6, "big")).decode()


def words(numbers):
    return array.array("I", numbers).tobytes()


def write_golden(reference, texts, target):
    added = reference.added()
    head = {"file": reference.file, "library": f"{reference.library} {VERSIONS[reference.library]}",
            "special": reference.special, "findsSpecial": reference.finds_special, "added": added}
    lines = [json.dumps(head, ensure_ascii=True, separators=(",", ":"))]
    for _, pattern in texts:
        text = expand(pattern, added)
        ids, offsets = reference.both(text)
        decoded = reference.decode(ids)
        plain = reference.text_ids(text)
        line = [fnv1a(words(ids)), "-" if offsets is None else fnv1a(words(offsets)),
                "-" if decoded is None else "=" if decoded == text else fnv1a(decoded.encode())]
        if plain != ids:
            line.append(fnv1a(words(plain)))
        lines.append(" ".join(line))
    (target / f"{reference.name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


class Program:
    """Our command line, one process for each question, texts as JSON strings a line."""

    def __init__(self, program, reference):
        self.program, self.reference = program, reference

    def ask(self, verb, lines, *flags):
        command = [self.program, "tokenizer", verb, "--tokenizer", self.reference.path, "--json", *flags]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

        def feed():
            try:
                process.stdin.write(("\n".join(lines) + "\n").encode())
                process.stdin.close()
            except BrokenPipeError:
                pass

        errors = []
        threads = [threading.Thread(target=feed), threading.Thread(target=lambda: errors.append(process.stderr.read()))]
        for thread in threads:
            thread.start()
        answers = [json.loads(line) for line in process.stdout]
        for thread in threads:
            thread.join()
        if process.wait() != 0 or len(answers) != len(lines):
            message = errors[0].decode(errors="replace").strip()
            raise RuntimeError(message or f"{len(answers)} answers to {len(lines)} texts")
        return answers

    def encode(self, texts, *flags):
        return self.ask("encode", [json.dumps(text) for text in texts], "--json-lines", *flags)

    def decode(self, lists):
        return [answer["text"] for answer in self.ask("decode", [json.dumps(ids) for ids in lists], "--lines")]


class Tally:
    """How often one property was compared and how often it differed, and the first differences."""

    def __init__(self):
        self.compared, self.differed, self.shown = 0, 0, []

    def add(self, same, describe):
        self.compared += 1
        if not same:
            self.differed += 1
            if len(self.shown) < SHOWN:
                self.shown.append(describe())


def first_difference(ours, theirs):
    return next((i for i, (a, b) in enumerate(zip(ours, theirs)) if a != b), min(len(ours), len(theirs)))


def describe_ids(family, text, ours, theirs, offsets):
    place = first_difference(ours, theirs)
    byte = offsets[2 * place] if offsets and 2 * place < len(offsets) else "?"
    return (f"[{family}] {text!a:.300}\n      token {place}, byte {byte}: ours {ours[max(0, place - 2):place + 6]}, "
            f"theirs {theirs[max(0, place - 2):place + 6]}")


def compare(reference, program, count, seed, folder, families):
    """Compares `count` texts of each family; returns the tallies by property."""
    tallies = {key: Tally() for key in ("ids", "offsets", "decoded", "as text")}
    texts, added, ours = Texts(seed, folder), reference.added(), Program(program, reference)
    flags = [] if reference.special else ["--no-special"]
    for family in families:
        left = count
        while left > 0:
            batch = [expand(texts.draw(family), added) for _ in range(min(left, 20_000))]
            left -= len(batch)
            theirs = [reference.both(text) for text in batch]
            whole = flags if reference.finds_special else [*flags, "--special-as-text"]
            answers = ours.encode(batch, *whole)
            for text, answer, (ids, offsets) in zip(batch, answers, theirs):
                same = answer["ids"] == ids
                tallies["ids"].add(same, lambda: describe_ids(family, text, answer["ids"], ids, offsets))
                if same and offsets is not None:
                    flat = [place for pair in answer["offsets"] for place in pair]
                    tallies["offsets"].add(flat == offsets, lambda: describe_ids(family, text, flat, offsets, None))
            decoded = ours.decode([ids for ids, _ in theirs])
            for text, found, (ids, _) in zip(batch, decoded, theirs):
                expected = reference.decode(ids)
                if expected is None:
                    continue
                tallies["decoded"].add(found == expected, lambda: f"[{family}] {text!a:.200}\n      ours "
                                       f"{found!a:.200}\n      theirs {expected!a:.200}")
            if reference.finds_special and family in ("added", "code"):
                answers = ours.encode(batch, "--no-special", "--special-as-text")
                for text, answer in zip(batch, answers):
                    expected = reference.text_ids(text)
                    tallies["as text"].add(answer["ids"] == expected, lambda: describe_ids(
                        family, text, answer["ids"], expected, None))
    return tallies


def report(rows):
    """The table for the documentation."""
    lines = ["| Tokenizer | Reference | Texts | ids | offsets | decoded | special as text |", "|---|---|---:|---|---|---|---|"]
    for row in rows:
        if "error" in row:
            lines.append(f"| {row['name']} | {row['library']} | 0 | {row['error'][:80]} | | | |")
            continue
        cells = []
        for key in ("ids", "offsets", "decoded", "as text"):
            compared, differed = row[key]
            cells.append("" if compared == 0 else "equal" if differed == 0 else f"{differed} of {compared} differ")
        lines.append(f"| {row['name']} | {row['library']} | {row['ids'][0]:,} | {' | '.join(cells)} |")
    return "\n".join(lines)


def run_comparison(references, options):
    rows = []
    for number, reference in enumerate(references):
        row = {"name": reference.name, "library": f"{reference.library} {VERSIONS[reference.library]}"}
        began = time.monotonic()
        try:
            tallies = compare(reference, options.compare, options.count, options.seed, options.texts, options.families)
            row |= {key: (tally.compared, tally.differed) for key, tally in tallies.items()}
            for key, tally in tallies.items():
                for shown in tally.shown:
                    print(f"  {reference.name}: {key} differ: {shown}")
        except (RuntimeError, ValueError, OSError) as error:
            row["error"] = str(error)
        rows.append(row)
        verdict = row.get("error") or ", ".join(
            f"{key} {row[key][1]} of {row[key][0]} differ" for key in ("ids", "offsets", "decoded", "as text"))
        print(f"{number + 1}/{len(references)} {reference.name}: {verdict} ({time.monotonic() - began:.0f} s)", flush=True)
        reference.unload()
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    if options.markdown:
        options.markdown.write_text(report(rows) + "\n", encoding="utf-8")
    return all("error" not in row and not any(row[key][1] for key in ("ids", "offsets", "decoded", "as text"))
               for row in rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokenizers", type=pathlib.Path, default=pathlib.Path.home() / ".cache/tessera/tokenizers")
    parser.add_argument("--only", nargs="+", default=[""], metavar="NAME")
    parser.add_argument("--output", type=pathlib.Path, default=GOLDEN)
    parser.add_argument("--compare", metavar="PROGRAM")
    parser.add_argument("--count", type=int, default=100_000, help="texts of each family (100000)")
    parser.add_argument("--families", nargs="+", default=FAMILIES, choices=FAMILIES)
    parser.add_argument("--seed", type=int, default=SEED + 1)
    parser.add_argument("--texts", type=pathlib.Path, help="a folder that bench_texts.py wrote, for real text as well")
    parser.add_argument("--json", type=pathlib.Path, help="a file for the counts")
    parser.add_argument("--markdown", type=pathlib.Path, help="a file for the table")
    options = parser.parse_args()
    for package, version in VERSIONS.items():
        if importlib.metadata.version(package) != version:
            sys.exit(f"error: {package} {importlib.metadata.version(package)} is installed, {version} is the reference")
    references = [r for r in all_tokenizers(options.tokenizers) if any(r.name.startswith(o) for o in options.only)]
    if not references:
        sys.exit(f"error: {options.tokenizers}: no tokenizer there is called {' or '.join(options.only)}")
    if options.compare:
        sys.exit(0 if run_comparison(references, options) else 1)
    target = options.output / "Tokenizers"
    target.mkdir(parents=True, exist_ok=True)
    texts = thousand()
    line = lambda family, text: json.dumps({"family": family, "text": text}, separators=(",", ":"))
    (options.output / "tokenizer-texts.jsonl").write_text("".join(line(*t) + "\n" for t in texts), encoding="utf-8")
    for reference in references:
        write_golden(reference, texts, target)
        reference.unload()
        print(reference.name, flush=True)


if __name__ == "__main__":
    main()
