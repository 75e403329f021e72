#!/usr/bin/env python3
"""Writes the inputs in Tests/FuzzTests/Corpus that fuzzing starts from; those named found-* are kept by hand.

    Scripts/fuzz-corpus.py

Only Python's standard library is used, and the same files come out each time. Several files in one input stand behind
lines `=== NAME`.
"""
import base64
import gzip
import json
import os
import struct

CORPUS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Tests", "FuzzTests", "Corpus")


def write(target, name, content):
    if isinstance(content, dict) and all("." in key for key in content):
        content = b"\n".join(b"=== " + key.encode() + b"\n" + as_bytes(value) for key, value in content.items())
    path = os.path.join(CORPUS, target, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(as_bytes(content))


def as_bytes(value):
    if isinstance(value, bytes):
        return value
    return (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)).encode()


# The characters that stand for the bytes.
ALPHABET = []
following = 0x100
for byte in range(256):
    stands = 0x21 <= byte <= 0x7E or 0xA1 <= byte <= 0xAC or byte >= 0xAE
    ALPHABET.append(chr(byte if stands else following))
    following += not stands
MERGES = ["t h", "th e", "Ġ the", "h e", "l l", "he ll", "hell o", "Ġ hello", "Ġ Ġ", "a a", "aa a", "aa aa", "1 2"]
BYTES = [f"<0x{byte:02X}>" for byte in range(256)]


def special(*tokens, start=0, **flags):
    return [
        {"id": start + place, "content": token, "single_word": False, "lstrip": False, "rstrip": False,
         "normalized": False, "special": True, **flags}
        for place, token in enumerate(tokens)
    ]


def byte_pairs(alphabet=ALPHABET):
    tokens = list(alphabet) + [merge.replace(" ", "") for merge in MERGES]
    return {token: place for place, token in enumerate(tokens)}


def tokenizer(model, **parts):
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None,
            "pre_tokenizer": None, "post_processor": None, "decoder": None, **parts, "model": model}


def bpe(vocab, merges, **members):
    return {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
            "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
            **members, "vocab": vocab, "merges": merges}


def character_map():
    """A map with the rules a to xyz, ab to nothing, as a double array."""
    units = [0] * 226
    units[0] = 128 << 10
    units[225] = 1 << 10 | 1 << 8 | 0x61
    units[224] = 1 << 31 | 1
    units[130] = 2 << 10 | 1 << 8 | 0x62
    units[128] = 1 << 31
    return struct.pack("<227I", 904, *units) + b"\0xyz\0"


def template(*names, start=1):
    return {"type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": names[0], "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": names[-1], "type_id": 0}},
                     {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {name: {"id": name, "ids": [start + place], "tokens": [name]}
                               for place, name in enumerate(names)}}


