"""The transfer app with Flask: `TWILIO_AUTH_TOKEN=… python flask_app.py 8000`.

Behind a proxy say in PUBLIC_BASE by which scheme, host and port the platform reaches the app.
"""

from __future__ import annotations

import os
import sys

import ivr
from flask import Flask, Response, request
from twiml_refer import (
    CallbackError,
    ReferCallback,
    RequestValidator,
    SignatureMismatch,
    VoiceResponse,
)

app = Flask(__name__)
validator = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"], os.environ.get("PUBLIC_BASE"))


@app.errorhandler(SignatureMismatch)
def refuse(_error: SignatureMismatch) -> Response:
    """Answer who is not the platform."""
    return Response(status=403)


@app.errorhandler(CallbackError)
def unreadable(error: CallbackError) -> Response:
    """Answer what cannot be read."""
    return Response(str(error), status=400)


def verified() -> ReferCallback:
    """Hand over the platform's request, from the form that Flask has decoded."""
    form = list(request.form.items(multi=True))
    # Not request.url, in which Flask undoes escapes of the query: it was signed with them.
    query = request.query_string.decode()
    url = f"{request.base_url}?{query}" if query else request.base_url
    return validator.verify_params(url, form, request.headers.get("X-Twilio-Signature"))


def answer(response: VoiceResponse) -> Response:
    """Send a document."""
    return Response(str(response), mimetype="text/xml")


@app.post("/voice")
def voice() -> Response:
    """Answer a call that comes in."""
    verified()
    return answer(ivr.welcome())


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
