"""The texts that `bench-tokenizers.py` measures on: prose, code and 26 languages, written once into a folder.

Prose and the languages come from Debian's documentation packages, fetched with `apt-get download` and unpacked without
being installed; code is the standard library of the Python that runs this. The texts do not repeat themselves and are
not committed. A folder with `prose.txt`, `code.txt` and `multilingual.txt` of one's own serves as well.

Beside them are a short text, and adversarial ones of a megabyte: one word of one letter, of the letters of a hash, and of
marks; blanks; digits; and characters from all planes.
"""

import hashlib
import html
import pathlib
import re
import subprocess
import sys
import sysconfig
import tempfile

PACKAGES = ["gnome-user-docs", "debian-reference-en", "debian-handbook"]
LANGUAGES = (
    "as de el es fa fi fr gu he hi hu id it ja kn ko mr pa pl ru ta te tr uk vi zh_CN"
).split()
LIMIT = 4_000_000
NAMES = ["prose", "code", "multilingual"]
ADVERSARIAL = ["letter", "letters", "marks", "blanks", "digits", "planes"]

SKIPPED = re.compile(r"<(script|style|head|info)\b.*?</\1>|<!--.*?-->", re.S)
BLOCK = re.compile(r"</?(p|h[1-6]|li|dt|dd|td|th|title|desc|item|div|pre|br|tr|section|page|note|steps|screen)\b[^>]*>")
TAG = re.compile(r"<[^>]+>")


def plain(markup):
    """The text of an HTML or Mallard page, a paragraph a line."""
    text = BLOCK.sub("\n", SKIPPED.sub("", markup))
    lines = (" ".join(html.unescape(TAG.sub("", block)).split()) for block in text.split("\n\n"))
    return "\n".join(line for line in lines if len(line) > 20) + "\n"


def pages(folder, pattern):
    return [plain(path.read_text(encoding="utf-8")) for path in sorted(folder.glob(pattern))]


def capped(parts, limit, seen=()):
    """The lines of `parts`, up to `limit` bytes; each line once, and none of those `seen` elsewhere."""
    chosen, seen, total = [], set(seen), 0
    for line in "".join(parts).splitlines(keepends=True):
        size = len(line.encode())
        if total + size > limit:
            break
        if line not in seen or not line.strip():
            seen.add(line)
            total += size
            chosen.append(line)
    return "".join(chosen)


def interleaved(texts, lines=20):
    """Some lines of each text in turn, until all are used up."""
    rest = [text.splitlines(keepends=True) for text in texts]
    longest = max(map(len, rest))
    return "".join("".join(text[at : at + lines]) for at in range(0, longest, lines) for text in rest)


def unpack(folder):
    subprocess.run(["apt-get", "download", "-qq", *PACKAGES], cwd=folder, check=True, stderr=subprocess.DEVNULL)
    for package in sorted(folder.glob("*.deb")):
        subprocess.run(["dpkg-deb", "-x", package, folder / "unpacked"], check=True)
    return folder / "unpacked/usr/share"


def write(target):
    """Writes the three texts into `target`, all or nothing."""
    code = pathlib.Path(sysconfig.get_paths()["stdlib"])
    sources = [p.read_text(encoding="utf-8", errors="ignore") for p in sorted(code.glob("*.py"))]
    sources += [p.read_text(encoding="utf-8", errors="ignore") for p in sorted(code.glob("[a-s]*/*.py"))
                if p.parent.name != "site-packages"]
    with tempfile.TemporaryDirectory() as name:
        share = unpack(pathlib.Path(name))
        prose = pages(share / "doc/debian-handbook/html/en-US", "*.html")
        prose += pages(share / "help/C/gnome-help", "*.page")
        prose += pages(share / "debian-reference", "ch*.en.html")
        each = LIMIT // len(LANGUAGES)
        # Pages that nobody translated are English: their lines are left out.
        english = "".join(pages(share / "help/C/gnome-help", "*.page")).splitlines(keepends=True)
        many = [capped(pages(share / "help" / language / "gnome-help", "*.page"), each, english)
                for language in LANGUAGES]
    texts = {"prose": capped(prose, LIMIT), "multilingual": interleaved(many)}
    texts["code"] = "".join(sources).encode()[:LIMIT].decode(errors="ignore")
    target.mkdir(parents=True, exist_ok=True)
    for key, text in texts.items():
        (target / f"{key}.txt").write_text(text, encoding="utf-8", newline="")


def adversarial(name, size=1_000_000):
    """A text whose pieces are long or never the same; no chance is involved."""
    if name in ("letter", "blanks", "marks"):
        return {"letter": "a", "blanks": " ", "marks": "!"}[name] * size
    blocks = (hashlib.sha256(number.to_bytes(8, "little")).digest() for number in range(size))
    if name == "letters":
        return "".join("".join(chr(97 + byte % 26) for byte in next(blocks)) for _ in range(size // 32))
    if name == "digits":
        return "".join("".join(chr(48 + byte % 10) for byte in next(blocks)) for _ in range(size // 32))
    characters, total = [], 0
    while total < size:
        block = next(blocks)
        for place in range(0, 30, 3):
            character = chr(int.from_bytes(block[place : place + 3], "little") % 0x110000)
            if not 0xD800 <= ord(character) < 0xE000:
                characters.append(character)
                total += len(character.encode())
    return "".join(characters)


def write_made(target):
    """Writes the texts that are made and not found."""
    made = {"short": "The quick brown fox jumps over the lazy dog.\n"}
    made |= {f"adversarial-{name}": adversarial(name) for name in ADVERSARIAL}
    for name, text in made.items():
        path = target / f"{name}.txt"
        if not path.exists():
            path.write_text(text, encoding="utf-8", newline="")


def ready(target):
    """The folder with the texts, made when it is not there."""
    if not all((target / f"{name}.txt").exists() for name in NAMES):
        try:
            write(target)
        except (OSError, subprocess.CalledProcessError) as error:
            sys.exit(f"error: the texts could not be fetched ({error}); give a folder with prose.txt, code.txt and "
                     "multilingual.txt: bench-tokenizers.sh --texts FOLDER")
    write_made(target)
    return target


def cut(source, size, target):
    """A folder with the first `size` bytes of each text."""
    target.mkdir(parents=True, exist_ok=True)
    for path in source.glob("*.txt"):
        with open(path, "rb") as file:
            (target / path.name).write_bytes(file.read(size).decode("utf-8", "ignore").encode())
    return target


if __name__ == "__main__":
    for path in sorted(ready(pathlib.Path(sys.argv[1])).glob("*.txt")):
        print(path, path.stat().st_size)
