#!/usr/bin/env python3
"""Writes Sources/TesseraAnalysis/Romanization/RomanTable+Data.swift: what each code point sounds like by its name.

    python3 -m pip install --target build/ud17 unicodedata2==17.0.1
    apt-get download unicode-data && dpkg-deb -x unicode-data_15.0.0-1_all.deb build/unicode-data
    python3 Scripts/generate-romanization.py build/ud17 build/unicode-data/usr/share/unicode

Names, categories, numbers and decompositions are those of Unicode 17.0 (the package unicodedata2 17.0.1); the sound
of a Han character is kMandarin, or else the first kHanyuPinyin, of the Unihan database of Unicode 15.0 (Debian's
unicode-data), without tones. Nothing else goes in: what names cannot tell is in the rules that people wrote
(Sources/TesseraAnalysis/Romanization/Rules), which are applied over this table when it is loaded.
"""

import bz2
import importlib
import re
import sys
import unicodedata
from collections import Counter
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "Sources/TesseraAnalysis/Romanization/RomanTable+Data.swift"
BLOCK = 64
FIRST = 0x30

# The kinds of `RomanTable.Kind`, by the letter that begins an entry.
TEXT, CONSONANT, ROUND, VOWEL_SIGN, KILLER, SUBJOINED, DIGIT, KEPT, SEPARATOR, MARK, DECOMPOSED = "pcovksdxzme"

# Scripts whose consonants carry a vowel that signs change, by the first words of their characters' names. Thai, Lao
# and other scripts with vowel signs that write every vowel are not among them.
ABUGIDAS = """AHOM BALINESE BATAK BENGALI BHAIKSUKI BRAHMI BUGINESE BUHID CHAKMA CHAM DEVANAGARI DIVES-AKURU DOGRA
GRANTHA GUJARATI GUNJALA-GONDI GURMUKHI GURUNG-KHEMA HANUNOO JAVANESE KAITHI KANNADA KAWI KHAROSHTHI KHMER KHOJKI
KHUDAWADI LEPCHA LIMBU MAHAJANI MAKASAR MALAYALAM MARCHEN MASARAM-GONDI MEETEI-MAYEK MODI MULTANI MYANMAR
NANDINAGARI NEWA ORIYA PHAGS-PA REJANG SAURASHTRA SHARADA SIDDHAM SINHALA SOYOMBO SUNDANESE SYLOTI-NAGRI TAGALOG
TAGBANWA TAI-THAM TAKRI TAMIL TELUGU TIBETAN TIRHUTA TULU-TIGALARI ZANABAZAR-SQUARE KHAMTI""".split()
ABUGIDAS = {name.replace("-", " ") if name != "PHAGS-PA" else name for name in ABUGIDAS}

# Scripts whose letters have names that begin with their sound, such as ALEPH and BETH, FEHU and URUZ.
NAMED_LETTERS = """ADLAM AVESTAN CARIAN CHORASMIAN COPTIC CYRILLIC ELYMAIC GEORGIAN GLAGOLITIC GOTHIC GREEK HATRAN
HEBREW IMPERIAL-ARAMAIC INSCRIPTIONAL-PAHLAVI INSCRIPTIONAL-PARTHIAN MANDAIC MANICHAEAN MEDEFAIDRIN NABATAEAN OGHAM
OLD-NORTH-ARABIAN OLD-PERMIC OLD-SOGDIAN OLD-SOUTH-ARABIAN OLD-UYGHUR OSMANYA PALMYRENE PHOENICIAN PSALTER-PAHLAVI
RUNIC SAMARITAN SHAVIAN SOGDIAN SUNUWAR SYRIAC THAANA UGARITIC YEZIDI ARABIC BERIA-ERFE CAUCASIAN-ALBANIAN
HANIFI-ROHINGYA""".split()
NAMED_LETTERS = {name.replace("-", " ") for name in NAMED_LETTERS}

