"""Runs one peer on one text in a process of its own, and prints what it took; called by `bench-tokenizers.py`.

    bench_tokenizer_peers.py PEER VOCABULARY TEXT --document-bytes N --threads N --passes N [--each]

VOCABULARY is a folder made by `bench_vocabularies.py`. Every peer is asked through the call of its that builds no Python
list of numbers, where it has one; `Peer.call` names it. The first pass after loading is the cold one: the process has
encoded nothing before but one letter, so that what a library sets up once does not count as encoding.

With `--each` every document is a call of its own and is timed by itself, for the slowest documents; `Peer.each` names
the call.
"""

import argparse
import importlib
import json
import os
import resource
import sys
import time


def documents(text, size):
    """The text in pieces of at most `size` UTF-8 bytes, cut between code points."""
    pieces, start = [], 0
    while start < len(text):
        end = min(start + size, len(text))
        while end < len(text) and text[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append(text[start:end].decode())
        start = end
    return pieces


class Peer:
    call, each, modules = "", "the same, one document a call", ()

    def __init__(self, folder, name, threads):
        self.folder, self.name, self.threads = folder, name, threads
        self.load()

    def encode_each(self, text):
        """Encodes one document by the call that is quickest for one."""
        return self.encode([text])

    def ids(self, result):
        """The ids of a pass as one numpy array."""
        import numpy

        return numpy.frombuffer(result[0], dtype=numpy.uint32)


class HuggingFace(Peer):
    call, each = "encode_batch_fast", "encode"
    modules = ("tokenizers",)

    def load(self):
        import tokenizers

        self.tokenizer = tokenizers.Tokenizer.from_file(f"{self.folder}/tokenizer.json")
        self.tokenizer.no_padding()

    def encode(self, texts):
        return self.tokenizer.encode_batch_fast(texts, add_special_tokens=False)

    def encode_each(self, text):
        return self.tokenizer.encode(text, add_special_tokens=False)

    def ids(self, result):
        import numpy

        return numpy.concatenate([numpy.array(e.ids, dtype=numpy.uint32) for e in result])


class Snaptokens(Peer):
    call = "encode_batch_flat"
    modules = ("snaptokens._native",)

    def load(self):
        from snaptokens._native import Tokenizer

        self.tokenizer = Tokenizer.from_file(f"{self.folder}/tokenizer.json")

    def encode(self, texts):
        return self.tokenizer.encode_batch_flat(texts)


class Fastokens(Snaptokens):
    modules = ("fastokens._native",)

    def load(self):
        from fastokens._native import Tokenizer

        self.tokenizer = Tokenizer.from_file(f"{self.folder}/tokenizer.json")


class Gigatoken(Peer):
    call = "encode_batch (an awkward array)"
    modules = ("awkward", "gigatoken")

    def load(self):
        import gigatoken

        with open(f"{self.folder}/tokenizer.json", "rb") as file:
            self.tokenizer = gigatoken.Tokenizer.from_json(file.read())

    def encode(self, texts):
        return self.tokenizer.encode_batch(texts, parallel=self.threads > 1)

    each = "encode"

    def encode_each(self, text):
        return self.tokenizer.encode(text)

    def ids(self, result):
        import awkward
        import numpy

        return numpy.asarray(awkward.flatten(result), dtype=numpy.uint32)


class Splintr(Peer):
    call = "encode_batch_flat"
    modules = ("splintr",)

    def load(self):
        import splintr

        name = {"llama-3": "llama3", "qwen-2.5": "qwen2.5"}.get(self.name, self.name)
        self.tokenizer = splintr.Tokenizer.from_pretrained(name)

    def encode(self, texts):
        return self.tokenizer.encode_batch_flat(texts)


class Quicktok(Peer):
    call = "encode_batch (numpy arrays)"
    modules = ("quicktok",)

    def load(self):
        import quicktok

        name = {"llama-3": "llama3", "qwen-2.5": "qwen3"}.get(self.name, self.name)
        self.tokenizer = quicktok.get_encoding(name)

    def encode(self, texts):
        return self.tokenizer.encode_batch(texts, self.threads, False)

    each = "encode_ordinary"

    def encode_each(self, text):
        return self.tokenizer.encode_ordinary(text)

    def ids(self, result):
        return result[0].astype("uint32")


class Tiktoken(Peer):
    call = "encode_to_numpy, document by document; encode_ordinary_batch with threads"
    modules = ("tiktoken", "tiktoken.load")

    def load(self):
        import tiktoken
        from tiktoken.load import load_tiktoken_bpe

        with open(f"{self.folder}/tiktoken.json", encoding="utf-8") as file:
            rule = json.load(file)
        self.tokenizer = tiktoken.Encoding(
            self.name, pat_str=rule["pattern"], mergeable_ranks=load_tiktoken_bpe(f"{self.folder}/ranks.tiktoken"),
            special_tokens=rule["special"])

    def encode(self, texts):
        if self.threads > 1:
            return self.tokenizer.encode_ordinary_batch(texts, num_threads=self.threads)
        return [self.tokenizer.encode_to_numpy(text, disallowed_special=()) for text in texts]

    each = "encode_to_numpy"

    def encode_each(self, text):
        return self.tokenizer.encode_to_numpy(text, disallowed_special=())

    def ids(self, result):
        import numpy

        return numpy.concatenate([numpy.asarray(part, dtype=numpy.uint32) for part in result])


class BpeOpenAI(Tiktoken):
    call = "encode (builds lists), document by document"
    modules = ("bpe_openai._bindings",)

    def load(self):
        from bpe_openai import _bindings

        self.tokenizer = _bindings.tokenizer_for_encoding(self.name)

    def encode(self, texts):
        return [self.tokenizer.encode(text) for text in texts]

    each = "encode"

    def encode_each(self, text):
        return self.tokenizer.encode(text)


PEERS = {
    "snaptokens": Snaptokens, "gigatoken": Gigatoken, "fastokens": Fastokens, "splintr-rs": Splintr,
    "quicktok-v1": Quicktok, "tiktoken": Tiktoken, "bpe-openai": BpeOpenAI, "tokenizers": HuggingFace,
}
# bpe-openai has no other vocabularies, and one thread.
WITHOUT = {("bpe-openai", "llama-3"), ("bpe-openai", "qwen-2.5")}
ONE_THREAD = {"bpe-openai"}


def checksum(ids):
    """Tells lists of ids apart: the sum of (id + 1) times the odd multiples of a constant, modulo 2^64."""
    import numpy

    with numpy.errstate(over="ignore"):
        places = (2 * numpy.arange(len(ids), dtype=numpy.uint64) + numpy.uint64(1)) * numpy.uint64(0x9E3779B97F4A7C15)
        return int(((ids.astype(numpy.uint64) + numpy.uint64(1)) * places).sum(dtype=numpy.uint64))


def tails(peer, texts):
    """Microseconds a document of one pass: the middle one, that which 1 in 100 exceed, and the slowest."""
    times, clock = [], time.perf_counter_ns
    for text in texts:
        before = clock()
        peer.encode_each(text)
        times.append(clock() - before)
    times.sort()
    return [times[(len(times) - 1) * part // 100] / 1000 for part in (50, 99, 100)]


def peak_bytes():
    """The most memory this process held; getrusage begins at what the process that started it held."""
    if os.path.exists("/proc/self/status"):
        with open("/proc/self/status", encoding="ascii", errors="ignore") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmHWM:")) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("vocabulary")
    parser.add_argument("text")
    parser.add_argument("--document-bytes", type=int, required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--passes", type=int, default=4)
    parser.add_argument("--each", action="store_true")
    options = parser.parse_args()
    os.environ["RAYON_NUM_THREADS"] = os.environ["RAYON_RS_NUM_THREADS"] = str(options.threads)
    os.environ["TOKENIZERS_PARALLELISM"] = "true" if options.threads > 1 else "false"
    with open(options.text, "rb") as file:
        text = file.read()
    texts = documents(text, options.document_bytes)
    peer_type = PEERS[options.peer]
    for module in ("numpy", *peer_type.modules):  # importing is not part of anyone's load time
        importlib.import_module(module)
    before = peak_bytes()
    wall, cpu = time.perf_counter(), time.process_time()
    name = os.path.basename(options.vocabulary.rstrip("/"))
    peer = peer_type(options.vocabulary, name, options.threads)
    load = [time.perf_counter() - wall, time.process_time() - cpu]
    loaded, passes, result = peak_bytes(), [], peer.encode(["a"])
    if options.each:
        peer.encode_each("a")
        json.dump({"documentCount": len(texts), "tails": [tails(peer, texts) for _ in range(options.passes)]}, sys.stdout)
        return
    for _ in range(options.passes):
        result = None
        wall, cpu = time.perf_counter(), time.process_time()
        result = peer.encode(texts)
        passes.append([time.perf_counter() - wall, time.process_time() - cpu])
    ids = peer.ids(result)
    json.dump({
        "byteCount": len(text), "documentCount": len(texts), "tokenCount": len(ids), "checksum": str(checksum(ids)),
        "loadSeconds": load[0], "loadProcessorSeconds": load[1], "loadBytes": loaded - before,
        "peakBytes": peak_bytes(), "seconds": [p[0] for p in passes], "processorSeconds": [p[1] for p in passes],
        "call": peer.call,
    }, sys.stdout)


if __name__ == "__main__":
    main()
