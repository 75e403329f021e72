#!/usr/bin/env python3
"""Writes the golden blocks: rows of GGUF's quantised formats, as the Python package gguf stores and reads them.

    golden-blocks.py --output Tests/ConformanceTests/Golden/blocks.json

Floats and bytes are hexadecimal, floats as little-endian binary32. For the formats with blocks of 32, `row` is what gguf
stores for `floats`, and `values` what it reads back. The K formats it only reads, so their `row` is random, with block
scales of a size that keeps the values near 1.
"""

import argparse
import json
import pathlib

import numpy
from gguf import GGMLQuantizationType, quants

SEED = 20261129
COUNT = 512
STORED = ["Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "F16", "BF16"]
# Where a block has its binary16 scales, and about how large the integers are that they are multiplied by.
READ = {"Q4_K": ([0, 2], 63 * 15), "Q5_K": ([0, 2], 63 * 31), "Q6_K": ([208], 128 * 32)}


def floats(random):
    """Rows like those of a model, with what is easily got wrong: ties, a lone large value, zeros, one sign only."""
    x = random.normal(0, 0.05, COUNT).astype(numpy.float32)
    x[0:32] = numpy.arange(32, dtype=numpy.float32) / 4 - 4  # ties when rounded
    x[32:64] = 0
    x[64:96] = abs(x[64:96])
    x[96:128] = -abs(x[96:128])
    x[100] = 30
    x[128:160] = 0.125
    x[160:192] *= numpy.float32(1e-6)  # scales below the normal binary16 numbers
    x[192:224] = numpy.where(numpy.arange(32) % 2 == 0, 1, -1)  # two values of the largest magnitude
    return x


def random_row(random, name):
    kind = GGMLQuantizationType[name]
    block, size = quants.GGML_QUANT_SIZES[kind]
    rows = random.integers(0, 256, (COUNT // block, size), dtype=numpy.uint8)
    places, largest = READ[name]
    for place in places:
        scales = random.uniform(-1, 1, len(rows)) / largest
        rows[:, place:place + 2] = scales.astype(numpy.float16).view(numpy.uint8).reshape(-1, 2)
    return rows.reshape(-1)


def main():
    parser = argparse.ArgumentParser(description="Write the golden blocks.")
    parser.add_argument("--output", type=pathlib.Path, required=True)
    options = parser.parse_args()
    random = numpy.random.default_rng(SEED)
    x = floats(random)
    formats = {}
    for name in [*STORED, *READ]:
        kind = GGMLQuantizationType[name]
        row = quants.quantize(x, kind).view(numpy.uint8).reshape(-1) if name in STORED else random_row(random, name)
        values = quants.dequantize(row, kind).astype("<f4")
        formats[name] = {"row": row.tobytes().hex(), "values": values.tobytes().hex()}
    golden = {
        "about": "written by Scripts/golden-blocks.py with the Python package gguf",
        "floats": x.astype("<f4").tobytes().hex(),
        "formats": formats,
    }
    options.output.write_text(json.dumps(golden, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
