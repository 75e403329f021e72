#!/usr/bin/env python3
"""Writes the golden files of the published tokenizers, and compares a built program with the same references.

    golden-tokenizers.py                                   write Tests/ConformanceTests/Golden/Tokenizers
    golden-tokenizers.py --compare PROGRAM --count 100000  compare on as many further texts for each family of tokenizers

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
import sys

import bench_texts
from conformance_comparison import run_comparison
from conformance_texts import FAMILIES, SEED, expand, thousand
from golden_references import VERSIONS, all_tokenizers

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "Tests/ConformanceTests/Golden"


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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokenizers", type=pathlib.Path, default=pathlib.Path.home() / ".cache/tessera/tokenizers")
    parser.add_argument("--only", nargs="+", default=[""], metavar="NAME")
    parser.add_argument("--output", type=pathlib.Path, default=GOLDEN)
    parser.add_argument("--compare", metavar="PROGRAM")
    parser.add_argument("--count", type=int, default=100_000, help="texts for the first of each family (100000)")
    parser.add_argument("--least", type=int, default=2_200, help="texts for every other tokenizer (2200)")
    parser.add_argument("--families", nargs="+", default=FAMILIES, choices=FAMILIES, help="the kinds of texts drawn")
    parser.add_argument("--seed", type=int, default=SEED + 1)
    parser.add_argument("--texts", type=pathlib.Path,
                        help="a folder with real texts to draw from as well; bench_texts.py fetches them if it is empty")
    parser.add_argument("--json", type=pathlib.Path, help="a file for the counts and the first differences")
    parser.add_argument("--document", type=pathlib.Path, help="a file to put the table into, between its markers")
    options = parser.parse_args()
    for package, version in VERSIONS.items():
        if importlib.metadata.version(package) != version:
            sys.exit(f"error: {package} {importlib.metadata.version(package)} is installed, {version} is the reference")
    references = [r for r in all_tokenizers(options.tokenizers) if any(r.name.startswith(o) for o in options.only)]
    if not references:
        sys.exit(f"error: {options.tokenizers}: no tokenizer there is called {' or '.join(options.only)}")
    if options.compare:
        if options.texts:
            bench_texts.ready(options.texts)
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
