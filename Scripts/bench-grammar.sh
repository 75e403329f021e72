#!/bin/sh
# What is said of grammars, measured: masks beside xgrammar and llguidance on Llama 3's vocabulary, JSON-Schema-Test-Suite,
# a thousand answers of the server judged by Python, and what a grammar adds to the time of a generation. Fetches what it
# needs the first time.
#
#   bench-grammar.sh [masks | suite | answers | overhead] [option...]
#
# Without a word all four; options go to the script of the one that is named.
set -eu
. "$(dirname "$0")/pins.sh"

program=${TESSERA_PROGRAM:-$root/.build/product/release/tessera}
[ -x "$program" ] || fail "$program: not built yet; run: make build"

masks() {
    vocabularies=$cache/bench-tokenizers/vocabularies
    tokenizers=$("$root/Scripts/setup.sh" tokenizers)
    PYTHONPATH=$("$root/Scripts/setup.sh" tokenizer-references):$("$root/Scripts/setup.sh" tokenizer-peers) \
        "$python" -B "$root/Scripts/bench_vocabularies.py" "$tokenizers" "$vocabularies"
    PYTHONPATH=$("$root/Scripts/setup.sh" grammar-peers) "$python" -B "$root/Scripts/bench-grammar.py" \
        --tessera "$program" --tokenizer "$vocabularies/llama-3/tokenizer.json" "$@"
}

suite() {
    "$python" -B "$root/Scripts/json-schema-suite.py" --tessera "$program" \
        --suite "$("$root/Scripts/setup.sh" json-schema)" "$@"
}

answers() {
    server=${TESSERA_SERVER_PROGRAM:-$root/.build/product/release/tessera-server}
    [ -x "$server" ] || fail "$server: not built yet; run: make server"
    PYTHONPATH=$("$root/Scripts/setup.sh" json-schema) "$python" -B "$root/Scripts/constrained-generations.py" \
        --server "$server" --model "$(model_file)" "$@"
}

overhead() {
    "$python" -B "$root/Scripts/grammar-overhead.py" --tessera "$program" --model "$(model_file)" "$@"
}

case ${1:-} in
masks | suite | answers | overhead)
    "$@"
    exit
    ;;
esac
status=0
for part in masks suite answers overhead; do "$part" || status=1; done
exit "$status"
