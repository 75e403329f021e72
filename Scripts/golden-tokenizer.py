#!/usr/bin/env python3
"""Writes Tests/ConformanceTests/Golden/tokenizer-smollm2.jsonl: texts with the reference's ids and offsets.

    python3 -m pip install tokenizers==0.23.3 gguf==0.19.0 numpy
    python3 Scripts/golden-tokenizer.py SmolLM2-135M-Instruct.Q4_1.gguf

The reference is Hugging Face tokenizers with SmolLM2's pipeline, built from the vocabulary in the GGUF file.
The texts are ours (CC0) or drawn with a fixed seed. A line is {"text", "ids", "offsets", "asText"}: offsets are UTF-8
bytes, start and end in turn, null where the text has a byte without a token (the reference's offsets are shifted
there); "asText" holds the ids with special tokens read as text, where they differ.

To compare a built program on many more texts than the file has:

    python3 Scripts/golden-tokenizer.py MODEL.gguf --compare .build/release/tessera --count 100000
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import unicodedata
from pathlib import Path

import tokenizers
from gguf import GGUFReader
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

TARGET = Path(__file__).resolve().parent.parent / "Tests/ConformanceTests/Golden/tokenizer-smollm2.jsonl"
VERSION, SEED = "0.23.3", 20261124
CONTROL = 3

# One or two sentences of our own in each script, about water and the sun.
SCRIPTS = """
The sun rises over the harbour, and nobody's boat is ready; we'll wait, they've said, I'm sure it'd help.
Die Sonne geht über dem Hafen auf, und das Wasser glitzert wie tausend Münzen. Größe: 12,5 m².
Le soleil se lève sur le port : l'eau brille, n'est-ce pas ? Ça coûte 3 € l'été.
El sol sale sobre el puerto. ¿Quién bebe el agua? ¡Nadie, mañana será otro día!
O sol nasce sobre o porto; a água não está fria.
Słońce wschodzi nad portem, a woda lśni jak źdźbło trawy.
Mặt trời mọc trên bến cảng, nước lấp lánh như bạc.
Güneş limanın üzerinde doğuyor; ışık suya düşüyor. İstanbul'da hava ılık.
Солнце встаёт над гаванью, и вода блестит как серебро. 42 лодки ждут.
Сонце сходить над гаванню, їжа й вода є для всіх.
Ο ήλιος ανατέλλει πάνω από το λιμάνι και το νερό λάμπει.
Արևը ծագում է նավահանգստի վրա, և ջուրը փայլում է։
მზე ამოდის ნავსადგურზე და წყალი ბრწყინავს.
השמש זורחת מעל הנמל, והמים נוצצים. שָׁלוֹם לכולם
تشرق الشمس فوق الميناء، والماء يلمع كالفضة. السَّلامُ عليكم ٣٤٥
خورشید بر فراز بندر می‌درخشد و آب می‌تابد. ۶۷۸
سورج بندرگاہ پر نکلتا ہے اور پانی چمکتا ہے۔
सूरज बंदरगाह पर उगता है और पानी चमकता है। १२३ नावें
সূর্য বন্দরের উপর ওঠে আর জল ঝিকমিক করে। ৪৫৬
ਸੂਰਜ ਬੰਦਰਗਾਹ ਉੱਤੇ ਚੜ੍ਹਦਾ ਹੈ ਅਤੇ ਪਾਣੀ ਚਮਕਦਾ ਹੈ।
સૂરજ બંદર પર ઊગે છે અને પાણી ચમકે છે.
ସୂର୍ଯ୍ୟ ବନ୍ଦର ଉପରେ ଉଠେ ଓ ପାଣି ଚମକେ।
சூரியன் துறைமுகத்தின் மேல் உதிக்கிறது, நீர் மின்னுகிறது.
సూర్యుడు రేవుపై ఉదయిస్తాడు, నీరు మెరుస్తుంది.
ಸೂರ್ಯ ಬಂದರಿನ ಮೇಲೆ ಉದಯಿಸುತ್ತಾನೆ, ನೀರು ಹೊಳೆಯುತ್ತದೆ.
സൂര്യൻ തുറമുഖത്തിനു മുകളിൽ ഉദിക്കുന്നു, വെള്ളം തിളങ്ങുന്നു.
හිරු වරාය මත නැගෙයි, ජලය දිලිසෙයි.
พระอาทิตย์ขึ้นเหนือท่าเรือ น้ำส่องประกาย ๑๒๓
ຕາເວັນຂຶ້ນເໜືອທ່າເຮືອ ແລະນ້ຳສ່ອງແສງ
ព្រះអាទិត្យរះលើកំពង់ផែ ទឹកភ្លឺចែងចាំង។
နေသည် ဆိပ်ကမ်းပေါ်တွင် ထွက်ပြီး ရေသည် တောက်ပသည်။
ཉི་མ་གྲུ་ཁའི་སྟེང་ནས་ཤར། ཆུ་འོད་འཚེར།
ፀሐይ በወደቡ ላይ ትወጣለች፣ ውሃውም ያበራል።
太阳从港口升起，水面闪闪发光。一共三百二十条船。
太陽從港口升起，水面閃閃發光。
港に日が昇り、水がきらきら光る。カモメは３羽です。
항구 위로 해가 뜨고 물이 반짝인다. 배가 열두 척.
Нар боомтын дээр мандаж, ус гялалзана. ᠨᠠᠷᠠ ᠤᠰᠤ
ᎠᎹ ᎤᏬᏚᎯ, ᏅᏓ ᎦᎸᎶᎢ.
ⴰⴼⵓⴽ ⵏⵏⵉⴳ ⵏ ⵓⵣⴰⵖⴰⵔ.
ߕߟߋ ߓߘߊ߫ ߓߐ߫، ߖߌ ߦߋ߫ ߡߊߣߊ߲߫ ߠߊ߫.
𐌰𐍄𐍄𐌰 𐌿𐌽𐍃𐌰𐍂, 𝔥𝔢𝔩𝔩𝔬 𝟙𝟚𝟛 𒀭𒂗 𓂀𓁹
"""

PIECES = r"""
def area(radius: float) -> float:\n    # Area of a circle.\n    return 3.14159 * radius ** 2\n
for (int i = 0; i < n; ++i) { sum += a[i] << 2; } // it's fine\n
SELECT name, COUNT(*) FROM boats WHERE length >= 12.50 GROUP BY name;\n
<div class="harbour" id='x1'>&nbsp;<a href="#top">Top</a></div>
{"ids": [1, 2, 3], "text": "caf\\u00e9", "none": null}
let x = y?.z ?? "default"; x!.count == 0b1010_1010 || x ~= 0xFF
\\begin{equation} e^{i\\pi} + 1 = 0 \\end{equation}
https://harbour.test/path?q=a%20b&lang=en#frag me@harbour.test
I'll I'LL I'm you're he'd it's we've can't 's 't 'T ''s 'sun 'reef 'll' 'x don''t
  leading, trailing   \n\n\n three breaks\t\ttabs \r\n windows \u00a0no-break\u2003em\u3000wide
