"""An app that transfers its callers, and is tested by `test`. It prints the port it listens at.

TWILIO_AUTH_TOKEN is the account's, PUBLIC_BASE the URL by which Twilio reaches the app [default:
its own], PORT where it listens [default: the system chooses].
"""

from __future__ import annotations

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from twiml_refer import RequestError, RequestValidator, SignatureError, SipUri, VoiceResponse

SALES = SipUri("sip:sales@example.com").with_header("X-Reason", "billing question")


class Handler(BaseHTTPRequestHandler):
    """Answers Twilio's requests."""

    def do_POST(self) -> None:
        """Verify the request, and answer with a document."""
        body = self.rfile.read(min(int(self.headers["Content-Length"] or 0), 65_537))
        try:
            request = validator.verify("POST", self.path, body, self.headers["X-Twilio-Signature"])
        except SignatureError:
            self.send_error(403)
            return
        except RequestError as error:
            self.send_error(413 if error.kind == "request-too-large" else 400)
            return
        response = VoiceResponse()
        if self.path == "/voice":
            response.say("I will connect you.")
            response.refer(SALES, action="/transferred")
        elif request.may_resume:
            response.say("Nobody can be reached. Please call again.")
            response.hangup()
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.end_headers()
        self.wfile.write(str(response).encode())


server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "0"))), Handler)
own = f"http://127.0.0.1:{server.server_port}"
validator = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"], os.environ.get("PUBLIC_BASE", own))
print(server.server_port, flush=True)
server.serve_forever()
