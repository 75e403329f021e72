#!/usr/bin/env python3
"""Saves every published tokenizer in every format that can express it, and reads the files with the libraries.

    roundtrip-tokenizers.py PROGRAM

For each tokenizer (`--tokenizers FOLDER`, `--only NAME...`) `PROGRAM tokenizer convert` writes tokenizer.json, a Hugging
Face folder, .tiktoken, .model and GGUF. What it writes is read with tokenizers, tiktoken or sentencepiece (a GGUF file
as `golden_references.py` reads those of llama.cpp) and must give the ids that the original gives in its own library, on
the thousand texts of the golden files. A format that cannot express a tokenizer must be refused with a reason; one that
loses something that changes ids must say so. Besides, folders of vocab.json and merges.txt are made of the byte-level
`tokenizer.json` files, and must either give the same ids or be refused.

Prints a line for each file that differs and a table; exits with 1 when ids differ that nobody spoke of.
"""

import argparse
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

import golden_references as references
from bench_vocabularies import byte_alphabet
from conformance_texts import expand, thousand

FORMATS = {"json": "json", "folder": "", "tiktoken": "tiktoken", "model": "model", "gguf": "gguf"}
# What a loss that changes ids has in its words.
EXCUSES = ("NFC", "white space beside them", "special and added tokens", "inside grapheme clusters")


class Refused(Exception):
    """The program says that it cannot write or read this."""


def ask(program, *arguments):
    done = subprocess.run([program, "tokenizer", *map(str, arguments)], capture_output=True)
    if done.returncode < 0 or done.returncode > 2:
        raise RuntimeError(f"{arguments}: exit {done.returncode}")
    if done.returncode != 0:
        raise Refused(done.stderr.decode(errors="replace").strip())
    return done.stdout


def expected_ids(reference, texts):
    """The ids without special tokens put around; special tokens in the text are found where the library can."""
    if isinstance(reference, references.HuggingFace):
        tokenizer = reference.tokenizer()
        tokenizer.encode_special_tokens = False
        return [encoding.ids for encoding in tokenizer.encode_batch(texts, add_special_tokens=False)]
    return [reference.ids(text) for text in texts]


def read_json(path, reference, texts):
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.encode_special_tokens = not reference.finds_special
    return [encoding.ids for encoding in tokenizer.encode_batch(texts, add_special_tokens=False)]


def read_tiktoken(path, reference, texts):
    import base64

    import tiktoken

    ranks = {base64.b64decode(token): int(rank) for token, rank in map(bytes.split, path.read_bytes().splitlines())}
    special, shift = {}, 0
    if isinstance(reference, references.Tekken):
        pattern = reference.rules()
    elif isinstance(reference, references.Tiktoken):
        pattern, special = reference.rule()["pat_str"], reference.rule()["special_tokens"]
    else:
        pattern = split_pattern(reference.tokenizer())
        special = {token.content: id for id, token in reference.tokenizer().get_added_tokens_decoder().items()}
    special = {token: id for token, id in special.items() if token.encode() not in ranks}
    encoding = tiktoken.Encoding("saved", pat_str=pattern, mergeable_ranks=ranks, special_tokens=special)
    return [encoding.encode(text, allowed_special="all") for text in texts]


def split_pattern(tokenizer):
    """The one expression of a pre-tokenizer of Hugging Face's; KeyError when there are several."""
    parts = json.loads(tokenizer.to_str())["pre_tokenizer"]
    parts = [part for part in parts.get("pretokenizers", [parts])]
    splits = [part["pattern"]["Regex"] for part in parts if part["type"] == "Split"]
    if len(splits) > 1 or any(part["type"] not in ("Split", "ByteLevel") for part in parts):
        raise KeyError("several expressions, which tiktoken does not have")
    return splits[0] if splits else references.GPT2_SPLIT


def read_model(path, reference, texts):
    import sentencepiece

    processor = sentencepiece.SentencePieceProcessor(model_file=str(path))
    return [processor.encode(text) for text in texts]


def read_gguf(path, reference, texts):
    fields = references.vocabulary(path)
    kinds = {"gpt2": references.GGUFBytePair, "llama": references.GGUFSentencePiece, "t5": references.GGUFSentencePiece,
             "bert": references.GGUFWordPiece}
    saved = kinds[fields["model"]](reference.root, path.resolve(), "saved")
    if isinstance(saved, references.GGUFSentencePiece) and reference.finds_special:
        raise KeyError("special tokens in texts, which sentencepiece does not find")
    return expected_ids(saved, texts)


READERS = {"json": read_json, "folder": lambda path, *rest: read_json(path / "tokenizer.json", *rest),
           "tiktoken": read_tiktoken, "model": read_model, "gguf": read_gguf}


