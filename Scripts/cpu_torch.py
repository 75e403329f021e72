"""Imports torch's Linux wheel on a machine without CUDA libraries.

The wheel's Python extension is linked against a dozen CUDA libraries, 3 GB of further wheels that a run on the
CPU never calls. `cuda_placeholders.py` writes an empty shared library for each of them; loading these first and
binding symbols lazily satisfies the dynamic linker. A CUDA call would fail to bind, and none is made here.
"""

import ctypes
import os
import pathlib
import sys

PLACEHOLDERS = "cuda-placeholders"


def load_torch():
    """Returns the torch module, with the placeholder libraries beside it loaded when there are any."""
    if sys.platform == "linux":
        sys.setdlopenflags(os.RTLD_LAZY | os.RTLD_GLOBAL)
        for folder in map(pathlib.Path, sys.path):
            for library in sorted((folder / PLACEHOLDERS).glob("*.so*")):
                ctypes.CDLL(str(library), mode=os.RTLD_LAZY | os.RTLD_GLOBAL)
    import torch

    torch.set_grad_enabled(False)
    return torch
