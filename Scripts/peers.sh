#!/bin/sh
# Writes the golden files again, into a temporary folder, with the pinned references, and compares them with the
# committed ones. The first run fetches the references (see Scripts/setup.sh golden).
set -eu
. "$(dirname "$0")/pins.sh"

model=$(model_file)
folders=$("$root/Scripts/setup.sh" golden)
packages=$(printf '%s\n' "$folders" | sed -n 1p)
tokenizers=$(printf '%s\n' "$folders" | sed -n 2p)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
golden=$work/Tests/ConformanceTests/Golden
mkdir -p "$golden" "$work/Scripts"

# These two write into the checkout they lie in, so copies of them write into the temporary folder.
cp "$root/Scripts/golden-tokenizer.py" "$root/Scripts/golden-templates.py" "$root/Scripts/sample_texts.py" \
    "$work/Scripts"
PYTHONPATH=$packages "$python" -B "$work/Scripts/golden-templates.py"
PYTHONPATH=$tokenizers:$packages "$python" -B "$work/Scripts/golden-tokenizer.py" "$model"

tokenizers_folder=$("$root/Scripts/setup.sh" tokenizers)
references=$("$root/Scripts/setup.sh" tokenizer-references)
PYTHONPATH=$references "$python" -B "$root/Scripts/golden-tokenizers.py" --tokenizers "$tokenizers_folder" \
    --output "$golden"

# What our savers write, read with the same libraries.
PYTHONPATH=$references "$python" -B "$root/Scripts/roundtrip-tokenizers.py" \
    "${TESSERA_PROGRAM:-$root/.build/product/release/tessera}" --tokenizers "$tokenizers_folder"

PYTHONPATH=$references "$python" -B "$root/Scripts/golden-training.py" --golden "$root/Tests/ConformanceTests/Golden" \
    --output "$golden/training.json"

PYTHONPATH=$packages "$python" -B "$root/Scripts/golden-blocks.py" --output "$golden/blocks.json"

PYTHONPATH=$packages "$python" -B "$root/Scripts/golden-logits.py" --model "$model" \
    --output "$golden/logits-smollm2.json"
gemma=$("$root/Scripts/setup.sh" gemma)
PYTHONPATH=$packages "$python" -B "$root/Scripts/golden-gemma.py" --model "$gemma" \
    --output "$golden/logits-gemma3-270m.json"
PYTHONPATH=$packages "$python" -B "$root/Scripts/golden-architectures.py" --output "$golden/Architectures"

if [ -n "${BIBLE:-}" ] || command -v bible > /dev/null; then
    "$root/Scripts/evaluation-text.sh" > "$golden/evaluation-text.txt"
else
    printf 'evaluation-text.txt: not written again, because Debian'"'"'s bible-kjv is not installed\n'
fi

"$python" -B "$root/Scripts/compare-golden.py" "$golden" "$root/Tests/ConformanceTests/Golden"

# What our quantiser writes, and Gemma, read by llama.cpp: the same tokens follow.
program=${TESSERA_PROGRAM:-$root/.build/product/release/tessera}
llama=$("$root/Scripts/setup.sh" peers)
"$python" -B "$root/Scripts/greedy-peers.py" --tessera "$program" --llama "$llama" --model "$model" --gemma "$gemma"

# Training beside the reference trainers, and under Spark, on texts that the benchmarks use too.
texts=$cache/bench-tokenizers/texts
"$python" -B "$root/Scripts/bench_texts.py" "$texts"
spark=$("$root/Scripts/setup.sh" spark)
PYTHONPATH=$(printf '%s\n' "$spark" | sed -n 1p):$(printf '%s\n' "$spark" | sed -n 2p) \
    "$python" -B "$root/Scripts/spark-counts.py" --tessera "$program" --text "$texts/prose.txt"
PYTHONPATH=$references "$python" -B "$root/Scripts/training-references.py" --tessera "$program" --texts "$texts"

# The romanizer beside uroman, on names in some fifty languages.
romanization=$("$root/Scripts/setup.sh" romanization)
PYTHONPATH=$romanization "$python" -B "$root/Scripts/romanization-peers.py" --tessera "$program"

# The server with the clients that people use, and its page in a real browser.
server=${TESSERA_SERVER_PROGRAM:-$root/.build/product/release/tessera-server}
clients=$("$root/Scripts/setup.sh" server-clients)
PYTHONPATH=$clients "$python" -B "$root/Scripts/server-peers.py" --server "$server" --model "$model"
PYTHONPATH=$clients "$python" -B "$root/Scripts/check-page.py" --server "$server" --model "$model" \
    --tokenizer "$tokenizers_folder/huggingface/qwen-3" --tokenizer "$tokenizers_folder/tiktoken/o200k_base.tiktoken"

# What the lab trains, read by transformers and by the engine.
lab=${TESSERA_LAB_PROGRAM:-$root/.build/product/release/tessera-lab}
if [ -x "$lab" ]; then
    PYTHONPATH=$packages "$python" -B "$root/Scripts/lab-peers.py" --tessera "$program" --lab "$lab"
else
    printf 'the lab: not compared, because %s is not built\n' "$lab"
fi
