"""Compares the time of token masks with xgrammar and llguidance, on Llama 3's vocabulary, one thread each.

    Scripts/setup.sh grammar-peers                     # prints the folder for PYTHONPATH
    PYTHONPATH=$(Scripts/setup.sh grammar-peers) python3 Scripts/bench-grammar.py --tokenizer tokenizer.json

The schemas are those of grammar-schemas.json, each with a text. The masks of Tessera and xgrammar are compared, token by
token; the run fails where they differ. The schemas are written so that both mean the same texts: no space between the
parts, nothing but the properties listed. One difference is expected and told: xgrammar lets a string hold half of a
surrogate pair (\\ud800 alone), which is no character; Tessera does not. llguidance is reported beside them; it tokenizes
forced text its own way, so its masks are not compared. Compiling is timed with all masks that an engine makes
beforehand; llguidance makes none.

Peers are called from Python. What a call costs there is measured on a grammar of one letter ("call" in the table),
whose mask is next to nothing, and is not taken off.
"""

import argparse
import json
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time
import types

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
        check=True, stdout=subprocess.PIPE)
    with open(f"{folder}/masks", "rb") as file:
        return json.loads(result.stdout), file.read()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tessera", default=".build/product/release/tessera", help="the program")
    parser.add_argument("--tokenizer", required=True, help="tokenizer.json of Llama 3")
    parser.add_argument("--repetitions", type=int, default=30, help="passes over each text")
    parser.add_argument("--schemas", default=pathlib.Path(__file__).with_name("grammar-schemas.json"))
    parser.add_argument("--only", help="the name of one schema")
    options = parser.parse_args()

    install_placeholders()
    import numpy

    tokens, special = vocabulary_of(options.tokenizer)
    stops = [token for token, content in special.items() if content in (b"<|end_of_text|>", b"<|eot_id|>")]
    with open(options.schemas, encoding="utf-8") as file:
        schemas = json.load(file)
    if options.only:
        schemas = {options.only: schemas[options.only]}
    one = {"schema": {"const": 7}, "value": 7}
    peers = [XGrammar(tokens, special, stops, numpy), LLGuidance(tokens, special, stops, numpy)]
    names = ["Tessera", *(peer.name for peer in peers)]
    print("Medians of compiling in ms; mask p50 and p99 and accepting, p50, in microseconds; ratios to " + names[1])
    print("| schema | tokens | masks | " + " | ".join(
        f"{name}: compile | p50 | p99 | accept" for name in names) + " | compile ratio | p50 ratio | p99 ratio |")
    print("| --- | ---: | --- |" + " ---: |" * (4 * len(names) + 3))
    rows, failed = [], False
    with tempfile.TemporaryDirectory() as folder:
        for name, entry in [("call", one), *schemas.items()]:
            text = json.dumps(entry["value"], ensure_ascii=False, separators=(",", ":"))
            own, masks = tessera(
                options.tessera, options.tokenizer, entry["schema"], text, options.repetitions, folder)
            ids = own["tokens"]
            measured = [[own["compileSeconds"] * 1e3, own["maskMedianSeconds"] * 1e6, own["maskP99Seconds"] * 1e6,
                         own["acceptMedianSeconds"] * 1e6]]
            own_words = numpy.frombuffer(masks, dtype=numpy.uint32).reshape(len(ids), -1)
            different = None
            for peer in peers:
                numbers, theirs = peer.measure(entry["schema"], ids, options.repetitions)
                measured.append(numbers)
                if theirs is not None:
                    different, halves = peer.differences(theirs, own_words)
            failed |= different != 0
            verdict = f"{different} bits differ" if different else "equal"
            if halves and not different:
                verdict = f"equal but for {halves} halves of surrogate pairs"
            ratios = [ours / theirs for ours, theirs in zip(measured[0][:3], measured[1][:3])]
            if name != "call":
                rows.append(ratios)
            print(f"| {name} | {len(ids)} | {verdict} | " + " | ".join(
                " | ".join(f"{number:.2f}" for number in numbers) for numbers in measured) + " | " + " | ".join(
                f"{ratio:.2f}" for ratio in ratios) + " |", flush=True)
    for kind, values in zip(["compile", "p50", "p99"], zip(*rows)):
        print(f"{kind}: ratio to {names[1]} median {statistics.median(values):.2f}, worst {max(values):.2f}, above 1 in "
              f"{sum(value > 1 for value in values)} of {len(values)} schemas")
    sys.exit(1 if failed else 0)


