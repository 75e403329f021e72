#!/bin/sh
# Compares the speed of Tessera's tokenizers with other tokenizers in one run; fetches what it needs the first time.
#
#   bench-tokenizers.sh [encoding | training] [option...]
#
# Without a word both are measured, encoding and loading first; options go to both, and those that only one of
# bench-tokenizers.py and bench-training.py has need its word. The whole report, with the baseline, is written by
#
#   Scripts/bench-tokenizers.sh --write Documentation/Benchmarks.md --write-baseline
#
# for which everything is measured that bench-tokenizers.py knows (--full).
set -eu
. "$(dirname "$0")/pins.sh"

program=${TESSERA_PROGRAM:-$root/.build/product/release/tessera}
[ -x "$program" ] || fail "$program: not built yet; run: make build"
part=
case ${1:-} in
encoding | training)
    part=$1
    shift
    ;;
esac
full=
for option in "$@"; do [ "$option" != --write ] || full=--full; done
references=$("$root/Scripts/setup.sh" tokenizer-references)
peers=$("$root/Scripts/setup.sh" tokenizer-peers)
work=$cache/bench-tokenizers
baseline=$root/Scripts/bench-tokenizers.json
export PYTHONPATH="$references:$peers"

encoding() {
    tokenizers=$("$root/Scripts/setup.sh" tokenizers)
    # shellcheck disable=SC2086
    "$python" -B "$root/Scripts/bench-tokenizers.py" --tessera "$program" --tokenizers "$tokenizers" --work "$work" \
        --baseline "$baseline" $full "$@"
}

training() {
    "$python" -B "$root/Scripts/bench-training.py" --tessera "$program" --work "$work" --baseline "$baseline" "$@"
}

status=0
[ "$part" = training ] || encoding "$@" || status=1
[ "$part" = encoding ] || training "$@" || status=1
exit "$status"
