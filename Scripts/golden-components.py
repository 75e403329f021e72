#!/usr/bin/env python3
"""Writes Tests/TesseraTokenizersTests/ComponentCases.swift: what Hugging Face tokenizers makes of fixed texts.

    python3 -m pip install tokenizers==0.23.3
    python3 Scripts/golden-components.py

One line a case: the component, the text, then each code point (normalizers) or piece (pre-tokenizers) with the UTF-8
bytes of the text that it came from; for decoders the text that the tokens decode to, then the tokens. `‖` separates.
"""

import random
import sys
from pathlib import Path

from tokenizers import PreTokenizedString, __version__, decoders, normalizers, pre_tokenizers

TARGET = Path(__file__).resolve().parent.parent / "Tests/TesseraTokenizersTests/ComponentCases.swift"
SEED = 3

NORMALIZERS = {
    "NFC": normalizers.NFC(),
    "NFD": normalizers.NFD(),
    "NFKC": normalizers.NFKC(),
    "NFKD": normalizers.NFKD(),
    "Lowercase": normalizers.Lowercase(),
    "StripAccents": normalizers.StripAccents(),
    "Nmt": normalizers.Nmt(),
    "Strip": normalizers.Strip(),
    "ByteLevel": normalizers.ByteLevel(),
    "Bert": normalizers.BertNormalizer(),
    "BertCased": normalizers.BertNormalizer(lowercase=False),
    "Prepend": normalizers.Prepend("▁"),
    "Replace": normalizers.Replace(" ", "▁"),
    "Sequence": normalizers.Sequence(
        [normalizers.NFKD(), normalizers.StripAccents(), normalizers.Lowercase(), normalizers.Replace("a", "<a>")]
    ),
}
PRE_TOKENIZERS = {
    "BertPreTokenizer": pre_tokenizers.BertPreTokenizer(),
    "ByteLevel": pre_tokenizers.ByteLevel(add_prefix_space=False),
    "ByteLevelPrefix": pre_tokenizers.ByteLevel(add_prefix_space=True),
    "CharDelimiterSplit": pre_tokenizers.CharDelimiterSplit("a"),
    "Digits": pre_tokenizers.Digits(individual_digits=False),
    "DigitsIndividual": pre_tokenizers.Digits(individual_digits=True),
    "FixedLength": pre_tokenizers.FixedLength(3),
    "MetaspaceAlways": pre_tokenizers.Metaspace("▁", "always"),
    "MetaspaceFirst": pre_tokenizers.Metaspace("▁", "first"),
    "MetaspaceNever": pre_tokenizers.Metaspace("▁", "never", split=False),
    "UnicodeScripts": pre_tokenizers.UnicodeScripts(),
    "Whitespace": pre_tokenizers.Whitespace(),
    "WhitespaceSplit": pre_tokenizers.WhitespaceSplit(),
    "Punctuation": pre_tokenizers.Punctuation("contiguous"),
    "SplitRemoved": pre_tokenizers.Split(" ", "removed"),
    "SplitRemovedInverted": pre_tokenizers.Split(" ", "removed", invert=True),
    "SplitIsolated": pre_tokenizers.Split(" ", "isolated"),
    "SplitMergedWithPrevious": pre_tokenizers.Split(" ", "merged_with_previous"),
    "SplitMergedWithPreviousInverted": pre_tokenizers.Split(" ", "merged_with_previous", invert=True),
    "SplitMergedWithNext": pre_tokenizers.Split(" ", "merged_with_next"),
    "SplitMergedWithNextInverted": pre_tokenizers.Split(" ", "merged_with_next", invert=True),
    "SplitContiguous": pre_tokenizers.Split(" ", "contiguous"),
    "Sequence": pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace("▁", "first"), pre_tokenizers.Digits(True)]
    ),
}
DECODERS = {
    "ByteLevel": decoders.ByteLevel(),
    "WordPiece": decoders.WordPiece(),
    "Metaspace": decoders.Metaspace("▁", "always"),
    "MetaspaceNever": decoders.Metaspace("▁", "never"),
    "BPEDecoder": decoders.BPEDecoder("</w>"),
    "CTC": decoders.CTC(),
    "ByteFallback": decoders.ByteFallback(),
    "Fuse": decoders.Fuse(),
    "Strip": decoders.Strip("a", 1, 0),
    "Replace": decoders.Replace("▁", " "),
    "Llama": decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    ),
    "FusedParts": decoders.Sequence(
        [decoders.Fuse(), decoders.Replace("abab", "<>"), decoders.Metaspace("a", "never")]
    ),
    "FusedWhole": decoders.Sequence(
        [decoders.Fuse(), decoders.BPEDecoder("</w>"), decoders.WordPiece("##"), decoders.ByteLevel()]
    ),
}
TEXTS = [
    "",
    "  Hello,  World! a1b22 ",
    "Élève İΣς ﬃ ① a\u0323\u0307 e\u0301\u0323",
    "각 \u1100\u1161\u11a8 가\u11a8 \u0958 \u0344\u0f73 \u212b",
    "日本語カタカナと中文 abc.漢\u200d",
    "a\u0000b\u00ad\ufeff\u200b\t\r\n\u3000c\u180e",
    "\u0300\u0301 \u1e9b\u0323 \u2adc x\u0327\u0308",
    "don't we'll $5.99 (x)«y» \U0001d15e \U0001f469\u200d\U0001f467",
    "مرحبا हिन्दी கி ไทย\u0e33 \U0001133c\u0885\u1c89\u2c2f",
]
TOKENS = [
    "the", "a", "ab", "abab", "##ing", "##", ".", " '", "n't", "do not", "</w>", "er</w>", "▁", "▁the", "<0x41>",
    "<0xE4>", "<0xBD>", "<0xA0>", "<0x+1>", "<pad>", "|", "é", "中", "Ġ", "ä½ł", "å", "¥", " ", "aa", "",
]