HALF = re.compile(rb"(^|\\)u[dD][89a-fA-F]")


class XGrammar:
    """xgrammar, one thread, with the masks of all states made when it compiles."""

    def __init__(self, tokens, special, stops, numpy):
        import xgrammar
        from importlib.metadata import version

        self.library, self.numpy, self.tokens = xgrammar, numpy, tokens
        self.name = f"xgrammar {version('xgrammar')}"
        self.info = xgrammar.TokenizerInfo(
            [b"" if token in special else content for token, content in enumerate(tokens)],
            vocab_type=xgrammar.VocabType.RAW, stop_token_ids=stops)
        self.text_ids = numpy.array(
            [token for token, content in enumerate(tokens) if content and token not in special])

    def bits(self, row):
        """Which tokens of text a row of words allows."""
        bytes_of_row = self.numpy.ascontiguousarray(row).view(self.numpy.uint8)
        return self.numpy.unpackbits(bytes_of_row, bitorder="little")[self.text_ids]

    def differences(self, theirs, ours):
        """How many tokens one of the two allows: all but halves of surrogate pairs that only xgrammar does, and those."""
        others = halves = 0
        for row, own_row in zip(theirs, ours):
            bits, own_bits = self.bits(row), self.bits(own_row)
            for place in (bits != own_bits).nonzero()[0]:
                is_half = bits[place] and HALF.search(self.tokens[self.text_ids[place]])
                others, halves = others + (not is_half), halves + bool(is_half)
        return others, halves

    def measure(self, schema, ids, repetitions):
        compile_times, fill_times, accept_times, masks = [], [], [], []
        for _ in range(5):
            compiler = self.library.GrammarCompiler(self.info, max_threads=1, cache_enabled=False)
            begin = time.perf_counter()
            compiled = compiler.compile_json_schema(
                json.dumps(schema), any_whitespace=False, separators=(",", ":"))
            compile_times.append(time.perf_counter() - begin)
        bitmask = self.numpy.full((1, (len(self.tokens) + 31) // 32), -1, dtype=self.numpy.int32)
        for repetition in range(repetitions):
            matcher = self.library.GrammarMatcher(compiled)
            for token in ids:
                begin = time.perf_counter()
                matcher.fill_next_token_bitmask(bitmask)
                filled = time.perf_counter()
                if not matcher.accept_token(token):
                    raise SystemExit(f"xgrammar refuses {self.tokens[token]!r}")
                accept_times.append(time.perf_counter() - filled)
                fill_times.append(filled - begin)
                if repetition == 0:
                    masks.append(bitmask[0].copy())
        return summary(compile_times, fill_times, accept_times), masks


class LLGuidance:
    """llguidance through its plainest interface."""

    def __init__(self, tokens, special, stops, numpy):
        import llguidance
        from importlib.metadata import version

        self.library, self.numpy, self.tokens = llguidance, numpy, tokens
        self.name = f"llguidance {version('llguidance')}"
        self.tokenizer = llguidance.LLTokenizer(llguidance.TokenizerWrapper(ByteTokens(tokens, special, stops)))

    def measure(self, schema, ids, repetitions):
        grammar = self.library.LLMatcher.grammar_from_json_schema(
            schema, defaults={"whitespace_flexible": False, "item_separator": ",", "key_separator": ":"})
        compile_times, fill_times, accept_times = [], [], []
        bitmask = self.numpy.zeros((1, (self.tokenizer.vocab_size + 31) // 32), dtype=self.numpy.int32)
        for _ in range(repetitions):
            begin = time.perf_counter()
            matcher = self.library.LLMatcher(self.tokenizer, grammar)
            compile_times.append(time.perf_counter() - begin)
            for token in ids:
                begin = time.perf_counter()
                matcher.unsafe_compute_mask_ptr(bitmask.ctypes.data, bitmask.nbytes)
                filled = time.perf_counter()
                if not matcher.consume_token(token):
                    print(f"llguidance refuses {self.tokens[token]!r}: {matcher.get_error()}", file=sys.stderr)
                    return [float("nan")] * 4, None
                accept_times.append(time.perf_counter() - filled)
                fill_times.append(filled - begin)
        return summary(compile_times, fill_times, accept_times), None


def summary(compile_times, fill_times, accept_times):
    return [statistics.median(compile_times) * 1e3, percentile(fill_times, 0.5) * 1e6,
            percentile(fill_times, 0.99) * 1e6, percentile(accept_times, 0.5) * 1e6]


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