KEYWORDS = ("LETTER", "SYLLABLE", "SYLLABICS", "VOWEL", "SIGN", "CHARACTER", "IDEOGRAPH", "LIGATURE")
# Words of names that say how a letter looks or where it stands, not how it sounds.
QUALIFIERS = set("""SMALL CAPITAL MODIFIER FINAL INITIAL MEDIAL SUBJOINED INDEPENDENT DEPENDENT COMBINING TURNED REVERSED
INVERTED SIDEWAYS OPEN CLOSED LONG-S BROKEN SCRIPT BLACK-LETTER FRAKTUR INSULAR TALL STRAIGHT NARROW WIDE HIGH LOW
ARCHAIC OLD DOTLESS BLACKLETTER VOCALIC CANDRA SHORT LONG HALF DOUBLE-STRUCK LIGATURE DIGRAPH SUPERSCRIPT SUBSCRIPT
BARRED VARIANT SEPARATED FIXED-FORM MAHAPRANA MURDA ALTERNATE EAST WEST NORTHERN SOUTHERN WESTERN EASTERN
SHAN MON KHAMTI AITON TAI LAING PWO SGAW KAREN KAYAH RUMAI PALAUNG LETTER-LIKE TUAREG AYER HENTAIGANA ORKHON YENISEI
PHASE-A PHASE-B PHASE-C PHASE-D PHASE-E PHASE-F SANYAKA ALPAPRAANA MAHAAPRAANA MUURDHAJA DANTAJA TAALUJA KANTAJA
MINIMAL LARGE CROSSED VISIGOTHIC EGYPTOLOGICAL GREAT TODO SIBE MANCHU ALI GALI SIGN VOWEL LETTER CHILLU
CONSONANT SYLLABLE CARIK BOTTOM UPPER MIDDLE LEFT RIGHT""".split())
ONSETS = "tsh ts tz th sh ch kh gh dh zh ph dz dj ng ny nj".split()
VOWELS = "aeiou"
# Latin letters whose names are not their base letter.
LATIN = {
    "SHARP S": "ss", "ETH": "d", "THORN": "th", "ENG": "ng", "SCHWA": "e", "ESH": "sh", "EZH": "zh", "GAMMA": "gh",
    "IOTA": "i", "UPSILON": "u", "PHI": "f", "ALPHA": "a", "BETA": "b", "CHI": "ch", "OMEGA": "o", "EPSILON": "e",
    "GLOTTAL STOP": "'", "KRA": "q", "WYNN": "w", "YOGH": "gh", "HWAIR": "hw", "OU": "ou", "OI": "oi", "OPEN E": "e",
    "OPEN O": "o", "LONG S": "s", "DELTA": "d", "SALTILLO": "'", "AFRICAN D": "d", "RAMS HORN": "o", "VEND": "v",
    "CUATRILLO": "k", "TRESILLO": "q", "EGYPTOLOGICAL AIN": "'", "EGYPTOLOGICAL ALEF": "'", "HENG": "h",
    "BILABIAL CLICK": "o", "DENTAL CLICK": "|", "LATERAL CLICK": "|", "RETROFLEX CLICK": "!", "ALVEOLAR CLICK": "|",
    "STRETCHED C": "c", "DEZH DIGRAPH": "dzh", "DZ DIGRAPH": "dz", "TC DIGRAPH": "tc", "TESH DIGRAPH": "tsh",
    "TS DIGRAPH": "ts", "LEZH": "lzh", "LS DIGRAPH": "ls", "LZ DIGRAPH": "lz", "FENG DIGRAPH": "fng", "UI": "ui",
    "CON": "con", "RUM": "rum", "TUM": "tum", "UM": "um", "IS": "is", "ET": "et", "US": "us", "UO": "uo",
    "DB DIGRAPH": "db", "QP DIGRAPH": "qp", "VOLAPUK AE": "ae", "VOLAPUK OE": "oe", "VOLAPUK UE": "ue",
    "INSULAR D": "d", "MIDDLE-WELSH LL": "ll", "MIDDLE-WELSH V": "v", "TONE TWO": "", "TONE FIVE": "", "TONE SIX": "",
    "PHARYNGEAL VOICED FRICATIVE": "'", "INVERTED GLOTTAL STOP": "'", "REVERSED GLOTTAL STOP": "'",
}
# Sinhala names its signs by their looks.
SINHALA_SIGNS = {
    "AELA-PILLA": "aa", "KETTI AEDA-PILLA": "ae", "DIGA AEDA-PILLA": "aae", "KETTI IS-PILLA": "i",
    "DIGA IS-PILLA": "ii", "KETTI PAA-PILLA": "u", "DIGA PAA-PILLA": "uu", "GAETTA-PILLA": "r", "KOMBUVA": "e",
    "DIGA KOMBUVA": "ee", "KOMBU DEKA": "ai", "KOMBUVA HAA AELA-PILLA": "o", "KOMBUVA HAA DIGA AELA-PILLA": "oo",
    "KOMBUVA HAA GAYANUKITTA": "au", "GAYANUKITTA": "l", "DIGA GAETTA-PILLA": "rr", "DIGA GAYANUKITTA": "ll",
}
# Signs of Java, Sunda and Bali, named by their looks too.
ISLAND_SIGNS = {
    "TARUNG": "aa", "TOLONG": "o", "WULU": "i", "WULU MELIK": "ii", "SUKU": "u", "SUKU MENDUT": "uu", "TALING": "e",
    "DIRGA MURE": "ai", "PEPET": "e", "PANGHULU": "i", "PANYUKU": "u", "PANAELAENG": "ae", "PANOLONG": "o",
    "PAMEPET": "e", "PANEULEUNG": "eu", "TEDUNG": "aa", "ULU": "i", "ULU SARI": "ii", "SUKU ILUT": "uu",
    "RA REPA": "re", "RA REPA TEDUNG": "re", "LA LENGA": "le", "LA LENGA TEDUNG": "le", "TALING REPA": "ai",
    "TALING TEDUNG": "o", "TALING REPA TEDUNG": "au", "PEPET TEDUNG": "e",
}
KILLERS = ("VIRAMA", "HALANTA", "AL-LAKUNA", "KILLER", "PAMUDPOD", "COENG", "HASANTA", "PANGOLAT", "PANONGONAN",
           "ADEG ADEG", "PANGKON", "PAMAAEH", "SAKOT", "ASAT", "APUN IYEK", "ATTHACAN", "REVIL", "TOMPI", "RA HAAM")
