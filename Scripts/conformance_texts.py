"""Texts that try a tokenizer, drawn family by family with a fixed seed; the same on every machine and Python.

    conformance_texts.py --count N    N texts of each family to standard output, as JSON lines

`thousand` is the choice that the golden files are made of.

Special tokens differ from tokenizer to tokenizer, so the family `added` names them by place: a character from
U+10F000 on stands for the whole spelling of one of the tokenizer's tokens, from U+10F400 on for the spelling without its
last character, from U+10F800 on for it without its first. `expand` puts the spellings in.
"""

import argparse
import json
import pathlib
import sys

from sample_texts import PIECES, SCRIPTS, unescaped

SEED = 20261125
FAMILIES = [
    "prose", "code", "languages", "unicode", "combining", "digits", "whitespace", "punctuation", "contractions",
    "added", "repeats",
]
WHOLE, CUT_END, CUT_START = 0x10F000, 0x10F400, 0x10F800

PROSE = """
The harbour lay quiet; gulls, half asleep, turned their heads as the last ferry's lamps came round the point.
"You're early," she said, without looking up. "I wasn't expecting anyone before seven o'clock."
In 1987 the town had 12,340 people, three bakeries and no bridge; today it has two bridges, and one bakery.
He counted the boxes twice - forty-two, then forty-one - and wrote both numbers down, because either might be right.
WE'VE MOVED! From Monday, you'll find us at 14b Mill Lane (opposite the post-office).
Mr. O'Neill's brother-in-law couldn't've known that they'd've left by then.
The recipe says: take 250 g of flour, 3 eggs, a pinch of salt... and wait.
Nothing happened for a long time. Then, all at once, everything did.
It rained on the 3rd, the 4th and the 5th; by the 6th nobody spoke of anything but the river.
A naïve façade, a résumé, the café's crème brûlée: words that travelled and kept their hats on.
Dr Ng's e-mail (ng@harbour.test) bounced; try +44 20 7946 0018 or write c/o the Harbour Office.
What is a token? A piece of text that something, somewhere, decided to keep whole.
""".strip().split("\n")

CODE = r"""
func area(of circle: Circle) -> Double {\n    circle.radius * circle.radius * .pi\n}\n
static inline uint32_t rotl(const uint32_t x, int k) {\n\treturn (x << k) | (x >> (32 - k));\n}\n
if __name__ == "__main__":\n    sys.exit(main(sys.argv[1:]))\n
const total = items.reduce((sum, {price, qty = 1}) => sum + price * qty, 0); // €
#!/bin/sh\nset -eu\nfor f in *.txt; do\n\tprintf '%s\\n' "$f"\ndone\n
impl<'a, T: Ord + ?Sized> Iterator for Walk<'a, T> { type Item = &'a T; }
SELECT b.name, COUNT(*) AS n FROM boats b LEFT JOIN trips t ON t.boat_id = b.id GROUP BY 1 HAVING n > 3;
{"model": {"type": "BPE", "vocab": {"\u0120the": 0}}, "added_tokens": [], "version": "1.0"}
@media (max-width: 600px) { .card > a:hover::after { content: "\\2192"; } }
let snake_case_name = camelCaseName ?? SCREAMING_SNAKE_CASE?.kebab_case;
x = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]; y = x[::-1]; assert x @ y != y @ x
for(;;){if(!~a[i++])break;else b^=c<<=2,d%=e>>>1;}
<?xml version="1.0" encoding="UTF-8"?>\r\n<svg viewBox="0 0 24 24"><path d="M3 12h18"/></svg>\r\n
git commit -m "Fix #123: don't drop the last line" --author="A. U. Thor <author@harbour.test>"
r'^(?:[a-z0-9!#$%&*+/=?^_`{|}~-]+(?:\\.[a-z0-9]+)*)@example\\.test$'
\\documentclass{article}\\begin{document}$\\int_0^\\infty e^{-x^2}\\,dx$\\end{document}
        return None  # eight spaces\n\n\n\n    def next(self):\n        pass
0x1F 0b1010 0o755 1_000_000 1e-9 .5 5. 1.5e+10f 0xDEADBEEFL 'c' '\\n' "\\x00"
""".strip("\n").split("\n")

