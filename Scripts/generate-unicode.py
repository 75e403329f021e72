#!/usr/bin/env python3
"""Writes CharacterTable.swift and UnicodeData.swift in Sources/TesseraTokenizers/Unicode from named versions of the
Unicode database.

    python3 -m pip install --target build/ud16 unicodedata2==16.0.0 regex==2024.11.6
    python3 -m pip install --target build/ud17 unicodedata2==17.0.1
    python3 Scripts/generate-unicode.py build/ud16 build/ud17

UnicodeData.swift has what regular expressions ask for: general categories, scripts and simple case folding of
Unicode 16.0 (scripts and case from the package `regex` 2024.11.6, whose database has that version), and the numbers
of Unicode 17.0.

The first folder gives letters and numbers (general categories L* and N* of Unicode 16.0, which Oniguruma
in Hugging Face tokenizers 0.23.3 uses for \\p{L} and \\p{N}), the second the numeric characters (N* of Unicode
17.0, which Rust's char::is_numeric in the same release uses for Digits). Word characters are those of \\w in
Unicode 16.0, which single_word uses: Alphabetic, marks, decimal numbers, connectors and joiners. White space is
the property White_Space, the same 25 characters in both. With --check-reference the table is compared with the
installed `tokenizers` for every code point.
"""

