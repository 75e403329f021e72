"""What the golden logits of real models have in common: how a row is noted, and the file."""

import json
import os
import platform

TOP = 64
FIXED = 512


def fixed_ids(size):
    """`FIXED` ids spread over a vocabulary of `size`."""
    return [index * size // FIXED for index in range(FIXED)]


def short(values):
    """The float32 `values` with the fewest digits that read back as the same float32."""
    return [float(str(value)) for value in values]


def entry(prompt, ids, logits, fixed):
    """One prompt of the file: its ids, its largest logits (largest first) and those of the ids `fixed`."""
    order = (-logits).argsort(kind="stable")[:TOP]
    top = [[int(id), value] for id, value in zip(order, short(logits[order]))]
    return {"prompt": prompt, "ids": ids, "top": top, "fixed": short(logits[fixed])}


def versions(torch):
    import accelerate, numpy, tokenizers, transformers
    from importlib.metadata import version

    modules = {"transformers": transformers, "torch": torch, "tokenizers": tokenizers, "numpy": numpy}
    found = {name: module.__version__ for name, module in modules.items()}
    return found | {"gguf": version("gguf"), "accelerate": accelerate.__version__, "python": platform.python_version()}


def encoded(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def write(path, about, fixed, entries):
    """Writes one prompt a line, through a file beside the target."""
    beside = path.with_name(path.name + ".partial")
    with open(beside, "w", encoding="utf-8") as file:
        file.write(f'{{"about":{encoded(about)},\n"fixed_ids":{encoded(fixed)},\n"prompts":[\n')
        file.write(",\n".join(map(encoded, entries)))
        file.write("\n]}\n")
    os.replace(beside, path)