# Ranges of code points that tokenizers treat apart: marks, jamo, compatibility forms, letters and numbers that are new in
# Unicode 15 to 17, private use, format characters, unassigned ones, the ends of planes.
MARKS = [
    (0x300, 0x36F), (0x483, 0x489), (0x591, 0x5BD), (0x610, 0x61A), (0x64B, 0x65F), (0x93C, 0x94D), (0x9BC, 0x9CD),
    (0xBBE, 0xBCD), (0xD3E, 0xD4D), (0xE31, 0xE3A), (0xEB1, 0xEBC), (0xF71, 0xF84), (0x102B, 0x103E), (0x1AB0, 0x1ACE),
    (0x1DC0, 0x1DFF), (0x20D0, 0x20F0), (0x302A, 0x302F), (0x3099, 0x309A), (0xA8E0, 0xA8F1), (0xFE00, 0xFE0F),
    (0xFE20, 0xFE2F), (0x1133B, 0x1134D), (0x1D165, 0x1D172), (0x1E8D0, 0x1E8D6), (0x1E944, 0x1E94A), (0xE0100, 0xE01EF),
]
RANGES = MARKS + [
    (0x20, 0x7E), (0xA0, 0xFF), (0x100, 0x24F), (0x250, 0x2AF), (0x2B0, 0x2FF), (0x370, 0x3FF), (0x400, 0x52F),
    (0x531, 0x58F), (0x5D0, 0x5F4), (0x600, 0x6FF), (0x700, 0x77F), (0x780, 0x7FF), (0x800, 0x8FF), (0x900, 0xDFF),
    (0xE00, 0xFFF), (0x1000, 0x10FF), (0x1100, 0x11FF), (0x1200, 0x139F), (0x13A0, 0x167F), (0x1680, 0x18AF),
    (0x1900, 0x1AAF), (0x1B00, 0x1CBF), (0x1C89, 0x1C8A), (0x1D00, 0x1DBF), (0x1E00, 0x1FFF), (0x2000, 0x206F),
    (0x2070, 0x20CF), (0x2100, 0x218F), (0x2190, 0x23FF), (0x2460, 0x24FF), (0x2500, 0x27BF), (0x2C00, 0x2DFF),
    (0x2E00, 0x2E7F), (0x2E80, 0x2FDF), (0x3000, 0x303F), (0x3040, 0x30FF), (0x3100, 0x31BF), (0x31C0, 0x33FF),
    (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA000, 0xA4CF), (0xA4D0, 0xA63F), (0xA640, 0xA71F), (0xA720, 0xA7FF),
    (0xA7CB, 0xA7DC), (0xA800, 0xABFF), (0xAC00, 0xD7A3), (0xD7B0, 0xD7FF), (0xE000, 0xF8FF), (0xF900, 0xFAFF),
    (0xFB00, 0xFB4F), (0xFB50, 0xFDFF), (0xFE10, 0xFE6F), (0xFE70, 0xFEFF), (0xFF00, 0xFFEF), (0xFFF0, 0xFFFF),
    (0x10000, 0x101FF), (0x10280, 0x103FF), (0x10400, 0x104FF), (0x105C0, 0x105F3), (0x10800, 0x10FFF),
    (0x10D40, 0x10D8F), (0x11000, 0x11FFF), (0x11DE0, 0x11DE9), (0x12000, 0x1254F), (0x13000, 0x143FA),
    (0x16100, 0x16139), (0x16D40, 0x16D79), (0x16FE0, 0x16FF6), (0x1B000, 0x1B2FF), (0x1CCD6, 0x1CCF9),
    (0x1D000, 0x1D1FF), (0x1D400, 0x1D7FF), (0x1E000, 0x1E2FF), (0x1E5D0, 0x1E5FF), (0x1E800, 0x1E95F),
    (0x1EC70, 0x1EEFF), (0x1F000, 0x1F2FF), (0x1F300, 0x1FAFF), (0x1FB00, 0x1FBF9), (0x20000, 0x2A6DF),
    (0x2A700, 0x2EE5D), (0x2F800, 0x2FA1D), (0x30000, 0x33479), (0x40000, 0x4FFFF), (0xE0000, 0xE007F),
    (0xF0000, 0xFFFFF), (0x100000, 0x10EFFF), (0x378, 0x379), (0x1FFFE, 0x1FFFF), (0x10FFFE, 0x10FFFF),
]
BASES = "aeonsAEONz\u00e9\u00f1\u1e9b\u0391\u03b9\u0430\u05d0\u0628\u0915\u0995\u0ba8\u0e01\u1100\u1161\u11a8\uac00\u304b\u30cf\u4e00\u212b\ufb01\U0001d15f \u2126\u0344\u0958"
SPACES = [
    " ", "  ", "   ", "    ", "\n", "\n\n", "\t", "\r", "\r\n", "\u00a0", "\u3000", "\u2028", "\u2029", "\u0085", "\u000b",
    "\u000c", "\u200b", "\u2009", "\u1680", "\ufeff", "\u001c", "\u180e", "\u202f", " \n", "\n ", "\t ", " \t",
]
DIGITS = [
    "0", "1", "7", "12", "123", "1234", "12345", "0000000", "3.14159", "1,000,000", "1_000", "-42", "+7", "1e10", "0x1F",
    "\u00bd", "\u00b2", "\u2167", "\u4e09", "\u0663\u0664\u0665", "\u096a\u096b", "\u06f7", "\U0001d7d8", "\uff11\uff12", "\u2460", "\u0f33", "\u3007", "\U00010107",
    "\u19da", "2026-11-25", "23:59:59", "192.168.0.1", "50%", "$9.99", "1st", "v2.0.1", "a1b2c3", "\u0e51\u0e52", "\u1369", "\U00016ff4",
    "\U00011de3",
]
MARKS_OF_SPEECH = list("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~\u00a1\u00a7\u00b6\u00b7\u00bf\u2010\u2013\u2014\u2018\u2019\u201c\u201d\u2026\u2030\u20ac\u2116\u2122\u2190\u2200\u3001\u3002\u300c\u300d\uff01\uff0c") + [
    "...", "!!!", "?!", "->", "=>", "!=", "==", "===", "<!--", "-->", "/*", "*/", "//", "##", "::", "&&", "||", "<|", "|>",
    "----", "====", "\u2500\u2500", "\U0001f600", "\U0001f44d\U0001f3fd", "\U0001f469\u200d\U0001f469\u200d\U0001f467", "\U0001f3f3\ufe0f\u200d\U0001f308", "\U0001f1e9\U0001f1ea", "\U0001f1ef", "\u2764\ufe0f", "1\ufe0f\u20e3",
    "\u200d", "\u200c", "\u2603", "\u270c\U0001f3ff", "\U0001fae8", "\U0001fabf", "\U0001f9d1\U0001f3ff\u200d\U0001f680", "\u00ac", "\u005e\u0301", "\u00b4", "\u1fc1", "\u02dc",
]
ENDINGS = [
    "s", "t", "re", "ve", "m", "ll", "d", "S", "T", "RE", "VE", "M", "LL", "D", "Re", "rE", "vE", "Ve", "lL", "Ll", "\u017f", "l\u017f",
    "\u017ft", "z", "e", "n't", "sun", "reef", "\u212a", "tis", "em", "re\u0301", "D\u0307",
]
REPEATED = [
    "a", "ab", " ", "\n", "=", "-", "the ", "\u00e9", "\u65e5", "\U0001f600", "0", "'", "s's", "\u0301", "a\u0301", "\u0e01\u0e33", "\r\n", "\t", "\u00a0", "xyz0",
    "A", "\u4e00\u4e8c", "\uac00", "\u0915\u094d", ".", "<|", "\u200d", "\uffff", "\U000f0000", "\u0000",
]