import importlib
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "Sources/TesseraTokenizers/Unicode"
TARGET = FOLDER / "CharacterTable.swift"
# The order of the cases of `GeneralCategory`.
CATEGORIES = "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Cs Co Cn".split()
LETTER, NUMBER, SPACE, NUMERIC, WORD = 1, 2, 4, 8, 16
WHITE_SPACE = [*range(0x09, 0x0E), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000]
WORD_CATEGORIES = {"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "Pc"}
# Joiners, and the circled and squared letters: Alphabetic by Other_Alphabetic, though symbols by category.
WORD_EXTRAS = {0x200C, 0x200D, *range(0x24B6, 0x24EA), *range(0x1F130, 0x1F14A), *range(0x1F150, 0x1F16A), *range(0x1F170, 0x1F18A)}
BLOCK = 128
FIRST = 0x30  # "0": six-bit values become the printable characters from here on


def database(folder, version):
    sys.path.insert(0, folder)
    sys.modules.pop("unicodedata2", None)
    module = importlib.import_module("unicodedata2")
    sys.path.pop(0)
    if module.unidata_version != version:
        sys.exit(f"{folder} holds Unicode {module.unidata_version}, expected {version}")
    return [module.category(chr(code)) for code in range(0x110000)]


def literal(name, values):
    text = "".join(chr(FIRST + value) for value in values).replace("\\", "\\\\")
    lines, start = [], 0
    while start < len(text):
        end = min(start + 100, len(text))
        while text[:end].endswith("\\") and (end - len(text[:end].rstrip("\\"))) % 2 == 1:
            end -= 1
        lines.append(text[start:end])
        start = end
    body = "\\\n        ".join(lines)
    return f'    static let {name}: StaticString = """\n        {body}\n        """\n'


def packed(number):
    """Base-32 digits, high first; all but the last have 32 added."""
    digits = [number & 31]
    while number := number >> 5:
        digits.insert(0, 32 | number & 31)
    return digits


def runs(values):
    """(length, value) of each run of equal values."""
    start = 0
    for code in range(1, len(values) + 1):
        if code == len(values) or values[code] != values[start]:
            yield code - start, values[start]
            start = code


def scripts_and_cases(folder):
    """The script of each code point, the names of the scripts, and the least other case of each code point."""
    sys.path.insert(0, folder)
    for name in [name for name in sys.modules if name.split(".")[0] == "regex"]:
        sys.modules.pop(name)
    _regex = importlib.import_module("regex._regex")
    version = importlib.import_module("importlib.metadata").version("regex")
    sys.path.pop(0)
    if version != "2024.11.6":
        sys.exit(f"{folder} holds regex {version}, expected 2024.11.6")
    code_of_script, by_name = _regex.get_properties()["SCRIPT"]
    values = sorted(set(by_name.values()))
    names = [sorted((name for name in by_name if by_name[name] == value), key=lambda n: (-len(n), n)) for value in values]
    unknown = values.index(by_name["UNKNOWN"])
    script = [unknown] * 0x110000
    for number, value in enumerate(values):
        if number == unknown:
            continue
        key = code_of_script << 16 | value
        for code in range(0x110000):
            if script[code] == unknown and _regex.has_property_value(key, code):
                script[code] = number
    # Flags of `regex`: IGNORECASE 2, UNICODE 32; without FULLCASE these are the simple foldings.
    # It takes the Turkish i with a dot and i without one for cases of i, which no reference does.
    turkish = {0x130, 0x131}
    least = [min({code, *_regex.get_all_cases(2 | 32, code)} - turkish or {code}) for code in range(0x110000)]
    for code in turkish:
        least[code] = code
    flags = {}
    for name in ("alphabetic", "lowercase", "uppercase", "emoji"):
        key = _regex.get_properties()[name.upper()][0] << 16 | 1
        flags[name] = [bool(_regex.has_property_value(key, code)) for code in range(0x110000)]
    return script, names, least, flags


def case_runs(least):
    """(start, count, stride, distance) of the code points that are not the least of their cases."""
    pairs = [(code, code - other) for code, other in enumerate(least) if other != code]
    made = []
    for code, distance in pairs:
        if made:
            start, count, stride, known = made[-1]
            step = code - (start + (count - 1) * stride)
            if known == distance and step <= 2 and (count == 1 or step == stride):
                made[-1] = (start, count + 1, step, known)
                continue
        made.append((code, 1, 1, distance))
    return made


def write_data(categories, numeric, script, names, least, flags):
    flat = lambda rows: [digit for row in rows for number in row for digit in packed(number)]
    category_numbers = flat((length, CATEGORIES.index(name)) for length, name in runs(categories))
    script_numbers = flat((length, number) for length, number in runs(script))
    numeric_numbers = flat((length,) for length, _ in runs(numeric))
    flag_tables = "\n".join(
        f"    /// The lengths of the runs that are, in turn, without and with the property {name.capitalize()}.\n"
        + literal(name, flat((length,) for length, _ in ([] if not values[0] else [(0, 0)]) + list(runs(values))))
        for name, values in flags.items()
    )
    cases, before = [], 0
    for start, count, stride, distance in case_runs(least):
        cases.append((start - before, count, stride, distance))
        before = start
    listed = ",\n        ".join('"' + " ".join(name) + '"' for name in names)
    (FOLDER / "UnicodeData.swift").write_text(f"""\
// Generated by Scripts/generate-unicode.py; do not edit.
// General categories, scripts and case: Unicode 16.0.0. Numeric characters: Unicode 17.0.0.

// swift-format-ignore-file

/// The Unicode database, as `PackedNumbers`.
enum UnicodeData {{
    /// For each run of code points of one general category, its length and the category.
{literal("categories", category_numbers)}
    /// For each run of code points of one script, its length and the script's place in `scriptNames`.
{literal("scripts", script_numbers)}
    /// The lengths of the runs that are, in turn, without and with general category N in Unicode 17.0.
{literal("numeric17", numeric_numbers)}
{flag_tables}
    /// The code points that fold together with a lesser one: for each row of them the distance of its start from the
    /// start before, how many, how far apart, and the distance down to the least code point of the same folding.
{literal("cases", flat(cases))}
    /// The names of each script, longest first.
    static let scriptNames: [StaticString] = [
        {listed},
    ]
}}
""")
    print(f"wrote UnicodeData.swift: {len(category_numbers)} + {len(script_numbers)} + {len(flat(cases))} bytes")


def check(table):
    from tokenizers import AddedToken, Tokenizer, __version__, models, pre_tokenizers

    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    digits = pre_tokenizers.Digits(individual_digits=True)
    words = Tokenizer(models.BPE({"a": 0}, []))
    words.add_tokens([AddedToken("word", single_word=True)])
    pieces = lambda rule, text: len(rule.pre_tokenize_str(text))
    differing = 0
    for code, flags in enumerate(table):
        if 0xD800 <= code < 0xE000:
            continue
        character = chr(code)
        if pieces(byte_level, "a" + character) == 1:
            expected = LETTER
        elif pieces(byte_level, "1" + character) == 1:
            expected = NUMBER
        elif pieces(byte_level, "!" + character) == 1:
            expected = 0
        else:
            expected = SPACE
        if pieces(digits, "a" + character) == 2:
            expected |= NUMERIC
        if 1 not in words.encode("word" + character).ids:
            expected |= WORD
        differing += flags != expected
    print(f"tokenizers {__version__}: {differing} of 1,112,064 code points differ")
    return differing == 0


def main():
    folders = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    if len(folders) != 2:
        sys.exit(__doc__)
    sixteen, seventeen = database(folders[0], "16.0.0"), database(folders[1], "17.0.0")
    table = bytearray(0x110000)
    for code in range(0x110000):
        table[code] |= LETTER * (sixteen[code][0] == "L") | NUMBER * (sixteen[code][0] == "N")
        table[code] |= NUMERIC * (seventeen[code][0] == "N")
        table[code] |= WORD * (sixteen[code] in WORD_CATEGORIES or code in WORD_EXTRAS)
    for code in WHITE_SPACE:
        table[code] |= SPACE
    blocks, index = {}, []
    for start in range(0, len(table), BLOCK):
        index.append(blocks.setdefault(bytes(table[start : start + BLOCK]), len(blocks)))
    assert len(blocks) < 4096
    pairs = [half for number in index for half in (number >> 6, number & 63)]
    flags = [value for block in blocks for value in block]
    TARGET.write_text(f"""\
// Generated by Scripts/generate-unicode.py; do not edit.
// Letters and numbers: Unicode 16.0.0. Numeric characters: Unicode 17.0.0.

// swift-format-ignore-file

extension CharacterTable {{
    /// The code points in one block.
    static let blockSize = {BLOCK}

    /// For each run of `blockSize` code points, the number of its block: two characters of six bits, high first.
{literal("index", pairs)}
    /// The {len(blocks)} different blocks, one character of `CharacterClass` bits a code point.
{literal("blocks", flags)}}}
""")
    print(f"wrote {TARGET.name}: {len(blocks)} blocks, {len(pairs) + len(flags)} bytes")
    write_data(sixteen, [name[0] == "N" for name in seventeen], *scripts_and_cases(folders[0]))
    if "--check-reference" in sys.argv and not check(table):
        sys.exit(1)


main()
