#!/bin/sh
# Writes the golden files again, into a temporary folder, with the pinned references, and compares them with the
# committed ones. The first run fetches the references (see Scripts/setup.sh golden).
set -eu
. "$(dirname "$0")/pins.sh"

model=$(model_file)
packages=$("$root/Scripts/setup.sh" golden)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

PYTHONPATH=$packages "$python" -B "$root/Scripts/golden-logits.py" --model "$model" --output "$work/logits-smollm2.json"
if [ -n "${BIBLE:-}" ] || command -v bible > /dev/null; then
    "$root/Scripts/evaluation-text.sh" > "$work/evaluation-text.txt"
fi
"$python" -B "$root/Scripts/compare-golden.py" "$work" "$root/Tests/ConformanceTests/Golden"
