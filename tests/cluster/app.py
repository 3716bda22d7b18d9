"""The app that the callbacks go to: verifies each, and notes the first of each transfer."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from twiml_refer import RequestError, RequestValidator, SignatureError

TOKEN = "12345"


class App(ThreadingHTTPServer):
    """What came."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/transferred"
        self.first: dict[str, dict[str, str]] = {}
        """For each transfer the first callback: the one that an app acts on."""
        self.repeats = 0
        self.failures: list[str] = []
        self._validator = RequestValidator(TOKEN, self.url.removesuffix("/transferred"))

    def take(self, target: str, body: bytes, signature: str | None, token: str | None) -> None:
        """Take a request."""
        try:
            params = dict(self._validator.verify("POST", target, body, signature).params)
        except (SignatureError, RequestError) as error:
            self.failures.append(str(error))
            return
        name = params.pop("CallSid", "")
        if token != name:
            self.failures.append(f"the token of {name} is {token}")
        if self.first.setdefault(name, params) is not params:
            self.repeats += 1
            if self.first[name] != params:
                self.failures.append(f"{name}: first {self.first[name]}, then {params}")


class Handler(BaseHTTPRequestHandler):
    """Takes all requests."""

    server: App

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        # Where it is shorter, the sender was killed while it sent.
        if len(body) == length:
            names = ("X-Twilio-Signature", "I-Twilio-Idempotency-Token")
            self.server.take(self.path, body, *(self.headers[name] for name in names))
            self.send_response(204)
            self.end_headers()

    def log_message(self, *_args: object) -> None:
        pass
