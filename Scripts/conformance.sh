#!/bin/sh
# Compares the built program with the reference libraries on a hundred thousand texts for each family of tokenizers, and
# writes the table of Documentation/Conformance.md. Takes about an hour, on one core; run again, it goes on where it was
# cut short. Options go to golden-tokenizers.py, which explains them.
set -eu
. "$(dirname "$0")/pins.sh"

program=${TESSERA_PROGRAM:-$root/.build/product/release/tessera}
[ -x "$program" ] || fail "$program: not built yet; run: make build"
tokenizers=$("$root/Scripts/setup.sh" tokenizers)
references=$("$root/Scripts/setup.sh" tokenizer-references)

export PYTHONPATH="$references"
exec "$python" -B "$root/Scripts/golden-tokenizers.py" --compare "$program" --tokenizers "$tokenizers" \
    --texts "$cache/conformance-texts" --json "$cache/conformance.json" \
    --document "$root/Documentation/Conformance.md" "$@"
