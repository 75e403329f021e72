#!/bin/sh
# Compares the speed of training with PyTorch's in one run, and two processes with one; fetches PyTorch the first time.
#
#   bench-lab.sh [option...]         options are those of bench-lab.py
set -eu
. "$(dirname "$0")/pins.sh"

program=${TESSERA_LAB_PROGRAM:-$root/.build/product/release/tessera-lab}
[ -x "$program" ] || fail "$program: not built yet; run: make lab"
packages=$("$root/Scripts/setup.sh" golden | sed -n 1p)
PYTHONPATH=$packages exec "$python" -B "$root/Scripts/bench-lab.py" --lab "$program" "$@"