class Generator:
    """SplitMix64, so that no Python version changes the texts."""

    def __init__(self, seed):
        self.state = seed & (1 << 64) - 1

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & (1 << 64) - 1
        z = self.state
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & (1 << 64) - 1
        z = (z ^ z >> 27) * 0x94D049BB133111EB & (1 << 64) - 1
        return z ^ z >> 31

    def below(self, bound):
        return (self.next() * bound) >> 64

    def choose(self, items):
        return items[self.below(len(items))]


class Texts:
    """Draws texts of a family; with `folder`, pieces of real texts too (see `bench_texts.py`)."""

    def __init__(self, seed=SEED, folder=None):
        self.random = Generator(seed)
        self.lines = {
            "prose": PROSE, "code": [unescaped(line) for line in CODE],
            "languages": SCRIPTS.strip().split("\n"),
        }
        self.pieces = [unescaped(piece) for piece in PIECES]
        self.long = {}
        if folder:
            for family, name in (("prose", "prose"), ("code", "code"), ("languages", "multilingual")):
                self.long[family] = (pathlib.Path(folder) / f"{name}.txt").read_text(encoding="utf-8")

    def draw(self, family):
        text = getattr(self, family)()
        # Surrogates cannot be in UTF-8.
        return "".join(c for c in text if not 0xD800 <= ord(c) < 0xE000)

    def several(self, parts, most, between=("",)):
        choose = self.random.choose
        return "".join(choose(parts) + choose(between) for _ in range(1 + self.random.below(most)))

    def piece(self, family):
        """Part of a line of our own, or of a real text."""
        random = self.random
        if family in self.long and random.below(4):
            text = self.long[family]
            start = random.below(len(text))
            return text[start : start + 1 + random.below(random.choose([20, 120, 400]))]
        line = random.choose(self.lines[family])
        if random.below(3) == 0:
            return line
        start = random.below(len(line))
        return line[start : start + 1 + random.below(60)]

    def prose(self):
        return "".join(self.piece("prose") + self.random.choose(["", " ", "\n", "  "])
                       for _ in range(1 + self.random.below(2)))

    def code(self):
        if self.random.below(4) == 0:
            return self.random.choose(self.pieces)
        return "".join(self.piece("code") + self.random.choose(["", "\n", "\n    ", "\t", ";"])
                       for _ in range(1 + self.random.below(2)))

    def languages(self):
        return "".join(self.piece("languages") + self.random.choose(["", " ", "\n"])
                       for _ in range(1 + self.random.below(3)))

    def character(self):
        random = self.random
        if random.below(3) == 0:
            return chr(0x20 + random.below(0x5F)) if random.below(2) else random.choose(" \n\t'")
        if random.below(12) == 0:
            code = random.below(WHOLE)
        else:
            low, high = random.choose(RANGES)
            code = low + random.below(high - low + 1)
        return chr(code)

    def unicode(self):
        return "".join(self.character() for _ in range(1 + self.random.below(30)))

    def combining(self):
        random, out = self.random, []
        for _ in range(1 + random.below(12)):
            if random.below(4):
                out.append(random.choose(BASES))
            for _ in range(random.below(4)):
                low, high = random.choose(MARKS)
                out.append(chr(low + random.below(high - low + 1)))
        return "".join(out)

    def digits(self):
        return self.several(DIGITS, 10, ("", "", " ", ",", ".", "a", "\n"))

    def whitespace(self):
        return self.several(SPACES + ["a", "!", "x1", "'s", "\u00e9", "\u65e5"], 20)

    def punctuation(self):
        return self.several(MARKS_OF_SPEECH, 12, ("", "", " ", "a", "\n", "7", "\u00e9"))

    def contractions(self):
        random, out = self.random, []
        for _ in range(1 + random.below(6)):
            out.append(random.choose(["I", "you", "WE", "x", "", " ", "3", "\u65e5", "\u017f", "don", "\n", "o"]))
            out.append(random.choose(["'", "'", "'", "\u2019", "''", "' "]))
            out.append(random.choose(ENDINGS))
            out.append(random.choose(["", " ", "'", "x", ".", "\n"]))
        return "".join(out)

    def added(self):
        random, out = self.random, []
        for _ in range(1 + random.below(8)):
            kind, place = random.below(8), random.below(64)
            if kind < 4:
                out.append(chr(WHOLE + place))
            elif kind == 4:
                out.append(chr(random.choose([CUT_END, CUT_START]) + place))
            else:
                out.append(random.choose([" ", "  ", "\n", "a", "<", "|>", "[", "7", "\t", "</s", "\u2581", "\u00e9", "user", "\u0301"]))
        return "".join(out)

    def repeats(self):
        return self.random.choose(REPEATED) * self.random.choose([2, 3, 7, 33, 150]) + self.random.choose(["", "x", " "])


