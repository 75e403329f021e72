#!/bin/sh
# Gets a machine ready. Safe to run again: what is there stays.
#
#   setup.sh                       what building and testing need: a Swift toolchain, git, python3 with pip, zlib's header
#   setup.sh model                 the default model, fetched by the program built before
#   setup.sh tokenizers            the published tokenizers that the conformance tests read; prints their folder
#   setup.sh tokenizer-references  the pinned libraries that these are held against; prints their folder
#   setup.sh tokenizer-peers       other tokenizers to compare the speed with, after those; prints their folder
#   setup.sh grammar-peers         other engines of constrained decoding to compare the speed with; prints their folder
#   setup.sh json-schema           JSON-Schema-Test-Suite and a validator; prints their folder
#   setup.sh romanization          the romanizer that ours is compared with, and names in many languages; prints their folder
#   setup.sh studies               the texts that full studies read; prints their folder
#   setup.sh lab                   the solver CLP; libtorch, which the lab trains with, and a link .deps to it in the checkout
#   setup.sh golden                the pinned references that write the other golden files; prints their folders for
#                                  PYTHONPATH, and on a second line the folder that goes before them for the
#                                  tokenizer's file
#   setup.sh gemma                 Gemma 3 270M, whose terms are Google's; prints its file
#   setup.sh emulation             SIMDe, which check-avx512.sh emulates instructions with
#   setup.sh spark                 a Spark that runs on this machine alone, and Java; prints its folder, and on a
#                                  second line the folder of what goes before it
#   setup.sh server-clients        the programs that the server is held against, and Chromium; prints their folder
#   setup.sh peers                 llama.cpp, built for this machine; prints the folder of its programs
set -eu
. "$(dirname "$0")/pins.sh"

# Installs Debian packages when that is possible here, else says how.
install_packages() {
    if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
        printf 'installing the Debian packages: %s\n' "$*" >&2
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } \
            > /dev/null || fail "apt-get could not install $*; see its message above"
    elif command -v apt-get > /dev/null; then
        fail "missing on this machine; run: sudo apt-get install $*"
    else
        fail "missing on this machine: $*; install them with your system's package manager"
    fi
}

check_packages() {
    missing=
    command -v git > /dev/null || missing="$missing git"
    command -v "$python" > /dev/null || missing="$missing python3"
    "$python" -m pip --version > /dev/null 2>&1 || missing="$missing python3-pip"
    # What training reads gzip with; macOS has it with its tools.
    [ "$(uname)" != Linux ] || [ -f /usr/include/zlib.h ] || missing="$missing zlib1g-dev"
    # shellcheck disable=SC2086
    [ -z "$missing" ] || install_packages $missing
}

check_swift() {
    command -v swift > /dev/null ||
        fail "swift: not found; install Swift 6.2 or later from swift.org and put its usr/bin on the PATH"
    found=$(swift --version 2> /dev/null | sed -n 's/.*Swift version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p')
    # shellcheck disable=SC2086
    set -- ${found:-0 0}
    [ "$1" -gt 6 ] || { [ "$1" -eq 6 ] && [ "$2" -ge 2 ]; } ||
        fail "swift: this is version $1.$2; install Swift 6.2 or later from swift.org"
}

make_cache() {
    mkdir -p "$cache" 2> /dev/null ||
        fail "$cache: cannot be created; set XDG_CACHE_HOME to a folder you can write to"
}

fetch_model() {
    program=${TESSERA_PROGRAM:-$root/.build/product/release/tessera}
    [ -x "$program" ] || fail "$program: not built yet; run: make build"
    "$program" model fetch smollm2
}

# Torch in one folder, $torch, for whoever wants it. `cpu` is what the lab links, without 540 MB of libraries that only
# CUDA loads; `whole` is what Python imports, and does for both.
torch_packages() {
    [ "$(uname -sm)" = 'Linux x86_64' ] || fail "torch: no version is pinned for $(uname -sm), only for Linux x86_64"
    case $("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])') in
    3.11 | 3.12 | 3.13) ;;
    *) fail "$python: torch is pinned for Python 3.11 to 3.13; install one of them and name it in PYTHON" ;;
    esac
    torch=$cache/torch-$(fingerprint torch)
    case $(cat "$torch/ready" 2> /dev/null) in
    whole | "$1") ;;
    *)
        install_group torch "$torch"
        [ "$1" = whole ] || rm -f "$torch"/torch/lib/lib*cuda*.so "$torch"/torch/lib/lib*nv*.so
        printf '%s\n' "$1" > "$torch/ready"
        ;;
    esac
}