def quoted(text):
    escaped = ""
    for character in text:
        if character in '"\\':
            escaped += "\\" + character
        elif " " <= character <= "~" or character in "▁‖":
            escaped += character
        else:
            escaped += f"\\u{{{ord(character):X}}}"
    return f'"{escaped}"'


def byte_ranges(text, splits):
    places = [0]
    for character in text:
        places.append(places[-1] + len(character.encode()))
    return [f"{piece}@{places[start]}-{places[end]}" for piece, (start, end) in splits]


def splits(text, steps):
    string = PreTokenizedString(text)
    for step in steps:
        step(string)
    return [(piece, range) for piece, range, _ in string.get_splits("original", "char")]


def main():
    if __version__ != "0.23.3":
        sys.exit(f"tokenizers {__version__} is installed, expected 0.23.3")
    single = pre_tokenizers.FixedLength(1)
    lines = {"normalizers": [], "preTokenizers": [], "decoders": []}
    for name, part in NORMALIZERS.items():
        for text in TEXTS:
            pieces = splits(text, [lambda string: string.normalize(part.normalize), single.pre_tokenize])
            lines["normalizers"].append("‖".join([name, text, *byte_ranges(text, pieces)]))
    for name, part in PRE_TOKENIZERS.items():
        for text in TEXTS:
            lines["preTokenizers"].append("‖".join([name, text, *byte_ranges(text, splits(text, [part.pre_tokenize]))]))
    choice = random.Random(SEED)
    for name, part in DECODERS.items():
        for count in (1, 2, 4, 6, 9, 12):
            tokens = [choice.choice(TOKENS) for _ in range(count)]
            lines["decoders"].append("‖".join([name, part.decode(tokens), *tokens]))
    text = "// Generated by Scripts/golden-components.py with tokenizers 0.23.3; do not edit.\n\n"
    text += "// swift-format-ignore-file\n\n/// What the reference makes of fixed texts.\nenum ComponentCases {\n"
    for name, cases in lines.items():
        text += f"    static let {name}: [String] = [\n"
        text += "".join(f"        {quoted(case)},\n" for case in cases) + "    ]\n"
    TARGET.write_text(text + "}\n")
    print(f"{TARGET.name}: {sum(map(len, lines.values()))} cases, {TARGET.stat().st_size} bytes")


main()
