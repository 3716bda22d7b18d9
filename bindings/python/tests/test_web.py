"""The middleware: every case of http-requests, in real servers, and what is of Python."""

from __future__ import annotations

import asyncio
import http.client
import json
import logging
import re
import shutil
import socket
import ssl
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

import pytest
import twiml_refer as tr
from conftest import cases, given, print_at_the_end
from test_examples import free_port, running
from twiml_refer import _http, asgi, testing, wsgi

TOKEN = "a-token-for-the-tests"
VALIDATOR = tr.RequestValidator(TOKEN, "https://voice.example.com")


def wire(number: int, case: dict[str, Any]) -> bytes:
    """A case as it is sent."""
    body = given(case, "body")
    headers = [*case["headers"], ["X-Case", str(number)], ["Connection", "close"]]
    names = {name.lower(): value for name, value in headers}
    if names.get("content-length", "").isdigit() and len(names["content-length"]) < 6:
        # Some servers wait for as much as was announced.
        body = body.ljust(int(names["content-length"]))
    if "transfer-encoding" in names:
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    elif "content-length" not in names:
        headers.append(["Content-Length", str(len(body))])
    if "content-type" not in names:
        headers.append(["Content-Type", "application/x-www-form-urlencoded"])
    if "host" not in names and case["name"] != "no Host":
        headers.append(["Host", "10.0.0.1:8080"])
    head = f"{case['method']} {case['target']} HTTP/1.1\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in headers)
    return head.encode() + b"\r\n" + body


def ask(port: int, request: bytes, ends_early: bool = False) -> tuple[int, bytes]:
    """Send a request; the status is 0 if the server ends the connection instead."""
    with socket.create_connection(("127.0.0.1", port), 30) as connection:
        response = http.client.HTTPResponse(connection, method=request.split(b" ")[0].decode())
        try:
            connection.sendall(request)
            if ends_early:
                connection.shutdown(socket.SHUT_WR)
            response.begin()
            return response.status, response.read()
        except (OSError, http.client.HTTPException):
            return 0, b""


# What a server cannot pass on, and what it does by itself; it may answer 400 to what is refused.
LOSES_QUESTION_MARK = {
    "a ? at the end that was not signed": 200,
    "a ? at the end that was signed and lost": 200,
}
KEEPS_QUESTION_MARK = {
    "a ? at the end that the server interface lost": 403,
    "a GET whose ? the server interface lost": 403,
}
# They know one Content-Length, remove a slash before another, and do not read chunks.
HTTP_SERVER = {"two slashes are not one": 200}
WSGIREF = {
    **HTTP_SERVER,
    **LOSES_QUESTION_MARK,
    "two values of Content-Length": 200,
    "in chunks there is no Content-Length": 403,
    "an absolute-form target: the base replaces its origin": 403,
}
JOINED_LENGTH = {"the same Content-Length twice": 400}
TWO_LENGTHS = {"two values of Content-Length": 403}
CUTS_FRAGMENT = {"a fragment in the target": 200, **JOINED_LENGTH}
# The app has no route for what it decodes to.
NO_ROUTE = {"an absolute-form target: the base replaces its origin": 404}
OPTIONS = {"the method OPTIONS": 200}
OWN_HOST = {"no Host is trusted where there is a public base": 400}
DJANGO = {"in chunks there is no Content-Length": 403, **JOINED_LENGTH}
EXPECTED: dict[tuple[str, str], dict[str, int]] = {
    ("starlette", "h11"): {**LOSES_QUESTION_MARK, **NO_ROUTE},
    ("starlette", "httptools"): {**LOSES_QUESTION_MARK, **CUTS_FRAGMENT},
    ("fastapi", "h11"): {**LOSES_QUESTION_MARK, **NO_ROUTE},
    ("litestar", "httptools"): {**LOSES_QUESTION_MARK, **CUTS_FRAGMENT, **OWN_HOST},
    ("django-asgi", "h11"): {**LOSES_QUESTION_MARK, **NO_ROUTE},
    ("wsgi", "gunicorn"): {**KEEPS_QUESTION_MARK, **JOINED_LENGTH},
    ("flask", "gunicorn"): {**KEEPS_QUESTION_MARK, **JOINED_LENGTH, **OPTIONS},
    ("flask", "werkzeug"): {
        **KEEPS_QUESTION_MARK,
        **JOINED_LENGTH,
        **OPTIONS,
        **HTTP_SERVER,
        **TWO_LENGTHS,
    },
    ("django", "gunicorn"): {**KEEPS_QUESTION_MARK, **DJANGO},
    ("django", "runserver"): {**WSGIREF, **DJANGO},
    ("wsgi", "wsgiref"): {**WSGIREF, **JOINED_LENGTH},
}
NO_RAW_TARGET = ("runserver", "wsgiref")


