#!/usr/bin/env python3
"""Writes the text of Debian's manual pages in ten languages, a paragraph a line, as studies of tokenizers read them.

    Scripts/manual-pages.py FOLDER [UNPACKED]

FOLDER gets en.txt, de.txt and so on. The packages are fetched with `apt-get download` and unpacked without being
installed, unless UNPACKED already holds them, each in a folder of its name. Requests and escapes of roff are taken out,
and lines of fewer than five letters are left out; each line is taken once.
"""

import gzip
import re
import sys

import debian_packages

PACKAGES = {
    "en": "manpages", "de": "manpages-de", "es": "manpages-es", "fr": "manpages-fr", "it": "manpages-it",
    "nl": "manpages-nl", "pl": "manpages-pl", "pt-br": "manpages-pt-br", "ru": "manpages-ru", "ja": "manpages-ja",
}
CHARACTERS = {
    "aq": "'", "dq": '"', "oq": "'", "cq": "'", "lq": "\u201c", "rq": "\u201d", "en": "\u2013", "em": "\u2014", "bu": "\u2022",
    "ha": "^", "ti": "~", "rs": "\\", "co": "\u00a9", "Fo": "\u00ab", "Fc": "\u00bb", "mu": "\u00d7", "->": "\u2192",
}
# What is inside a line of these is text.
TEXT_REQUESTS = {"B", "I", "BR", "BI", "RB", "IR", "RI", "IB", "SM", "SB", "SH", "SS", "IP", "Sh", "Ss"}
LETTERS = re.compile(r"[^\W\d_]")


def unescaped(text):
    text = re.sub(r'\\".*$', "", text)
    text = re.sub(r"\\\((..)|\\\[([^\]]*)\]", lambda m: CHARACTERS.get(m[1] or m[2], ""), text)
    text = re.sub(r"\\f(\[[^\]]*\]|\(..|.)|\\s[-+]?\d|\\[*nmM](\[[^\]]*\]|\(..|.)|\\[hvwlLo]'[^']*'", "", text)
    text = text.replace("\\-", "-").replace("\\e", "\\").replace("\\ ", " ").replace("\\~", " ")
    return re.sub(r"\\[&/,|^:%c0)]", "", text)


def words(arguments):
    """The arguments of a request, of which those in quotes may hold spaces."""
    return " ".join((quoted or plain) for quoted, plain in re.findall(r'"([^"]*)"|(\S+)', arguments))


def paragraphs(page):
    lines, skipping = [], None
    for line in page.splitlines():
        if skipping:
            skipping = None if line.startswith(skipping) else skipping
            continue
        if line[:1] in (".", "'"):
            request, _, arguments = line[1:].strip().partition(" ")
            if request in ("TS", "EQ", "PS"):
                skipping = "." + request[0] + "E"
            elif request in ("de", "de1", "ig", "am"):
                skipping = ".."
            elif request in TEXT_REQUESTS:
                lines.append(words(arguments))
            elif request not in ("RS", "RE", "nf", "fi", "in", "ad", "hy", "br"):
                lines.append("")
        else:
            lines.append(line)
    for block in re.split(r"\n\s*\n", "\n".join(map(unescaped, lines))):
        yield " ".join(block.split())


def lines(folder):
    found = {}
    for path in sorted(folder.glob("**/usr/share/man/**/*.[1-8]*.gz")):
        # Pages that are other names of a page hold a single request.
        try:
            page = gzip.open(path).read().decode("utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        for line in paragraphs(page):
            if len(LETTERS.findall(line)) >= 5:
                found[line] = None
    return list(found)


def main():
    with debian_packages.folders(__doc__, PACKAGES.values()) as (target, source):
        target.mkdir(parents=True, exist_ok=True)
        for language, package in PACKAGES.items():
            texts = lines(source / package)
            if not texts:
                sys.exit(f"{source}: no manual pages of {package}; unpack the package there")
            (target / f"{language}.txt").write_text("\n".join(texts) + "\n", encoding="utf-8")
            print(f"{language}: {len(texts)} lines, {sum(len(text.encode()) + 1 for text in texts)} bytes")


main()
