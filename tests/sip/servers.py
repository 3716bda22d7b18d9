"""Ports, and what the tests start on them: an app, the command `emulate`, a transfer's target."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import socket
import socketserver
import subprocess
import threading
import time
import urllib.parse
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

TOKEN = "a-token-for-the-tests"
PARAMETERS = ("ReferCallStatus", "ReferSipResponseCode", "NotifySipResponseCode")
# The headers of the target's URI, escaped by RFC 3261 section 19.1.2, and as they must arrive.
QUERY = "X-Reason=billing%20question&User-to-User=6F72646572%3Bencoding%3Dhex"
HEADERS = {"x-reason": "billing question", "user-to-user": "6F72646572;encoding=hex"}

# Below those that systems choose themselves, so that nobody gets one in between. Each is used once,
# with the three behind it: sipp takes some of those for its media.
ADJACENT = 4
CANDIDATES = iter(range(20_000 + os.getpid() % 10_000, 32_000, ADJACENT))
ONE_AT_A_TIME = threading.Lock()


def free_port() -> int:
    """Return a port that is not in use, nor are those behind it."""
    with ONE_AT_A_TIME:
        return next(it for it in CANDIDATES if all(map(is_free, range(it, it + ADJACENT))))


def is_free(port: int) -> bool:
    """Return whether the port can be bound in UDP and TCP."""
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True


def wait_until(condition: Callable[[], object], what: str, seconds: float = 20) -> None:
    """Wait until this is true."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError(f"not in {seconds} s: {what}")
        time.sleep(0.02)


class Report(NamedTuple):
    """How a transfer ends: its outcome, and the parameters of the request to the action."""

    outcome: str
    parameters: dict[str, str]

    @property
    def printed(self) -> list[str]:
        """What the examples print of it."""
        if not self.outcome:
            return ["no call"]
        pairs = "&".join(f"{name}={value}" for name, value in self.parameters.items())
        return [f"action {pairs}", f"outcome {self.outcome}"]


def report(outcome: str, status: str | None, *codes: int) -> Report:
    """Make a report of the status, and of the codes of the response to REFER and of the NOTIFY."""
    values = dict(zip(PARAMETERS, (status, *codes)))  # noqa: B905  Python 3.9
    return Report(outcome, {name: str(it) for name, it in values.items() if it is not None})


def shown(path: str, parameters: Mapping[str, str], names: tuple[str, ...] = PARAMETERS) -> str:
    """Return a request as one word, with these parameters alone."""
    pairs = [f"{name}={value}" for name, value in parameters.items() if name in names]
    return f"{path} {'&'.join(pairs)}"


def unequal(found: Mapping[str, str], expected: Mapping[str, str | None]) -> list[str]:
    """Return what is wrong with parameters; None stands for one that must be absent."""
    return [
        f"{name} is {found.get(name)}, not {value}"
        for name, value in expected.items()
        if found.get(name) != value
    ]


class Server(socketserver.BaseServer):
    """A server that answers in a thread, until its `with` block ends."""

    def start(self) -> None:
        """Begin to answer."""
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class App(Server, ThreadingHTTPServer):
    """An app that answers each path with a document, and records the requests.

    The documents are the verbs alone. A path without a document gets `<Hangup/>`.
    """

    def __init__(self, documents: Mapping[str, str]) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.documents = documents
        self.base = f"http://127.0.0.1:{self.server_port}"
        # Method, path and parameters.
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.wrong: list[str] = []
        self.start()

    def got(self, path: str, method: str = "POST") -> list[dict[str, str]]:
        """Return the parameters of the requests to this path."""
        return [params for used, asked, params in self.requests if (used, asked) == (method, path)]

    def first(self, path: str) -> dict[str, str]:
        """Return the parameters of the first request to this path, if there was one."""
        return (self.got(path) or [{}])[0]

    def differences(
        self, path: str, parameters: Mapping[str, str], first: Mapping[str, str | None]
    ) -> list[str]:
        """Compare the requests of a call with what they should be.

        There must be one to this path, with these parameters, and one status callback; `first` is
        for the first request.
        """
        expected = {**dict.fromkeys(PARAMETERS if path == "/done" else ()), **parameters}
        wrong = [*self.wrong, *unequal(self.first(path), expected)]
        wrong += unequal(self.first("/voice"), first)
        wrong += [
            f"{len(self.got(it))} requests to {it}: {self.requests}"
            for it in {path, "/status"}
            if len(self.got(it)) != 1
        ]
        if len({params["CallSid"] for _, _, params in self.requests}) > 1:
            wrong.append(f"the CallSid changed: {self.requests}")
        return wrong


