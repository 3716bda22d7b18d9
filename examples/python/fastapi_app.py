"""The transfer app with FastAPI: `TWILIO_AUTH_TOKEN=… python fastapi_app.py 8000`.

Behind a proxy say in PUBLIC_BASE by which scheme, host and port the platform reaches the app.
"""

from __future__ import annotations

import os
import sys

import ivr
import uvicorn
from fastapi import FastAPI, Request, Response
from twiml_refer import (
    CallbackError,
    ReferCallback,
    RequestValidator,
    SignatureMismatch,
    VoiceResponse,
)

app = FastAPI()
validator = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"], os.environ.get("PUBLIC_BASE"))


@app.exception_handler(SignatureMismatch)
def refuse(_request: Request, _error: Exception) -> Response:
    """Answer who is not the platform."""
    return Response(status_code=403)


@app.exception_handler(CallbackError)
def unreadable(_request: Request, error: Exception) -> Response:
    """Answer what cannot be read."""
    return Response(str(error), status_code=400)


async def verified(request: Request) -> ReferCallback:
    """Hand over the platform's request, if it is one."""
    signature = request.headers.get("X-Twilio-Signature")
    return validator.verify(str(request.url), await request.body(), signature)


def answer(response: VoiceResponse) -> Response:
    """Send a document."""
    return Response(str(response), media_type="text/xml")


@app.post("/voice")
async def voice(request: Request) -> Response:
    """Answer a call that comes in."""
    await verified(request)
    return answer(ivr.welcome())


@app.post("/choice")
async def choice(request: Request) -> Response:
    """Go on with what the caller pressed."""
    return answer(ivr.chosen((await verified(request)).param("Digits")))


@app.post("/transferred")
async def transferred(request: Request) -> Response:
    """Go on when the transfer has ended."""
    return answer(ivr.transferred(await verified(request)))


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