def expected(app: str, server: str, case: dict[str, Any]) -> int:
    path = case["target"].partition("?")[0]
    if server in NO_RAW_TARGET and case["status"] == 200 and re.search("[^A-Za-z0-9/._~-]", path):
        return EXPECTED[app, server].get(case["name"], 403)
    return EXPECTED[app, server].get(case["name"], case["status"])


def test_every_server_answers_as_the_vectors_say() -> None:
    # The servers have no TLS here; without a verifier there is no answer.
    sent = {
        number: case
        for number, case in enumerate(cases("http-requests"))
        if case.get("origin") != "host-https" and "error" not in case
    }
    table: dict[int, list[int]] = {number: [] for number in sent}
    wrong = []
    for app, server in EXPECTED:
        port = free_port()
        program = [sys.executable, str(Path(__file__).with_name("web_apps.py"))]
        with running([*program, app, server, str(port)], port):
            status, _ = ask(port, wire(0, sent[0])[:-1], ends_early=True)
            if status not in (0, 400):
                wrong.append(f"{app}, {server}: a body that ends early: {status}, not 400")
            for number, case in sent.items():
                status, body = ask(port, wire(number, case))
                table[number].append(status)
                wanted = expected(app, server, case)
                # A refusal of the server comes before ours: it may have no answer but its end.
                is_own = wanted != 200 and status in (0, 400, 404)
                if status != wanted and not is_own:
                    wrong.append(f"{app}, {server}: {case['name']}: {status}, not {wanted}")
                if status == 200 and "params" in case and case["method"] != "OPTIONS":
                    params, again, form = json.loads(body)
                    assert params == case["params"]
                    assert again.encode("latin-1") == given(case, "body")
                    assert not form or form == sorted(case["params"])
    print_at_the_end(["", "answers of: " + ", ".join(map(" on ".join, EXPECTED))])
    print_at_the_end([f"{row} {sent[number]['name']}" for number, row in table.items()])
    assert not wrong, "\n".join(wrong)


def through_nginx(port: int, case: dict[str, Any], number: int) -> int:
    """Send a case to the proxy over TLS, by the host that Twilio would use."""
    url = urlsplit(case["signed_url"])
    sent = {**case, "headers": [["Host", url.netloc], ["X-Forwarded-Host", "evil.example"]]}
    sent["headers"] += [it for it in case["headers"] if it[0] == "X-Twilio-Signature"]
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with context.wrap_socket(socket.create_connection(("127.0.0.1", port), 30)) as connection:
        connection.sendall(wire(number, sent))
        response = http.client.HTTPResponse(connection)
        response.begin()
        return response.status