def try_format(program, reference, form, texts, expected, work):
    """("equal" | "refused" | "unchecked" | "differs" | "lossy", the reason or how many differ)."""
    path = work / f"saved.{FORMATS[form]}" if FORMATS[form] else work / "saved"
    try:
        losses = json.loads(ask(program, "convert", reference.path, path, "--json"))["losses"]
    except Refused as refusal:
        return "refused", str(refusal).split(": ", 2)[-1]
    try:
        found = READERS[form](path, reference, texts)
    except (KeyError, ValueError) as error:
        return "unchecked", str(error).strip("'")
    wrong = [number for number, (ours, theirs) in enumerate(zip(found, expected)) if ours != theirs]
    if not wrong:
        return "equal", ""
    spoken = [loss for loss in losses if any(excuse in loss for excuse in EXCUSES)]
    first = f"{len(wrong)} of {len(texts)}, first {texts[wrong[0]]!a:.80}"
    return ("lossy", f"{first}: {'; '.join(spoken)}") if spoken else ("differs", first)


def try_plain_folder(program, reference, texts, expected, work):
    """The same for a folder of vocab.json and merges.txt, as models had them before tokenizer.json."""
    source = json.loads(reference.path.read_bytes())
    model = source["model"]
    folder = work / "plain"
    folder.mkdir()
    merges = [merge if isinstance(merge, str) else " ".join(merge) for merge in model["merges"]]
    (folder / "vocab.json").write_text(json.dumps(model["vocab"], ensure_ascii=False), encoding="utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n", encoding="utf-8")
    decoder = {str(token["id"]): {key: token[key] for key in token if key != "id"} for token in source["added_tokens"]}
    (folder / "tokenizer_config.json").write_text(json.dumps({"added_tokens_decoder": decoder}), encoding="utf-8")
    lines = "\n".join(json.dumps(text) for text in texts) + "\n"
    (work / "texts").write_text(lines)
    try:
        answer = ask(program, "encode", "--tokenizer", folder, "--no-special", "--json-lines", work / "texts")
    except Refused as refusal:
        return "refused", str(refusal).split(": ", 2)[-1]
    found = [[int(id) for id in line.split()] for line in answer.decode().split("\n")[:-1]]
    wrong = [number for number, (ours, theirs) in enumerate(zip(found, expected)) if ours != theirs]
    if not wrong:
        return "equal", ""
    first = f"{len(wrong)} of {len(texts)}, first {texts[wrong[0]]!a:.80}"
    # No such folder can say how text is normalized, so nothing in it could have warned the reader.
    normalizer = (source["normalizer"] or {}).get("type", "NFC")
    return ("differs", first) if normalizer == "NFC" else ("lossy", f"{first}: {normalizer} is not in these files")


def byte_level(reference):
    if type(reference) is not references.HuggingFace:
        return False
    model = json.loads(reference.path.read_bytes())["model"]
    return model["type"] == "BPE" and set(byte_alphabet().values()) <= set(model["vocab"])


def report(outcomes):
    kinds = ["equal", "lossy", "unchecked", "refused", "differs"]
    titles = ["equal", "differ, and the program said why", "no library to read it with", "refused with a reason", "differ"]
    lines = [f"| Format | {' | '.join(titles)} |", f"|---|{'---:|' * len(kinds)}"]
    for form in [*FORMATS, "vocab.json and merges.txt"]:
        counts = collections.Counter(kind for (_, name), (kind, _) in outcomes.items() if name == form)
        if counts:
            lines.append(f"| {form} | {' | '.join(str(counts[kind]) for kind in kinds)} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--tokenizers", type=pathlib.Path, default=pathlib.Path.home() / ".cache/tessera/tokenizers")
    parser.add_argument("--only", nargs="+", default=[""], metavar="NAME")
    options = parser.parse_args()
    chosen = [r for r in references.all_tokenizers(options.tokenizers) if any(r.name.startswith(o) for o in options.only)]
    if not chosen:
        sys.exit(f"error: {options.tokenizers}: no tokenizer there is called {' or '.join(options.only)}")
    outcomes, patterns = {}, thousand()
    for number, reference in enumerate(chosen, 1):
        added = reference.added()
        texts = [expand(pattern, added) for _, pattern in patterns]
        expected = expected_ids(reference, texts)
        for form in FORMATS:
            with tempfile.TemporaryDirectory() as work:
                outcomes[reference.name, form] = try_format(
                    options.program, reference, form, texts, expected, pathlib.Path(work))
        if byte_level(reference):
            with tempfile.TemporaryDirectory() as work:
                outcomes[reference.name, "vocab.json and merges.txt"] = try_plain_folder(
                    options.program, reference, texts, expected, pathlib.Path(work))
        reference.unload()
        print(f"{number}/{len(chosen)} {reference.name}", flush=True)
        for (name, form), (kind, reason) in outcomes.items():
            if name == reference.name and kind != "equal":
                print(f"  {form}: {kind}: {reason}", flush=True)
    print(f"\n{report(outcomes)}")
    sys.exit(1 if any(kind == "differs" for kind, _ in outcomes.values()) else 0)


if __name__ == "__main__":
    main()
