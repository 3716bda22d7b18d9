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
import socket
import sys
from pathlib import Path

BASE = "https://voice.example.com/tw"
TOKEN = b"a-token-for-the-tests"
PORT, PID = int(sys.argv[1]), sys.argv[2]
FORM = "application/x-www-form-urlencoded"
HUGE = 100 * 1024 * 1024
failures = 0


def sign(target: str, params: dict[str, str] | None = None) -> str:
    """Sign as Twilio does; the test's own words, not the library's."""
    text = BASE + target + "".join(name + value for name, value in sorted((params or {}).items()))
    return base64.b64encode(hmac.new(TOKEN, text.encode(), hashlib.sha1).digest()).decode()


def exchange(head: str, chunks: object = ()) -> tuple[int, str]:
    """Send a request as it stands, and read the answer; an end while sending is allowed."""
    with socket.create_connection(("127.0.0.1", PORT), timeout=30) as connection:
        try:
            connection.sendall(head.encode())
            for chunk in chunks:
                connection.sendall(chunk)
        except (BrokenPipeError, ConnectionResetError):
            pass
        answer = b""
        try:
            while piece := connection.recv(65536):
                answer += piece
        except ConnectionResetError:
            pass
    status = int(answer.split()[1]) if answer.startswith(b"HTTP/") else 0
    return status, answer.decode(errors="replace")


def ask(
    target: str,
    body: bytes = b"",
    signature: str | None = None,
    *,
    method: str = "POST",
    host: str = "127.0.0.1",
    kind: str = FORM,
    more: str = "",
) -> tuple[int, str]:
    """Send a request with a body."""
    head = f"{method} {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{more}"
    if signature is not None:
        head += f"X-Twilio-Signature: {signature}\r\n"
    return exchange(f"{head}Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n", [body])


def expect(what: str, found: tuple[int, str], *statuses: int, without: str = "<Refer", has: str = "") -> None:
    """Compare a status; by default nobody is transferred."""
    global failures
    status, answer = found
    if status not in statuses or (without and without in answer) or has not in answer:
        failures += 1
        print(f"{what}: {status}, not {statuses}: {answer[-300:]}", file=sys.stderr)


