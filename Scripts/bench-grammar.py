"""Compares the time of token masks with xgrammar and llguidance, on Llama 3's vocabulary, one thread each.

    Scripts/setup.sh grammar-peers                     # prints the folder for PYTHONPATH
    PYTHONPATH=$(Scripts/setup.sh grammar-peers) python3 Scripts/bench-grammar.py --tokenizer tokenizer.json

Before anything is timed the masks of Tessera and xgrammar are compared, token by token. The schemas are written so that
both mean the same texts: no space between the parts, all properties required, nothing else allowed. llguidance is
reported beside them; it tokenizes forced text its own way, so its masks are not compared.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
import types

SCHEMAS = {
    "person": (
        {
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "age": {"type": "integer"},
                "tags": {"type": "array", "items": {"type": "string"}},
                "address": {
                    "type": "object",
                    "properties": {
                        "zip": {"type": "string", "pattern": "^[0-9]{5}$"},
                        "kind": {"enum": ["home", "work"]},
                    },
                    "required": ["zip", "kind"],
                    "additionalProperties": False,
                },
            },
            "required": ["name", "age", "tags", "address"],
            "additionalProperties": False,
        },
        {"name": "Grace Hopper", "age": 85, "tags": ["navy", "compilers", "COBOL pioneer"],
         "address": {"zip": "22201", "kind": "home"}},
    ),
    "call": (
        {
            "type": "object",
            "properties": {
                "name": {"const": "search_flights"},
                "arguments": {
                    "type": "object",
                    "properties": {
                        "from": {"type": "string"},
                        "to": {"type": "string"},
                        "direct": {"type": "boolean"},
                        "seats": {"type": "integer"},
                        "class": {"enum": ["economy", "business", "first"]},
                    },
                    "required": ["from", "to", "direct", "seats", "class"],
                    "additionalProperties": False,
                },
            },
            "required": ["name", "arguments"],
            "additionalProperties": False,
        },
        {"name": "search_flights", "arguments": {
            "from": "Zürich", "to": "São Paulo", "direct": False, "seats": 2, "class": "economy"}},
    ),
    "tree": (
        {
            "$defs": {
                "node": {
                    "type": "object",
                    "properties": {
                        "label": {"type": "string"},
                        "children": {"type": "array", "items": {"$ref": "#/$defs/node"}},
                    },
                    "required": ["label", "children"],
                    "additionalProperties": False,
                }
            },
            "$ref": "#/$defs/node",
        },
        {"label": "root", "children": [
            {"label": "left", "children": [{"label": "leaf", "children": []}]}, {"label": "right", "children": []}]},
    ),
}


def install_placeholders():
    """Stands in for torch and transformers, which xgrammar imports but which filling a mask does not use."""

    class Anything(type):
        def __getattr__(cls, name):
            if name.startswith("__"):
                raise AttributeError(name)
            return cls

        def __call__(cls, *arguments, **options):
            return cls if cls is Placeholder else type.__call__(cls, *arguments, **options)

    class Placeholder(metaclass=Anything):
        pass

    def attribute(name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Placeholder

    for name in ["torch", "transformers"]:
        module = types.ModuleType(name)
        module.__getattr__ = attribute
        sys.modules[name] = module


def percentile(times, share):
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def vocabulary_of(path):
    """The bytes of each id, and the ids that are special, of a byte-level tokenizer.json."""
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    characters = {chr(byte): byte for byte in printable}
    others = (byte for byte in range(256) if byte not in printable)
    characters |= {chr(256 + place): byte for place, byte in enumerate(others)}
    special = {token["id"]: token["content"].encode() for token in data["added_tokens"]}
    vocabulary = data["model"]["vocab"]
    size = max([*vocabulary.values(), *special]) + 1
    tokens = [b""] * size
    for spelling, token in vocabulary.items():
        tokens[token] = bytes(characters[character] for character in spelling)
    for token, content in special.items():
        tokens[token] = content
    return tokens, special


def tessera(program, tokenizer, schema, text, repetitions, folder):
    for name, content in [("schema.json", json.dumps(schema)), ("text.json", text)]:
        with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
            file.write(content)
    result = subprocess.run(
        [program, "bench", "grammar", "--tokenizer", tokenizer, "--json-schema", f"{folder}/schema.json", "--spacing",
         "compact", "--text", f"{folder}/text.json", "--repetitions", str(repetitions), "--masks", f"{folder}/masks",
         "--json"],
        check=True, capture_output=True)
    with open(f"{folder}/masks", "rb") as file:
        return json.loads(result.stdout), file.read()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tessera", default=".build/product/release/tessera", help="the program")
    parser.add_argument("--tokenizer", required=True, help="tokenizer.json of Llama 3")
    parser.add_argument("--repetitions", type=int, default=50, help="passes over each text")
    options = parser.parse_args()

    install_placeholders()
    import llguidance
    import numpy
    import xgrammar

    tokens, special = vocabulary_of(options.tokenizer)
    stops = [token for token, content in special.items() if content in (b"<|end_of_text|>", b"<|eot_id|>")]
    info = xgrammar.TokenizerInfo(
        [b"" if token in special else content for token, content in enumerate(tokens)],
        vocab_type=xgrammar.VocabType.RAW, stop_token_ids=stops)
    text_ids = numpy.array([token for token, content in enumerate(tokens) if content and token not in special])
    words = (len(tokens) + 31) // 32

    print("| schema | engine | compile ms | mask p50 us | mask p99 us | accept p50 us | masks |")
    print("| --- | --- | ---: | ---: | ---: | ---: | --- |")
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        for name, (schema, value) in SCHEMAS.items():
            text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
            own, masks = tessera(options.tessera, options.tokenizer, schema, text, options.repetitions, folder)
            ids = own["tokens"]

            compile_times = []
            for _ in range(5):
                compiler = xgrammar.GrammarCompiler(info, max_threads=1, cache_enabled=False)
                begin = time.perf_counter()
                compiled = compiler.compile_json_schema(
                    json.dumps(schema), any_whitespace=False, separators=(",", ":"))
                compile_times.append(time.perf_counter() - begin)
            fill_times, accept_times, different = [], [], 0
            bitmask = numpy.full((1, words), -1, dtype=numpy.int32)
            own_words = numpy.frombuffer(masks, dtype=numpy.uint32).reshape(len(ids), -1)
            for repetition in range(options.repetitions):
                matcher = xgrammar.GrammarMatcher(compiled)
                for step, token in enumerate(ids):
                    begin = time.perf_counter()
                    matcher.fill_next_token_bitmask(bitmask)
                    filled = time.perf_counter()
                    if not matcher.accept_token(token):
                        raise SystemExit(f"{name}: xgrammar refuses token {step}, {tokens[token]!r}")
                    accept_times.append(time.perf_counter() - filled)
                    fill_times.append(filled - begin)
                    if repetition == 0:
                        bits = [
                            numpy.unpackbits(row.view(numpy.uint8), bitorder="little")[text_ids]
                            for row in (bitmask[0], own_words[step].copy())
                        ]
                        different += int((bits[0] != bits[1]).sum())
            verdict = "equal" if different == 0 else f"{different} bits differ"
            failed |= different > 0
            rows = [
                ("Tessera", own["compileSeconds"], own["maskMedianSeconds"], own["maskP99Seconds"],
                 own["acceptMedianSeconds"], verdict),
                (f"xgrammar {xgrammar_version()}", statistics.median(compile_times), percentile(fill_times, 0.5),
                 percentile(fill_times, 0.99), percentile(accept_times, 0.5), verdict),
                llguidance_row(llguidance, numpy, tokens, special, stops, schema, ids, options.repetitions),
            ]
            for engine, compiling, median, worst, accepting, note in rows:
                print(f"| {name} | {engine} | {compiling * 1e3:.2f} | {median * 1e6:.2f} | {worst * 1e6:.1f} | "
                      f"{accepting * 1e6:.2f} | {note} |", flush=True)
    sys.exit(1 if failed else 0)


def xgrammar_version():
    from importlib.metadata import version

    return version("xgrammar")


def llguidance_row(llguidance, numpy, tokens, special, stops, schema, ids, repetitions):
    """llguidance on the same text, through its plainest interface."""
    wrapper = llguidance.TokenizerWrapper(ByteTokens(tokens, special, stops))
    tokenizer = llguidance.LLTokenizer(wrapper)
    grammar = llguidance.LLMatcher.grammar_from_json_schema(
        schema, defaults={"whitespace_flexible": False, "item_separator": ",", "key_separator": ":"})
    compile_times, fill_times, accept_times = [], [], []
    bitmask = numpy.zeros((1, (tokenizer.vocab_size + 31) // 32), dtype=numpy.int32)
    for _ in range(repetitions):
        begin = time.perf_counter()
        matcher = llguidance.LLMatcher(tokenizer, grammar)
        compile_times.append(time.perf_counter() - begin)
        for token in ids:
            begin = time.perf_counter()
            matcher.unsafe_compute_mask_ptr(bitmask.ctypes.data, bitmask.nbytes)
            filled = time.perf_counter()
            if not matcher.consume_token(token):
                return "llguidance", 0, 0, 0, 0, f"refuses {tokens[token]!r}: {matcher.get_error()}"
            accept_times.append(time.perf_counter() - filled)
            fill_times.append(filled - begin)
    return ("llguidance", statistics.median(compile_times), percentile(fill_times, 0.5), percentile(fill_times, 0.99),
            percentile(accept_times, 0.5), "not compared")


class ByteTokens:
    """What llguidance asks of a tokenizer."""

    def __init__(self, tokens, special, stops):
        self.tokens = tokens
        self.special_token_ids = sorted(special)
        self.eos_token_id = stops[0]
        self.bos_token_id = None
        self.ids = {content: token for token, content in enumerate(tokens) if token not in special}
        self.longest = max(map(len, tokens))

    def __call__(self, text):
        found, place = [], 0
        text = text if isinstance(text, bytes) else text.encode()
        while place < len(text):
            end = min(len(text), place + self.longest)
            while text[place:end] not in self.ids:
                end -= 1
            found.append(self.ids[text[place:end]])
            place = end
        return found


if __name__ == "__main__":
    main()
