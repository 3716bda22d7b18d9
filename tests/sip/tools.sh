# Shell that the parts sip, asterisk and load need. Source it after tests/lib.sh.

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

need_agents() {
    for package in gcc make cmake pkg-config python3; do
        need "$package"
    done
    need libre-dev pkg-config --exists libre
    need python3-venv python3 -c 'import ensurepip'
}

# Builds the SIP user agents of examples/c and examples/pjsua2, named in `program` and `agent`. `python` has pjsua2.
make_agents() {
    local prefix
    prefix=$(bindings/c/tests/install)
    export PKG_CONFIG_PATH=$prefix/lib/pkgconfig LD_LIBRARY_PATH=$prefix/lib PYTHONDONTWRITEBYTECODE=1
    program=$(dirname "$prefix")/transfer
    make -s -B -C examples/c OUT="$program"
    environment_with_wheel "$cache/sip/tools" "$(cat tests/sip/requirements.txt)"
    python=$cache/sip/tools/bin/python
    agent=$(dirname "$prefix")/pjsua2-agent
    printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$python" "$PWD/examples/pjsua2/agent.py" >"$agent"
    chmod +x "$agent"
}
