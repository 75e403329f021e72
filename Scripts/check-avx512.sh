#!/bin/sh
# Checks the AVX-512 products on a machine without AVX-512: compiles them against SIMDe's emulation of the
# instructions (Debian's libsimde-dev, installed when that is possible) and compares them with the portable ones, and
# attention with AVX2's. Needs AVX2 and takes a minute.
# SIMDE_INCLUDE names the folder that holds simde/, where it is not the system's.
set -eu
cd "$(dirname "$0")/.."

include=${SIMDE_INCLUDE:-/usr/include}
[ -n "${SIMDE_INCLUDE:-}" ] || Scripts/setup.sh emulation
if [ ! -e "$include/simde/x86/avx512.h" ]; then
    echo "error: $include/simde: SIMDe is missing; install libsimde-dev or set SIMDE_INCLUDE" >&2
    exit 1
fi

build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
kernels=Sources/CTesseraKernels
compile() { clang -std=c11 -O1 -g -fsanitize=address -fuse-ld=lld -I "$kernels/include" "$@"; }

for file in "$kernels"/avx512/*.c; do
    compile -mavx2 -mfma -mf16c -DTK_BEGIN_AVX512= -DTK_END_AVX512= -w \
        -I Scripts/check-avx512 -I "$include" -c "$file" -o "$build/$(basename "$file" .c).o"
done
compile -Wall -Wextra Scripts/check-avx512/compare.c "$build"/*.o \
    "$kernels"/*.c "$kernels"/portable/*.c "$kernels"/avx2/*.c "$kernels"/amx/*.c -lm -lpthread -o "$build/compare"
"$build/compare"
