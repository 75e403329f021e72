"""The four vocabularies of `bench-tokenizers.py`, each as a `tokenizer.json` and as tiktoken ranks with their rule.

Where only one of the two is published, the other is made from it: merges from ranks by repeating what the encoder does
below each rank, ranks from a `tokenizer.json` by its ids.
"""

import base64
import json
import pathlib

CL100K = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
)
O200K = "|".join([
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]+[\r\n/]*", r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+",
])
# The same language without possessive quantifiers, which the expressions of a tokenizer.json do not have.
CL100K_PLAIN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
SPECIAL = {
    "cl100k_base": {"<|endoftext|>": 100257, "<|fim_prefix|>": 100258, "<|fim_middle|>": 100259,
                    "<|fim_suffix|>": 100260, "<|endofprompt|>": 100276},
    "o200k_base": {"<|endoftext|>": 199999, "<|endofprompt|>": 200018},
}
RANKS = ["cl100k_base", "o200k_base"]
JSON = {"llama-3": "deepseek-r1-distill-llama-8b", "qwen-2.5": "qwen-2.5"}
NAMES = [*RANKS, *JSON]


def byte_alphabet():
    """The character that stands for each byte in a byte-level vocabulary."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    table, extra = {byte: chr(byte) for byte in plain}, 0
    for byte in range(256):
        if byte not in table:
            table[byte], extra = chr(256 + extra), extra + 1
    return table


def read_ranks(path):
    lines = path.read_bytes().splitlines()
    return {base64.b64decode(token): int(rank) for token, rank in (line.split() for line in lines if line)}


def parts_below(token, rank, ranks):
    """The pieces that `token` is in just before its own merge."""
    parts = [token[i : i + 1] for i in range(len(token))]
    while len(parts) > 2:
        found = [(ranks.get(a + b, rank), i) for i, (a, b) in enumerate(zip(parts, parts[1:]))]
        least, place = min(found)
        if least >= rank:
            break
        parts[place : place + 2] = [parts[place] + parts[place + 1]]
    return parts


def tokenizer_json(ranks, pattern, special):
    """A `tokenizer.json` that encodes as tiktoken does with these ranks."""
    alphabet = byte_alphabet()
    spell = lambda token: "".join(alphabet[byte] for byte in token)
    merges = []
    for token, rank in sorted(ranks.items(), key=lambda pair: pair[1]):
        if len(token) > 1:
            parts = parts_below(token, rank, ranks)
            if len(parts) == 2:
                merges.append([spell(parts[0]), spell(parts[1])])
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}
    split = {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False}
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [
            {"id": id, "content": text, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
             "special": True} for text, id in special.items()],
        "normalizer": None, "pre_tokenizer": {"type": "Sequence", "pretokenizers": [split, level]},
        "post_processor": None, "decoder": {**level, "use_regex": True},
        "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
                  "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": True,
                  "vocab": {spell(token): rank for token, rank in ranks.items()}, "merges": merges},
    }


def split_pattern(value):
    """The expression of a `tokenizer.json` whose pre-tokenizer splits once."""
    for part in value["pre_tokenizer"]["pretokenizers"]:
        if part["type"] == "Split":
            return part["pattern"]["Regex"]


def ready(references, target):
    """A folder per vocabulary below `target`, with tokenizer.json, ranks.tiktoken and tiktoken.json (the rule)."""
    for name in NAMES:
        folder = target / name
        if (folder / "ready").exists():
            continue
        folder.mkdir(parents=True, exist_ok=True)
        if name in RANKS:
            source = references / f"tiktoken/{name}.tiktoken"
            (folder / "ranks.tiktoken").write_bytes(source.read_bytes())
            plain = CL100K_PLAIN if name == "cl100k_base" else O200K
            value = tokenizer_json(read_ranks(source), plain, SPECIAL[name])
            (folder / "tokenizer.json").write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
            rule = {"pattern": CL100K if name == "cl100k_base" else O200K, "special": SPECIAL[name]}
        else:
            source = references / f"huggingface/{JSON[name]}/tokenizer.json"
            (folder / "tokenizer.json").write_bytes(source.read_bytes())
            value = json.loads(source.read_bytes())
            spelled = {character: byte for byte, character in byte_alphabet().items()}
            lines = [base64.b64encode(bytes(spelled[c] for c in token)) + b" %d\n" % id
                     for token, id in sorted(value["model"]["vocab"].items(), key=lambda pair: pair[1])]
            (folder / "ranks.tiktoken").write_bytes(b"".join(lines))
            rule = {"pattern": split_pattern(value),
                    "special": {t["content"]: t["id"] for t in value["added_tokens"] if t["special"]}}
        (folder / "tiktoken.json").write_text(json.dumps(rule), encoding="utf-8")
        (folder / "ready").touch()
    return target


if __name__ == "__main__":
    import sys

    ready(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
