#!/usr/bin/env python3
"""Compares `tessera romanize` with uroman on names in some fifty languages, and writes Documentation/Romanization.md.

    PYTHONPATH=$(Scripts/setup.sh romanization) python3 Scripts/romanization-peers.py \\
        --tessera .build/product/release/tessera [--write]
    PYTHONPATH=$(Scripts/setup.sh romanization) python3 Scripts/romanization-peers.py --names FILE

The names are those that CLDR has for places, languages, currencies, scripts, months and days (the package Babel), and the
translations of Debian's iso-codes where that is installed. Only the output of uroman is compared; neither its tables
nor its code are used. --names writes the names, what they are of and what uroman makes
of them, for the study of romanization.

The rules of Tessera were written with half of these names at hand (bit 20 of the FNV-1a hash of a name is 0). The rates
are those of the other half. Exits with 1 when a script misses its threshold and is not known to.
"""

import argparse
import gettext
import json
import re
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections import Counter, defaultdict, namedtuple
from difflib import SequenceMatcher
from importlib.metadata import version
from pathlib import Path

LANGUAGES = dict(
    pair.split("=")
    for pair in """ru=rus uk=ukr bg=bul be=bel sr=srp mk=mkd kk=kaz ky=kir mn=mon tg=tgk el=ell hy=hye ka=kat ko=kor ja=jpn
    hi=hin mr=mar ne=nep bn=ben as=asm gu=guj pa=pan or=ori ta=tam te=tel kn=kan ml=mal si=sin my=mya km=khm th=tha
    lo=lao bo=bod am=amh ti=tir zh=zho he=heb yi=yid ar=ara fa=fas ur=urd ps=pus ckb=ckb ug=uig sd=snd ks=kas chr=chr
    dv=div ii=iii vai=vai zgh=zgh sat=sat mni=mni""".split()
)
LATIN = "en de fr es it pt nl pl tr id".split()
# What a name is of, by the word of the study and that of Babel.
KINDS = {"territory": "territories", "language": "languages", "currency": "currencies"}
PROVINCES = Path("/usr/share/iso-codes/json/iso_3166-2.json")
DOMAINS = "iso_3166-1 iso_639-2 iso_4217 iso_15924 iso_3166-2".split()
ALPHABETS = "Cyrillic Greek Armenian Georgian Hangul Kana".split()
ABUGIDAS = """Devanagari Bengali Gujarati Gurmukhi Oriya Tamil Telugu Kannada Malayalam Sinhala Myanmar Khmer Thai Lao
Tibetan Ethiopic""".split()
# The thresholds of the specification, in percent of names that come out the same.
THRESHOLDS = {**{name: 95 for name in ALPHABETS}, **{name: 85 for name in [*ABUGIDAS, "Han"]}}
Reason = namedtuple("Reason", "script pattern why")
# Megabytes a second that are asked for, and the size of the text that they are measured on.
SPEED, SPEED_SIZE = 20, 40_000_000
# What misses its threshold for these reasons.
MISSED = ["Kana", "Bengali", "Malayalam", "Thai"]
# Where the rules differ from uroman on purpose, and why. A difference has a reason when the pattern is found where the two
# differ or at the two characters before; a name is explained when each of its differences has one.
REASONS = [
    Reason("Kana", "[ァィゥェォ]", "small vowels after Hepburn: ファ fa, シェ she, トゥ tu, ウィ wi; uroman spells both kana: fua, shie, tou"),
    Reason("Bengali", "\u09df", "য় is y however it is composed: both ways are one text (canonical equivalence); uroman has y for one and yy for the other"),
    Reason("Bengali", "ৱ", "Assamese ৱ is w; its name in Unicode tells its shape, a ra, and uroman has r"),
    Reason("Malayalam", "[\u0d54-\u0d56\u0d7a-\u0d7f]", "chillu letters, which have no vowel: ൻ n, ർ rr; uroman gives them one: na, rra"),
    Reason("Malayalam", "\u0d57", "ൗ is the vowel au of today's spelling; uroman leaves the a of the consonant before it: aau"),
    Reason("Lao", "ຍ", "ຍ is ny, as the other consonants are without the vowel of their names; uroman has nyo"),
    Reason("Cyrillic", "[ҶҷЮюЁё]", "Tajik ҷ j (uroman ch) and ё yo (e), Kazakh ю yu (yw)"),
    Reason("Greek", "[ύϋΰΎΫυ]", "ύ is y wherever it does not make ου, αυ or ευ; uroman has u with the accent, y without"),
    Reason("Greek", "ντ|Ντ|ΝΤ", "ντ at the start of a word is d, as μπ is b there; uroman has nd"),
    Reason("Gurmukhi", "\u0a3c", "ਸ਼ and ਜ਼ are sh and z however they are composed; uroman knows the composed letters only"),
    Reason("Hebrew", "ף", "ף at the end is f; uroman has p"),
    Reason("Hebrew", "[׳']", "a geresh makes other letters of tsadi and dalet"),
    Reason("Arabic", "[ژەۆۇێڕڵڤ]", "ژ zh (uroman j); Uyghur and Sorani letters as in their Latin alphabets: ە e (ae), ۆ o (oe)"),
    Reason("Tibetan", "[\u0f84འ]", "a syllable has one vowel; uroman adds one after a halanta and leaves it out after འ alone"),
    Reason("Thai", "ัว", "ัว is ua; uroman has aua"),
    Reason("Thai", "[ิ็]ว", "ิว is io; uroman has iua"),
    Reason("Thai", "ว[ะ-ู]", "ว with a vowel sign begins a syllable: ลาวี laawii; uroman ends one with it: laoii"),
    Reason("Thai", "ย[่-๋]?[ะ-ูอ]", "ย with a vowel begins a syllable: มายา maayaa; uroman ends one with it: maiaa"),
    Reason("Thai", "เ[ก-ฮ]{1,2}[่-๋]?า", "เ-า is ao; uroman leaves both parts: eaa"),
    Reason("Thai", "[เแโ][ก-ฮ][รลว]", "two consonants begin a syllable after a vowel that is written before them: เครือ khruea, แปลง plaeng; uroman takes the second for the end or the next syllable: kherueeo, paenng"),
    Reason("Thai", "ห[งญนมยรลว]", "ห before a sonorant only says the tone: หมู muu, ใหม่ mai; uroman has hmuu, haim"),
    Reason("Thai", "ซ", "ซ at the end of a syllable is t, as ส is; uroman has s"),
    Reason("Thai", "อ", "อ with a sign of its own begins a syllable, after a bare consonant it is the vowel o: คอโม khomo; uroman has khmo"),
    Reason("Thai", "[ฉผฝฮ]", "ฉ ผ ฝ ฮ end no syllable: ผสม is phsm; uroman has psm"),
]
# Where romanized text takes less than twice fewer tokens, and why.
KNOWN_SAVINGS = {"ii": "a Yi syllable has three bytes and becomes two to four letters, which a Latin vocabulary has no tokens for"}
OTHER_CLASSES = """
- Sindhi, Kashmiri, Pashto: no vowels are put in (uroman writes ay for ی in Pashto).
- Ol Chiki, Thaana and Yiddish: by the letters' own values; uroman takes the first letter of names, or Hebrew's values.
- Han: readings differ for some forty characters (兹, 伽), where kMandarin and uroman's table disagree.
"""