1 12 123 1234 1,234.56 2026-11-24 23:59 +49 30 12345678 ½ ² Ⅷ 一二三 ٣ ४ 𝟘 v1.2.3 a1b2 １２
😀 👍🏽 👩‍👩‍👧‍👦 🏳️‍🌈 🇩🇪🇯🇵 ❤️ ☎️ 🧑🏿‍🚀 1️⃣ ☃ ✈︎ 🫨🪿
e\u0301 \u0301 \u0301a n\u0303o a\u0300\u0301\u0302\u0303 \u200d\u200c\ufeff\u2060 x\u0338 \u0b95\u0bbf
\x00 \x01\x02\x03 \x07 \x1b[31mred\x1b[0m \x7f \x85 \x1c\x1d\x1e\x1f \u2028 \u2029 \u180e
<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n
<|endoftext|><|im_end|> <|im_end|>x<|im_end <|im_end||> <||im_end|> <|im_end|><|im_end|>
<repo_name>x<file_sep>y<reponame>z<filename><gh_stars>12<issue_start><jupyter_code> <empty_output>
\u0378\u0379 \ue000\uf8ff \U0010ffff \U000e0001 \ufffe\uffff \U0002a6d6 \U00030000 \U0001e900 \U00011de0 \U00010d40
""".strip("\n").split("\n")


def unescaped(text):
    return text.encode("latin-1", "backslashreplace").decode("unicode_escape")


def reference(path):
    fields = GGUFReader(path).fields
    tokens = fields["tokenizer.ggml.tokens"].contents()
    types = fields["tokenizer.ggml.token_type"].contents()
    merges = [tuple(merge.split(" ")) for merge in fields["tokenizer.ggml.merges"].contents()]
    tokenizer = Tokenizer(models.BPE({token: id for id, token in enumerate(tokens)}, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    special = [token for token, type in zip(tokens, types) if type == CONTROL]
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in special])
    known = set(tokens)
    unspelled = {byte for byte, character in alphabet().items() if character not in known}
    return tokenizer, special, unspelled


def alphabet():
    bytes_ = [*range(33, 127), *range(161, 173), *range(174, 256)]
    characters, extra = dict(zip(bytes_, map(chr, bytes_))), 0
    for byte in range(256):
        if byte not in characters:
            characters[byte], extra = chr(256 + extra), extra + 1
    return characters


class Texts:
    """Random texts of many kinds."""

    def __init__(self, special, seed):
        self.random = random.Random(seed)
        self.special = special
        self.lines = [line for line in SCRIPTS.strip().split("\n")] + [unescaped(piece) for piece in PIECES]
        by_class = {}
        for code in range(0x110000):
            if not 0xD800 <= code < 0xE000:
                by_class.setdefault(unicodedata.category(chr(code)), []).append(chr(code))
        self.classes = list(by_class.values())

    def character(self):
        pick = self.random.random()
        if pick < 0.35:
            return chr(self.random.randrange(0x20, 0x7F))
        if pick < 0.5:
            return self.random.choice(" \n\t  \r'")
        if pick < 0.8:
            return self.random.choice(self.random.choice(self.classes))
        if pick < 0.85:
            return chr(self.random.randrange(0x20))
        code = self.random.randrange(0x110000)
        return chr(code) if not 0xD800 <= code < 0xE000 else "\ufffd"

    def next(self):
        choose, kind = self.random.choice, self.random.randrange(8)
        if kind == 0:
            line = choose(self.lines)
            start = self.random.randrange(len(line))
            return line[start : start + self.random.randrange(1, 80)]
        if kind == 1:
            return choose(["", " ", "\n"]).join(choose(self.lines) for _ in range(self.random.randrange(1, 3)))
        if kind == 2:
            parts = [*self.special, "<|", "|>", " ", "\n", "a", "<|im_end", "im_start|>", "<", "7"]
            return "".join(choose(parts) for _ in range(self.random.randrange(1, 12)))
        if kind == 3:
            parts = [" ", "  ", "\n", "\t", "\r\n", "\u00a0", "\u3000", "\u2028", "a", "1", "!", "'s", " 's", "'ll", "é"]
            return "".join(choose(parts) for _ in range(self.random.randrange(1, 20)))
        if kind == 4:
            return choose(["a", "ab", " ", "\n", "=", "-", "the ", "é", "日", "😀", "0", "'", "s's"]) * choose([2, 7, 33, 150])
        return "".join(self.character() for _ in range(self.random.randrange(1, 30)))


def offsets(encoding, text):
    starts = [0]
    for character in text:
        starts.append(starts[-1] + len(character.encode()))
    return [starts[place] for pair in encoding.offsets for place in pair]


def write(tokenizer, special, unspelled):
    texts = Texts(special, SEED)
    chosen = dict.fromkeys(texts.lines + ["", "a" * 2000, " " * 1000 + "x", "\n" * 700, "ab" * 900, "1" * 500, "日本" * 400])
    while len(chosen) < 1000:
        chosen[texts.next()] = None
    lines = [{"tokenizers": VERSION, "vocabulary": "SmolLM2-135M-Instruct", "seed": SEED, "count": len(chosen)}]
    for text in chosen:
        tokenizer.encode_special_tokens = False
        encoding = tokenizer.encode(text, add_special_tokens=False)
        spelled = not unspelled.intersection(text.encode())
        line = {"text": text, "ids": encoding.ids, "offsets": offsets(encoding, text) if spelled else None}
        tokenizer.encode_special_tokens = True
        as_text = tokenizer.encode(text, add_special_tokens=False).ids
        if as_text != encoding.ids:
            line["asText"] = as_text
        lines.append(line)
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    with open(TARGET, "w", encoding="utf-8") as file:
        for line in lines:
            file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
    print(f"wrote {TARGET.name}: {len(chosen)} texts, {TARGET.stat().st_size} bytes")


def compare(tokenizer, special, program, model, count):
    """Encodes lines with the built program and with the reference; exits 1 when any ids differ."""
    texts, lines = Texts(special, SEED + 1), []
    while len(lines) < count:
        lines.append(texts.next().replace("\n", " ").replace("\r", "\t"))
    failures = 0
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        for flags in ([], ["--special-as-text"]):
            tokenizer.encode_special_tokens = bool(flags)
            command = [program, "tokenizer", "encode", "--tokenizer", model, "--lines", *flags, file.name]
            output = subprocess.run(command, capture_output=True, check=True, text=True).stdout.split("\n")[:-1]
            expected = tokenizer.encode_batch(lines, add_special_tokens=False)
            assert len(output) == len(lines), f"{len(output)} lines for {len(lines)}"
            for text, got, encoding in zip(lines, output, expected):
                if [int(id) for id in got.split()] != encoding.ids:
                    failures += 1
                    if failures < 10:
                        print("differs:", ascii(text), got, encoding.ids)
            print(f"{' '.join(flags) or 'special tokens as tokens'}: {len(lines)} texts, {failures} differ")
    sys.exit(1 if failures else 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--compare", metavar="PROGRAM")
    parser.add_argument("--count", type=int, default=100_000)
    arguments = parser.parse_args()
    if tokenizers.__version__ != VERSION:
        sys.exit(f"tokenizers {tokenizers.__version__} is installed, {VERSION} is the reference")
    tokenizer, special, unspelled = reference(arguments.model)
    if arguments.compare:
        compare(tokenizer, special, arguments.compare, arguments.model, arguments.count)
    write(tokenizer, special, unspelled)


main()