@pytest.mark.parametrize(("app", "server"), [("starlette", "httptools"), ("flask", "gunicorn")])
def test_behind_a_proxy_that_ends_tls_and_rewrites_host(
    tmp_path: Path, app: str, server: str
) -> None:
    names = ("a POST", "a ? at the end", "escapes in the query", "a GET", "behind a proxy")
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    certificate = "-x509 -newkey rsa:2048 -nodes -subj /CN=voice.example.com -keyout key -out cert"
    subprocess.run(
        ["openssl", "req", *certificate.split()], cwd=tmp_path, capture_output=True, check=True
    )
    inner, outer = free_port(), free_port()
    folders = "client_body proxy fastcgi uwsgi scgi"
    (tmp_path / "nginx.conf").write_text(
        f"daemon off; pid {tmp_path}/pid; error_log {tmp_path}/error.log; events {{}}\n"
        "http { access_log off; "
        + "".join(f"{it}_temp_path {tmp_path}/{it}; " for it in folders.split())
        + f"server {{ listen 127.0.0.1:{outer} ssl;"
        f" ssl_certificate {tmp_path}/cert; ssl_certificate_key {tmp_path}/key;"
        f" location / {{ proxy_pass http://127.0.0.1:{inner};"
        " proxy_set_header Host internal.example; proxy_set_header X-Forwarded-Proto $scheme;"
        " proxy_set_header X-Forwarded-Host $http_host; } } }"
    )
    proxy = [nginx, "-c", str(tmp_path / "nginx.conf"), "-p", str(tmp_path)]
    program = [sys.executable, str(Path(__file__).with_name("web_apps.py"))]
    with running(proxy, outer), running([*program, app, server, str(inner)], inner):
        ran = 0
        for number, case in enumerate(cases("http-requests")):
            if case["name"] in names or (" is not decoded" in case["name"]):
                status = through_nginx(outer, case, number)
                assert status == case["status"] == 200, case["name"]
                forged = {**case, "headers": [["X-Twilio-Signature", "AAAA"]]}
                assert through_nginx(outer, forged, number) == 403
                ran += 1
    assert ran >= 13


def environ(target: str, body: bytes, signature: str | None, **more: Any) -> dict[str, Any]:
    """What a server of WSGI that knows the raw target passes on."""
    path, _, query = target.partition("?")
    made = {
        "REQUEST_METHOD": "POST",
        "RAW_URI": target,
        "PATH_INFO": unquote(path),
        "QUERY_STRING": query,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(body),
    }
    if signature is not None:
        made["HTTP_X_TWILIO_SIGNATURE"] = signature
    made.update(more)
    return {name: value for name, value in made.items() if value is not None}


