"""Hostile requests to an example app, over real HTTP: `hostile_requests.py PORT PID [literal]`,
where routes are compared without decoding.

The app runs with PUBLIC_BASE https://voice.example.com/tw and the token a-token-for-the-tests. The sender has
captured requests, each with its signature, and controls what a caller controls, but has no token.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import re
import sys
from collections.abc import Iterable
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

BASE = "https://voice.example.com/tw"
TOKEN = b"a-token-for-the-tests"
PORT, PID = int(sys.argv[1]), sys.argv[2]
HUGE = 100 * 1024 * 1024
# No answer: the server may close the connection while a request that is too large is being sent.
CLOSED = 0
failures = 0


def sign(target: str, params: bytes = b"") -> str:
    """Sign as Twilio does; the test's own words, not the library's. `params` are names and values, joined."""
    mac = hmac.new(TOKEN, (BASE + target).encode() + params, hashlib.sha1)
    return base64.b64encode(mac.digest()).decode()


def expect(
    what: str,
    statuses: int | tuple[int, ...],
    target: str,
    body: bytes | Iterable[bytes] = b"",
    signature: str | None = None,
    *,
    method: str = "POST",
    has: str = "",
    without: str = "<Refer",
    **headers: str,
) -> None:
    """Send a request and compare the status; by default nobody is transferred."""
    global failures
    sent = {"Connection": "close", "Content-Type": "application/x-www-form-urlencoded"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    if signature is not None:
        sent["X-Twilio-Signature"] = signature
    connection = HTTPConnection("127.0.0.1", PORT, timeout=30)
    status, answer = CLOSED, ""
    with suppress(BrokenPipeError, ConnectionResetError):
        connection.request(method, target, body, sent)
    with suppress(ConnectionResetError, BrokenPipeError, HTTPException):
        response = connection.getresponse()
        status, answer = response.status, response.read().decode(errors="replace")
    connection.close()
    wanted = statuses if isinstance(statuses, tuple) else (statuses,)
    if status not in wanted or (without and without in answer) or has not in answer:
        failures += 1
        print(f"{what}: {status}, not {wanted}: {answer[-300:]}", file=sys.stderr)


def pieces(size: int) -> Iterable[bytes]:
    """A body in pieces of 64 KiB: in chunks, if there is no Content-Length."""
    return (b"x" * 0x10000 for _ in range(size // 0x10000))


def peak() -> int:
    """The most memory that the app has had, in KiB."""
    [found] = re.findall(r"VmHWM:\s*(\d+)", Path(f"/proc/{PID}/status").read_text())
    return int(found)


ONE = b"Digits=1"
pressed = sign("/choice", b"Digits1")
transferred = {"without": "", "has": '<Refer action="/transferred"'}
expect("genuine", 200, "/choice", ONE, pressed, **transferred)
# A server that decodes a path before it routes runs the same handler; another one has no such route.
status, answer = (404, {}) if "literal" in sys.argv else (200, transferred)
expect("escapes in the path", status, "/cho%69ce", ONE, sign("/cho%69ce", b"Digits1"), **answer)
expect("escapes in the query", 200, "/voice?a=%2B1%27", b"", sign("/voice?a=%2B1%27"), has="<Gather")

expect("no signature", 403, "/choice", ONE)
expect("empty signature", 403, "/choice", ONE, "")
expect("another signature", 403, "/choice", ONE, sign("/voice"))
expect("another body", 403, "/choice", b"Digits=2", pressed)
expect("another escape", (403, 404), "/cho%69ce", ONE, pressed)

# One captured request to /choice, and a Host that swallows the path asked for.
ended = b"ReferCallStatus=in-progress"
captured = sign("/choice", b"ReferCallStatusin-progress")
for host in ("voice.example.com/tw/choice#", "voice.example.com/tw/choice?", "u@voice.example.com/tw/choice#"):
    expect(f"Host: {host}", (400, 403), "/transferred", ended, captured, Host=host)
expect("absolute target", (400, 403, 404), f"{BASE}/choice#", ended, captured)
expect("two slashes", (400, 403, 404), "//voice.example.com/tw/choice", ONE, pressed)

# A parameter behind a fragment: this server cuts the target there, so that the app never meets `admin`; the answer
# is that to the captured request, or a refusal.
voice = sign("/voice?agent=42")
expect("fragment", (200, 400, 403), "/voice?agent=42#&admin=1", b"", voice, without="admin")
expect("escaped fragment", 403, "/voice?agent=42%23&admin=1", b"", voice)

# A signed POST recast as a GET, and as a POST whose query holds what the caller said.
recast = sign("/choice?a=b", b"SpeechResult&Digits=1")
expect("POST as it was", 200, "/choice?a=b", b"SpeechResult=%26Digits%3D1", recast)
expect("POST recast as GET", (404, 405), "/choice?a=bSpeechResult&Digits=1", b"", recast, method="GET")
expect("POST recast with a query", 200, "/choice?a=bSpeechResult&Digits=1", b"", recast)
# A signed GET recast as a POST: this app has no route for GET, so that Twilio signs none to it. Other routes:
expect("GET recast as POST", 403, "/choice", ONE, sign("/other?Digits=1"))
expect("HEAD", (404, 405), "/choice", b"", sign("/choice"), method="HEAD")

# What is no form, or cannot be read.
part = b'--b\r\nContent-Disposition: form-data; name="Digits"\r\n\r\n%s\r\n'
multipart = part % b"1" + b"--b--\r\n"
expect("multipart", 403, "/choice", multipart, pressed, Content_Type="multipart/form-data; boundary=b")
expect("multipart without boundary", (400, 403), "/choice", multipart, pressed, Content_Type="multipart/form-data")
expect("no type", 200, "/choice", ONE, pressed, without="", Content_Type="")
expect("signed, but not UTF-8", 400, "/choice", b"Digits=%E9", sign("/choice", b"Digits\xe9"))
expect("not UTF-8", 403, "/choice", b"Digits=%E9", pressed)

# Size first, and no more of it read than that.
before = peak()
for more, status in ((0, 200), (1, 413)):
    long = b"x" * (65534 + more)
    expect(f"{more} bytes more than may be", status, "/voice", b"a=" + long, sign("/voice", b"a" + long))
expect("many headers", 403, "/voice", b"&".join([b"SipHeader_a=1"] * 4500), pressed)
expect("huge", (413, CLOSED), "/choice", pieces(HUGE), Content_Length=str(HUGE))
expect("huge in chunks", (413, CLOSED), "/choice", pieces(HUGE))
expect("claimed to be huge", (413, CLOSED), "/choice", b"x" * 70000, Content_Length=str(10**15))
expect("huge when unpacked", (403, 413), "/choice", gzip.compress(bytes(HUGE)), Content_Encoding="gzip")
many = (part % (b"x" * 60000)) * 400 + b"--b--\r\n"
expect("huge in parts", (403, 413, CLOSED), "/choice", many, Content_Type="multipart/form-data; boundary=b")
grown = peak() - before
if grown > 16 * 1024:
    failures += 1
    print(f"the app took {grown} KiB more for hostile requests", file=sys.stderr)
expect("alive", 200, "/choice", ONE, pressed, **transferred)
print(f"hostile requests: {failures} had their way; {grown} KiB more memory")
sys.exit(failures > 0)
