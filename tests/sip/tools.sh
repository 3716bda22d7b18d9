# Shell that the parts sip and asterisk need. Source it after tests/lib.sh.

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
