#!/bin/sh
# Load on `tessera serve` beside llama-server, which is built the first time. Further options go to bench-server.py;
# the table goes to standard output.
set -eu
. "$(dirname "$0")/pins.sh"

program=${TESSERA_SERVER_PROGRAM:-$root/.build/product/release/tessera-server}
[ -x "$program" ] || fail "$program: not built yet; run: make server"
# A thousand idle connections and as many files.
ulimit -n 8192 2> /dev/null || true
exec "$python" -B "$root/Scripts/bench-server.py" --tessera "$program" \
    --llama "$("$root/Scripts/build-llama-server.sh")/llama-server" --model "$(model_file)" "$@"
