# Functions over the lock file, for the other scripts: `. "$(dirname "$0")/pins.sh"`. POSIX shell.

root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
lock=$root/Sources/TesseraFetching/Pins/pins.lock
python=${PYTHON:-python3}

fail() {
    printf 'error: %s\n' "$1" >&2
    exit 1
}

# The folder for everything fetched and built outside the checkout; a relative XDG_CACHE_HOME does not count.
cache_folder() {
    case ${XDG_CACHE_HOME:-} in
    /*) printf '%s/tessera\n' "$XDG_CACHE_HOME" ;;
    *)
        [ -n "${HOME:-}" ] || fail "HOME is not set, so there is no cache folder; set HOME or XDG_CACHE_HOME"
        if [ "$(uname)" = Darwin ]; then user_cache=$HOME/Library/Caches; else user_cache=$HOME/.cache; fi
        printf '%s/tessera\n' "$user_cache"
        ;;
    esac
}

cache=$(cache_folder)

# The default model's file, where `tessera model fetch smollm2` puts it; MODEL names another.
model_file() {
    if [ -n "${MODEL:-}" ]; then
        printf '%s\n' "$MODEL"
        return
    fi
    set -- "$cache"/models/smollm2/*.gguf
    [ -f "$1" ] || fail "$cache/models/smollm2: no model there; run: make model"
    printf '%s\n' "$1"
}

# The version pinned for package $2 in group $1.
pinned_version() {
    awk -v group="$1" -v name="$2" '
        $1 == group { split($2, part, "=="); if (part[1] == name) { print part[2]; exit } }
    ' "$lock"
}

# Group $1 as a requirements file, every file that may arrive named by its hash.
requirements() {
    awk -v group="$1" '
        $1 == group { if (!($2 in hashes)) names[++count] = $2; hashes[$2] = hashes[$2] " --hash=sha256:" $5 }
        END { for (i = 1; i <= count; i++) print names[i] hashes[names[i]] }
    ' "$lock"
}

# About how many megabytes group $1 is: the largest file of each package.
megabytes() {
    awk -v group="$1" '
        $1 == group { if ($4 > size[$2]) size[$2] = $4 }
        END { for (name in size) total += size[name]; printf "%d", (total + 999999) / 1000000 }
    ' "$lock"
}

# A name for the state of group $1: it changes with every pin and every Python version.
fingerprint() {
    { requirements "$1"; "$python" --version; } | cksum | cut -d ' ' -f 1
}

# Installs group $1 into folder $2, all or nothing.
install_group() {
    rm -rf "$2.partial"
    mkdir -p "$2.partial"
    requirements "$1" > "$2.partial/requirements.txt"
    printf 'fetching the packages of "%s" (about %s MB) into %s\n' "$1" "$(megabytes "$1")" "$2" >&2
    PIP_ROOT_USER_ACTION=ignore "$python" -m pip install --quiet --disable-pip-version-check --no-deps \
        --only-binary=:all: --require-hashes --target "$2.partial" -r "$2.partial/requirements.txt" ||
        fail "pip could not install the packages of \"$1\" named in $lock; see its message above"
    rm -rf "$2"
    mv "$2.partial" "$2"
}