# Signs whose names are their own.
SIGNS = {
    "GURMUKHI TIPPI": "m", "KHMER SIGN NIKAHIT": "m", "KHMER SIGN REAHMUK": "h", "KHMER SIGN YUUKALEAPINTU": "'",
    "SINHALA SIGN ANUSVARAYA": "n", "TIBETAN SIGN RJES SU NGA RO": "m", "TIBETAN SIGN RNAM BCAD": "h",
}
NASALS = ("ANUSVARA", "CANDRABINDU", "BINDI", "ADAK BINDI", "TIPPI")
# ASCII for punctuation, by patterns of names; the first that is found counts. None of these is applied unless ASCII
# is asked for; the rules say what becomes ASCII always.
PUNCTUATION = [
    (r"QUOTATION MARK|PRIME", '"'), (r"APOSTROPHE|SINGLE|MODIFIER LETTER|GERESH|GRAVE|ACUTE|SALTILLO", "'"),
    (r"DASH|HYPHEN|MAQAF|MINUS|HORIZONTAL BAR", "-"), (r"QUESTION", "?"), (r"EXCLAMATION", "!"),
    (r"ELLIPSIS", "..."), (r"SEMICOLON", ";"), (r"COLON", ":"), (r"COMMA", ","), (r"FULL STOP|DANDA|PERIOD", "."),
    (r"LEFT.*PARENTHESIS", "("), (r"RIGHT.*PARENTHESIS", ")"), (r"LEFT.*BRACKET", "["), (r"RIGHT.*BRACKET", "]"),
    (r"SOLIDUS|SLASH", "/"), (r"ASTERISK", "*"), (r"BULLET|MIDDLE DOT|INTERPUNCT", "*"), (r"TILDE|WAVE", "~"),
    (r"PERCENT", "%"), (r"AMPERSAND|TIRONIAN", "&"), (r"DAGGER", "+"), (r"PLUS", "+"), (r"EQUAL", "="),
    (r"LESS-THAN", "<"), (r"GREATER-THAN", ">"), (r"VERTICAL", "|"),
]
CURRENCIES = {
    "¢": "c", "£": "GBP", "¤": "$", "¥": "JPY", "₩": "KRW", "₪": "ILS", "₫": "VND", "€": "EUR", "₹": "INR",
    "₺": "TRY", "₽": "RUB", "₿": "BTC", "₴": "UAH", "₸": "KZT", "₾": "GEL", "₦": "NGN", "₱": "PHP", "₲": "PYG",
    "฿": "THB", "৳": "BDT", "؋": "AFN", "៛": "KHR", "©": "(c)", "®": "(r)", "™": "(tm)", "°": "deg", "§": "SS",
    "¶": "P", "×": "x", "÷": "/", "µ": "u",
}


