"""The example apps over real HTTP, with the command as Twilio."""

from __future__ import annotations

import asyncio
import http.client
import importlib
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
import twiml_refer as tr

EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "python"
TOKEN = "a-token-for-the-tests"
VALIDATOR = tr.RequestValidator(TOKEN)
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
def running(command: list[str], port: int, **environment: str) -> Iterator[int]:
    base = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        command,
        env={**os.environ, "TWILIO_AUTH_TOKEN": TOKEN, "PUBLIC_BASE": base, **environment},
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
        yield process.pid
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
    requests = [it for it in steps if it.get("step") == "request" and not it.get("forged")]
    requested = [request["url"].rsplit("/", 1)[1] for request in requests]
    assert requested == ["voice", "choice", "transferred", "choice", "transferred"]
    # Escapes in a query are signed as they are.
    status, steps = simulate(port, "--digits", "1", query="?name=J%C3%BCrgen&to=sip%3Aa%40b%27")
    assert status == 0, steps
    # Whoever cannot sign gets nothing.
    status, steps = simulate(port, "--digits", "1", token="another")
    assert status == 1
    requests = [it for it in steps if it.get("step") == "request" and not it.get("forged")]
    assert [request["status"] for request in requests] == [403]


def send(port: int, head: str, *body: bytes, host: str = "a.example") -> tuple[int, bytes]:
    """Send a request as it is written here, and read status and body."""
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        lines = f"{head}\r\nHost: {host}\r\nConnection: close\r\n"
        try:
            connection.sendall(lines.encode("latin-1"))
            for part in body:
                connection.sendall(part)
        except (BrokenPipeError, ConnectionResetError):
            # It has answered before it has read all.
            pass
        response = http.client.HTTPResponse(connection)
        response.begin()
        return response.status, response.read()


def request(
    port: int,
    method: str,
    target: str,
    body: bytes = b"",
    signature: str | None = None,
    kind: str = "application/x-www-form-urlencoded",
) -> tuple[int, bytes]:
    headers = f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
    if signature is not None:
        headers += f"X-Twilio-Signature: {signature}\r\n"
    return send(port, f"{method} {target} HTTP/1.1", headers.encode("latin-1") + b"\r\n" + body)


@contextmanager
def example(app: str, **environment: str) -> Iterator[tuple[int, tr.RequestValidator, int]]:
    port = free_port()
    command = [sys.executable, str(EXAMPLES / app), str(port)]
    with running(command, port, **environment) as pid:
        yield port, tr.RequestValidator(TOKEN, f"http://127.0.0.1:{port}"), pid


each_app = pytest.mark.parametrize("app", ["fastapi_app.py", "flask_app.py"])


@each_app
def test_escapes_of_the_path_are_signed_as_they_came(app: str) -> None:
    targets = {
        "/t/alice": b"sip:alice@",
        "/t/%2B1555": b"sip:+1555@",
        "/t/sip%3Aalice%40example.com": b"sip:alice@example.com<",
        "/t/O%27Brien": b"sip:O'Brien@",
        "/t/a%20b%25?x=%27&y=%2B": b"sip:a%20b%25@",
    }
    with example(app) as (port, validator, _):
        for target, expected in targets.items():
            status, body = request(port, "GET", target, signature=validator.sign(target))
            assert (status, expected in body) == (200, True), (target, body)
            status, _ = request(port, "GET", target + "&z=1", signature=validator.sign(target))
            assert status == 403, target
        for target in ("/t/\xff\xe9", "/t/a%FF", "/t/a?\xff"):
            assert request(port, "GET", target, signature="forged")[0] in (400, 403), target


@each_app
def test_what_was_signed_for_another_method_is_refused(app: str) -> None:
    with example(app) as (port, validator, _):
        # A signed POST as a GET: what was the form is the end of the URL.
        digits = {"SpeechResult": "&Digits=1"}
        signature = validator.sign("/choice?a=", digits)
        assert (
            request(port, "POST", "/choice?a=", b"SpeechResult=%26Digits%3D1", signature)[0] == 200
        )
        recast = "/choice?a=SpeechResult&Digits=1"
        assert request(port, "GET", recast, signature=signature)[0] in (403, 405)
        # To a route that is a GET, a signed GET as a POST: the end of the query is the form.
        signature = validator.sign("/t/alice?A=Digits1")
        assert request(port, "GET", "/t/alice?A=Digits1", signature=signature)[0] == 200
        for method in ("POST", "GET"):
            status, _ = request(port, method, "/t/alice?A=", b"Digits=1", signature)
            assert status in (403, 405), method
        # A POST without a body has no parameters, whatever its query says.
        signature = validator.sign("/choice?Digits=1")
        status, body = request(port, "POST", "/choice?Digits=1", b"", signature)
        assert b"<Refer" not in body, status