def translations(locale, domain):
    """What Debian's iso-codes has in a language, by the English names; nothing where that is not installed."""
    path = Path(f"/usr/share/locale/{locale}/LC_MESSAGES/{domain}.mo")
    if not path.exists():
        return {}
    with open(path, "rb") as file:
        return {key: str(text) for key, text in gettext.GNUTranslations(file)._catalog.items() if key}


def names_of(locale):
    from babel import Locale, UnknownLocaleError

    names = set()
    try:
        data = Locale.parse(locale)
    except (UnknownLocaleError, ValueError):
        return names
    for group in (data.territories, data.languages, data.currencies, data.scripts, data.variants):
        names |= set(group.values())
    for group in (data.months, data.days):
        for widths in group.values():
            for entries in widths.values():
                names |= set(entries.values())
    for domain in DOMAINS:
        texts = sorted(translations(locale, domain).values())
        # Subdivisions are ten times the rest.
        names |= set(texts[::8] if domain == "iso_3166-2" else texts)
    return {name for name in names if "\n" not in name and name.strip()}


def kinds_of(locale):
    """What a name is of, for those that CLDR has for one kind alone."""
    from babel import Locale, UnknownLocaleError

    try:
        data = Locale.parse(locale)
    except (UnknownLocaleError, ValueError):
        return {}
    found = defaultdict(set)
    for kind, group in KINDS.items():
        for name in getattr(data, group).values():
            found[name].add(kind)
    return {name: min(kinds) for name, kinds in found.items() if len(kinds) == 1}


