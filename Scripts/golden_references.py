"""The reference libraries behind the golden files of tokenizers, each tokenizer behind one small interface.

`all_tokenizers(folder)` lists them; a `Reference` is loaded when it is first asked.

    ids(text)        with special tokens found in the text and, where `special` holds, those the file adds around it
    text_ids(text)   with special tokens read as text and none added
    both(text)       the ids, and UTF-8 bytes of their spans, starts and ends in turn; None where the library has none
    decode(ids)      the text as the library gives it, special tokens included; None where it loses an added token
    both_of(texts)   the same for many at once; decode_all(lists) too
    rules()          what tokenizers of one family share: how text is changed, cut and joined, without the vocabulary
    digest()         the same for files of one definition
"""

import base64
import hashlib
import json
import pathlib
import struct

from bench_vocabularies import byte_alphabet

VERSIONS = {"tokenizers": "0.23.3", "tiktoken": "0.14.0", "sentencepiece": "0.2.3"}
GPT2_SPLIT = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"""
QWEN_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = range(1, 7)
MOST_ADDED = 64


def byte_starts(text):
    """Where each character of `text` begins in UTF-8, and the end."""
    starts = [0]
    for character in text:
        starts.append(starts[-1] + len(character.encode()))
    return starts


def spread(items, most=MOST_ADDED):
    """At most `most` of the items, evenly spaced."""
    if len(items) <= most:
        return items
    return [items[i * (len(items) - 1) // (most - 1)] for i in range(most)]


class Reference:
    """A tokenizer: its name, its file below the folder, and the library that reads it."""

    library, special, finds_special = "", False, True

    def __init__(self, root, file, name=None):
        self.root, self.file = pathlib.Path(root), file
        self.name = name or "-".join(pathlib.Path(file).with_suffix("").parts)
        self.loaded = None

    @property
    def path(self):
        return self.root / self.file

    def tokenizer(self):
        if self.loaded is None:
            self.loaded = self.load()
        return self.loaded

    def unload(self):
        self.loaded = None

    def both_of(self, texts):
        return [self.both(text) for text in texts]

    def decode_all(self, lists):
        return [self.decode(ids) for ids in lists]

    def rules(self):
        raise NotImplementedError

    def digest(self):
        return hashlib.sha256(self.path.read_bytes()).hexdigest()


class HuggingFace(Reference):
    library, special, missing, lost = "tokenizers", True, None, None

    def load(self):
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self.path))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return tokenizer

    def added(self):
        found = sorted(self.tokenizer().get_added_tokens_decoder().items())
        return spread([token.content for _, token in found])

    def encode(self, text, as_text=False):
        tokenizer = self.tokenizer()
        tokenizer.encode_special_tokens = as_text
        return tokenizer.encode(text, add_special_tokens=self.special and not as_text)

    def ids(self, text):
        return self.encode(text).ids

    def text_ids(self, text):
        return self.encode(text, as_text=True).ids

    def both_of(self, texts):
        tokenizer = self.tokenizer()
        tokenizer.encode_special_tokens = False
        encodings = tokenizer.encode_batch(texts, add_special_tokens=self.special)
        return [self.placed(*pair) for pair in zip(texts, encodings)]

    def rules(self):
        """Parts, and the model without its vocabulary."""
        file = json.loads(self.path.read_bytes())
        model = {key: value for key, value in file["model"].items() if key not in ("vocab", "merges")}
        return [file["normalizer"], file["pre_tokenizer"], model]

    def digest(self):
        file = json.loads(self.path.read_bytes())
        file["truncation"] = file["padding"] = None
        return hashlib.sha256(json.dumps(file, sort_keys=True).encode()).hexdigest()

    def unspelled(self):
        """The bytes that a byte-level vocabulary has no token for: the library drops them, and then shifts offsets."""
        if self.missing is None:
            self.missing, tokenizer = set(), self.tokenizer()
            if type(tokenizer.decoder).__name__ == "ByteLevel":
                vocabulary = tokenizer.get_vocab(with_added_tokens=False)
                self.missing = {byte for byte, character in byte_alphabet().items() if character not in vocabulary}
        return self.missing

    def both(self, text):
        return self.placed(text, self.encode(text))

    def placed(self, text, encoding):
        """Ids, and offsets in bytes."""
        if text.isascii():
            starts = range(len(text) + 1)
        else:
            starts = byte_starts(text)
        if self.unspelled().intersection(text.encode()):
            return encoding.ids, None
        return encoding.ids, [starts[place] for pair in encoding.offsets for place in pair]

    def misread(self):
        """Added tokens whose letters the byte-level decoder takes for bytes, so that their text is lost."""
        if self.lost is None:
            self.lost, tokenizer = set(), self.tokenizer()
            if type(tokenizer.decoder).__name__ == "ByteLevel":
                letters = {character for byte, character in byte_alphabet().items() if chr(byte) != character or byte > 127}
                known = set(byte_alphabet().values())
                self.lost = {id for id, token in tokenizer.get_added_tokens_decoder().items()
                             if letters.intersection(token.content) and known.issuperset(token.content)}
        return self.lost

    def decode(self, ids):
        if self.misread().intersection(ids):
            return None
        return self.tokenizer().decode(ids, skip_special_tokens=False)

    def decode_all(self, lists):
        found, lost = self.tokenizer().decode_batch(lists, skip_special_tokens=False), self.misread()
        return [None if lost.intersection(ids) else text for ids, text in zip(lists, found)]


class Tiktoken(Reference):
    library = "tiktoken"

    def rule(self):
        import tiktoken_ext.openai_public as public

        # Their functions fetch the ranks; only the rule is wanted here.
        kept, public.load_tiktoken_bpe = public.load_tiktoken_bpe, lambda *a, **k: {}
        bpe_kept = public.data_gym_to_mergeable_bpe_ranks
        public.data_gym_to_mergeable_bpe_ranks = lambda *a, **k: {}
        try:
            name = self.path.stem
            if name == "qwen":
                special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", *(f"<|extra_{i}|>" for i in range(205))]
                return {"pat_str": QWEN_SPLIT, "special_tokens": {t: 151643 + i for i, t in enumerate(special)}}
            found = getattr(public, name)()
            return {"pat_str": found["pat_str"], "special_tokens": found["special_tokens"]}
        finally:
            public.load_tiktoken_bpe, public.data_gym_to_mergeable_bpe_ranks = kept, bpe_kept

    def load(self):
        import tiktoken

        ranks = {}
        for line in self.path.read_bytes().splitlines():
            if line:
                token, rank = line.split()
                ranks[base64.b64decode(token)] = int(rank)
        return tiktoken.Encoding(self.name, mergeable_ranks=ranks, **self.rule())

    def rules(self):
        return self.rule()["pat_str"]

    def added(self):
        return spread(sorted(self.tokenizer().special_tokens_set))

    def ids(self, text):
        return self.tokenizer().encode(text, allowed_special="all")

    def text_ids(self, text):
        return self.tokenizer().encode_ordinary(text)

    def both(self, text):
        """Ids, and the bytes of each token widened to whole characters, as Hugging Face counts them."""
        ids, starts = self.ids(text), byte_starts(text)
        ends = dict.fromkeys(starts)
        offsets, at = [], 0
        for token in self.tokenizer().decode_tokens_bytes(ids):
            start, end = at, at + len(token)
            at = end
            while start not in ends:
                start -= 1
            while end not in ends:
                end += 1
            offsets += [start, end]
        return ids, offsets

    def decode(self, ids):
        return self.tokenizer().decode(ids, errors="replace")


class Tekken(Tiktoken):
    """Mistral's own reader puts the special tokens' ids first and never finds them in a text."""

    finds_special = False

    def load(self):
        import tiktoken

        value = json.loads(self.path.read_bytes())
        config = value["config"]
        self.shift = config["default_num_special_tokens"]
        count = config["default_vocab_size"] - self.shift
        ranks = {base64.b64decode(token["token_bytes"]): token["rank"] for token in value["vocab"][:count]}
        return tiktoken.Encoding(self.name, pat_str=config["pattern"], mergeable_ranks=ranks, special_tokens={})

    def rules(self):
        return json.loads(self.path.read_bytes())["config"]["pattern"]

    def added(self):
        return ["<s>", "</s>", "[INST]", "[/INST]", "[TOOL_CALLS]", "[IMG]", "<pad>", "<unk>"]

    def ids(self, text):
        ids = self.tokenizer().encode_ordinary(text)
        return [id + self.shift for id in ids]

    text_ids = ids

    def both(self, text):
        self.tokenizer()
        shift, self.shift = self.shift, 0
        offsets = super().both(text)[1]
        self.shift = shift
        return self.ids(text), offsets

    def decode(self, ids):
        return self.tokenizer().decode([id - self.shift for id in ids], errors="replace")


class SentencePiece(Reference):
    library, finds_special = "sentencepiece", False

    def model(self):
        return self.path.read_bytes()

    def load(self):
        import sentencepiece

        return sentencepiece.SentencePieceProcessor(model_proto=self.model())

    def rules(self):
        from sentencepiece import sentencepiece_model_pb2 as proto

        model = proto.ModelProto.FromString(self.model())
        kinds = sorted({piece.type for piece in model.pieces})
        normalizer = hashlib.sha256(model.normalizer_spec.SerializeToString()).hexdigest()
        return [model.trainer_spec.model_type, model.trainer_spec.byte_fallback, normalizer, kinds]

    def added(self):
        processor = self.tokenizer()
        pieces = range(processor.get_piece_size())
        return spread([processor.id_to_piece(i) for i in pieces if processor.is_control(i) or processor.is_unknown(i)]
                      + [processor.id_to_piece(i) for i in pieces if processor.IsUnused(i)])

    def ids(self, text):
        return self.tokenizer().encode(text)

    text_ids = ids

    def both(self, text):
        found = self.tokenizer().encode(text.encode(), return_type="proto")
        return [p.id for p in found.pieces], [place for p in found.pieces for place in (p.begin, p.end)]

    def decode(self, ids):
        return self.tokenizer().decode(ids)


def vocabulary(path):
    """The `tokenizer.ggml.*` fields of a GGUF file."""
    data, at = path.read_bytes(), 24
    count = struct.unpack_from("<Q", data, 16)[0]
    numbers = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}

    def number(code):
        nonlocal at
        value = struct.unpack_from("<" + code, data, at)[0]
        at += struct.calcsize(code)
        return value

    def string():
        nonlocal at
        length = number("Q")
        at += length
        return data[at - length : at].decode("utf-8")

    def value(kind):
        nonlocal at
        if kind == 8:
            return string()
        if kind != 9:
            return number(numbers[kind])
        inner, length = number("I"), number("Q")
        if inner not in numbers:
            return [value(inner) for _ in range(length)]
        found = struct.unpack_from(f"<{length}{numbers[inner]}", data, at)
        at += struct.calcsize(f"<{length}{numbers[inner]}")
        return list(found)

    fields = {}
    for _ in range(count):
        key = string()
        fields[key.removeprefix("tokenizer.ggml.")] = value(number("I"))
    return fields


class GGUFSentencePiece(SentencePiece):
    """A vocabulary of llama.cpp with scores, put into a SentencePiece model again.

    Such vocabularies are exchanged with `tokenizer.json` files, and two things are as there: unknown text shows as the
    unknown token's spelling, and the offsets of merged pieces are not SentencePiece's, so they are not compared.
    """

    def both(self, text):
        ids, offsets = super().both(text)
        return ids, offsets if self.unigram else None

    def decode(self, ids):
        text = super().decode(ids)
        return text.replace(" \u2047 ", "<unk>") if self.unigram else text

    def model(self):
        from sentencepiece import sentencepiece_model_pb2 as proto

        fields, model = vocabulary(self.path), proto.ModelProto()
        for token, score, kind in zip(fields["tokens"], fields["scores"], fields["token_type"]):
            piece = model.pieces.add()
            piece.piece, piece.score, piece.type = token, score, kind
        self.unigram = fields["model"] == "t5"
        trainer, normalizer = model.trainer_spec, model.normalizer_spec
        trainer.model_type = proto.TrainerSpec.UNIGRAM if self.unigram else proto.TrainerSpec.BPE
        trainer.vocab_size, trainer.byte_fallback = len(model.pieces), BYTE in fields["token_type"]
        trainer.unk_id = fields["token_type"].index(UNKNOWN)
        trainer.bos_id, trainer.eos_id = fields["bos_token_id"], fields["eos_token_id"]
        trainer.pad_id = -1
        normalizer.add_dummy_prefix = bool(fields.get("add_space_prefix", True))
        normalizer.remove_extra_whitespaces = bool(fields.get("remove_extra_whitespaces", False))
        normalizer.escape_whitespaces = True
        normalizer.name = "user_defined" if self.unigram else "identity"
        if "precompiled_charsmap" in fields:
            charsmap = fields["precompiled_charsmap"]
            normalizer.precompiled_charsmap = bytes(byte & 0xFF for byte in charsmap)
        # A piece that llama.cpp calls unknown beside the first is one that is never used.
        for id, piece in enumerate(model.pieces):
            if piece.type == UNKNOWN and id != trainer.unk_id:
                piece.type = UNUSED
        return model.SerializeToString()


class GGUFBytePair(HuggingFace):
    """A byte-level vocabulary of llama.cpp under Hugging Face's pipeline for it."""

    special = False

    def rules(self):
        return vocabulary(self.path).get("pre")

    def digest(self):
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    def pre_tokenizer(self, name):
        from tokenizers import Regex, pre_tokenizers as parts

        level = parts.ByteLevel(add_prefix_space=False, use_regex=False)
        whole = parts.ByteLevel(add_prefix_space=False, use_regex=True)
        contractions = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
        tail = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
        split = lambda expression: parts.Split(Regex(expression), "isolated")
        borrowed = {"deepseek-llm": "deepseek-llm-7b-base", "deepseek-coder": "deepseek-coder-33b-base"}
        if name in borrowed:
            from tokenizers import Tokenizer

            file = self.root / f"huggingface/{borrowed[name]}/tokenizer.json"
            return Tokenizer.from_file(str(file)).pre_tokenizer
        if name in ("gpt-2", "mpt"):
            return whole
        if name in ("starcoder", "refact", "command-r"):
            return parts.Sequence([parts.Digits(individual_digits=True), whole])
        if name == "llama-bpe":
            return parts.Sequence([split(contractions + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}" + tail), level])
        if name == "qwen2":
            return parts.Sequence([split(QWEN_SPLIT), level])
        if name == "qwen35":
            letters = r"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}"
            rest = r"| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
            return parts.Sequence([split(contractions + letters + rest), level])
        if name == "falcon":
            gpt2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
            return parts.Sequence([
                split(r"[\p{P}\$\+<=>\^~\|`]+"), split(gpt2), split("[0-9][0-9][0-9]"), level])
        raise ValueError(f"no pipeline is known for the pre-tokenizer {name}")

    def load(self):
        from tokenizers import AddedToken, Tokenizer, decoders, models

        fields = vocabulary(self.path)
        tokens, kinds = fields["tokens"], fields["token_type"]
        merges = [tuple(merge.split(" ")) for merge in fields["merges"]]
        ignores = fields["pre"] == "llama-bpe"
        tokenizer = Tokenizer(models.BPE({token: id for id, token in enumerate(tokens)}, merges, ignore_merges=ignores))
        tokenizer.pre_tokenizer = self.pre_tokenizer(fields["pre"])
        tokenizer.decoder = decoders.ByteLevel()
        self.add(tokenizer, tokens, kinds)
        return tokenizer

    def add(self, tokenizer, tokens, kinds):
        from tokenizers import AddedToken

        tokenizer.add_tokens([
            AddedToken(token, special=kind == CONTROL, normalized=False)
            for token, kind in zip(tokens, kinds) if kind in (CONTROL, USER_DEFINED)])


class GGUFGemma(GGUFBytePair):
    """Merges over characters, with spaces written as U+2581 and bytes to fall back to."""

    def load(self):
        from tokenizers import Tokenizer, decoders, models, normalizers

        fields = vocabulary(self.path)
        tokens = fields["tokens"]
        # A merge is two pieces with a space between; pieces of line feeds and the like hold none.
        merges = [tuple(merge.split(" ")) for merge in fields["merges"]]
        tokenizer = Tokenizer(models.BPE({token: id for id, token in enumerate(tokens)}, merges, unk_token="<unk>",
                                         fuse_unk=True, byte_fallback=True))
        tokenizer.normalizer = normalizers.Replace(" ", "\u2581")
        tokenizer.decoder = decoders.Sequence(
            [decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse()])
        self.add(tokenizer, tokens, fields["token_type"])
        return tokenizer


class GGUFWordPiece(HuggingFace):
    """BERT's vocabulary of llama.cpp, which marks the beginnings of words instead of their insides."""

    special = False

    def rules(self):
        return "bert"

    def digest(self):
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    def load(self):
        from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers

        fields = vocabulary(self.path)
        tokens, control = {}, []
        for id, (token, kind) in enumerate(zip(fields["tokens"], fields["token_type"])):
            if kind == CONTROL:
                control.append(token)
            elif token.startswith("\u2581"):
                token = token[1:]
            else:
                token = "##" + token
            tokens[token] = id
        tokenizer = Tokenizer(models.WordPiece(tokens, unk_token="[UNK]", max_input_chars_per_word=100))
        tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        tokenizer.decoder = decoders.WordPiece()
        tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in control])
        return tokenizer


