# Shell that several parts need. Source it in the root of the checkout: `. tests/lib.sh`.
part=$(basename "$0")
cache=${XDG_CACHE_HOME:-$HOME/.cache}/twiml-refer
installing=$cache/apt.lock

fail() {
    echo "tests/run $part: $*" >&2
    exit 1
}

has() {
    command -v "$1" >/dev/null || [ -x "/usr/sbin/$1" ]
}

# Notes a Debian package that is missing: `need PACKAGE [TEST…]`. TEST succeeds if it is there; without one, a
# program must have its name.
missing=()
need() {
    local package=$1
    shift
    [ $# -gt 0 ] || set -- has "$package"
    "$@" >/dev/null 2>&1 || missing+=("$package")
}

# Installs the missing packages as root on Debian; elsewhere lists them and what they are for, and stops.
install_missing() {
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" != 0 ] || ! has apt-get; then
        echo "tests/run $part: install ${missing[*]} ($1)" >&2
        exit 2
    fi
    # Another part may install something, too; a lock is held until the subshell ends.
    (
        lock "$installing"
        apt-get update -q
        apt-get -o DPkg::Lock::Timeout=300 install -y -q --no-install-recommends "${missing[@]}"
    )
    missing=()
}

# Fails with status 2 if a program is missing that is not installed here: `require PROGRAM WHERE`.
require() {
    has "$1" || {
        echo "tests/run $part: $1 is missing: install $2" >&2
        exit 2
    }
}

# Waits for other parts and checkouts, which share the cache: `lock FILE`; `unlock` or the end of the script lets them go on.
lock() {
    has flock || return 0
    mkdir -p "$(dirname "$1")"
    exec {locked}>"$1"
    flock "$locked"
}
unlock() {
    has flock || return 0
    exec {locked}>&-
}

# Makes a virtual environment, unless it is there with the same requirements: `environment FOLDER REQUIREMENTS`.
environment() (
    lock "$1.lock"
    if [ "$(cat "$1/wanted" 2>/dev/null)" != "$2" ]; then
        rm -rf "$1"
        python3 -m venv "$1"
        "$1/bin/pip" install -q -r <(echo "$2") >&2
        echo "$2" >"$1/wanted"
    fi
)

# Makes a virtual environment with the wheel that `tests/run python` built last, or a new one if there is none:
# `environment_with_wheel FOLDER REQUIREMENTS`.
environment_with_wheel() {
    local wheels=$cache/python/wheels
    environment "$1" "$2"
    lock "$wheels.lock"
    compgen -G "$wheels/*.whl" >/dev/null || bindings/python/build "$wheels"
    "$1/bin/pip" install -q --no-index --no-deps --force-reinstall "$wheels"/*.whl
    unlock
}

target_folder() {
    cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/'
}

# Builds the command, which plays Twilio for the example apps, and names it in TWIML_REFER_COMMAND.
build_command() {
    cargo build -q -p twiml-refer-cli
    TWIML_REFER_COMMAND=$(target_folder)/debug/twiml-refer
    export TWIML_REFER_COMMAND
}

# The tests of the bridge, which the packages of several languages contain.
test_bridge() {
    cargo clippy -p twiml-refer-uniffi --all-targets -- -D warnings
    # A test reads the library, which `cargo test` alone does not put where it is found.
    cargo build -q -p twiml-refer-uniffi
    cargo test -q -p twiml-refer-uniffi
}

# Calls an example app that listens on a given port, with the command as Twilio in every scenario, and then with
# hostile requests: `try_app PROGRAM [literal]`, for a server that does not decode paths before it routes.
try_app() {
    local port pair setting status
    build_command
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    app=
    trap 'kill $app 2>/dev/null || true' EXIT
    start_app() {
        TWILIO_AUTH_TOKEN=a-token-for-the-tests PUBLIC_BASE=$2 "$1" "$port" &
        app=$!
        until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
            kill -0 "$app"
            sleep 0.05
        done
    }
    stop_app() {
        kill "$app"
        wait "$app" || true
    }
    simulate() {
        TWILIO_AUTH_TOKEN=$1 "$TWIML_REFER_COMMAND" simulate "http://127.0.0.1:$port/voice" --digits 1 "${@:2}" >/dev/null
    }
    start_app "$1" "http://127.0.0.1:$port"
    for pair in answered=transferred busy=target-failed refused=rejected hangup=canceled silent=unconfirmed; do
        simulate a-token-for-the-tests --scenario "${pair%=*}" --expect "${pair#*=}"
    done
    if simulate another 2>/dev/null; then
        fail "the example app accepted a request with a wrong signature"
    fi
    stop_app
    start_app "$1" https://voice.example.com/tw
    python3 tests/hostile_requests.py "$port" "$app" ${2-}
    stop_app
    # What is not set, or empty, is refused at the start.
    for setting in "TWILIO_AUTH_TOKEN=12345" TWILIO_AUTH_TOKEN= "PUBLIC_BASE=https://voice.example.com" PUBLIC_BASE=; do
        status=0
        env -u TWILIO_AUTH_TOKEN -u PUBLIC_BASE $setting timeout 10 "$1" "$port" 2>/dev/null || status=$?
        [ $status != 0 ] && [ $status != 124 ] || fail "the example app started with $setting alone"
    done
}