solver_packages() {
    printf '#include <coin/Clp_C_Interface.h>\n' | c++ -E -xc++ - > /dev/null 2>&1 || install_packages coinor-libclp-dev
}

lab_packages() {
    check_compiler
    solver_packages
    torch_packages cpu
    [ -L "$root/.deps" ] || [ ! -e "$root/.deps" ] || fail "$root/.deps: is in the way; move it elsewhere"
    [ "$(readlink "$root/.deps")" = "$torch" ] || ln -sfn "$torch" "$root/.deps"
}

golden_packages() {
    folder=$(packages_of golden)
    torch_packages whole
    placeholders=$root/Scripts/cuda_placeholders.py
    if [ "$(cat "$torch/placeholders" 2> /dev/null)" != "$(cksum < "$placeholders")" ]; then
        check_compiler
        command -v objdump > /dev/null || install_packages binutils
        "$python" -B "$placeholders" "$torch" ||
            fail "$torch: the placeholders for torch's CUDA libraries could not be made; see the message above"
        cksum < "$placeholders" > "$torch/placeholders"
    fi
    # A later `tokenizers` than transformers accepts, for the tokenizer's golden file alone.
    tokenizers=$(packages_of golden-tokenizer)
    printf '%s:%s\n%s\n' "$folder" "$torch" "$tokenizers"
}

# Installs group $1 once and prints its folder.
packages_of() {
    folder=$cache/$1-$(fingerprint "$1")
    [ -d "$folder" ] || install_group "$1" "$folder"
    printf '%s\n' "$folder"
}