GGUF = {
    GGUFBytePair: "command-r deepseek-coder deepseek-llm falcon gpt-2 llama-bpe mpt qwen2 qwen35 refact starcoder",
    GGUFSentencePiece: "baichuan llama-spm nomic-bert-moe phi-3", GGUFGemma: "gemma-4", GGUFWordPiece: "bert-bge",
}


def all_tokenizers(root):
    """Every reference, in the order of their names."""
    root = pathlib.Path(root)
    found = [HuggingFace(root, f"huggingface/{path.parent.name}/tokenizer.json", f"huggingface-{path.parent.name}")
             for path in root.glob("huggingface/*/tokenizer.json")]
    found += [Tiktoken(root, f"tiktoken/{path.name}") for path in root.glob("tiktoken/*.tiktoken")]
    found += [SentencePiece(root, f"mistral/{path.name}", f"mistral-{path.name.split('.')[-1]}")
              for path in root.glob("mistral/*.model*")]
    found += [Tekken(root, f"mistral/{path.name}") for path in root.glob("mistral/tekken*.json")]
    for kind, names in GGUF.items():
        found += [kind(root, f"llama.cpp/ggml-vocab-{name}.gguf", f"llama.cpp-{name}") for name in names.split()]
    return sorted(found, key=lambda reference: reference.name)
