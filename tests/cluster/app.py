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
        self.validator = RequestValidator(TOKEN, self.url.removesuffix("/transferred"))


class Handler(BaseHTTPRequestHandler):
    """Takes all requests."""

    server: App

    def do_POST(self) -> None:
        app, length = self.server, int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        # Where it is shorter, the sender was killed while it sent.
        if len(body) < length:
            return
        signature, token = map(
            self.headers.get, ("X-Twilio-Signature", "I-Twilio-Idempotency-Token")
        )
        try:
            params = dict(app.validator.verify("POST", self.path, body, signature).params)
        except (SignatureError, RequestError) as error:
            app.failures.append(str(error))
            params = {}
        name = params.pop("CallSid", "")
        if token != name:
            app.failures.append(f"the token of {name} is {token}")
        if app.first.setdefault(name, params) is not params:
            app.repeats += 1
            if app.first[name] != params:
                app.failures.append(f"{name}: first {app.first[name]}, then {params}")
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        pass
