#!/bin/sh
# Compares the speed of Tessera and llama.cpp on the default model; builds llama.cpp the first time.
# `Scripts/bench.sh --write Documentation/Benchmarks.md` keeps the report; further options go to bench.py.
set -eu
. "$(dirname "$0")/pins.sh"

program=${TESSERA_PROGRAM:-$root/.build/product/release/tessera}
[ -x "$program" ] || fail "$program: not built yet; run: make build"
model=$(model_file)
llama=$("$root/Scripts/setup.sh" peers)

exec "$python" -B "$root/Scripts/bench.py" --tessera "$program" --llama "$llama" --model "$model" \
    --llama-version "llama.cpp of llama-cpp-python $(pinned_version peers llama-cpp-python)" "$@"