class Answer(BaseHTTPRequestHandler):
    """A request to an app."""

    server: App
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.answer(self.path, body, signed=urllib.parse.parse_qsl(body, keep_blank_values=True))

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        self.answer(path, query, signed=[])

    def answer(self, path: str, parameters: str, signed: list[tuple[str, str]]) -> None:
        """Check the signature as Twilio's documentation says, and send the document."""
        app = self.server
        text = app.base + self.path + "".join(name + value for name, value in sorted(signed))
        digest = hmac.digest(TOKEN.encode(), text.encode(), hashlib.sha1)
        if self.headers["X-Twilio-Signature"] != base64.b64encode(digest).decode():
            app.wrong.append(f"{path} has a wrong signature")
        pairs = urllib.parse.parse_qsl(parameters, keep_blank_values=True)
        app.requests.append((self.command, path, dict(pairs)))
        document = f"<Response>{app.documents.get(path, '<Hangup/>')}</Response>".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(document)))
        self.end_headers()
        self.wfile.write(document)

    def log_message(self, *_: object) -> None:
        pass


class Program:
    """A program that first prints where it takes calls. It ends with its `with` block."""

    def __init__(self, *words: str, stderr: int | None = subprocess.PIPE) -> None:
        environment = {**os.environ, "TWILIO_AUTH_TOKEN": TOKEN}
        self.process = subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=stderr, text=True, env=environment
        )

    def line(self) -> str:
        """Read a line of those that come first."""
        assert self.process.stdout
        if line := self.process.stdout.readline():
            return line
        raise RuntimeError(f"{self.process.args!r} does not start: {self.end()}")

    def __enter__(self) -> Any:
        return self

    def kill(self, *_: object) -> None:
        """End it without a warning."""
        self.process.kill()
        self.process.wait()

    __exit__ = kill

    def end(self, *, at_once: bool = False) -> tuple[int, list[str], str]:
        """Wait for the end, or ask for it; the status, the lines it printed, and its errors."""
        if at_once:
            self.process.terminate()
        try:
            printed, errors = self.process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.terminate()
            printed, errors = self.process.communicate(timeout=30)
            errors += "it did not end by itself"
        return self.process.returncode, printed.splitlines(), errors


class Example(Program):
    """A program of examples/c or examples/pjsua2, which answers a call and transfers it."""

    def __init__(self, *words: str) -> None:
        super().__init__(*words)
        self.address = self.line().split()[2]


class Emulator(Program):
    """The command `emulate` for an app at this base."""

    def __init__(
        self, command: str, base: str, *options: str, stderr: int | None = subprocess.PIPE
    ) -> None:
        words = [command, "emulate", f"{base}/voice", "--status-callback", f"{base}/status"]
        words += ["--listen", "127.0.0.1:0", "--fast", "--json"]
        super().__init__(*words, *options, stderr=stderr)
        self.address = str(json.loads(self.line())["address"])


class Target(Server, socketserver.UDPServer):
    """The target of a transfer: answers INVITE with a code, and keeps the headers of the first."""

    SDP = (
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        "m=audio 9 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
    )

    def __init__(self, code: int) -> None:
        super().__init__(("127.0.0.1", 0), socketserver.BaseRequestHandler)
        self.code = code
        self.port = self.server_address[1]
        self.headers: dict[str, str] | None = None
        self.start()

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Answer a request; a CANCEL answers the INVITE as well."""
        head = request[0].decode(errors="replace").split("\r\n\r\n")[0].split("\r\n")
        method = head[0].split(" ")[0]
        if method in ("ACK", "SIP/2.0") or not head[0].endswith("SIP/2.0"):
            return
        self.socket.sendto(
            self.response(head, self.code if method == "INVITE" else 200), client_address
        )
        if method == "INVITE":
            self.invite = head
            pairs = (line.partition(":") for line in head[1:])
            self.headers = self.headers or {
                name.strip().lower(): it.strip() for name, _, it in pairs
            }
        elif method == "CANCEL":
            self.socket.sendto(self.response(self.invite, 487), client_address)

    def response(self, head: list[str], code: int) -> bytes:
        """Make a response to a request."""
        copied = [
            line if not line.lower().startswith("to:") or ";tag=" in line else f"{line};tag=target"
            for line in head[1:]
            if re.match(r"(via|from|to|call-id|cseq|record-route)\s*:", line, re.IGNORECASE)
        ]
        body = ""
        if head[0].startswith("INVITE") and code == 200:
            copied.append(f"Contact: <sip:target@127.0.0.1:{self.port}>")
            copied.append("Content-Type: application/sdp")
            body = self.SDP
        lines = [f"SIP/2.0 {code} Status", *copied, f"Content-Length: {len(body)}", "", body]
        return "\r\n".join(lines).encode()