def words_of(name):
    """The script, the keyword and the words after it, without those that tell looks."""
    name = name.split(" WITH ")[0]
    for keyword in KEYWORDS:
        found = re.search(rf"(^| ){keyword}( |$)", name)
        if found:
            script = name[: found.start()].strip()
            rest = name[found.end() :].strip()
            break
    else:
        return None
    for suffix in (" SMALL", " CAPITAL", " MODIFIER", " VOWEL", " CONSONANT", " SUBJOINED", " INDEPENDENT", " SIGN",
                   " LETTER"):
        script = script.removesuffix(suffix)
    return script, keyword, rest


def sound(rest):
    """What the last words of a name say, in lower case."""
    kept = [word for word in rest.split() if word not in QUALIFIERS]
    if not kept:
        kept = rest.split()[-1:]
    if not kept:
        return ""
    kept = [word for word in kept if word not in ("GLOTTAL", "PHARYNGEAL")] or kept
    word = kept[-1] if len(kept) == 1 or len(kept[-1]) > 1 or kept[0].isdigit() else "".join(kept)
    word = re.sub(r"-?[0-9]+$", "", word)
    return word.lower().replace("-", "").replace("_", "").replace("'", "")


def onset(name):
    """The first sound of the name of a letter."""
    name = name.lower()
    if not name:
        return ""
    if name[0] in VOWELS:
        return name[:2] if name[:2] in ("aa", "ee", "ii", "oo", "uu") and len(name) == 2 else name[0]
    for start in ONSETS:
        if name.startswith(start):
            return start
    return name[0]


def numeric(number):
    """A number as ASCII: 5, 1/2."""
    from fractions import Fraction

    fraction = Fraction(number).limit_denominator(1000)
    return str(fraction.numerator) if fraction.denominator == 1 else f"{fraction.numerator}/{fraction.denominator}"


