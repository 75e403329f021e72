"""The files of Debian packages, fetched with `apt-get download` and unpacked without being installed."""

import contextlib
import pathlib
import subprocess
import sys
import tempfile


@contextlib.contextmanager
def folders(usage, packages):
    """The folders that a script `SCRIPT FOLDER [UNPACKED]` is given: where it writes, and where the packages are.

    Without UNPACKED they are fetched into a folder that is gone at the end; there each has a folder of its name. Other
    arguments end the program with `usage`.
    """
    if len(sys.argv) not in (2, 3):
        sys.exit(usage)
    with tempfile.TemporaryDirectory() as temporary:
        source = pathlib.Path(sys.argv[2] if len(sys.argv) == 3 else temporary)
        if len(sys.argv) == 2:
            unpack(packages, source)
        yield pathlib.Path(sys.argv[1]), source


def unpack(packages, folder):
    """Fetches packages into a folder, and puts the files of each into one of its name there."""
    subprocess.run(["apt-get", "download", "-qq", *packages], cwd=folder, check=True)
    for package in folder.glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", package, folder / package.name.split("_")[0]], check=True)