def call(app: Any, given: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """Call an app of WSGI; returns status and headers."""
    said: list[Any] = []
    b"".join(app(given, lambda *started: said.extend(started)))
    return said[0], dict(said[1])


def bare(environ: Any, start_response: Any) -> Any:
    start_response("200 OK", [])
    return [environ["wsgi.input"].read()]


SIGNATURE = VALIDATOR.sign("/voice", {"CallSid": "CA1", "Digits": "1"})
BODY = b"CallSid=CA1&Digits=1"


def test_a_refusal_is_logged_with_its_reason_and_no_secret_once_a_second(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(_http.time, "monotonic", lambda: now[0])
    app = wsgi.VerifyMiddleware(bare, VALIDATOR)
    secret = b"CallSid=CA1&Digits=2&CallToken=a-secret"
    for at in (100.0, 100.5, 100.9, 101.5, 200.0):
        now[0] = at
        target = "/voice/?CallToken=a-secret"
        assert call(app, environ(target, secret, SIGNATURE))[0] == "403 Forbidden"
    lines = [record.getMessage() for record in caplog.records]
    assert [record.name for record in caplog.records] == ["twiml_refer"] * 3
    assert all(line.startswith("403 to POST /voice/: ") for line in lines), lines
    assert not any("a-secret" in line or TOKEN in line or SIGNATURE in line for line in lines)
    assert [line.count("(2 more were not logged)") for line in lines] == [0, 1, 0]
    # Every rejection has its line.
    caplog.clear()
    endless = {"wsgi.input": Endless(), "wsgi.input_terminated": True, "CONTENT_LENGTH": None}
    for sent, start in (
        (environ("/voice", b"", None, REQUEST_METHOD="PUT"), "405 to PUT /voice: the method"),
        (
            environ("/t/%20", b"", None, RAW_URI=None, REQUEST_METHOD="PUT"),
            "405 to PUT (unknown): ",
        ),
        (environ("/voice", b"", None, CONTENT_LENGTH="65537"), "413 to POST /voice: "),
        (environ("/voice", b"", None, **endless), "413 to POST /voice: the request is larger"),
        (environ("/voice", b"a", None, CONTENT_LENGTH="2"), "400 to POST /voice: the body ended"),
    ):
        now[0] += 1.0
        status = call(app, sent)[0]
        line = caplog.records[-1].getMessage()
        assert line.startswith(start) and status[:3] == line[:3], line
    assert len(caplog.records) == 5
    # Nothing is found out for a line that nobody reads.
    caplog.set_level(logging.ERROR, "twiml_refer")
    monkeypatch.delattr(_http.bridge, "http_diagnose")
    now[0] = 300.0
    assert call(app, environ("/voice", secret, SIGNATURE))[0] == "403 Forbidden"


def test_a_server_without_a_raw_target_is_named_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = wsgi.VerifyMiddleware(bare, VALIDATOR)
    for target, status in (("/voice", "200 OK"), ("/t/%2B1", "403 Forbidden")):
        signature = VALIDATOR.sign(target, {"CallSid": "CA1", "Digits": "1"})
        assert call(app, environ(target, BODY, signature))[0] == "200 OK"
        assert call(app, environ(target, BODY, signature, RAW_URI=None))[0] == status
        assert call(app, environ(target, BODY, signature, REQUEST_URI=target))[0] == "200 OK"
    [line] = [record.getMessage() for record in caplog.records]
    assert "REQUEST_URI" in line and "RAW_URI" in line and "raw_path" in line
    # An escape of a plain path: what was signed is another one.
    signature = VALIDATOR.sign("/%76oice", {"CallSid": "CA1", "Digits": "1"})
    found = call(app, environ("/%76oice", BODY, signature, RAW_URI=None))
    assert found[0] == "403 Forbidden"


def test_nothing_starts_that_could_verify_nothing() -> None:
    middleware: Any
    for middleware in (asgi.VerifyMiddleware, wsgi.VerifyMiddleware):
        with pytest.raises(tr.SignatureError, match="missing public base"):
            middleware(bare, tr.RequestValidator(TOKEN))
        middleware(bare, tr.RequestValidator(TOKEN), origin="host")
        with pytest.raises(TypeError, match="validator must be RequestValidator, got str"):
            middleware(bare, TOKEN)
        for methods in ((), "POST", {"PUT"}, {"post"}):
            with pytest.raises(ValueError, match="invalid allowed_methods"):
                middleware(bare, VALIDATOR, allowed_methods=methods)
        with pytest.raises(ValueError, match="invalid origin"):
            middleware(bare, VALIDATOR, origin="x-forwarded-for")
        assert TOKEN not in repr(vars(middleware(bare, VALIDATOR)))


def test_a_route_for_get_refuses_a_post() -> None:
    app = wsgi.VerifyMiddleware(bare, VALIDATOR, allowed_methods={"GET"})
    signature = VALIDATOR.sign("/voice")
    got = environ("/voice", b"", signature, REQUEST_METHOD="GET", CONTENT_LENGTH=None)
    assert call(app, got)[0] == "200 OK"
    for method in ("POST", "PUT"):
        posted = environ("/voice", BODY, SIGNATURE, REQUEST_METHOD=method)
        status, headers = call(app, posted)
        assert (status, headers["Allow"]) == ("405 Method Not Allowed", "GET")


class Endless:
    """A body without end, which must not be read to it."""

    taken = 0

    def read(self, size: int) -> bytes:
        self.taken += size
        assert self.taken <= 65_537
        return b"a" * size


class Malformed:
    """A body in malformed chunks, as Gunicorn says it."""

    def read(self, size: int) -> bytes:
        raise Exception("InvalidChunkSize")


def test_no_more_of_a_body_is_read_than_the_limit() -> None:
    app = wsgi.VerifyMiddleware(bare, VALIDATOR)
    terminated = {"wsgi.input_terminated": True, "CONTENT_LENGTH": None}
    given = environ("/voice", b"", None, **{"wsgi.input": Endless(), **terminated})
    assert call(app, given)[0] == "413 Request Entity Too Large"
    # Without a length there is no body: nothing is read.
    given = environ("/voice", b"", None, **{"wsgi.input": Endless(), "CONTENT_LENGTH": ""})
    assert call(app, given)[0] == "403 Forbidden"
    # It ends too early.
    for terminated in ({}, {"wsgi.input_terminated": True}):
        given = environ("/voice", b"a", None, CONTENT_LENGTH="2", **terminated)
        assert call(app, given)[0] == "400 Bad Request"
    given = environ("/voice", b"", None, **{"wsgi.input": Malformed(), **terminated})
    assert call(app, given)[0] == "400 Bad Request"

    received = 0

    async def receive() -> dict[str, Any]:
        nonlocal received
        received += 1
        return {"type": "http.request", "body": b"a" * 1000, "more_body": True}

    assert asgi_answer(asgi.VerifyMiddleware(bare, VALIDATOR), "/voice", receive)[0] == 413
    assert received == 66


def asgi_answer(app: Any, target: str, receive: Any, **scope: Any) -> tuple[int, Any]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    path, _, query = target.partition("?")
    made = {"type": "http", "method": "POST", "path": unquote(path), "headers": []}
    made |= {"raw_path": path.encode(), "query_string": query.encode(), **scope}
    asyncio.run(app(made, receive, send))
    return sent[0].get("status", 0), sent


def test_what_asgi_has_beside_requests() -> None:
    seen = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])
        await send({})

    verified = asgi.VerifyMiddleware(app, VALIDATOR)
    events = [{"type": "http.disconnect"}, {"type": "websocket.connect"}]

    async def receive() -> Any:
        return events.pop()

    # A handshake is refused: the app never meets it.
    _, sent = asgi_answer(verified, "/voice", receive, type="websocket")
    assert sent == [{"type": "websocket.close", "code": 1008}]
    asgi_answer(verified, "/", receive, type="lifespan")
    assert seen == ["lifespan"]
    # A client that hangs up.
    assert asgi_answer(verified, "/voice", receive)[0] == 400


