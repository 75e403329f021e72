#!/usr/bin/env python3
"""Writes texts of several domains, a line each, as the study of data mixture inference reads them.

    Scripts/mixture-texts.py FOLDER [UNPACKED]

FOLDER/domains gets python.txt, c.txt, html.txt and prose.txt. FOLDER/categories gets english.txt, the code of six
languages and the LibreOffice help in twelve languages. The packages are fetched with `apt-get download` and unpacked without
being installed, unless UNPACKED already holds them, each in a folder of its name. Code keeps its line breaks and blanks;
of each text no more than some megabytes are taken.
"""

import re
import sys

import debian_packages
from bench_texts import capped, plain

LANGUAGES = ["de", "el", "es", "fr", "hi", "it", "ja", "km", "ko", "pt", "ru", "zh-cn"]
# Each text: its packages and the files taken from them.
DOMAINS = {
    "python": [("libpython3.11-stdlib", "**/*.py")],
    "c": [("linux-libc-dev", "**/*.h"), ("libc6-dev", "**/*.h")],
    "html": [("debian-handbook", "**/html/en-US/*.html")],
}
CODE = DOMAINS | {
    "cpp": [("libboost1.74-dev", "**/*.hpp")],
    "javascript": [("node-typescript", "**/*.[jt]s")],
    "perl": [("perl-modules-5.36", "**/*.p[ml]")],
    "ruby": [("libruby3.1", "**/*.rb")],
}
ENGLISH = [
    ("gnome-user-docs", "**/C/gnome-help/*.page"), ("debian-reference-en", "**/ch*.en.html"),
    ("debian-handbook", "**/html/en-US/*.html"), ("libreoffice-help-en-us", "**/*.html"),
]
HELP = {language: [(f"libreoffice-help-{language}", "**/*.html")] for language in LANGUAGES}
# Pages alone, not the lists of pages that stand beside them.
SKIPPED = re.compile(r"(bookmarks|contents|index|search)[^/]*$|/browserconfig")
SIZE = 4_000_000
LARGEST_FILE = 400_000


def files(source, patterns):
    for package, pattern in patterns:
        paths = sorted((source / package).glob(pattern))
        if not paths:
            sys.exit(f"{source}: {package} has no {pattern}; unpack the package there")
        # Spread over the package, so that no part of it fills the text.
        for start in range(7):
            for path in paths[start::7]:
                if path.is_file() and not SKIPPED.search(str(path)):
                    yield path.read_text(encoding="utf-8", errors="ignore")[:LARGEST_FILE]


def code(source, patterns):
    text, size = [], 0
    for page in files(source, patterns):
        text.append(page if page.endswith("\n") else page + "\n")
        size += len(page.encode())
        if size > SIZE:
            break
    return "".join(text)


def prose(source, patterns):
    return capped(map(plain, files(source, patterns)), SIZE)


def foreign(source, patterns, english):
    # Pages that nobody translated are English: their lines are left out.
    return capped(map(plain, files(source, patterns)), SIZE, english)


def write(target, name, text):
    target.mkdir(parents=True, exist_ok=True)
    (target / f"{name}.txt").write_text(text, encoding="utf-8", newline="")
    print(f"{target.name}/{name}: {len(text.encode())} bytes", flush=True)


def main():
    packages = {package for patterns in [*CODE.values(), ENGLISH, *HELP.values()] for package, _ in patterns}
    with debian_packages.folders(__doc__, sorted(packages)) as (target, source):
        for name, patterns in DOMAINS.items():
            write(target / "domains", name, code(source, patterns))
        # Not the handbook, whose pages are the HTML.
        write(target / "domains", "prose", prose(source, ENGLISH[:2] + ENGLISH[3:]))
        write(target / "categories", "english", prose(source, ENGLISH))
        help_page = "".join(map(plain, files(source, ENGLISH[3:]))).splitlines(keepends=True)
        for name, patterns in CODE.items():
            write(target / "categories", name, code(source, patterns))
        for language, patterns in HELP.items():
            write(target / "categories", language, foreign(source, patterns, help_page))


main()
