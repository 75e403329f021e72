"""Text to train on, up to a gigabyte, that does not repeat itself: documentation in many languages, then C source.

    bench_corpus.py FOLDER MEGABYTES

writes FOLDER/corpus-MEGABYTES.txt, at least that many million bytes, from Debian packages that are fetched with
`apt-get download` and unpacked without being installed: LibreOffice's help, GNOME's and Debian's documentation and
manual pages in some 30 languages (each line once), then the newest Linux source (each file once). How much of each
is printed. The packages stay in FOLDER/packages. Up to a third of the text is documentation, no package with more
than its share.
"""

import gzip
import hashlib
import pathlib
import re
import subprocess
import sys
import tarfile

import bench_texts

DOCUMENTATION = re.compile(
    r"libreoffice-help-(de|el|en-us|es|fr|hi|ja|km|ko|ru|tr|vi|zh-cn)|manpages-(de|fr|ja|pl|ru|uk|zh)"
    r"|debian-reference-(en|de|es|fr|id|it|ja|pt|zh-cn)|gnome-user-docs|debian-handbook")
KERNEL = re.compile(r"linux-source-(\d+)\.(\d+)")
PART_OF_DOCUMENTATION = 1 / 3


def package_names():
    """The packages of documentation that this Debian has, and its newest kernel source."""
    known = subprocess.run(["apt-cache", "pkgnames"], check=True, capture_output=True, text=True).stdout.split()
    kernels = [(tuple(map(int, found.groups())), name) for name in known if (found := KERNEL.fullmatch(name))]
    if not kernels:
        sys.exit("error: no package linux-source-* is known; run: apt-get update")
    return sorted(name for name in known if DOCUMENTATION.fullmatch(name)), max(kernels)[1]


def unpacked(name, packages):
    """The folder with the files of a package, fetched when it is not there; nothing when it cannot be fetched."""
    folder = packages / name
    if not folder.exists():
        done = subprocess.run(["apt-get", "download", "-qq", name], cwd=packages, stderr=subprocess.DEVNULL)
        archives = list(packages.glob(f"{name}_*.deb"))
        if done.returncode != 0 or not archives:
            return None
        partial = packages / f"{name}.partial"
        subprocess.run(["dpkg-deb", "-x", archives[0], partial], check=True)
        archives[0].unlink()
        partial.rename(folder)
    return folder


def documents(folder):
    """The texts of a package of documentation."""
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        if path.suffix in (".html", ".page", ".xhtml"):
            yield bench_texts.plain(path.read_text(encoding="utf-8", errors="ignore"))
        elif path.suffix == ".gz" and "man" in path.parts:
            yield gzip.decompress(path.read_bytes()).decode("utf-8", "ignore")


def documentation(names, packages, share):
    """The lines of all documentation, each once, a text at a time; of no package more than `share` bytes."""
    seen = set()
    for name in names:
        folder, left = unpacked(name, packages), share
        for text in documents(folder) if folder else ():
            if left <= 0:
                break
            lines = []
            for line in text.splitlines(keepends=True):
                if line.strip():
                    if line in seen:
                        continue
                    seen.add(line)
                lines.append(line)
            part = "".join(lines).encode()
            left -= len(part)
            yield part


def sources(name, packages):
    """The files of the kernel, each once."""
    folder = unpacked(name, packages)
    if folder is None:
        sys.exit(f"error: the package {name} could not be fetched; see: apt-get download {name}")
    seen = set()
    with tarfile.open(next(folder.rglob("linux-source-*.tar.*"))) as archive:
        for member in archive:
            if not member.isfile():
                continue
            content = archive.extractfile(member).read()
            digest = hashlib.sha256(content).digest()
            if digest in seen or b"\0" in content:
                continue
            seen.add(digest)
            yield content.decode("utf-8", "ignore").encode()


def ready(target, megabytes):
    """The text, made when it is not there."""
    path = target / f"corpus-{megabytes}.txt"
    if path.exists():
        return path
    packages = target / "packages"
    packages.mkdir(parents=True, exist_ok=True)
    names, kernel = package_names()
    size, written = megabytes * 1_000_000, {}
    share = size * PART_OF_DOCUMENTATION / max(len(names), 1)
    partial = path.with_suffix(".partial")
    with open(partial, "wb") as file:
        for kind, parts in (
            ("documentation", documentation(names, packages, share)), ("source", sources(kernel, packages)),
        ):
            for part in parts:
                if file.tell() >= size:
                    break
                file.write(part)
                written[kind] = written.get(kind, 0) + len(part)
        if file.tell() < size:
            sys.exit(f"error: there are only {file.tell() // 1_000_000} MB of text that does not repeat itself")
    print(f"{path}: " + ", ".join(f"{count / 1e6:.1f} MB of {kind}" for kind, count in written.items()), file=sys.stderr)
    partial.rename(path)
    return path


if __name__ == "__main__":
    if len(sys.argv) != 3 or not sys.argv[2].isdigit():
        sys.exit(__doc__)
    print(ready(pathlib.Path(sys.argv[1]), int(sys.argv[2])))