class Names:
    def __init__(self, data, pinyin):
        self.data, self.pinyin = data, pinyin
        self.by_name = {}
        for code in range(0x80, 0x110000):
            name = data.name(chr(code), "")
            if name:
                self.by_name[name] = code

    def entry(self, code):
        """The kind and the text of a code point; None: it stays as it is and is no part of a word."""
        data, character = self.data, chr(code)
        category = data.category(character)
        if category in ("Cs", "Co", "Cn", "Cc") and code != 0x85:
            return (MARK, "") if category == "Co" else None
        if 0xAC00 <= code <= 0xD7A3:
            return None  # by arithmetic
        if code in self.pinyin:
            return TEXT, self.pinyin[code]
        name = data.name(character, "")
        # Format characters that are seen, such as number signs, are not silent, but nothing says their sound either.
        if category == "Cf" or "VARIATION SELECTOR" in name:
            return MARK, ""
        if category == "Nd":
            return DIGIT, str(data.digit(character))
        if category[0] == "Z" or code == 0x85:
            return (KEPT, "\n") if category in ("Zl", "Zp") or code == 0x85 else (SEPARATOR, " ")
        if character in CURRENCIES:
            return KEPT, CURRENCIES[character]
        # A vowel sign of two parts, a voiced kana: the name says it better than the parts.
        named = re.search(r"(HIRAGANA|KATAKANA) LETTER|VOWEL SIGN", name) and data.decomposition(character)[:1] != "<"
        decomposed = None if named else self.decomposition(code, name)
        if decomposed:
            return decomposed
        if category in ("No", "Nl"):
            number = data.numeric(character, None)
            if number is not None and number >= 0:
                return TEXT, numeric(number)
        if category[0] in "LM" or category == "Nl":
            return self.letter(code, name, category)
        return KEPT, self.punctuation(name, category)

    def punctuation(self, name, category):
        for pattern, text in PUNCTUATION:
            if re.search(pattern, name):
                if text == '"' and "SINGLE" in name:
                    return "'"
                return text
        return {"Ps": "(", "Pe": ")", "Pi": '"', "Pf": '"', "Pd": "-", "Po": ".", "Pc": "_"}.get(category, "?")

    def decomposition(self, code, name):
        """A character made of others."""
        parts = self.data.decomposition(chr(code)).split()
        tag = parts.pop(0) if parts and parts[0].startswith("<") else ""
        scalars = [int(part, 16) for part in parts]
        if name.startswith("SQUARE ") and any(0x3040 <= scalar < 0x3100 for scalar in scalars):
            return TEXT, name.removeprefix("SQUARE ").split()[0].lower()
        if tag in ("<super>", "<sub>") and self.data.category(chr(code))[0] == "M":
            return MARK, ""
        if scalars and scalars != [0x20] and not (scalars[0] == 0x20 and len(scalars) > 1):
            # The macron that stands alone and its like become a space and a mark: they stay.
            return DECOMPOSED, "".join(map(chr, scalars))
        if scalars:
            return None
        # A letter with a stroke, a hook or a tail sounds like the letter, where no rule says otherwise.
        if " WITH " in name and not name.startswith("LATIN"):
            base = self.by_name.get(name.split(" WITH ")[0])
            if base and base != code and self.data.category(chr(base))[0] == "L":
                return DECOMPOSED, chr(base)
        return None

    def letter(self, code, name, category):
        words = words_of(name)
        if category in ("Mn", "Me", "Mc"):
            return self.mark(name, words, category)
        if not words:
            # Names of one kind more: CJK COMPATIBILITY IDEOGRAPH, KANGXI RADICAL, MODIFIER ….
            return (MARK, "") if category == "Lm" or category == "Sk" else (TEXT, chr(code))
        script, keyword, rest = words
        capital = category in ("Lu", "Lt") and "CAPITAL" in name
        if "LATIN" in script or script in ("MODIFIER", "SUPERSCRIPT LATIN", "LATIN SUBSCRIPT"):
            text = self.latin(rest)
        elif script in NAMED_LETTERS:
            text = onset(rest.split()[-1] if script in ("ARABIC", "CYRILLIC", "GREEK") else self.head(rest))
        elif script == "SINHALA":
            vowel = rest.split()[-1].lower()
            text = vowel.removesuffix("yanna") or "y"
            text = text + "a" if vowel.endswith("ayanna") and text[-1:] not in VOWELS else text
            if text[0] not in VOWELS:
                return CONSONANT, text[:-1] if text.endswith("a") else text
        elif script.startswith("TIFINAGH"):
            text = sound(rest)
            text = text[2:] if text.startswith("ya") and len(text) > 2 else text
        elif script == "ETHIOPIC":
            # BGN/PCGN: the names write ch as c, and the ejectives and the second s with an h or a z.
            text = sound(rest)
            for written, spoken in (("ch", "ch"), ("c", "ch"), ("sz", "s"), ("th", "t"), ("ph", "p")):
                if text.startswith(written):
                    text = spoken + text[len(written) :]
                    break
        elif script in ("LISU", "MONGOLIAN", "NKO"):
            # Alphabets that name consonants with an a after or before them.
            text = sound(rest)
            text = {"ang": "ng", "dagbasinna": ""}.get(text, text)
            text = text[:-1] if len(text) > 1 and text.endswith("a") and text[0] not in VOWELS else text
        elif script == "CUNEIFORM" or script.startswith("MENDE") or script.startswith("LINEAR B"):
            text = (rest.split()[0] if script == "CUNEIFORM" else rest.split()[-1]).lower()
            text = re.sub("[^a-z]", "", text)
        elif script in ("EGYPTIAN", "ANATOLIAN", "LINEAR A", "CYPRO-MINOAN", "SIDETIC") or "HIEROGLYPH" in name.split():
            text = re.sub("[^a-z0-9]", "", rest.split()[-1].lower()) if rest else ""
        else:
            text = sound(rest)
            if keyword != "VOWEL" and self.is_abugida(script) and len(text) > 1 and text[0] not in VOWELS:
                if text[-1] in "ao" and text[-2] not in VOWELS:
                    # Khmer and others name consonants after either of two vowels.
                    kind = SUBJOINED if "SUBJOINED" in name or "MEDIAL" in name else CONSONANT
                    kind = ROUND if kind == CONSONANT and text[-1] == "o" else kind
                    return kind, text[:-1]
        if not re.fullmatch(r"[a-z0-9'!|]*", text):
            text = re.sub(r"[^a-z0-9'!|]", "", text)
        return TEXT, text[:1].upper() + text[1:] if capital else text

    def head(self, rest):
        """The word that names a letter: RUNIC LETTER FEHU FEOH FE F is FEHU's."""
        kept = [word for word in rest.split() if word not in QUALIFIERS] or rest.split()
        return kept[0] if kept else ""

    def is_abugida(self, script):
        return script in ABUGIDAS or any(script.startswith(known + " ") for known in ABUGIDAS)

    def latin(self, rest):
        for key in (rest, " ".join(word for word in rest.split() if word not in QUALIFIERS or word == "LONG")):
            if key in LATIN:
                return LATIN[key]
        kept = [word for word in rest.split() if word not in QUALIFIERS]
        last = kept[-1] if kept else rest.split()[-1] if rest else ""
        if last in LATIN:
            return LATIN[last]
        return last.lower() if len(last) <= 2 else ""

    def mark(self, name, words, category):
        if any(re.search(rf"(^| ){killer}( |$)", name) for killer in KILLERS) and "COMBINING" not in name.split()[0]:
            return KILLER, ""
        if name in SIGNS:
            return MARK, SIGNS[name]
        if words:
            script, keyword, rest = words
            rest = rest.removeprefix("SIGN ")
            if script == "SINHALA" and rest in SINHALA_SIGNS:
                return VOWEL_SIGN, SINHALA_SIGNS[rest]
            if script in ("BALINESE", "JAVANESE", "SUNDANESE") and rest in ISLAND_SIGNS:
                return VOWEL_SIGN, ISLAND_SIGNS[rest]
            if self.is_abugida(script):
                if any(nasal == rest or rest.endswith(" " + nasal) for nasal in NASALS):
                    return MARK, "m"
                if rest in ("VISARGA", "VISARGAYA"):
                    return MARK, "h"
                if ("MEDIAL" in name or "SUBJOINED" in name) and sound(rest)[-1:] == "a":
                    return SUBJOINED, sound(rest)[:-1]
                if "VOWEL" in name and "MARK" not in name:
                    text = sound(rest)
                    # Balinese and its neighbours name the signs by their looks; those stay silent.
                    return VOWEL_SIGN, text if re.fullmatch(r"[aeiourlwy]{1,4}", text) else ""
            elif "VOWEL" in name and not script.startswith(("HEBREW", "ARABIC", "COMBINING", "SAMARITAN", "GARAY")):
                text = sound(rest)
                return TEXT, text if re.fullmatch(r"[a-z]{1,3}", text) else ""
        return MARK, ""


