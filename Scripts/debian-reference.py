#!/usr/bin/env python3
"""Writes the paragraphs of the Debian Reference, one a line, as the study of less-is-better reads them.

    Scripts/debian-reference.py FOLDER [UNPACKED]

FOLDER gets en.txt and zh-cn.txt. The packages are fetched with `apt-get download` and unpacked without being installed,
unless UNPACKED already holds them, each in a folder of its name. A paragraph is a `<p>` of a chapter, in lower case and
with single spaces, of at least 40 bytes; each is taken once.
"""

import html
import re
import sys

import debian_packages

LANGUAGES = ["en", "zh-cn"]
PARAGRAPH = re.compile(r"<p\b[^>]*>(.*?)</p>", re.S)
TAG = re.compile(r"<[^>]+>")


def paragraphs(folder, language):
    found = {}
    for page in sorted(folder.glob(f"**/usr/share/debian-reference/ch*.{language}.html")):
        for match in PARAGRAPH.finditer(page.read_text(encoding="utf-8")):
            text = " ".join(html.unescape(TAG.sub("", match.group(1))).split()).lower()
            if len(text.encode()) >= 40:
                found[text] = None
    return list(found)


def main():
    packages = [f"debian-reference-{language}" for language in LANGUAGES]
    with debian_packages.folders(__doc__, packages) as (target, source):
        target.mkdir(parents=True, exist_ok=True)
        for language in LANGUAGES:
            texts = paragraphs(source, language)
            if not texts:
                sys.exit(f"{source}: no paragraphs of debian-reference-{language}; unpack the package there")
            (target / f"{language}.txt").write_text("\n".join(texts) + "\n", encoding="utf-8")
            print(f"{language}: {len(texts)} paragraphs, {sum(map(len, texts))} characters")


main()
