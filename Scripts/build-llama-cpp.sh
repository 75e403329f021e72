#!/bin/sh
# Builds llama.cpp's benchmark program for this machine, from the pinned source distribution of llama-cpp-python.
# Prints the folder that holds `llama-bench` and `llama-greedy`. Built once per version, cached.
set -eu
. "$(dirname "$0")/pins.sh"

version=$(pinned_version peers llama-cpp-python)
home=$cache/llama-cpp-$version
tools=$cache/peer-tools-$(fingerprint peer-tools)
program=$root/Scripts/llama-greedy.cpp
stamp="$version $(cksum < "$program") $(cksum < "$0")"

fetch_source() {
    [ -d "$home/source" ] && return
    printf 'fetching llama-cpp-python %s (%s MB of sources)\n' "$version" "$(megabytes peers)" >&2
    requirements peers > "$home/requirements.txt"
    PYTHONPATH=$tools "$python" -m pip download --quiet --disable-pip-version-check --no-deps \
        --no-build-isolation --no-binary=llama-cpp-python --require-hashes -d "$home" -r "$home/requirements.txt" ||
        fail "pip could not fetch the source distribution of llama-cpp-python $version; see its message above"
    mkdir -p "$home/unpacked"
    tar -xzf "$home/llama_cpp_python-$version.tar.gz" -C "$home/unpacked" --strip-components 1
    mv "$home/unpacked/vendor/llama.cpp" "$home/source"
    rm -rf "$home/unpacked" "$home/llama_cpp_python-$version.tar.gz"
}

cmake() {
    PYTHONPATH=$tools "$tools/bin/cmake" "$@"
}

build() {
    printf 'building llama.cpp for this machine\n' >&2
    PATH=$tools/bin:$PATH
    export PYTHONPATH="$tools"
    cmake -G Ninja -S "$home/source" -B "$home/build" -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF \
        -DGGML_NATIVE=ON -DLLAMA_CURL=OFF -DLLAMA_OPENSSL=OFF -DLLAMA_BUILD_UI=OFF -DLLAMA_BUILD_TESTS=OFF \
        -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_SERVER=OFF > "$home/configure.log" 2>&1 ||
        fail "configuring llama.cpp failed; see $home/configure.log"
    cmake --build "$home/build" --target llama-bench > "$home/build.log" 2>&1 ||
        fail "building llama.cpp failed; see $home/build.log"
    build_greedy
}

# The program that continues a prompt greedily, linked with the libraries just built.
build_greedy() {
    openmp=
    grep -q 'GGML_OPENMP_ENABLED:.*ON' "$home/build/CMakeCache.txt" && openmp=-fopenmp
    compiler=$(sed -n 's/^CMAKE_CXX_COMPILER:[A-Z]*=//p' "$home/build/CMakeCache.txt")
    # From inside the build folder, so that the names of libraries have no spaces whatever the cache is called.
    (
        cd "$home/build"
        # shellcheck disable=SC2046,SC2086
        "$compiler" -std=c++17 -O2 -I "$home/source/include" -I "$home/source/ggml/include" "$program" \
            -o bin/llama-greedy -Wl,--start-group $(find src ggml -name '*.a') -Wl,--end-group $openmp \
            -lpthread -ldl -lm
    ) >> "$home/build.log" 2>&1 || fail "linking llama-greedy failed; see $home/build.log"
}

mkdir -p "$home"
if [ "$(cat "$home/stamp" 2> /dev/null)" != "$stamp" ]; then
    [ -d "$tools" ] || install_group peer-tools "$tools"
    began=$(date +%s)
    fetch_source
    build
    printf 'llama.cpp built in %s s\n' "$(($(date +%s) - began))" >&2
    printf '%s\n' "$stamp" > "$home/stamp"
fi
printf '%s\n' "$home/build/bin"