NORMALIZERS = [
    {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True},
    {"type": "Strip", "strip_left": True, "strip_right": True}, {"type": "StripAccents"}, {"type": "NFC"}, {"type": "NFD"},
    {"type": "NFKC"}, {"type": "NFKD"}, {"type": "Lowercase"}, {"type": "Nmt"}, {"type": "Prepend", "prepend": "▁"},
    {"type": "Precompiled", "precompiled_charsmap": base64.b64encode(character_map()).decode()},
    {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": "▁"}, {"type": "ByteLevel"},
]
PRE_TOKENIZERS = [
    {"type": "BertPreTokenizer"}, {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
    {"type": "CharDelimiterSplit", "delimiter": "-"}, {"type": "Whitespace"}, {"type": "WhitespaceSplit"},
    {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": True},
    {"type": "Split", "pattern": {"Regex": "\\p{N}{1,3}| ?[^\\s\\p{L}]+|\\s+(?!\\S)"}, "behavior": "MergedWithPrevious",
     "invert": False},
    {"type": "Split", "pattern": {"String": "x"}, "behavior": "Removed", "invert": True},
    {"type": "Punctuation", "behavior": "Contiguous"}, {"type": "Digits", "individual_digits": False},
    {"type": "UnicodeScripts"}, {"type": "FixedLength", "length": 3},
]
DECODERS = [
    {"type": "ByteLevel"}, {"type": "WordPiece", "prefix": "##", "cleanup": True},
    {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
    {"type": "BPEDecoder", "suffix": "</w>"}, {"type": "Fuse"}, {"type": "ByteFallback"},
    {"type": "CTC", "pad_token": "<pad>", "word_delimiter_token": "|", "cleanup": True},
    {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "Strip", "content": " ", "start": 1, "stop": 0},
]
WORDS = {"<unk>": 0, "<s>": 1, "</s>": 2, "hello": 3, "world": 4, "h": 5, "##e": 6, "##llo": 7, "▁hello": 8, "▁": 9,
         "e": 10, "l": 11, "o": 12, "ll": 13, "hell": 14, "12": 15, "é": 16, "e\u0301": 17}
GPT2 = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
LLAMA3 = ("(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|"
          "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+")
CHAT = ("{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\\n' + m['content'] | trim + '<|im_end|>\\n' }}"
        "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}")


def hugging_face():
    vocab = byte_pairs()
    added = special("<s>", "</s>", "<|im_start|>", start=len(vocab))
    byte_level = tokenizer(
        bpe(vocab, MERGES), added_tokens=added, pre_tokenizer=GPT2, decoder={"type": "ByteLevel"},
        post_processor={"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": True})
    write("tokenizer-json", "byte-level.json", byte_level)
    write("tokenizer-json", "llama3.json", tokenizer(
        bpe(vocab, [merge.split(" ") for merge in MERGES], ignore_merges=True), added_tokens=added,
        normalizer={"type": "NFC"}, decoder={"type": "ByteLevel"},
        pre_tokenizer={"type": "Sequence", "pretokenizers": [
            {"type": "Split", "pattern": {"Regex": LLAMA3}, "behavior": "Isolated", "invert": False},
            {**GPT2, "use_regex": False}]},
        post_processor={"type": "Sequence", "processors": [
            {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
            template("<s>", "</s>", start=len(vocab))]}))
    fallback = {token: place for place, token in enumerate(
        ["<unk>", "<s>", "</s>"] + BYTES + ["▁", "h", "e", "l", "o", "▁h", "el", "▁hel", "lo", "▁hello"])}
    write("tokenizer-json", "llama2.json", tokenizer(
        bpe(fallback, ["▁ h", "e l", "▁h el", "l o", "▁hel lo"], byte_fallback=True, fuse_unk=True, unk_token="<unk>"),
        added_tokens=special("<unk>", "<s>", "</s>"),
        normalizer={"type": "Sequence", "normalizers": [
            {"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
        post_processor=template("<s>", "</s>"),
        decoder={"type": "Sequence", "decoders": [
            {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"},
            {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}))
    write("tokenizer-json", "suffix.json", tokenizer(
        bpe({"<unk>": 0, "a": 1, "b": 2, "b</w>": 3, "ab</w>": 4, "a</w>": 5}, ["a b</w>"], unk_token="<unk>",
            end_of_word_suffix="</w>", dropout=0.1),
        normalizer={"type": "Lowercase"}, pre_tokenizer={"type": "Whitespace"}, decoder=DECODERS[3]))
    write("tokenizer-json", "unigram.json", tokenizer(
        {"type": "Unigram", "unk_id": 0, "byte_fallback": False,
         "vocab": [[token, -place / 4] for token, place in WORDS.items()]},
        added_tokens=special("<unk>", "<s>", "</s>") + special("<mask>", start=18, lstrip=True),
        normalizer={"type": "Sequence", "normalizers": [NORMALIZERS[8], NORMALIZERS[5], NORMALIZERS[11]]},
        pre_tokenizer=PRE_TOKENIZERS[5], decoder=DECODERS[2], post_processor=template("<s>", "</s>"),
        truncation={"direction": "Right", "max_length": 8, "strategy": "LongestFirst", "stride": 2},
        padding={"strategy": {"Fixed": 12}, "direction": "Left", "pad_to_multiple_of": 8, "pad_id": 2, "pad_type_id": 0,
                 "pad_token": "</s>"}))
    write("tokenizer-json", "bert.json", tokenizer(
        {"type": "WordPiece", "unk_token": "<unk>", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
         "vocab": WORDS}, added_tokens=special("<unk>", "<s>", "</s>"),
        normalizer=NORMALIZERS[0], pre_tokenizer=PRE_TOKENIZERS[0], decoder=DECODERS[1],
        post_processor={"type": "BertProcessing", "sep": ["</s>", 2], "cls": ["<s>", 1]},
        padding={"strategy": "BatchLongest", "direction": "Right", "pad_to_multiple_of": None, "pad_id": 0,
                 "pad_type_id": 0, "pad_token": "<unk>"}))
    write("tokenizer-json", "words.json", tokenizer(
        {"type": "WordLevel", "unk_token": "<unk>", "vocab": WORDS},
        added_tokens=special("a b", start=20, special=False, normalized=True, single_word=True, rstrip=True),
        normalizer={"type": "Sequence", "normalizers": NORMALIZERS},
        pre_tokenizer={"type": "Sequence", "pretokenizers": PRE_TOKENIZERS},
        post_processor={"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 1], "trim_offsets": True,
                        "add_prefix_space": False},
        decoder={"type": "Sequence", "decoders": DECODERS}))
    fallback = {"<unk>": 0, "h": 1, "e": 2, "l": 3, "o": 4, "he": 5, "hello w": 6, "hello": 7, "é": 8, " w": 9}
    fallback |= {f"<0x{byte:02X}>": 10 + byte for byte in range(256)}
    write("tokenizer-json", "less-is-better.json", tokenizer(
        {"type": "LessIsBetter", "unk_token": None, "byte_fallback": True, "vocab": fallback,
         "lexicon": [2, 3, 1, 7, 4, 5, 6, 8, 9],
         "training": {"seed": "7", "epochs": 3, "alpha": 0.25, "omega": 0.0001, "update_rate": 0.2, "life": 10,
                      "max_length": 12, "max_gap": 2, "article": 200, "learns_at_once": False, "max_types": 50000,
                      "lexicon": [["e", 0], ["hello", 3], ["o w", 10]]}},
        added_tokens=special("<unk>"), decoder={"type": "Sequence", "decoders": [{"type": "ByteFallback"}, {"type": "Fuse"}]}))
    small = tokenizer(bpe({"<s>": 0, "a": 1, "b": 2, "ab": 3, "▁": 4}, ["a b"]), pre_tokenizer={"type": "Whitespace"})
    write("folder", "all", {
        "tokenizer.json": small,
        "tokenizer_config.json": {
            "added_tokens_decoder": {"0": {"content": "<s>", "special": True}, "7": {"content": "<x>", "lstrip": True}},
            "bos_token": {"content": "<s>", "lstrip": False}, "eos_token": "<x>", "unk_token": None, "add_bos_token": True,
            "tokenizer_class": "LlamaTokenizer", "model_max_length": 1e30,
            "chat_template": [{"name": "default", "template": CHAT}, {"name": "tool_use", "template": "{{ tools }}"}]},
        "special_tokens_map.json": {"pad_token": "<x>", "additional_special_tokens": ["<s>"]},
        "generation_config.json": {"eos_token_id": [0, 7], "bos_token_id": 0},
        "config.json": {"eos_token_id": 0}})
    write("folder", "older", {
        "tokenizer.json": small, "added_tokens.json": {"<y>": 9, "<z>": 10},
        "special_tokens_map.json": {"bos_token": "<s>", "eos_token": {"content": "<y>"}},
        "config.json": {"eos_token_id": 9}, "chat_template.json": {"chat_template": CHAT}})
    write("folder", "jinja", {"tokenizer.json": small, "tokenizer_config.json": {"eos_token": "<s>"},
                              "chat_template.jinja": CHAT})
    write("vocab-merges", "gpt2", {
        "vocab.json": vocab, "merges.txt": "#version: 0.2\n" + "\n".join(MERGES) + "\n",
        "tokenizer_config.json": {"add_bos_token": True, "bos_token": "the", "add_prefix_space": True}})
    write("vocab-merges", "roberta", {
        "vocab.json": {"<s>": 0, "</s>": 1, "<mask>": 2, "a": 3, "b": 4, "ab": 5, "Ġ": 6}, "merges.txt": "a b\r\n",
        "special_tokens_map.json": {"cls_token": "<s>", "sep_token": {"content": "</s>"}, "mask_token": "<mask>"},
        "added_tokens.json": {"<new>": 8}})
    lines = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nhello\nworld\nh\n##e\n##llo\n,\n1\n##2\né\n日\n"
    write("vocab-txt", "plain", lines)
    write("vocab-txt", "cased", {"vocab.txt": lines.replace("\n", "\r\n"), "tokenizer_config.json": {
        "do_lower_case": False, "strip_accents": True, "tokenize_chinese_chars": False, "unk_token": "[UNK]"}})


def ranks(tokens):
    return "".join(f"{base64.b64encode(token).decode()} {rank}\n" for rank, token in enumerate(tokens))


def ranked():
    tokens = [bytes([byte]) for byte in range(256)]
    tokens += [b"th", b"the", b" the", b"he", b"ll", b"hell", b"hello", b"aa", b"aaa", b"  ", b"12", "é".encode(), b"\xc3"
               b"\x28"]
    write("tiktoken", "r50k", ranks(tokens))
    write("tiktoken", "own", {"r50k_base.tiktoken": ranks(tokens), "split.expression": LLAMA3})
    vocab = [{"rank": rank, "token_bytes": base64.b64encode(token).decode(), "token_str": None}
             for rank, token in enumerate(tokens)]
    config = {"pattern": LLAMA3, "num_vocab_tokens": len(tokens), "default_vocab_size": len(tokens) + 20,
              "default_num_special_tokens": 20, "version": "v3"}
    write("tekken", "v3.json", {"config": config, "vocab": vocab})
    write("tekken", "v11.json", {
        "config": {**config, "version": "v11", "pattern": "\\s+|\\S+"}, "vocab": vocab, "special_tokens": [
            {"rank": 0, "token_str": "<unk>", "is_control": True}, {"rank": 1, "token_str": "<s>", "is_control": True},
            {"rank": 2, "token_str": "</s>", "is_control": True}]})


# Protocol Buffers
def varint(value):
    output = b""
    value &= (1 << 64) - 1
    while value >= 0x80:
        output += bytes([value & 0x7F | 0x80])
        value >>= 7
    return output + bytes([value])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    value = as_bytes(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def sentence_piece():
    plain = [("▁h", -0.5, 1), ("el", -1.0, 1), ("▁hel", -1.5, 1), ("lo", -2.0, 1), ("▁hello", -2.5, 1), ("▁", -3.0, 1),
             ("h", -3.5, 1), ("e", -4.0, 1), ("l", -4.5, 1), ("o", -5.0, 1), ("aa", -5.5, 1), ("a", -6.0, 1),
             ("[MASK]", 0.0, 4), ("é", -7.0, 5)]
    roles = [("<unk>", 0.0, 2), ("<s>", 0.0, 3), ("</s>", 0.0, 3)]
    for name, kind, fallback in [("unigram", 1, False), ("bpe", 2, True), ("word", 3, False), ("char", 4, False)]:
        pieces = roles + ([(token, 0.0, 6) for token in BYTES] if fallback else []) + plain
        message = b"".join(
            field(1, field(1, piece) + field(2, score) + field(3, kind)) for piece, score, kind in pieces)
        trainer = field(3, kind) + field(35, int(fallback)) + field(40, 0) + field(41, 1) + field(44, " ⁇ ")
        normalizer = (field(1, "nmt_nfkc") + field(2, character_map() if fallback else b"")
                      + field(3, 1) + field(4, int(not fallback)) + field(5, 1))
        write("sentencepiece", name, message + field(2, trainer) + field(3, normalizer))


# GGUF
def string(text):
    text = as_bytes(text)
    return struct.pack("<Q", len(text)) + text


def gguf(pairs):
    output = b"GGUF" + struct.pack("<IQQ", 3, 0, len(pairs))
    for key, value in pairs.items():
        output += string(key)
        if isinstance(value, bool):
            output += struct.pack("<IB", 7, value)
        elif isinstance(value, int):
            output += struct.pack("<II", 4, value)
        elif isinstance(value, str):
            output += struct.pack("<I", 8) + string(value)
        elif isinstance(value[0], str):
            output += struct.pack("<IIQ", 9, 8, len(value)) + b"".join(map(string, value))
        elif isinstance(value[0], float):
            output += struct.pack(f"<IIQ{len(value)}f", 9, 6, len(value), *value)
        else:
            output += struct.pack(f"<IIQ{len(value)}i", 9, 5, len(value), *value)
    return output


def gguf_vocabularies():
    def vocabulary(kind, tokens, types, **more):
        pairs = {"general.architecture": "llama", "tokenizer.ggml.model": kind, "tokenizer.ggml.tokens": tokens,
                 "tokenizer.ggml.token_type": types}
        pairs.update({"tokenizer." + key.replace("__", "."): value for key, value in more.items()})
        return gguf(pairs)

    tokens = list(byte_pairs()) + ["<s>", "</s>", "<|x|>"]
    for pre in ["smollm", "llama-bpe"]:
        write("gguf", "bpe-" + pre, vocabulary(
            "gpt2", tokens, [1] * (len(tokens) - 3) + [3, 3, 4], ggml__pre=pre, ggml__merges=MERGES,
            ggml__bos_token_id=len(tokens) - 3, ggml__eos_token_id=len(tokens) - 2, ggml__add_bos_token=True,
            chat_template=CHAT))
    spm = ["<unk>", "<s>", "</s>"] + BYTES + ["▁h", "hi", "▁", "h", "i", "▁hi"]
    write("gguf", "spm", vocabulary(
        "llama", spm, [2, 3, 3] + [6] * 256 + [1] * 6, ggml__scores=[0.0] * 259 + [-1.0, -2.0, -3.0, -4.0, -5.0, -6.0],
        ggml__add_space_prefix=True))
    write("gguf", "gemma4", vocabulary(
        "gemma4", ["<pad>", "<bos>", "▁h", "\n\n", "▁", "h", "\n"] + BYTES, [3, 3, 1, 1, 1, 1, 1] + [6] * 256,
        ggml__merges=["▁ h", "\n \n"], ggml__bos_token_id=1))
    write("gguf", "bert", vocabulary(
        "bert", ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "▁play", "ing", "▁ing"], [3, 3, 3, 3, 1, 1, 1],
        ggml__unknown_token_id=1, ggml__cls_token_id=2, ggml__seperator_token_id=3))
    write("gguf", "t5", vocabulary(
        "t5", ["<pad>", "</s>", "<unk>", "▁a", "▁", "a", "▁aa"], [3, 3, 2, 1, 1, 1, 1],
        ggml__scores=[0.0, 0.0, 0.0, -1.0, -2.0, -3.0, -5.0]))


TEMPLATES = {
    "chatml": CHAT,
    "tools": """{%- if tools %}{{- '<tools>' }}{%- for tool in tools %}{{- tool | tojson(indent=2) }}{%- endfor %}{%- endif %}
{%- set ns = namespace(found=false, index=messages|length - 1) %}
{%- for message in messages[::-1] %}{%- set index = (messages|length - 1) - loop.index0 %}
{%- if not ns.found and message.role == "user" and message.content is string %}{%- set ns.found = true %}{%- endif %}
{%- endfor %}{% for message in messages %}{% if message.tool_calls is defined and message.tool_calls is not none %}
{% for call in message.tool_calls %}{{ call.function.name ~ '(' ~ (call.function.arguments | tojson) ~ ')' }}{% endfor %}
{% elif message.content is iterable and message.content is not string %}{% for part in message.content %}
{{- part.text | default('<' + part.type + '>', true) }}{% endfor %}{% else %}{{ message['content'] | trim }}{% endif %}
{{- eos_token if not loop.last }}{% endfor %}""",
    "macro": """{%- macro render(item, depth=0) -%}{%- if item is mapping -%}{%- for key, value in item.items() -%}
{{ '  ' * depth ~ key }}: {{ render(value, depth + 1) }}{%- endfor -%}{%- else -%}{{ item | string | replace('"', "'") | upper }}
{%- endif -%}{%- endmacro -%}{{ render(tools[0]) }}{% raw %}{{ not }}{% endraw %}{# note #}
{{ numbers | sort(reverse=true) | join('-') }}{{ numbers[1:] }}{{ 'a,b'.split(',')[-1] }}{{ range(1, 10, 3) | list }}
{% for a, b in [(1, 2), [3, 4]] if a > 1 %}{{ a ** b // 3 % 5 - -1 }}{% else %}none{% endfor %}""",
    "strings": r"""{{ ' x '.strip() }}{{ 'abc'.startswith('a') }}{{ 'éa'.upper() }}{{ 'a\tb'.split() }}{{ "%s" | string }}
{{ 'x' in 'xyz' and 1 not in [1, 2] or none }}{{ (1.5e3 | int) + 2 | float }}{{ {'k': [1, {'n': none}]}.k[1]['n'] }}
{{ messages | map(attribute='role') | list | tojson }}{{ messages | selectattr('role', 'equalto', 'user') | list | length }}
{% set text %}block {{ bos_token }}{% endset %}{{ text | title | length }}{% for x in [1, 2] %}{% if x == 2 %}{% break %}{% endif %}{% endfor %}{% if not messages %}{{ raise_exception('stop') }}{% endif %}""",
}
EXPRESSIONS = {
    "llama3": LLAMA3,
    "o200k": "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re)?|\\p{N}{1,3}|"
             " ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
    "cl100k": "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}++|\\p{N}{1,3}+| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*+|\\s++$|"
              "\\s*[\\r\\n]|\\s+(?!\\S)|\\s",
    "classes": "[a-z&&[^aeiou]]|[[:alpha:]\\d_\\-]|[^\\x{0}-\\x{7F}]|\\p{Han}+|\\P{M}\\p{M}*|[\\p{^Lu}]",
    "around": "(?<=a)b|(?<!x)y(?=z)|(?>a+)b|\\bword\\b|^$|\\A.\\z|(?m:^.*$)|.+?",
    "nested": "(?:(?:(a|b)*c){1,3}|(?:d?){4}e+?)*f",
}


def texts():
    for name, source in TEMPLATES.items():
        write("template", name, source)
    write("template", "values", {"template.jinja": "{{ a | tojson }}{% for k, v in b.items() %}{{ k ~ v }}{% endfor %}{{ c[0] }}",
                                 "variables.json": {"a": [1, "x", None, {"k": 1.5}], "b": {"é": True}, "c": ["z"]}})
    for name, source in EXPRESSIONS.items():
        write("expression", name, source)
    write("expression", "text", {"source.expression": "(?:a|ab)(?:c|bcd)*", "text.txt": "abcdabcbcd é\u0301 abab"})


def training():
    head = "#tessera-counts\t1\t3\t40\t\n"
    write("counts", "words", head + "Ġhello\t3\nhello\t12\nthe\t5\nworld\t1\n")
    write("counts", "escapes", head + "\\x23a\t1\n\\xC3\t2\na\\tb\\\\\t7\né\t100\n" + head + "a\t999999999999999999\n")
    write("counts", "two", {"a.counts": head + "aa\t3\nab\t2\n", "b.counts": head + "aa\t1\nb\t5\n"})
    write("counts", "gzip", gzip.compress((head + "word\t3\n").encode(), mtime=0))
    text = "hello world\nthe quick brown fox\nhello again\n"
    job = {"cutting": "", "files": [{"path": "@FOLDER@/corpus.txt", "size": len(text)}], "field": "text", "format": "auto",
           "unit": "line"}
    journal = {"version": 1, "job": job, "isFinished": False, "file": 0, "offset": 12, "line": 1, "texts": 1, "bytes": 12,
               "runs": ["run-0.counts"]}
    write("journal", "half", {"counting.json": json.dumps(journal), "corpus.txt": text, "run-0.counts": head + "hello\t1\nworld\t1\n"})
    write("journal", "done", {"counting.json": json.dumps({**journal, "isFinished": True, "file": 1, "offset": 0}),
                              "corpus.txt": text, "run-0.counts": head + "hello\t2\n"})
    lines = '{"text": "hello world", "id": 1}\n{"id": 2, "text": "a\\u00e9 \\n b"}\n\n{"text": "c"}\n'
    write("corpus", "lines", lines)
    write("corpus", "plain", {"corpus.txt": text + "no end"})
    write("corpus", "gzip", {"corpus.gz": gzip.compress(text.encode(), mtime=0) + gzip.compress(b"more\n", mtime=0)})
    write("corpus", "gzip-lines", {"corpus.jsonl.gz": gzip.compress(lines.encode(), mtime=0)})


def files():
    write("json", "all", '\ufeff{"a": [1, -2.5e-3, true, false, null, "\\u00e9\\ud83d\\ude00\\n\\"é"], "b": {"": {}}, "c": 1e308}')
    write("json", "numbers", "[0, -0, 0.1, 9223372036854775807, -9223372036854775808, 9223372036854775808, 5e-324]")
    head = as_bytes({"__metadata__": {"format": "pt"}, "a": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]},
                     "b": {"dtype": "BF16", "shape": [0], "data_offsets": [16, 16]}})
    write("safetensors", "two", struct.pack("<Q", len(head)) + head + bytes(16))


hugging_face()
ranked()
sentence_piece()
gguf_vocabularies()
texts()
training()
files()
