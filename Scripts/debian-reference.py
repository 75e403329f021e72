#!/usr/bin/env python3
"""Writes the paragraphs of the Debian Reference, one a line, as the study of less-is-better reads them.

    Scripts/debian-reference.py FOLDER [UNPACKED]

FOLDER gets en.txt and zh-cn.txt. The packages are fetched with `apt-get download` and unpacked without being installed,
unless UNPACKED already holds them, each in a folder of its name. A paragraph is a `<p>` of a chapter, in lower case and
with single spaces, of at least 40 bytes; each is taken once.
"""

import html
import pathlib
import re
import subprocess
import sys
import tempfile

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


def unpack(folder):
    packages = [f"debian-reference-{language}" for language in LANGUAGES]
    subprocess.run(["apt-get", "download", "-qq", *packages], cwd=folder, check=True)
    for package in folder.glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", package, folder / package.name.split("_")[0]], check=True)


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    target = pathlib.Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        source = pathlib.Path(sys.argv[2] if len(sys.argv) == 3 else temporary)
        if len(sys.argv) == 2:
            unpack(source)
        for language in LANGUAGES:
            texts = paragraphs(source, language)
            if not texts:
                sys.exit(f"{source}: no paragraphs of debian-reference-{language}; unpack the package there")
            (target / f"{language}.txt").write_text("\n".join(texts) + "\n", encoding="utf-8")
            print(f"{language}: {len(texts)} paragraphs, {sum(map(len, texts))} characters")


main()