def expand(text, added):
    """The text with the spellings of a tokenizer's special tokens in the places that name them."""
    if not any(WHOLE <= ord(c) < CUT_START + 0x400 for c in text):
        return text
    out = []
    for character in text:
        code = ord(character)
        if not WHOLE <= code < CUT_START + 0x400:
            out.append(character)
        elif added:
            spelling = added[(code & 0x3FF) % len(added)]
            out.append({WHOLE: spelling, CUT_END: spelling[:-1], CUT_START: spelling[1:]}[code & ~0x3FF])
    return "".join(out)


def thousand():
    """The texts of the golden files: (family, text), each once."""
    texts, chosen = Texts(), {}
    for text in ("", " ", "\n", "a", "\u0301", "\U0010ffff", "\u0000"):
        chosen[text] = "repeats"
    for text in ("a" * 2000, " " * 1000 + "x", "\n" * 700, "ab" * 900, "1" * 500, "\u65e5\u672c" * 400, "\u0301" * 300):
        chosen[text] = "repeats"
    for family, lines in texts.lines.items():
        chosen.update({line: family for line in lines})
    chosen.update({piece: "code" for piece in texts.pieces})
    while len(chosen) < 1000:
        family = FAMILIES[len(chosen) % len(FAMILIES)]
        text = texts.draw(family)
        while text in chosen:
            text = texts.draw(family)
        chosen[text] = family
    return [(family, text) for text, family in chosen.items()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10)
    options = parser.parse_args()
    line = lambda family, text: json.dumps({"family": family, "text": text}, separators=(",", ":"), ensure_ascii=True)
    texts = Texts()
    for family in FAMILIES:
        for _ in range(options.count):
            sys.stdout.write(line(family, texts.draw(family)) + "\n")


if __name__ == "__main__":
    main()
