"""Writes empty shared libraries in the place of the CUDA libraries that torch's Linux wheel is linked against.

    cuda_placeholders.py FOLDER      FOLDER holds the installed packages (torch, nvidia)

The wheel needs 3 GB of CUDA wheels to be imported, none of which a run on the CPU calls. `cpu_torch.py` loads the
placeholders instead. Each has the name and the symbol versions that torch asks for and defines no function; the one
variable that torch refers to is there too. The two small libraries that torch does call at start (the CUDA runtime
and CUPTI) are the real ones, from their wheels.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

from cpu_torch import PLACEHOLDERS

CUDA = re.compile(r"^lib(cu|nv|nccl)")
VARIABLES = {"libnvshmem_host.so.3": "char nvshmem_selected_device_transport[64];\n"}


def needs(library):
    """The libraries that `library` names, each with the symbol versions it asks for."""
    listing = subprocess.run(["objdump", "-p", library], check=True, capture_output=True, text=True).stdout
    needed = {name: set() for name in re.findall(r"NEEDED\s+(\S+)", listing)}
    supplier = None
    for line in listing.partition("Version References:")[2].splitlines():
        if match := re.match(r"\s+required from (\S+):", line):
            supplier = match[1]
        elif (match := re.match(r"\s+0x\w+ 0x\w+ \d+ (\S+)", line)) and supplier in needed:
            needed[supplier].add(match[1])
    return needed


def write_placeholder(folder, name, symbol_versions):
    """Compiles the empty library `name`, which offers `symbol_versions`."""
    with tempfile.TemporaryDirectory() as work:
        source, script = pathlib.Path(work, "empty.c"), pathlib.Path(work, "versions")
        source.write_text(VARIABLES.get(name, "typedef int nothing;\n"))
        script.write_text("".join(f"{version} {{ *; }};\n" for version in sorted(symbol_versions)) or "{ *; };\n")
        options = [f"-Wl,-soname,{name}", f"-Wl,--version-script={script}"]
        compiler = os.environ.get("CC", "clang")
        subprocess.run(
            [compiler, "-shared", "-nostdlib", "-fPIC", *options, source, "-o", folder / name], check=True
        )


def main():
    packages = pathlib.Path(sys.argv[1])
    libraries = list(packages.glob("torch/lib/*.so*")) + list(packages.glob("nvidia/*/lib/*.so*"))
    present = {library.name for library in libraries}
    missing = {}
    for library in packages.glob("torch/lib/*.so*"):
        for name, symbol_versions in needs(library).items():
            if CUDA.match(name) and name not in present:
                missing.setdefault(name, set()).update(symbol_versions)
    folder = packages / PLACEHOLDERS
    folder.mkdir(exist_ok=True)
    for name, symbol_versions in missing.items():
        write_placeholder(folder, name, symbol_versions)


if __name__ == "__main__":
    main()
