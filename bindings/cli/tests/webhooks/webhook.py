"""A webhook with Python's standard library alone: it verifies the signature of every request by
Twilio's published rule, and transfers the call. Prints its port; the auth token is an argument."""

import base64
import hashlib
import hmac
import sys
import urllib.parse
from http.server import BaseHTTPRequestHandler, HTTPServer

TOKEN = sys.argv[1].encode()


class Webhook(BaseHTTPRequestHandler):
    def do_GET(self):
        query = urllib.parse.urlsplit(self.path).query
        self.answer(urllib.parse.parse_qs(query), {})

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        params = urllib.parse.parse_qs(body, keep_blank_values=True)
        self.answer(params, params)

    def answer(self, params, signed):
        url = f"http://127.0.0.1:{self.server.server_port}{self.path}"
        text = url + "".join(name + value for name in sorted(signed) for value in signed[name])
        digest = hmac.new(TOKEN, text.encode(), hashlib.sha1).digest()
        given = self.headers.get("X-Twilio-Signature", "")
        if not hmac.compare_digest(base64.b64encode(digest).decode(), given):
            self.send_error(403)
            return
        path = urllib.parse.urlsplit(self.path).path
        if path == "/voice":
            verbs = (
                '<Say>One moment, please — é.</Say>'
                '<Refer action="done?from=refer" method="GET"><Sip>sip:alice@example.com</Sip></Refer>'
            )
        else:
            status = params.get("ReferCallStatus", ["none"])[0]
            verbs = f"<Say>It ended {status}.</Say><Hangup/>"
        document = f'<?xml version="1.0" encoding="UTF-8"?>\n<Response>{verbs}</Response>\n'.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/xml; charset=utf-8")
        self.send_header("Content-Length", str(len(document)))
        self.end_headers()
        self.wfile.write(document)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Webhook)
print(server.server_port, flush=True)
server.serve_forever()
