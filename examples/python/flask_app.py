"""The transfer app with Flask.

TWILIO_AUTH_TOKEN=… PUBLIC_BASE=https://voice.example.com python flask_app.py 8000

PUBLIC_BASE is the URL by which Twilio reaches the app: scheme, host, port, and the path prefix that
a gateway strips.
"""

from __future__ import annotations

import os
import sys

import ivr
from flask import Flask, Response
from twiml_refer import RequestValidator, VoiceRequest, VoiceResponse
from twiml_refer.flask import verify_request

app = Flask(__name__)
validator = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"], os.environ["PUBLIC_BASE"])
verified = verify_request(validator)


def answer(response: VoiceResponse) -> Response:
    """Send a document."""
    return Response(str(response), mimetype="text/xml")


@app.post("/voice")
@verified
def voice(_request: VoiceRequest) -> Response:
    """Answer a call that comes in."""
    return answer(ivr.welcome())


@app.get("/t/<colleague>")
@verify_request(validator, allowed_methods={"GET"})
def direct(_request: VoiceRequest, colleague: str) -> Response:
    """Answer a call to a colleague's own number, whose webhook is a GET."""
    return answer(ivr.direct(colleague))


@app.post("/choice")
@verified
def choice(request: VoiceRequest) -> Response:
    """Go on with what the caller pressed."""
    return answer(ivr.chosen(request.digits))


@app.post("/transferred")
@verified
def transferred(request: VoiceRequest) -> Response:
    """Go on when the transfer has ended."""
    return answer(ivr.transferred(request))


if __name__ == "__main__":
    app.run("127.0.0.1", int(sys.argv[1]))
