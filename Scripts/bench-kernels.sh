#!/bin/sh
# Measures the kernels and compares with llama.cpp on the default model and on a random one of 1.1 billion parameters, each
# in every format, which are written into the cache the first time (11 GB). Options go to bench-kernels.py.
set -eu
. "$(dirname "$0")/pins.sh"

program=${TESSERA_PROGRAM:-$root/.build/product/release/tessera}
[ -x "$program" ] || fail "$program: not built yet; run: make build"
model=$(model_file)
llama=$("$root/Scripts/setup.sh" peers)
packages=$("$root/Scripts/setup.sh" golden | sed -n 1p)
models=$cache/bench-models
mkdir -p "$models"
random=$models/random-1.1b-F16.gguf
[ -f "$random" ] || PYTHONPATH=$packages "$python" -B "$root/Scripts/bench_models.py" "$model" "$random"
in_format() {
    output=$models/$2-$3.gguf
    [ -f "$output" ] ||
        "$program" model quantize "$1" "$output" --to "$(echo "$3" | tr '[:upper:]' '[:lower:]')" >&2
}
for format in Q4_0 Q4_1 Q5_0 Q5_1 Q8_0 F16 BF16; do in_format "$model" smollm2 $format; done
for format in Q4_0 Q4_1 Q8_0 Q4_K Q5_K Q6_K; do in_format "$random" random-1.1b $format; done

"$python" -B "$root/Scripts/bench-kernels.py" --tessera "$program" --llama "$llama" --models "$models"/*.gguf \
    --llama-version "llama.cpp of llama-cpp-python $(pinned_version peers llama-cpp-python)" "$@"