def chunked(size: int) -> object:
    """A body in chunks of 64 KiB."""
    piece = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    for _ in range(size // 0x10000):
        yield piece
    yield b"0\r\n\r\n"


def peak() -> int:
    """The most memory that the app has had, in KiB."""
    lines = Path(f"/proc/{PID}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


pressed = sign("/choice", {"Digits": "1"})
expect("genuine", ask("/choice", b"Digits=1", pressed), 200, without="", has="<Refer action=\"/transferred\"")
# A server that decodes a path before it routes runs the same handler; another one has no such route.
escaped = ask("/cho%69ce", b"Digits=1", sign("/cho%69ce", {"Digits": "1"}))
expect("escapes in the path", escaped, 404 if "literal" in sys.argv else 200, without="", has="" if "literal" in sys.argv else "<Refer")
expect("escapes in the query", ask("/voice?a=%2B1%27", b"", sign("/voice?a=%2B1%27")), 200, has="<Gather")

expect("no signature", ask("/choice", b"Digits=1"), 403)
expect("empty signature", ask("/choice", b"Digits=1", ""), 403)
expect("another signature", ask("/choice", b"Digits=1", sign("/voice")), 403)
expect("another body", ask("/choice", b"Digits=2", pressed), 403)
expect("another escape", ask("/cho%69ce", b"Digits=1", pressed), 403, 404)

# One captured request to /choice, and a Host that swallows the path asked for.
ended = {"ReferCallStatus": "in-progress"}
captured = sign("/choice", ended)
for host in ("voice.example.com/tw/choice#", "voice.example.com/tw/choice?", "u@voice.example.com/tw/choice#"):
    expect(f"Host: {host}", ask("/transferred", b"ReferCallStatus=in-progress", captured, host=host), 400, 403)
expect("absolute target", ask(f"{BASE}/choice#", b"ReferCallStatus=in-progress", captured), 400, 403, 404)
expect("two slashes", ask("//voice.example.com/tw/choice", b"Digits=1", pressed), 400, 403, 404)

# A parameter behind a fragment: this server cuts the target there, so that the app never meets `admin`; the answer
# is that to the captured request, or a refusal.
voice = sign("/voice?agent=42")
expect("fragment", ask("/voice?agent=42#&admin=1", b"", voice), 200, 400, 403, without="admin")
expect("escaped fragment", ask("/voice?agent=42%23&admin=1", b"", voice), 403)

# A signed POST recast as a GET, and as a POST whose query holds what the caller said.
said = {"SpeechResult": "&Digits=1"}
recast = sign("/choice?a=b", said)
expect("POST as it was", ask("/choice?a=b", b"SpeechResult=%26Digits%3D1", recast), 200)
expect("POST recast as GET", ask("/choice?a=bSpeechResult&Digits=1", b"", recast, method="GET"), 404, 405)
expect("POST recast with a query", ask("/choice?a=bSpeechResult&Digits=1", b"", recast), 200)
# A signed GET recast as a POST: this app has no route for GET, so that Twilio signs none to it. Other routes:
expect("GET recast as POST", ask("/choice", b"Digits=1", sign("/other?Digits=1")), 403)
expect("HEAD", ask("/choice", b"", sign("/choice"), method="HEAD"), 404, 405)

# What is no form, or cannot be read.
multipart = b"--b\r\nContent-Disposition: form-data; name=\"Digits\"; filename=\"f\"\r\n\r\n1\r\n--b--\r\n"
expect("multipart", ask("/choice", multipart, pressed, kind="multipart/form-data; boundary=b"), 403)
expect("multipart without boundary", ask("/choice", multipart, pressed, kind="multipart/form-data"), 400, 403)
expect("no type", ask("/choice", b"Digits=1", pressed, kind=""), 200, without="")
text = (BASE + "/choice").encode() + b"Digits\xe9"
signed = base64.b64encode(hmac.new(TOKEN, text, hashlib.sha1).digest()).decode()
expect("signed, but not UTF-8", ask("/choice", b"Digits=%E9", signed), 400)
expect("not UTF-8", ask("/choice", b"Digits=%E9", pressed), 403)

# Size first, and no more of it read than that.
before = peak()
expect("as large as may be", ask("/voice", b"a=" + b"x" * 65534, sign("/voice", {"a": "x" * 65534})), 200)
expect("a byte more", ask("/voice", b"a=" + b"x" * 65535, sign("/voice", {"a": "x" * 65535})), 413)
expect("many headers", ask("/voice", b"&".join([b"SipHeader_a=1"] * 4500), pressed), 403)
head = f"POST /choice HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: {FORM}\r\n"
expect("huge", exchange(f"{head}Content-Length: {HUGE}\r\n\r\n", (b"x" * 0x10000 for _ in range(HUGE // 0x10000))), 413, 0)
expect("huge in chunks", exchange(f"{head}Transfer-Encoding: chunked\r\n\r\n", chunked(HUGE)), 413, 0)
expect("claimed to be huge", exchange(f"{head}Content-Length: {10**15}\r\n\r\n", [b"x" * 70000]), 413, 0)
bomb = gzip.compress(bytes(HUGE))
expect("huge when unpacked", ask("/choice", bomb, more="Content-Encoding: gzip\r\n"), 403, 413)
many = b"".join(b"--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n" + b"x" * 60000 + b"\r\n" for _ in range(400))
expect("huge in parts", ask("/choice", many + b"--b--\r\n", kind="multipart/form-data; boundary=b"), 403, 413, 0)
grown = peak() - before
if grown > 16 * 1024:
    failures += 1
    print(f"the app took {grown} KiB more for hostile requests", file=sys.stderr)
expect("alive", ask("/choice", b"Digits=1", pressed), 200, without="", has="<Refer")
print(f"hostile requests: {failures} had their way; {grown} KiB more memory")
sys.exit(failures > 0)
