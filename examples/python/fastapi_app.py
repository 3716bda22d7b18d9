"""The transfer app with FastAPI.

TWILIO_AUTH_TOKEN=… PUBLIC_BASE=https://voice.example.com python fastapi_app.py 8000

PUBLIC_BASE is the URL by which Twilio reaches the app: scheme, host, port, and the path prefix that
a gateway strips.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import ivr
import uvicorn
from fastapi import Depends, FastAPI, Response
from twiml_refer import RequestValidator, VoiceRequest, VoiceResponse
from twiml_refer.fastapi import verify_request

app = FastAPI(redirect_slashes=False)  # a redirect would go to the Host that a stranger named
validator = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"], os.environ["PUBLIC_BASE"])
Verified = Annotated[VoiceRequest, Depends(verify_request(validator))]
VerifiedGet = Annotated[VoiceRequest, Depends(verify_request(validator, allowed_methods={"GET"}))]


def answer(response: VoiceResponse) -> Response:
    """Send a document."""
    return Response(str(response), media_type="text/xml")


@app.post("/voice")
async def voice(_request: Verified) -> Response:
    """Answer a call that comes in."""
    return answer(ivr.welcome())


@app.get("/t/{colleague}")
async def direct(_request: VerifiedGet, colleague: str) -> Response:
    """Answer a call to a colleague's own number, whose webhook is a GET."""
    return answer(ivr.direct(colleague))


@app.post("/choice")
async def choice(request: Verified) -> Response:
    """Go on with what the caller pressed."""
    return answer(ivr.chosen(request.digits))


@app.post("/transferred")
async def transferred(request: Verified) -> Response:
    """Go on when the transfer has ended."""
    return answer(ivr.transferred(request))


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