@each_app
def test_strangers_are_refused_whatever_they_send(app: str) -> None:
    form = "multipart/form-data; boundary=x"
    file = (
        b'--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n\0\xff\r\n--x--\r\n'
    )
    with example(app) as (port, validator, _):
        assert request(port, "POST", "/choice", file, "forged", form)[0] == 403
        assert request(port, "POST", "/choice", file, None, form)[0] == 403
        assert request(port, "POST", "/choice", b"Digits=1")[0] == 403
        assert request(port, "POST", "/choice", b"Digits=1", "")[0] == 403
        assert request(port, "POST", "/choice", b"Digits=1", "\xff")[0] == 403
        assert request(port, "POST", "/choice", b"a" * 65_537, "forged")[0] == 413
        # What was signed for one path, sent to another: neither Host nor a fragment helps.
        signature = validator.sign("/choice", {"Digits": "1"})
        body = b"Content-Length: 8\r\nX-Twilio-Signature: %b\r\n\r\nDigits=1" % signature.encode()
        for target in ("/voice", "/voice#", "/choice#/voice", "http://a.example/choice#/voice"):
            for host in (f"127.0.0.1:{port}/choice#", f"127.0.0.1:{port}/choice?"):
                status, answer = send(port, f"POST {target} HTTP/1.1", body, host=host)
                # Some servers cut a target at `#`: the rest of it is what was signed.
                is_choice = "/choice#" in target and b"<Refer" in answer
                assert status != 200 or is_choice, (target, host)


@each_app
def test_a_large_body_is_refused_before_it_is_kept(app: str) -> None:
    size, part = 100_000_000, b"a" * 100_000
    with example(app) as (port, _, pid):
        before = peak(pid)
        kind = b"Content-Type: application/x-www-form-urlencoded\r\n"
        head = kind + b"Content-Length: %d\r\n\r\n" % size
        status, _ = send(port, "POST /choice HTTP/1.1", head, *[part] * (size // len(part)))
        assert status == 413
        chunk = b"%x\r\n%b\r\n" % (len(part), part)
        head = kind + b"Transfer-Encoding: chunked\r\n\r\n"
        status, _ = send(port, "POST /choice HTTP/1.1", head, *[chunk] * (size // len(part)))
        assert status == 413
        # Flask's own server discards the rest in pieces of 10 MB.
        assert peak(pid) - before < 50_000_000
        assert request(port, "POST", "/choice", b"Digits=1", "forged")[0] == 403


@each_app
def test_a_body_that_breaks_off_is_a_bad_request(app: str) -> None:
    form = b"Content-Type: application/x-www-form-urlencoded\r\n"
    chunked = form + b"Transfer-Encoding: chunked\r\n\r\n"
    with example(app) as (port, _, _):
        for body in (b"zz\r\nabc\r\n0\r\n\r\n", b"-5\r\nabc\r\n", b"3\r\nabcdef\r\n0\r\n\r\n"):
            assert send(port, "POST /choice HTTP/1.1", chunked + body)[0] == 400, body


def test_a_client_that_hangs_up_is_not_an_error_of_the_app(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(EXAMPLES)
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", TOKEN)
    monkeypatch.setenv("PUBLIC_BASE", "https://voice.example.com")
    app = importlib.import_module("fastapi_app").app
    received = [{"type": "http.request", "body": b"a", "more_body": True}]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return received.pop() if received else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/choice", "raw_path": b"/choice"}
    asyncio.run(app({**scope, "query_string": b"", "headers": []}, receive, send))
    assert sent[0]["status"] == 400


def test_hostile_requests() -> None:
    port, base = free_port(), {"PUBLIC_BASE": "https://voice.example.com/tw"}
    fastapi = [sys.executable, str(EXAMPLES / "fastapi_app.py"), str(port)]
    # Flask's own server may keep a connection whose body it has not read.
    gunicorn = [sys.executable, "-m", "gunicorn", "--chdir", str(EXAMPLES), "flask_app:app"]
    for command in (fastapi, [*gunicorn, "-b", f"127.0.0.1:{port}"]):
        with running(command, port, **base) as pid:
            # The first answer is that of a worker of Gunicorn, which listens before it has one.
            assert request(port, "POST", "/choice")[0] == 403
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
            worker = children[0] if "gunicorn" in command else str(pid)
            program = EXAMPLES.parents[1] / "tests" / "hostile_requests.py"
            hostile = [sys.executable, str(program), str(port), worker]
            done = subprocess.run(hostile, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def peak(pid: int) -> int:
    """Bytes of memory that a process had at most."""
    [line] = [
        line
        for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
        if line.startswith("VmHWM")
    ]
    return int(line.split()[1]) * 1024


@each_app
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
        f" location / {{ proxy_pass http://127.0.0.1:{inner}; }}"
        f" location /tw/ {{ proxy_pass http://127.0.0.1:{inner}/; }} }} }}"
    )
    app = [sys.executable, str(EXAMPLES / "fastapi_app.py"), str(inner)]
    proxy = [nginx, "-c", str(config), "-p", str(tmp_path)]
    base = f"http://127.0.0.1:{outer}"
    with running(proxy, outer), running(app, inner, PUBLIC_BASE=base):
        check(outer)
    with running(proxy, outer), running(app, inner):
        status, steps = simulate(outer, "--digits", "1")
        assert status == 1, "with another public base the signature cannot match"
        requests = [it for it in steps if it.get("step") == "request" and not it.get("forged")]
        assert [request["status"] for request in requests] == [403]
    # A gateway that strips a prefix.
    prefixed = tr.RequestValidator(TOKEN, f"{base}/tw")
    with running(proxy, outer), running(app, inner, PUBLIC_BASE=f"{base}/tw"):
        target = "/t/alice?x=%27"
        signature = prefixed.sign(target)
        assert request(outer, "GET", f"/tw{target}", signature=signature)[0] == 200
        assert request(outer, "GET", target, signature=VALIDATOR.sign(base + target))[0] == 403