def is_held_out(name):
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return value >> 20 & 1 == 1


def script_of(name):
    """The script of all letters of a name; None: several."""
    found = set()
    for character in name:
        if unicodedata.category(character)[0] == "L" and ord(character) > 127:
            word = unicodedata.name(character, "X").split()[0]
            found.add(
                {"CJK": "Han", "HIRAGANA": "Kana", "KATAKANA": "Kana", "KATAKANA-HIRAGANA": "Kana"}.get(word, word.title())
            )
    return found.pop() if len(found) == 1 else None


def edit_distance(left, right):
    row = list(range(len(right) + 1))
    for i, one in enumerate(left, 1):
        previous, row[0] = row[0], i
        for j, other in enumerate(right, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (one != other))
    return row[-1]


def difference_classes(native, edges, ours, theirs):
    """What characters became ours and theirs where the two differ."""
    starts, place = [], 0
    for edge in edges:
        starts.append((place, place + len(edge["text"]), edge["scalars"]))
        place += len(edge["text"])
    for tag, low, high, other_low, other_high in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        touched = [s for start, end, s in starts if start < max(high, low + 1) and end > low] or [starts[-1][2]]
        first, last = touched[0][0], touched[-1][1]
        yield native[first:last], ours[low:high], theirs[other_low:other_high], native[max(first - 2, 0) : last + 1]


def reasons_of(differences, script):
    """Why a name of a script, or of several (None), comes out differently; nothing when a difference has no reason."""
    possible = [reason for reason in REASONS if script in (reason.script, None)]
    found = [[reason for reason in possible if re.search(reason.pattern, around)] for *_, around in differences]
    return set() if not all(found) else {reason for reasons in found for reason in reasons[:1]}


