"""Softphones that `emulate` transfers: pjsua2 and baresip, as caller and as the called endpoint.

What the app got must be what Twilio's documentation says of the target's answer. pjsua2 takes the
headers of the target's URI into its call, baresip 1.0 does not.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

import peers
from emulate_cases import QUERY
from emulator import REPORT, App, Emulator, report, shown
from run import free_port, is_free
from target import Target

DIGEST = "caller:s3cret"
HEADERS = {"x-reason": "billing question", "user-to-user": "6F72646572;encoding=hex"}


class Peer(NamedTuple):
    """A softphone that is transferred to a target that answers with this code."""

    name: str
    code: int
    transport: str
    # It is called, or asked for a password.
    is_called: bool = False
    has_digest: bool = False
    # What it presses, as RFC 4733 sends it.
    keys: str = ""
    # The seconds after which it hangs up.
    stay: int | None = None

    @property
    def case(self) -> str:
        """What happens."""
        marks = {"called-": self.is_called, "digest-": self.has_digest, "keys-": self.keys}
        first = "".join(mark for mark, applies in marks.items() if applies)
        return first + ("answered" if self.code == 200 else "busy")

    @property
    def expected(self) -> dict[str, str]:
        """The parameters of the action request."""
        return report("in-progress" if self.code == 200 else "busy", 202, self.code)


NAMES = ("pjsua2", "baresip")
PEERS = [
    *(Peer(name, code, way) for name in NAMES for code in (200, 486) for way in ("udp", "tcp")),
    *(Peer(name, 200, way, is_called=True) for name in NAMES for way in ("udp", "tcp")),
    *(Peer(name, 200, "udp", has_digest=True) for name in NAMES),
    Peer("pjsua2", 200, "udp", keys="42#"),
]


def start(
    peer: Peer, python: str, folder: Path, dialed: str | None, port: int | None = None
) -> subprocess.Popen[bytes]:
    """Start the softphone, which calls a URI, or is called at a port."""
    digest = DIGEST if peer.has_digest else ""
    words = [python, str(Path(__file__).with_name("pjsua2_caller.py")), dialed or str(port)]
    if peer.name == "baresip":
        words = peers.baresip(str(folder), dialed, port, digest or ":")
    return subprocess.Popen(
        words,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "DIGEST": digest, "KEYS": peer.keys, "STAY": str(peer.stay or "")},
    )


def call(command: str, peer: Peer, python: str) -> tuple[str, str | None]:
    """Let a softphone be transferred; the request that the app got, and what went wrong."""
    target = Target(peer.code)
    uri = escape(f"sip:bob@127.0.0.1:{target.port}?{QUERY}")
    refer = f'<Say>Hello</Say><Refer action="/done"><Sip>{uri}</Sip></Refer>'
    menu = {"/voice": '<Gather action="/chosen" timeout="10"/>', "/chosen": refer}
    app = App(menu if peer.keys else {"/voice": refer})
    suffix = ";transport=tcp" if peer.transport == "tcp" else ""
    process = emulator = None
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        (folder / "callers").write_text(f"{DIGEST}\n")
        options = ["--expect", peers.OUTCOMES[peer.code]]
        options += ["--caller", str(folder / "callers")] if peer.has_digest else []
        try:
            if peer.is_called:
                port = free_port()
                process = start(peer, python, folder, None, port)
                while is_free(port):
                    time.sleep(0.1)
                options += ["--call", f"sip:caller@127.0.0.1:{port}{suffix}"]
                emulator = Emulator(command, app, folder, *options)
            else:
                emulator = Emulator(command, app, folder, *options)
                dialed = f"sip:transfer@{emulator.address}{suffix}"
                process = start(peer, python, folder, dialed)
            status, _, printed = emulator.end()
        finally:
            if emulator:
                emulator.process.kill()
            if process:
                process.terminate()
                process.wait(timeout=10)
            app.close()
            target.close()
    wrong = differences(peer, app)
    if status:
        wrong.append(f"status {status}: {printed}")
    arrived = {name: value for name, value in (target.headers or {}).items() if name in HEADERS}
    if peer.name == "pjsua2" and arrived != HEADERS:
        wrong.append("the headers did not arrive")
    there = ", ".join(f"{name} there: {arrived.get(name, 'none')}" for name in HEADERS)
    done = app.got("/done") or [{}]
    return f"{shown('/done', done[0])}; {there}", "; ".join(wrong) or None


def differences(peer: Peer, app: App) -> list[str]:
    """Compare what the app got with what it should get."""
    done, first = app.got("/done") or [{}], (app.got("/voice") or [{}])[0]
    form = {name: done[0][name] for name in REPORT if name in done[0]}
    wrong = list(app.wrong)
    if form != peer.expected:
        wrong.append(f"/done got {form}, not {peer.expected}")
    for name, value in (
        ("Direction", "outbound-api" if peer.is_called else "inbound"),
        ("SipUsername", "caller" if peer.has_digest else None),
    ):
        if first.get(name) != value:
            wrong.append(f"{name} is {first.get(name)}, not {value}")
    if peer.keys and [params["Digits"] for params in app.got("/chosen")] != [peer.keys.rstrip("#")]:
        wrong.append(f"Digits are {app.got('/chosen')}")
    return wrong