def pinyin_of(folder):
    """The toneless Mandarin reading of each Han character."""
    readings = {}
    for line in bz2.open(Path(folder) / "Unihan_Readings.txt.bz2", "rt", encoding="utf-8"):
        if not line.startswith("U+"):
            if line.startswith("# Unicode version") and "15.0.0" not in line:
                sys.exit(f"{folder} holds {line[2:].strip()}, expected 15.0.0")
            continue
        code, field, value = line.rstrip("\n").split("\t")
        if field == "kMandarin":
            value = value.split()[0]
        elif field == "kHanyuPinyin":
            value = value.split()[0].split(":")[1].split(",")[0]
        else:
            continue
        if field == "kMandarin" or int(code[2:], 16) not in readings:
            letters = unicodedata.normalize("NFD", value)
            text = "".join(letter for letter in letters if "a" <= letter <= "z")
            readings[int(code[2:], 16)] = text
    return readings


def literal(name, text):
    """A string literal of several lines that join to `text`; what is not printable ASCII is escaped."""
    special = {"\\": "\\\\", '"': '\\"'}
    units = [
        special.get(unit, unit if " " <= unit <= "~" else f"\\u{{{ord(unit):X}}}") for unit in text
    ]
    lines, line = [], ""
    for unit in units:
        if len(line) + len(unit) > 100:
            lines.append(line)
            line = ""
        line += unit
    body = "\\\n        ".join(lines + [line])
    return f'    static let {name}: StaticString = """\n        {body}\n        """\n'


