#!/bin/sh
# Compares the speed of Tessera's tokenizers with other tokenizers in one run; fetches what it needs the first time.
# `Scripts/bench-tokenizers.sh --write Documentation/Benchmarks.md --full` keeps the whole report; options go to
# bench-tokenizers.py, which explains them.
set -eu
. "$(dirname "$0")/pins.sh"

program=${TESSERA_PROGRAM:-$root/.build/product/release/tessera}
[ -x "$program" ] || fail "$program: not built yet; run: make build"
tokenizers=$("$root/Scripts/setup.sh" tokenizers)
references=$("$root/Scripts/setup.sh" tokenizer-references)
peers=$("$root/Scripts/setup.sh" tokenizer-peers)

export PYTHONPATH="$references:$peers"
exec "$python" -B "$root/Scripts/bench-tokenizers.py" --tessera "$program" \
    --tokenizers "$tokenizers" --work "$cache/bench-tokenizers" --baseline "$root/Scripts/bench-tokenizers.json" "$@"