# Spark as its source distribution brings it: the libraries for Java lie in it, so nothing is built.
spark_packages() {
    command -v java > /dev/null || install_packages default-jre-headless
    java_version=$(java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p')
    [ "${java_version:-0}" -ge 17 ] ||
        fail "java: version ${java_version:-unknown} is too old for Spark; install Java 17 or later"
    folder=$cache/spark-$(fingerprint spark)
    tools=$cache/spark-tools-$(fingerprint spark-tools)
    [ -d "$tools" ] || install_group spark-tools "$tools"
    if [ ! -d "$folder" ]; then
        rm -rf "$folder.partial"
        mkdir -p "$folder.partial"
        requirements spark > "$folder.partial/requirements.txt"
        printf 'fetching the packages of "spark" (about %s MB) into %s\n' "$(megabytes spark)" "$folder" >&2
        # Its name and version are read by a script that needs setuptools, which later Pythons do not bring.
        PYTHONPATH=$tools "$python" -m pip download --quiet --disable-pip-version-check --no-deps --no-build-isolation \
            --require-hashes -d "$folder.partial" -r "$folder.partial/requirements.txt" ||
            fail "pip could not fetch the packages of \"spark\" named in $lock; see its message above"
        tar -xzf "$folder.partial"/pyspark-*.tar.gz -C "$folder.partial" --strip-components 1 ||
            fail "$folder.partial: the archive of pyspark could not be unpacked"
        rm "$folder.partial"/pyspark-*.tar.gz
        mv "$folder.partial" "$folder"
    fi
    printf '%s\n%s\n' "$folder" "$tools"
}

# Clients of the server; a few come as sources, which pip builds.
server_clients() {
    command -v "${CHROMIUM:-chromium}" > /dev/null || install_packages chromium
    folder=$cache/server-clients-$(fingerprint server-clients)
    if [ ! -d "$folder" ]; then
        rm -rf "$folder.partial"
        mkdir -p "$folder.partial"
        requirements server-clients > "$folder.partial/requirements.txt"
        printf 'fetching the packages of "server-clients" (about %s MB) into %s\n' "$(megabytes server-clients)" \
            "$folder" >&2
        PIP_ROOT_USER_ACTION=ignore "$python" -m pip install --quiet --disable-pip-version-check --no-deps \
            --require-hashes --target "$folder.partial" -r "$folder.partial/requirements.txt" ||
            fail "pip could not install the packages of \"server-clients\" named in $lock; see its message above"
        mv "$folder.partial" "$folder"
    fi
    printf '%s\n' "$folder"
}

# JSON-Schema-Test-Suite comes in the source distribution of the validator that uses it; no wheel has it.
json_schema_suite() {
    folder=$cache/json-schema-$(fingerprint json-schema)
    if [ ! -d "$folder" ]; then
        rm -rf "$folder.partial"
        mkdir -p "$folder.partial/files"
        requirements json-schema > "$folder.partial/files/requirements.txt"
        printf 'fetching the packages of "json-schema" (about %s MB) into %s\n' "$(megabytes json-schema)" "$folder" >&2
        PYTHONPATH=$root/Scripts/no_build "$python" -m pip download --quiet --disable-pip-version-check --no-deps \
            --no-build-isolation --no-binary jsonschema --require-hashes -d "$folder.partial/files" -r "$folder.partial/files/requirements.txt" &&
            PIP_ROOT_USER_ACTION=ignore "$python" -m pip install --quiet --disable-pip-version-check --no-deps \
                --target "$folder.partial" "$folder.partial"/files/*.whl ||
            fail "pip could not install the packages of \"json-schema\" named in $lock; see its message above"
        tar -xzf "$folder.partial"/files/jsonschema-*.tar.gz -C "$folder.partial" --strip-components 1 ||
            fail "$folder.partial: the archive of jsonschema could not be unpacked"
        rm -r "$folder.partial/files"
        mv "$folder.partial" "$folder"
    fi
    printf '%s\n' "$folder"
}

# Texts of Debian packages, and names in many languages with what uroman makes of them.
study_texts() {
    command -v apt-get > /dev/null || fail "studies: the texts come from Debian packages, and apt-get is not here"
    folder=$cache/studies
    scripts='debian_packages bench_texts debian-reference manual-pages mixture-texts romanization-peers'
    stamp=$({ requirements romanization; for script in $scripts; do cat "$root/Scripts/$script.py"; done; } | cksum)
    if [ "$(cat "$folder/ready" 2> /dev/null)" != "$stamp" ]; then
        rm -rf "$folder.partial"
        mkdir -p "$folder.partial/romanization"
        printf 'fetching the texts of the studies (about 150 MB) into %s\n' "$folder" >&2
        for texts in debian-reference:debian-reference manual-pages:manual-pages mixture-texts:mixture; do
            "$python" -B "$root/Scripts/${texts%:*}.py" "$folder.partial/${texts#*:}" >&2 ||
                fail "$folder.partial: the texts could not be fetched; see the message above"
        done
        PYTHONPATH=$(packages_of romanization) "$python" -B "$root/Scripts/romanization-peers.py" \
            --names "$folder.partial/romanization/names.jsonl" ||
            fail "$folder.partial: the names could not be written; see the message above"
        printf '%s\n' "$stamp" > "$folder.partial/ready"
        rm -rf "$folder"
        mv "$folder.partial" "$folder"
    fi
    printf '%s\n' "$folder"
}

check_compiler() {
    command -v c++ > /dev/null || install_packages g++
}

check_packages
make_cache
case ${1:-build} in
build) check_swift ;;
model) fetch_model ;;
tokenizers) "$root/Scripts/fetch-tokenizers.sh" ;;
tokenizer-references | tokenizer-peers | grammar-peers | romanization) packages_of "$1" ;;
json-schema) json_schema_suite ;;
studies) study_texts ;;
lab) lab_packages ;;
golden) golden_packages ;;
gemma) "$root/Scripts/fetch-gemma.sh" ;;
emulation) [ -f /usr/include/simde/x86/avx512.h ] || install_packages libsimde-dev ;;
spark) spark_packages ;;
server-clients) server_clients ;;
peers)
    check_compiler
    "$root/Scripts/build-llama-cpp.sh"
    ;;
*) fail "setup.sh: unknown part \"$1\"; name model, studies, lab, tokenizers, tokenizer-references, tokenizer-peers, grammar-peers, json-schema, romanization, golden, gemma, spark, server-clients or peers, or nothing" ;;
esac