def packed(number):
    """Base-32 digits, high first; all but the last have 32 added."""
    digits = [number & 31]
    while number := number >> 5:
        digits.insert(0, 32 | number & 31)
    return "".join(chr(FIRST + digit) for digit in digits)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.path.insert(0, sys.argv[1])
    data = importlib.import_module("unicodedata2")
    if data.unidata_version != "17.0.0":
        sys.exit(f"{sys.argv[1]} holds Unicode {data.unidata_version}, expected 17.0.0")
    names = Names(data, pinyin_of(sys.argv[2]))
    entries = [None] * 0x80 + [names.entry(code) for code in range(0x80, 0x110000)]
    for code, entry in enumerate(entries):
        if entry and entry[0] == TEXT and entry[1] == chr(code):
            entries[code] = (KEPT, "?")
    def parts(text):
        """The parts of a composed character, none of them composed."""
        for character in text:
            entry = entries[ord(character)]
            yield from parts(entry[1]) if entry and entry[0] == DECOMPOSED else character

    for code, entry in enumerate(entries):
        if entry and entry[0] == DECOMPOSED:
            entries[code] = (DECOMPOSED, "".join(parts(entry[1])))
    counts = Counter(entry for entry in entries if entry)
    pool = [None] + [entry for entry, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
    number = {entry: index for index, entry in enumerate(pool)}
    blocks, index = {}, []
    for start in range(0, len(entries), BLOCK):
        block = tuple(number[entry] for entry in entries[start : start + BLOCK])
        index.append(blocks.setdefault(block, len(blocks)))
    # Runs of one block, because most of the code space is empty.
    runs, previous = [], None
    for block in index:
        if runs and runs[-1][1] == block:
            runs[-1][0] += 1
        else:
            runs.append([1, block])
    texts = "\x1e".join(kind + text for kind, text in pool[1:])
    TARGET.write_text(f"""\
// Generated by Scripts/generate-romanization.py; do not edit.
// Names, numbers and decompositions: Unicode 17.0.0. Readings of Han characters: Unihan 15.0.0.

// swift-format-ignore-file

extension RomanTable {{
    /// The code points in one block.
    static let blockSize = {BLOCK}

    /// What code points are, each a letter for its kind and a text, with U+001E between them; the first is number 1.
{literal("entryTexts", texts)}
    /// For each run of equal blocks how many there are and the number of the block, as `PackedNumbers`.
{literal("index", "".join(packed(value) for run in runs for value in run))}
    /// The {len(blocks)} different blocks: for each code point the number of its entry, as `PackedNumbers`.
{literal("blocks", "".join(packed(value) for block in blocks for value in block))}}}
""")
    print(f"wrote {TARGET.name}: {len(pool)} entries, {len(blocks)} blocks, {TARGET.stat().st_size} bytes")


main()
