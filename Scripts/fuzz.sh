#!/bin/bash
# Fuzzes every reader and writes the table of Documentation/Fuzzing.md.
#
#   Scripts/fuzz.sh [CPU seconds for each target] [seed]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

swift build --manifest-cache none -c release --product TesseraFuzzer
.build/release/TesseraFuzzer --seconds "${1:-10}" --seed "${2:-1}" --document Documentation/Fuzzing.md