def test_auth_tokens_may_be_found_by_waiting() -> None:
    asked = []

    async def tokens(sid: str) -> list[str] | None:
        asked.append(sid)
        return ["of a subaccount"] if sid == "AC1" else None

    async def app(scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        assert message["body"] == body
        assert scope[asgi.KEY].account_sid == "AC1"
        await send({"status": 200})

    signer = tr.RequestValidator("of a subaccount", "https://voice.example.com")
    verified = asgi.VerifyMiddleware(app, VALIDATOR, auth_tokens=tokens)
    for body, status in ((b"AccountSid=AC1", 200), (b"AccountSid=AC2", 403), (b"", 403)):

        async def receive() -> Any:
            return {"type": "http.request", "body": body}  # noqa: B023

        signature = signer.sign("/voice", tr.VoiceRequest.from_form(body).params)
        headers = [(b"x-twilio-signature", signature.encode())]
        assert asgi_answer(verified, "/voice", receive, headers=headers)[0] == status
    assert asked == ["AC1", "AC2"]


def test_an_error_of_the_app_leads_to_no_secret() -> None:
    def fails(environ: Any, start_response: Any) -> Any:
        raise KeyError("of the app")

    def unknown(sid: str) -> str:
        raise KeyError(sid)

    body = b"AccountSid=AC1&CallToken=a-secret"
    signature = VALIDATOR.sign("/voice", tr.VoiceRequest.from_form(body).params)
    checks: list[Any] = []
    for app in (
        wsgi.VerifyMiddleware(fails, VALIDATOR),
        wsgi.VerifyMiddleware(bare, VALIDATOR, auth_tokens=unknown),
    ):
        checks.append(lambda app=app: call(app, environ("/voice", body, signature)))

    async def fails_later(scope: Any, receive: Any, send: Any) -> None:
        raise KeyError("of the app")

    async def receive() -> Any:
        return {"type": "http.request", "body": body}

    headers = [(b"x-twilio-signature", signature.encode())]
    for accounts in (None, unknown):
        other = asgi.VerifyMiddleware(fails_later, VALIDATOR, auth_tokens=accounts)
        checks.append(lambda app=other: asgi_answer(app, "/voice", receive, headers=headers))
    for check in checks:
        with pytest.raises(KeyError) as caught:
            check()
        frames = [entry.frame for entry in caught.traceback]
        own = [it for it in frames if "/twiml_refer/" in str(it.code.path)]
        assert own
        assert "a-secret" not in repr([it.f_locals for it in own])
        assert TOKEN not in repr([it.f_locals for it in own])


def test_no_frame_of_a_log_line_has_a_secret() -> None:
    shown: list[str] = []

    class Recorder(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            frame: Any = sys._getframe()
            while frame:
                if "/twiml_refer/" in frame.f_code.co_filename:
                    shown.append(repr(frame.f_locals))
                frame = frame.f_back

    def tokens(sid: str) -> list[str]:
        return [TOKEN + "2"]

    async def tokens_later(sid: str) -> list[str]:
        return tokens(sid)

    body = b"AccountSid=AC1&CallToken=a-secret"
    headers = [(b"x-twilio-signature", b"AAAA")]

    async def receive() -> Any:
        return {"type": "http.request", "body": body}

    recorder = Recorder()
    _http.logger.addHandler(recorder)
    try:
        for accounts in (tokens, None):
            app = wsgi.VerifyMiddleware(bare, VALIDATOR, auth_tokens=accounts)
            assert call(app, environ("/voice?a=1", body, "AAAA"))[0] == "403 Forbidden"
        for later in (tokens, tokens_later):
            other = asgi.VerifyMiddleware(bare, VALIDATOR, auth_tokens=later)  # type: ignore[arg-type]
            assert asgi_answer(other, "/voice", receive, headers=headers)[0] == 403
    finally:
        _http.logger.removeHandler(recorder)
    assert len(shown) > 12
    assert not [it for it in shown if "a-secret" in it or TOKEN in it]


def test_a_body_that_was_read_before_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    from fastapi import Depends, FastAPI, Form
    from fastapi.testclient import TestClient
    from flask import Flask, request
    from twiml_refer import fastapi as for_fastapi
    from twiml_refer import flask as for_flask

    signed = testing.signed_request(TOKEN, "https://voice.example.com/voice")
    forged = {"content": b"Digits=1", "headers": signed.headers}
    fast = FastAPI()
    dependency = Depends(for_fastapi.verify_request(VALIDATOR))

    async def with_form(digits: str, call: tr.VoiceRequest) -> str:
        return digits

    with_form.__annotations__ = {
        "digits": Annotated[str, Form(alias="Digits")],
        "call": Annotated[tr.VoiceRequest, dependency],
    }
    fast.post("/voice")(with_form)
    assert TestClient(fast).post("/voice", **forged).status_code == 403

    plain = Flask(__name__)
    plain.before_request(lambda: request.form.get("a") and None)
    plain.post("/voice")(for_flask.verify_request(VALIDATOR)(lambda call: "verified"))
    client = plain.test_client()
    answer = client.post("/voice", data=b"Digits=1", headers=signed.headers)
    assert answer.status_code == 403
    lines = [record.getMessage() for record in caplog.records if record.name == "twiml_refer"]
    assert len(lines) == 2 and all("read the body before" in line for line in lines)


def test_fastapi_passes_on_what_auth_tokens_raises() -> None:
    from fastapi import Depends, FastAPI
    from fastapi.testclient import TestClient
    from twiml_refer import fastapi as for_fastapi

    def accounts(account_sid: str) -> str:
        raise RuntimeError("the pool is closed")

    app = FastAPI()
    dependency = Depends(for_fastapi.verify_request(VALIDATOR, auth_tokens=accounts))
    app.post("/voice", dependencies=[dependency])(lambda: "verified")
    signed = testing.signed_request(TOKEN, "https://voice.example.com/voice")
    with pytest.raises(RuntimeError, match="the pool is closed"):
        TestClient(app).post("/voice", content=signed.body, headers=signed.headers)


def test_django_keeps_a_body_that_was_read_before() -> None:
    program = Path(__file__).with_name("django_read_before.py")
    done = subprocess.run(
        [sys.executable, str(program)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
