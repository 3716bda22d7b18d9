"""The app of `load.py`: `load_app.py PORT LOG`. LOG gets a line of JSON for each request."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import uvicorn
from fastapi import Depends, FastAPI, Response
from twiml_refer import RequestValidator, SipUri, VoiceRequest, VoiceResponse
from twiml_refer.fastapi import verify_request

PORT = int(sys.argv[1])
app = FastAPI(redirect_slashes=False)
validator = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"], f"http://127.0.0.1:{PORT}")
Verified = Annotated[VoiceRequest, Depends(verify_request(validator))]
# At the end, also when a killed app is started again; each line is one write.
log = os.open(Path(sys.argv[2]), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
TARGET = SipUri(
    "sip:alice@example.com",
    headers={"X-Reason": "billing question", "User-to-User": "6F72646572;encoding=hex"},
)


def answer(path: str, request: VoiceRequest, response: VoiceResponse) -> Response:
    """Note the request, and send a document."""
    line = json.dumps([path, request.to_dict()])
    os.write(log, f"{line}\n".encode())
    return Response(str(response), media_type="text/xml")


@app.post("/voice")
async def voice(request: Verified) -> Response:
    """Transfer a call that comes in."""
    response = VoiceResponse()
    response.say("Connecting you.")
    response.refer(TARGET, action="/done")
    return answer("/voice", request, response)


@app.post("/done")
async def done(request: Verified) -> Response:
    """End the call after the transfer."""
    response = VoiceResponse()
    response.hangup()
    return answer("/done", request, response)


@app.post("/status")
async def status(request: Verified) -> Response:
    """Take note of the end of the call."""
    return answer("/status", request, VoiceResponse())


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="error", access_log=False)
