"""The app of `load.py`: `load_app.py PORT LOG`. LOG gets a line of JSON for each request."""

from __future__ import annotations

import json
import os
import sys
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
log = os.open(sys.argv[2], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
TARGET = SipUri(
    "sip:alice@example.com",
    headers={"X-Reason": "billing question", "User-to-User": "6F72646572;encoding=hex"},
)


@app.post("/{name}")
async def answer(name: str, request: Verified) -> Response:
    """Note the request; transfer a call that comes in, and end it after the transfer."""
    os.write(log, f"{json.dumps([f'/{name}', request.to_dict()])}\n".encode())
    response = VoiceResponse()
    if name == "voice":
        response.say("Connecting you.")
        response.refer(TARGET, action="/done")
    elif name == "done":
        response.hangup()
    return Response(str(response), media_type="text/xml")


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="error", access_log=False)
