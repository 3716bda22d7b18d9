"""Runs `twiml-refer emulate` beside an app that answers as a test says, and records requests."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import signal
import subprocess
import threading
import time
import urllib.parse
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

TOKEN = "a-token-for-the-tests"
REPORT = ("ReferCallStatus", "ReferSipResponseCode", "NotifySipResponseCode")
SECONDS = 20


def report(status: str | None, refer: int | None, notified: int | None = None) -> dict[str, str]:
    """Return the parameters of an action request."""
    values = zip(REPORT, (status, refer, notified))
    return {name: str(value) for name, value in values if value is not None}


def shown(path: str, parameters: Mapping[str, str], names: tuple[str, ...] = REPORT) -> str:
    """Return a request as one word, with these parameters alone."""
    pairs = [f"{name}={value}" for name, value in parameters.items() if name in names]
    return f"{path} {'&'.join(pairs)}"


def wait_until(condition: Callable[[], object], what: str) -> None:
    """Wait until this is true."""
    until = time.monotonic() + SECONDS
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError(f"not in {SECONDS} s: {what}")
        time.sleep(0.02)


def signature(url: str, pairs: list[tuple[str, str]]) -> str:
    """Sign as Twilio's documentation says."""
    text = url + "".join(name + value for name, value in sorted(pairs))
    return base64.b64encode(hmac.digest(TOKEN.encode(), text.encode(), hashlib.sha1)).decode()


class App:
    """An app that answers each path with a document, and records the requests.

    The documents are the verbs alone. A path without a document gets `<Hangup/>`.
    """

    def __init__(self, documents: Mapping[str, str]) -> None:
        self.documents = documents
        # Method, path and parameters.
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.wrong: list[str] = []
        app = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self.answer(self.path, urllib.parse.parse_qsl(body, keep_blank_values=True), [])

            def do_GET(self) -> None:
                path, _, query = self.path.partition("?")
                self.answer(path, [], urllib.parse.parse_qsl(query, keep_blank_values=True))

            def answer(
                self, path: str, body: list[tuple[str, str]], query: list[tuple[str, str]]
            ) -> None:
                if self.headers["X-Twilio-Signature"] != signature(app.base + self.path, body):
                    app.wrong.append(f"{path} has a wrong signature")
                app.requests.append((self.command, path, dict(body + query)))
                verbs = app.documents.get(path, "<Hangup/>")
                document = f"<Response>{verbs}</Response>".encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/xml")
                self.send_header("Content-Length", str(len(document)))
                self.end_headers()
                self.wfile.write(document)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop answering."""
        self.server.shutdown()
        self.server.server_close()

    def got(self, path: str, method: str = "POST") -> list[dict[str, str]]:
        """Return the parameters of the requests to this path."""
        return [params for used, asked, params in self.requests if (used, asked) == (method, path)]


class Emulator:
    """The command; it ends after one call unless `calls` says otherwise."""

    def __init__(
        self, command: str, app: App, folder: Path, *options: str, calls: int | None = 1
    ) -> None:
        self.pcap = folder / "call.pcap"
        self.svg = folder / "pictures"
        words = [command, "emulate", f"{app.base}/voice", "--listen", "127.0.0.1:0"]
        words += ["--fast", "--json", "--pcap", str(self.pcap), "--svg", str(self.svg)]
        words += ["--status-callback", f"{app.base}/status", *options]
        words += ["--calls", str(calls)] if calls else []
        self.process = subprocess.Popen(
            words,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "TWILIO_AUTH_TOKEN": TOKEN},
        )
        self.address = self.line("address")

    def line(self, name: str) -> str:
        """Read a line, and return this property of it: the first lines name the addresses."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        return str(json.loads(line)[name]) if line else ""

    def end(self) -> tuple[int, list[dict[str, object]], str]:
        """Wait for the end; the status, the steps, and standard error."""
        try:
            printed, complaints = self.process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGTERM)
            printed, complaints = self.process.communicate(timeout=30)
            complaints += "it did not end by itself"
        steps = [json.loads(line) for line in printed.splitlines()]
        return self.process.returncode, steps, complaints