def run(program, *arguments, text=None):
    done = subprocess.run([program, *arguments], input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{program} {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


def compare(program, romanizer):
    counts = defaultdict(Counter)
    classes = defaultdict(Counter)
    reasons = Counter()
    samples = {}
    for locale, code in LANGUAGES.items():
        names = sorted(name for name in names_of(locale) if any(ord(character) > 127 for character in name))
        if not names:
            continue
        samples[locale] = names
        lines = run(program, "romanize", "--lang", code, "--format", "edges", "--input", "-", text="\n".join(names))
        for name, line in zip(names, lines.split("\n")[:-1], strict=True):
            made = json.loads(line)
            ours, theirs = made["text"], romanizer.romanize_string(name, lcode=code)
            differences = [] if ours == theirs else list(difference_classes(name, made["edges"], ours, theirs))
            script = script_of(name)
            why = reasons_of(differences, script)
            reasons.update(why)
            for key in (script or "several scripts", locale):
                count = counts[key]
                count["explained"] += bool(why)
                count["held explained"] += is_held_out(name) and bool(why)
                count["names"] += 1
                count["same"] += ours == theirs
                count["held"] += is_held_out(name)
                count["held same"] += is_held_out(name) and ours == theirs
                count["characters"] += len(theirs)
                if ours != theirs:
                    count["edits"] += edit_distance(ours, theirs)
            for difference in {difference[:3] for difference in differences}:
                classes[script or "several scripts"][difference] += 1
    return counts, classes, reasons, samples


def provinces(program, romanizer):
    """How near both come to the official spelling of Thailand's provinces: names that are right, and letters, of how many."""
    entries = json.loads(PROVINCES.read_text(encoding="utf-8"))["3166-2"]
    catalog = translations("th", "iso_3166-2")
    names = [(entry["name"], catalog[entry["name"]]) for entry in entries
             if entry["code"].startswith("TH-") and catalog.get(entry["name"])]  # fmt: skip
    ours = run(program, "romanize", "--lang", "tha", "--input", "-", text="\n".join(native for _, native in names)).split("\n")
    theirs = [romanizer.romanize_string(native, lcode="tha") for _, native in names]

    def folded(text):
        """Without spaces, capitals and the letters that double a long vowel: the official spelling has one."""
        return re.sub("([aiuo])\\1", "\\1", text.lower().replace(" ", "").replace("uee", "ue"))

    made = []
    for outputs in (ours, theirs):
        pairs = [(folded(name), folded(output)) for (name, _), output in zip(names, outputs)]
        edits = sum(edit_distance(one, other) for one, other in pairs)
        letters = sum(len(one) for one, _ in pairs)
        made.append((sum(one == other for one, other in pairs), 100 * (1 - edits / letters)))
    return len(names), made


def write_names(path, romanizer):
    with open(path, "w", encoding="utf-8") as file:
        for locale in [*LANGUAGES, *LATIN]:
            code = LANGUAGES.get(locale)
            kinds = kinds_of(locale)
            for name in sorted(names_of(locale)):
                if code is None:
                    row = {"locale": locale, "name": name}
                elif any(ord(character) > 127 for character in name):
                    row = {
                        "locale": locale, "language": code, "script": script_of(name) or "several scripts",
                        "heldOut": is_held_out(name), "name": name,
                        "uroman": romanizer.romanize_string(name, lcode=code),
                    }  # fmt: skip
                else:
                    continue
                if name in kinds:
                    row["kind"] = kinds[name]
                file.write(json.dumps(row, ensure_ascii=False) + "\n")


def tokens(program, folder, samples):
    """Tokens per word of a BPE that was trained on Latin names, native and romanized."""
    latin = Path(folder) / "latin.txt"
    latin.write_text("".join(name + "\n" for locale in LATIN for name in sorted(names_of(locale))))
    tokenizer = str(Path(folder) / "latin.json")
    run(program, "tokenizer", "train", str(latin), "--split", "gpt2", "-n", "4096", "-o", tokenizer)
    rows = []
    for locale, names in samples.items():
        native, roman = Path(folder) / f"{locale}.txt", Path(folder) / f"{locale}.roman.txt"
        text = "".join(name + "\n" for name in names)
        native.write_text(text)
        run(program, "romanize", "--lang", LANGUAGES[locale], "--input", str(native), "--output", str(roman))
        words = len(text.split())
        counts = [
            int(run(program, "tokenizer", "encode", "--tokenizer", tokenizer, "--count", "--no-special", str(path)))
            for path in (native, roman)
        ]
        rows.append((locale, words, counts[0] / words, counts[1] / words))
    return rows, len(latin.read_text().splitlines())


def speed(program, folder, samples):
    """Megabytes a second of one thread, whole process, the best of three, on all names again and again."""
    text = "".join(name + "\n" for names in samples.values() for name in names).encode()
    path = Path(folder) / "names.txt"
    path.write_bytes(text * (SPEED_SIZE // len(text) + 1))
    seconds = []
    for _ in range(3):
        began = time.monotonic()
        run(program, "romanize", "--input", str(path), "--output", str(Path(folder) / "names.roman.txt"))
        seconds.append(time.monotonic() - began)
    return path.stat().st_size / 1e6 / min(seconds)


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tessera", default=".build/product/release/tessera")
    parser.add_argument("--write", action="store_true", help="write Documentation/Romanization.md")
    parser.add_argument("--names", metavar="FILE", help="write the names alone, and compare nothing")
    options = parser.parse_args()
    import uroman

    romanizer = uroman.Uroman()
    if options.names:
        write_names(options.names, romanizer)
        return
    if not PROVINCES.exists():
        sys.exit("error: Debian's iso-codes is not installed; run: apt-get install iso-codes")
    counts, classes, reasons, samples = compare(options.tessera, romanizer)
    province_count, ((right, letters), (their_right, their_letters)) = provinces(options.tessera, romanizer)
    with tempfile.TemporaryDirectory() as folder:
        savings, latin_count = tokens(options.tessera, folder, samples)
        megabytes = speed(options.tessera, folder, samples)

    failed, verdicts = [], {}
    if megabytes < SPEED:
        failed.append(f"{megabytes:.1f} MB/s are fewer than {SPEED}")

    def row(name):
        count = counts[name]
        rate = 100 * count["held same"] / max(count["held"], 1)
        wanted = THRESHOLDS.get(name)
        verdict = "" if wanted is None else "yes" if rate >= wanted else "no"
        if verdict == "no" and name not in MISSED:
            failed.append(f"{name}: {rate:.1f} % of names come out the same, below {wanted} %")
        verdicts[name] = verdict
        agreement = 100 * (1 - count["edits"] / max(count["characters"], 1))
        explained = 100 * (count["held same"] + count["held explained"]) / max(count["held"], 1)
        return (
            name, count["held"], f"{rate:.1f}", f"{explained:.1f}", f"{100 * count['same'] / count['names']:.1f}",
            f"{agreement:.2f}", f"≥ {wanted}" if wanted else "", verdict,
        )  # fmt: skip

    ranked = [name for name in [*ALPHABETS, *ABUGIDAS, "Han"] if counts[name]["names"]]
    others = sorted(name for name in counts if name not in LANGUAGES and name not in ranked and counts[name]["names"] > 30)
    head = ("script", "names held out", "same, %", "same or explained, %", "all names the same, %", "characters, %", "threshold", "met")
    scripts = table(head, [row(name) for name in ranked + others])
    languages = table(
        ("locale", "names", "same, %"),
        [(name, counts[name]["names"], f"{100 * counts[name]['same'] / counts[name]['names']:.1f}") for name in samples],
    )
    small = [f"{name}, {a / b:.2f} times" for name, _, a, b in savings if a / b < 2]
    failed += [
        f"{name}: romanized text takes {a / b:.2f} times fewer tokens, below 2"
        for name, _, a, b in savings
        if a / b < 2 and name not in KNOWN_SAVINGS
    ]
    least = "Every one has that." if not small else "Short of that: " + "; ".join(small) + " (" + "; ".join(
        KNOWN_SAVINGS.values()) + ")."
    saved = table(
        ("locale", "words", "tokens per word", "romanized", "times fewer"),
        [(name, words, f"{a:.2f}", f"{b:.2f}", f"{a / b:.2f}") for name, words, a, b in savings],
    )
    differences = []
    for name in ranked + others:
        found = classes[name]
        if not found:
            continue
        rare = sum(count for (_, count) in found.items() if count < 3)
        shown = [f"`{native.strip() or '(between)'}` {ours or '–'} / {theirs or '–'} ({count})"
                 for (native, ours, theirs), count in found.most_common(14) if count >= 3]  # fmt: skip
        more = len([1 for count in found.values() if count >= 3]) - len(shown)
        rest = (f"; {more} more of three names or more" if more > 0 else "") + (f"; {rare} rarer" if rare else "")
        differences.append(f"- **{name}**: {', '.join(shown)}{rest}".replace(": ; ", ": "))
    known = table(("difference", "script", "names"), [(reason.why, reason.script, reasons[reason]) for reason in REASONS])
    page = PAGE.format(
        uroman=version("uroman"), babel=version("babel"), scripts=scripts, languages=languages, saved=saved, known=known, missed=", ".join(name for name in ranked if verdicts[name] == "no"),
        others=OTHER_CLASSES.strip(), differences="\n".join(differences), latin=f"{latin_count:,}",
        least=least, speed=f"{megabytes:.0f}", speed_size=SPEED_SIZE // 1_000_000, speed_wanted=SPEED, provinces=province_count, right=right, letters=f"{letters:.1f}", their_right=their_right,
        their_letters=f"{their_letters:.1f}",
    )  # fmt: skip
    if options.write:
        (Path(__file__).resolve().parent.parent / "Documentation/Romanization.md").write_text(page)
    print(scripts, saved, sep="\n\n")
    for problem in failed:
        print(problem, file=sys.stderr)
    sys.exit(1 if failed else 0)


PAGE = """\
# Romanization

`tessera romanize` and `Romanizer` write text of any script in Latin letters, as Purkayastha and others do to adapt models
(arXiv 2304.08865). Romanized text cannot be turned back; `edges` give for each part of it the place in the text that it came
from.

## Where the tables come from

- `RomanTable+Data.swift` is generated by `Scripts/generate-romanization.py` from the names, numbers and decompositions of
  Unicode 17.0 and the readings of Unihan 15.0 (kMandarin). Scripts whose letters are named after their sound need no more.
- `Sources/TesseraAnalysis/Romanization/Rules` has what names cannot tell, written by hand after public standards: BGN/PCGN and
  national systems for Cyrillic, ISO 843, ISO 9985 and ISO 9984 without diacritics, Hepburn, RTGS (but for vowels that no sign
  writes), YIVO, extended Wylie's place of the vowel. Hangul is the arithmetic of the Unicode Standard with its short names of Jamo.
- Nothing comes from the tables or the code of another romanizer.

## How it works

ASCII stays as it is; what stands between ASCII characters is romanized from left to right, at each place by the longest rule
that holds there. A rule may ask for the start or the end of a word, for what stands beside it, and for a language (ISO 639-3).
Consonants of abugidas keep their vowel unless a sign, a virama or a consonant below follows; in the scripts of northern India
the last one of a word loses it (not in Sanskrit and Manipuri), unless two consonants stand before it. Han numerals become
digits. Nothing looks further than a rule is long, or a syllable, or 24 numerals, so time is linear; stretches of more than
16 KiB without ASCII are cut.

One thread romanizes {speed} MB a second: all names of the table below again and again, to {speed_size} MB, the whole process,
best of three. Asked for were {speed_wanted}.

## Beside uroman

`make peers` runs uroman {uroman} on the names that CLDR has in 52 languages (Babel {babel}; places, languages, currencies,
scripts, months, days) and on the translations of Debian's iso-codes, and compares its output. The rules were written with half
of the names at hand; the rates are those of the other half. Characters: one minus edits over characters, all names.

{scripts}

### Differences with a reason

Names that come out differently for one of these reasons alone count as explained above; a difference counts where the letters
of the reason stand at it or within two characters before it. {missed} miss their thresholds for these reasons: what the standards say was
kept.

{known}

Others that were left:

{others}

### Thai beside the official spelling

The provinces of Thailand have official spellings (ISO 3166-2), after the system that the rules follow. Long vowels and spaces
aside, {right} of {provinces} come out as they are spelled there, uroman has {their_right}; of the letters {letters} % agree, of uroman's
{their_letters} %. What keeps most others apart is the vowel that no sign writes, an o or an a by the word. It is left out, as those of
Arabic and Hebrew are.

### The commonest differences, script by script

What the characters became here and in uroman, and in how many names.

{differences}

### By language

{languages}

## What romanizing saves in a Latin vocabulary

A byte-level BPE of 4,096 tokens, trained by `tessera tokenizer train` on {latin} CLDR names of ten languages in Latin letters,
encodes the names of each other language as they are and romanized. Words are what stands between white space in the native
text. Asked for: at least twice fewer tokens in every language. {least}

{saved}

`tessera study run romanization` measures zero-shot transfer with a trained classifier; adapting a language model is not measured
yet.
"""

main()
