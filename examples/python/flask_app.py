"""The transfer app with Flask.

TWILIO_AUTH_TOKEN=… PUBLIC_BASE=https://voice.example.com python flask_app.py 8000

PUBLIC_BASE is the URL by which Twilio reaches the app: scheme, host, port, and the path prefix that
a gateway strips.
"""

from __future__ import annotations

import os
import sys
from typing import Literal

import ivr
from flask import Flask, Response, abort, request
from twiml_refer import (
    RequestError,
    RequestValidator,
    SignatureError,
    VoiceRequest,
    VoiceResponse,
)

MAX_BODY = 65_536

app = Flask(__name__)
validator = RequestValidator(
    os.environ["TWILIO_AUTH_TOKEN"], os.environ["PUBLIC_BASE"], max_body_bytes=MAX_BODY
)


@app.errorhandler(SignatureError)
def refuse(_error: SignatureError) -> Response:
    """Answer a request that Twilio did not sign."""
    return Response(status=403)


@app.errorhandler(RequestError)
def unreadable(error: RequestError) -> Response:
    """Answer a request that cannot be read."""
    return Response(str(error), status=413 if error.kind == "request-too-large" else 400)


def verified(method: Literal["GET", "POST"] = "POST") -> VoiceRequest:
    """Verify a request to a route of this method."""
    # The request target as it came: in `request.url` escapes are decoded. REQUEST_URI is what most
    # servers call it, RAW_URI what Gunicorn does.
    target = request.environ.get("REQUEST_URI") or request.environ["RAW_URI"]
    return validator.verify(method, target, received(), request.headers.get("X-Twilio-Signature"))


def received() -> bytes:
    """Read the body, or as much of it as shows that it is too large."""
    body = b""
    try:
        while len(body) <= MAX_BODY and (chunk := request.stream.read(MAX_BODY + 1 - len(body))):
            body += chunk
    except OSError:
        # Its chunks are malformed, or the client closed the connection.
        abort(400)
    return body


def answer(response: VoiceResponse) -> Response:
    """Send a document."""
    return Response(str(response), mimetype="text/xml")


@app.post("/voice")
def voice() -> Response:
    """Answer a call that comes in."""
    verified()
    return answer(ivr.welcome())


@app.get("/t/<colleague>")
def direct(colleague: str) -> Response:
    """Answer a call to a colleague's own number, whose webhook is a GET."""
    verified("GET")
    return answer(ivr.direct(colleague))


@app.post("/choice")
def choice() -> Response:
    """Go on with what the caller pressed."""
    return answer(ivr.chosen(verified().param("Digits")))


@app.post("/transferred")
def transferred() -> Response:
    """Go on when the transfer has ended."""
    return answer(ivr.transferred(verified()))


if __name__ == "__main__":
    app.run("127.0.0.1", int(sys.argv[1]))
