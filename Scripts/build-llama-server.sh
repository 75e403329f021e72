#!/bin/sh
# Builds llama.cpp's server for this machine, beside its benchmark program and from the same sources and settings.
# Prints the folder that holds `llama-server`. Built once per version, cached.
set -eu
. "$(dirname "$0")/pins.sh"

bin=$("$root/Scripts/build-llama-cpp.sh")
home=$(dirname "$(dirname "$bin")")
tools=$cache/peer-tools-$(fingerprint peer-tools)

if [ ! -x "$bin/llama-server" ]; then
    printf 'building llama-server for this machine\n' >&2
    PATH=$tools/bin:$PATH
    export PYTHONPATH="$tools"
    "$tools/bin/cmake" -S "$home/source" -B "$home/build" -DLLAMA_BUILD_SERVER=ON > "$home/configure.log" 2>&1 ||
        fail "configuring llama.cpp failed; see $home/configure.log"
    "$tools/bin/cmake" --build "$home/build" --target llama-server > "$home/build.log" 2>&1 ||
        fail "building llama-server failed; see $home/build.log"
fi
printf '%s\n' "$bin"
