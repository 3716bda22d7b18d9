"""The app that the callbacks go to: verifies each, and takes each transfer's once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from twiml_refer import RequestError, RequestValidator, SignatureError

MAX_BODY = 65_536


class App:
    """What came."""

    def __init__(self, token: str) -> None:
        self._token = token
        self.url = ""
        self.first: dict[str, dict[str, str]] = {}
        """For each transfer the first callback: the one that an app acts on."""
        self.repeats = 0
        self.failures: list[str] = []

    def serve_at(self, base: str) -> None:
        """Take requests to this base."""
        self.url = f"{base}/transferred"
        self._validator = RequestValidator(self._token, base, max_body_bytes=MAX_BODY)

    def take(self, target: str, body: bytes, signature: str | None, token: str | None) -> int:
        """Take a request; the status to answer."""
        try:
            params = dict(self._validator.verify("POST", target, body, signature).params)
        except SignatureError as error:
            self.failures.append(str(error))
            return 403
        except RequestError as error:
            self.failures.append(str(error))
            return 413 if error.kind == "request-too-large" else 400
        name = params.pop("CallSid", "")
        if token is None or token != name:
            self.failures.append(f"the token of {name} is {token}")
        if self.first.setdefault(name, params) is not params:
            self.repeats += 1
            if self.first[name] != params:
                self.failures.append(f"{name}: first {self.first[name]}, then {params}")
        return 204


@contextmanager
def serving(app: App) -> Iterator[None]:
    """Serve it on a free loopback port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(min(length, MAX_BODY + 1))
            if len(body) < min(length, MAX_BODY + 1):
                # The worker was killed while it sent.
                return
            headers = (
                self.headers[n] for n in ("X-Twilio-Signature", "I-Twilio-Idempotency-Token")
            )
            self.send_response(app.take(self.path, body, *headers))
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        app.serve_at(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
