"""The example apps over real HTTP, with the command as the platform."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "python"
TOKEN = "a-token-for-the-tests"
OUTCOMES = {
    "answered": "transferred",
    "busy": "target-failed",
    "refused": "rejected",
    "hangup": "canceled",
    "silent": "unconfirmed",
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], port: int, **environment: str) -> Iterator[None]:
    process = subprocess.Popen(
        command,
        env={**os.environ, "TWILIO_AUTH_TOKEN": TOKEN, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert process.poll() is None, command
                assert time.monotonic() < until, command
                time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(10)


def simulate(
    port: int, *options: str, token: str = TOKEN, query: str = ""
) -> tuple[int, list[dict[str, Any]]]:
    command = os.environ.get("TWIML_REFER_COMMAND") or shutil.which("twiml-refer")
    assert command, "TWIML_REFER_COMMAND names the command"
    done = subprocess.run(
        [command, "simulate", f"http://127.0.0.1:{port}/voice{query}", "--json", *options],
        env={**os.environ, "TWILIO_AUTH_TOKEN": token},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def check(port: int) -> None:
    for scenario, outcome in OUTCOMES.items():
        status, steps = simulate(port, "--digits", "1", "--scenario", scenario, "--expect", outcome)
        assert status == 0, steps
        assert steps[-1]["step"] == "end"
        assert steps[-1]["follows"] == "action"
    # Busy: the caller is asked again, and tries again.
    status, steps = simulate(port, "--digits", "1", "--digits", "1", "--scenario", "busy")
    requests = [step for step in steps if step.get("step") == "request"]
    requested = [request["url"].rsplit("/", 1)[1] for request in requests]
    assert requested == ["voice", "choice", "transferred", "choice", "transferred"]
    # Escapes in a query are signed as they are.
    status, steps = simulate(port, "--digits", "1", query="?name=J%C3%BCrgen&to=sip%3Aa%40b%27")
    assert status == 0, steps
    # Whoever cannot sign gets nothing.
    status, steps = simulate(port, "--digits", "1", token="another")
    assert status == 1
    assert [step["status"] for step in steps if step.get("step") == "request"] == [403]


@pytest.mark.parametrize("app", ["fastapi_app.py", "flask_app.py"])
def test_an_app_transfers_and_goes_on_when_that_fails(app: str) -> None:
    port = free_port()
    with running([sys.executable, str(EXAMPLES / app), str(port)], port):
        check(port)


def test_behind_a_proxy_the_public_base_is_what_was_signed(tmp_path: Path) -> None:
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    assert Path(nginx).exists(), "nginx is installed by tests/run python"
    inner, outer = free_port(), free_port()
    config = tmp_path / "nginx.conf"
    config.write_text(
        f"daemon off; pid {tmp_path}/pid; error_log {tmp_path}/error.log; events {{}}\n"
        f"http {{ access_log off; client_body_temp_path {tmp_path}/b; proxy_temp_path {tmp_path}/p;"
        f" fastcgi_temp_path {tmp_path}/f; uwsgi_temp_path {tmp_path}/u;"
        f" scgi_temp_path {tmp_path}/s;\n"
        f"server {{ listen 127.0.0.1:{outer};"
        f" location / {{ proxy_pass http://127.0.0.1:{inner}; }} }} }}"
    )
    app = [sys.executable, str(EXAMPLES / "fastapi_app.py"), str(inner)]
    proxy = [nginx, "-c", str(config), "-p", str(tmp_path)]
    base = f"http://127.0.0.1:{outer}"
    with running(proxy, outer), running(app, inner, PUBLIC_BASE=base):
        check(outer)
    with running(proxy, outer), running(app, inner):
        status, steps = simulate(outer, "--digits", "1")
        assert status == 1, "without the public base the signature cannot match"
        assert [step["status"] for step in steps if step.get("step") == "request"] == [403]
