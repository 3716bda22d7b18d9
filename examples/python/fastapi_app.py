"""The transfer app with FastAPI.

TWILIO_AUTH_TOKEN=… PUBLIC_BASE=https://voice.example.com python fastapi_app.py 8000

PUBLIC_BASE is the URL by which Twilio reaches the app: scheme, host, port, and the path prefix that
a gateway strips.
"""

from __future__ import annotations

import os
import sys
from typing import Literal

import ivr
import uvicorn
from fastapi import FastAPI, HTTPException, Request, Response
from starlette.requests import ClientDisconnect
from twiml_refer import (
    RequestError,
    RequestValidator,
    SignatureError,
    VoiceRequest,
    VoiceResponse,
)

MAX_BODY = 65_536

app = FastAPI(redirect_slashes=False)  # a redirect would go to the Host that a stranger named
validator = RequestValidator(
    os.environ["TWILIO_AUTH_TOKEN"], os.environ["PUBLIC_BASE"], max_body_bytes=MAX_BODY
)


@app.exception_handler(SignatureError)
def refuse(_request: Request, _error: Exception) -> Response:
    """Answer a request that Twilio did not sign."""
    return Response(status_code=403)


@app.exception_handler(RequestError)
def unreadable(_request: Request, error: RequestError) -> Response:
    """Answer a request that cannot be read."""
    return Response(str(error), status_code=413 if error.kind == "request-too-large" else 400)


async def verified(request: Request, method: Literal["GET", "POST"] = "POST") -> VoiceRequest:
    """Verify a request to a route of this method."""
    signature = request.headers.get("X-Twilio-Signature")
    return validator.verify(method, target(request), await received(request), signature)


def target(request: Request) -> str:
    """Return path and query as they came: `request.url` has escapes of the path decoded."""
    path, query = request.scope["raw_path"], request.scope["query_string"]
    return (path + b"?" + query if query else path).decode("latin-1")


async def received(request: Request) -> bytes:
    """Read the body, or as much of it as shows that it is too large."""
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY:
                break
    except ClientDisconnect:
        # Nobody reads the answer, but the log has no traceback for a stranger who hangs up.
        raise HTTPException(400) from None
    return body


def answer(response: VoiceResponse) -> Response:
    """Send a document."""
    return Response(str(response), media_type="text/xml")


@app.post("/voice")
async def voice(request: Request) -> Response:
    """Answer a call that comes in."""
    await verified(request)
    return answer(ivr.welcome())


@app.get("/t/{colleague}")
async def direct(request: Request, colleague: str) -> Response:
    """Answer a call to a colleague's own number, whose webhook is a GET."""
    await verified(request, "GET")
    return answer(ivr.direct(colleague))


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
