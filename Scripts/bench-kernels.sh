#!/bin/sh
# Measures the kernels and compares with llama.cpp on the default model in three formats and on a random one of 1.1 billion
# parameters, which are written into the cache the first time (2 GB). Options go to bench-kernels.py.
set -eu
. "$(dirname "$0")/pins.sh"

program=${TESSERA_PROGRAM:-$root/.build/product/release/tessera}
[ -x "$program" ] || fail "$program: not built yet; run: make build"
model=$(model_file)
llama=$("$root/Scripts/setup.sh" peers)
packages=$("$root/Scripts/setup.sh" golden | sed -n 1p)
models=$cache/bench-models
mkdir -p "$models"
make_model() {
    [ -f "$models/$3-$2.gguf" ] ||
        PYTHONPATH=$packages "$python" -B "$root/Scripts/bench_models.py" "$1" "$model" "$2" "$models/$3-$2.gguf"
}
for format in Q4_1 Q8_0 F16; do make_model requantize $format smollm2; done
for format in Q4_0 Q8_0; do make_model random $format random-1.1b; done

"$python" -B "$root/Scripts/bench-kernels.py" --tessera "$program" --llama "$llama" --models "$models"/*.gguf \
    --llama-version "llama.cpp of llama-cpp-python $(pinned_version peers llama-cpp-python)" "$@"
