"""Stands in for the build backend of a source distribution of which only files are wanted.

pip asks for a distribution's metadata before it hands the archive over; this answers without a compiler or CMake.
"""

import pathlib
import re


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    information = pathlib.Path("PKG-INFO").read_text(encoding="utf-8")
    name, version = (re.search(rf"^{key}: (.*)$", information, re.M)[1] for key in ("Name", "Version"))
    folder = f"{name.replace('-', '_')}-{version}.dist-info"
    target = pathlib.Path(metadata_directory) / folder
    target.mkdir()
    (target / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    return folder


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    raise RuntimeError("this backend builds nothing")
