"""Lets real user agents call `twiml-refer emulate`: `emulate.py [--python PYTHON] COMMAND [NAME…]`.

An app answers as the case says, over HTTP. Each case runs over UDP and over TCP: sipp plays the
caller, and with PYTHON, which has pjsua2, so do pjsua2 and baresip: they are transferred to a
target that answers or is busy. What the app got must be what Twilio's documentation says, signed
as it says; what `replay` makes of the capture of `--pcap` must be the same. Prints a table: peer,
case, transport, and the request that the app got.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple
from xml.sax.saxutils import escape

import peers
import scenarios
from run import free_port, is_free
from scenarios import (
    ACTIVE,
    CALL,
    ENDED,
    REFER,
    TERMINATED,
    TRYING,
    notify,
    receive,
    request,
)

from target import Target

TOKEN = "a-token-for-the-tests"
URI = "sip:alice@example.com?X-Reason=billing%20question&User-to-User=6F72646572%3Bencoding%3Dhex"
REFER_VERB = f'<Refer action="/done"><Sip>{escape(URI)}</Sip></Refer>'
REPORT = ("ReferCallStatus", "ReferSipResponseCode", "NotifySipResponseCode")


class App:
    """An app that answers each path with a document, and remembers the requests."""

    def __init__(self, documents: Mapping[str, str]) -> None:
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.wrong: list[str] = []
        app = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                pairs = urllib.parse.parse_qsl(body, keep_blank_values=True)
                if self.headers["X-Twilio-Signature"] != signature(app.base + self.path, pairs):
                    app.wrong.append(f"{self.path} has a wrong signature")
                app.requests.append((self.path, dict(pairs)))
                verbs = documents.get(self.path, "<Hangup/>")
                document = f"<Response>{verbs}</Response>".encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/xml")
                self.send_header("Content-Length", str(len(document)))
                self.end_headers()
                self.wfile.write(document)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop answering."""
        self.server.shutdown()
        self.server.server_close()

    def got(self, path: str) -> list[dict[str, str]]:
        """Return the parameters of the requests to this path."""
        return [params for asked, params in self.requests if asked == path]


def signature(url: str, pairs: list[tuple[str, str]]) -> str:
    """Sign as Twilio's documentation says."""
    text = url + "".join(name + value for name, value in sorted(pairs))
    return base64.b64encode(hmac.digest(TOKEN.encode(), text.encode(), hashlib.sha1)).decode()


class Emulator:
    """The command, for one call."""

    def __init__(self, command: str, app: App, folder: Path, *options: str) -> None:
        self.pcap = folder / "call.pcap"
        self.svg = folder / "pictures"
        words = [
            command,
            "emulate",
            f"{app.base}/voice",
            "--listen",
            "127.0.0.1:0",
            "--calls",
            "1",
            "--fast",
            "--json",
        ]
        words += [
            "--pcap",
            str(self.pcap),
            "--svg",
            str(self.svg),
            "--status-callback",
            f"{app.base}/status",
            *options,
        ]
        environment = {**os.environ, "TWILIO_AUTH_TOKEN": TOKEN}
        self.process = subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )
        assert self.process.stdout
        first = self.process.stdout.readline()
        self.address = json.loads(first)["address"] if first else ""

    def end(self) -> tuple[int, list[dict[str, object]], str]:
        """Wait for the end; the status, the steps, and standard error."""
        try:
            printed, complaints = self.process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGTERM)
            printed, complaints = self.process.communicate(timeout=30)
            complaints += "it did not end by itself"
        return (
            self.process.returncode,
            [json.loads(line) for line in printed.splitlines()],
            complaints,
        )


class Case(NamedTuple):
    """One call: what sipp does, what the app answers, and what it gets at which path."""

    steps: list[str]
    expected: dict[str, str]
    path: str = "/done"
    documents: Mapping[str, str] = MappingProxyType({"/voice": f"<Say>Hello</Say>{REFER_VERB}"})
    options: tuple[str, ...] = ()
    # The status of the command.
    status: int = 0
    # Parameters that the first request has.
    first: Mapping[str, str] = MappingProxyType({})


def ringing(step: str) -> str:
    """Let 180 come where sipp waits for what the INVITE gets."""
    return step + receive(180, optional="true") if step == receive(100, optional="true") else step


def report(status: str | None, refer: int | None, notified: int | None = None) -> dict[str, str]:
    """Return the parameters of a report."""
    values = zip(REPORT, (status, refer, notified))
    return {name: str(value) for name, value in values if value is not None}


SETTINGS = {
    "grace": "hangup-grace",
    "notify": "notify-timeout",
    "response": "response-timeout",
    "max-duration": "max-duration",
}


def converted(case: scenarios.Case) -> Case:
    """Make a case of one that the examples are tested with."""
    options: list[str] = []
    for option in case.options:
        name, _, milliseconds = option.partition("=")
        if name in SETTINGS:
            options += ["--set", f"{SETTINGS[name]}={int(milliseconds) / 1000}"]
    if case.printed == ["no call"]:
        return Case(
            case.steps,
            {"CallStatus": "canceled"},
            "/status",
            {"/voice": '<Pause length="20"/>'},
        )
    form = case.printed[0].removeprefix("action ")
    return Case(
        list(map(ringing, case.steps)), dict(urllib.parse.parse_qsl(form)), options=tuple(options)
    )


def transfer(
    *steps: str, expected: dict[str, str], options: tuple[str, ...] = (), **more: object
) -> Case:
    """Make a case in which the REFER is sent, and then this happens."""
    call = list(map(ringing, CALL))
    return Case([*call, REFER, *steps], expected, options=options, **more)  # type: ignore[arg-type]


def refused(code: int, reason: str) -> Case:
    """A REFER that is refused."""
    return transfer(
        scenarios.answer_refer(f"{code} {reason}"), *ENDED, expected=report("failed", code)
    )


def final(code: int, reason: str, status: str) -> Case:
    """A target that answers with this code (RFC 3515 section 2.4.5)."""
    return transfer(
        scenarios.answer_refer("202 Accepted"),
        *TRYING,
        notify(3, TERMINATED, f"{code} {reason}"),
        receive(200),
        *ENDED,
        expected=report(status, 202, code),
    )


def info(cseq: int, key: str) -> list[str]:
    """A key that is pressed, in the body of an INFO."""
    body = f"Signal={key}\nDuration=160\n"
    return [request("INFO", cseq, "Content-Type: application/dtmf-relay\n", body), receive(200)]


HEADERS = (
    "X-Order: 7\nX-Twilio-Own: 1\nUser-to-User: 6F72646572;encoding=hex\n"
    "Remote-Party-ID: <sip:a@b>\n"
)
INVITE_WITH_HEADERS = CALL[0].replace("Content-Type: ", f"{HEADERS}Content-Type: ", 1)
CALLED = list(map(ringing, CALL))
HELD = "a=sendonly\n"
REINVITE = request("INVITE", 2, "Content-Type: application/sdp\n", scenarios.SDP + HELD)
CHALLENGED = (
    "SIP/2.0 401 Unauthorized\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n"
    "[last_CSeq:]\n"
    'WWW-Authenticate: Digest realm="pbx", nonce="8f2a", algorithm=MD5, qop="auth"\n'
    "Content-Length: 0\n\n"
)

CASES: dict[str, Case] = {
    **{name: converted(case) for name, case in scenarios.CASES.items()},
    "refer-481": refused(481, "Call/Transaction Does Not Exist"),
    "refer-408": refused(408, "Request Timeout"),
    "refer-603": refused(603, "Decline"),
    "no-answer": final(487, "Request Terminated", "no-answer"),
    "busy-everywhere": final(600, "Busy Everywhere", "busy"),
    "not-found": final(404, "Not Found", "failed"),
    "moved": final(302, "Moved Temporarily", "failed"),
    "accepted-with-200": transfer(
        scenarios.answer_refer("200 OK"),
        *TRYING,
        notify(3, TERMINATED, "200 OK"),
        receive(200),
        *ENDED,
        expected=report("in-progress", 200, 200),
    ),
    "trying-first": transfer(
        scenarios.answer_refer("100 Trying"),
        scenarios.answer_refer("202 Accepted"),
        notify(2, TERMINATED, "200 OK"),
        receive(200),
        *ENDED,
        expected=report("in-progress", 202, 200),
    ),
    "no-subscription": transfer(
        scenarios.answer_refer("202 Accepted").replace("Contact:", "Refer-Sub: false\nContact:", 1),
        *ENDED,
        expected=report(None, 202),
    ),
    "terminated-without-a-code": transfer(
        scenarios.answer_refer("202 Accepted"),
        notify(2, ACTIVE, "180 Ringing"),
        receive(200),
        notify(3, TERMINATED, "180 Ringing"),
        receive(200),
        *ENDED,
        expected=report("failed", 202, 180),
    ),
    # Whoever calls without --caller could otherwise try passwords on what is answered.
    "no-digest-for-a-stranger": transfer(
        f"<send><![CDATA[\n{CHALLENGED}]]></send>\n",
        *ENDED,
        expected=report("failed", 401),
        options=("--user", "caller", "--password-file", "PASSWORD"),
    ),
    "headers": Case(
        [INVITE_WITH_HEADERS, *CALLED[1:], *ENDED],
        {"CallStatus": "completed", "SipResponseCode": "200"},
        "/status",
        {"/voice": "<Say>Hello</Say>"},
        first={
            "SipHeader_X-Order": "7",
            "SipHeader_User-to-User": "6F72646572;encoding=hex",
            "SipHeader_Remote-Party-ID": "<sip:a@b>",
            "SipSourceIp": "127.0.0.1",
            "SipDomain": "127.0.0.1",
            "Direction": "inbound",
            "CallStatus": "ringing",
        },
    ),
    "rejected": Case(
        [CALL[0], *CALLED[1:2], receive(603), request("ACK", 1).replace("[branch]", "[branch-4]")],
        {"CallStatus": "failed", "SipResponseCode": "603"},
        "/status",
        {"/voice": "<Reject/>"},
    ),
    "rejected-as-busy": Case(
        [CALL[0], *CALLED[1:2], receive(486), request("ACK", 1).replace("[branch]", "[branch-4]")],
        {"CallStatus": "busy", "SipResponseCode": "486"},
        "/status",
        {"/voice": '<Reject reason="busy"/>'},
    ),
    "hangs-up-in-a-pause": Case(
        [*CALLED, request("BYE", 2), receive(200)],
        {"CallStatus": "completed"},
        "/status",
        {"/voice": '<Say>Hello</Say><Pause length="30"/><Redirect>/never</Redirect>'},
    ),
    "keys-by-info": Case(
        [
            *CALLED,
            '<pause milliseconds="400"/>\n',
            *info(2, "4"),
            *info(3, "2"),
            *info(4, "#"),
            *ENDED,
        ],
        {"Digits": "42"},
        documents={
            "/voice": '<Gather action="/done"><Say>Press</Say></Gather>',
            "/done": "<Hangup/>",
        },
    ),
    "one-key-is-enough": Case(
        [*CALLED, '<pause milliseconds="400"/>\n', *info(2, "7"), *ENDED],
        {"Digits": "7"},
        documents={
            "/voice": '<Gather numDigits="1" action="/done" timeout="30"/>',
            "/done": "<Hangup/>",
        },
    ),
    "no-key": Case(
        [*CALLED, *ENDED],
        {"Digits": ""},
        documents={
            "/voice": '<Gather timeout="1" action="/wrong"/>'
            '<Gather timeout="1" action="/done" actionOnEmptyResult="true"/>',
            "/done": "<Hangup/>",
        },
    ),
    "keys-by-the-command": Case(
        [*CALLED, *ENDED],
        {"Digits": "42"},
        documents={"/voice": '<Gather action="/done"/>', "/done": "<Hangup/>"},
        options=("--digits", "42#"),
    ),
    "held-and-transferred": Case(
        [
            *CALLED,
            REINVITE,
            receive(100, optional="true"),
            receive(200),
            request("ACK", 2),
            REFER,
            scenarios.answer_refer("202 Accepted"),
            notify(3, TERMINATED, "200 OK"),
            receive(200),
            *ENDED,
        ],
        report("in-progress", 202, 200),
        documents={"/voice": f'<Pause length="1"/><Say>Hello</Say><Pause length="1"/>{REFER_VERB}'},
    ),
    "another-app-error": Case(
        [*CALLED, *ENDED],
        {"CallStatus": "completed"},
        "/status",
        {"/voice": "<Say>Hello</Sya>"},
        status=1,
    ),
}


def replayed(command: str, pcap: Path, options: tuple[str, ...]) -> dict[str, str] | str:
    """Return what `replay` says of the capture, as parameters."""
    words = [command, "replay", str(pcap), "--json"]
    for name, value in zip(options, options[1:]):
        if name == "--set":
            words += ["--set", value]
    said = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    lines = [json.loads(line) for line in said.stdout.splitlines()]
    ends = [line for line in lines if line.get("output") == "completed"]
    return dict(ends[0]["params"]) if len(ends) == 1 else f"{said.stdout[-500:]}{said.stderr}"


def call_with_sipp(command: str, name: str, transport: str) -> tuple[str, str | None]:
    """Run a case; the request that the app got, and what went wrong."""
    case = CASES[name]
    app = App(case.documents)
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        (folder / "PASSWORD").write_text("s3cret\n")
        options = [str(folder / it) if it == "PASSWORD" else it for it in case.options]
        script = folder / "caller.xml"
        script.write_text(scenarios.xml(scenarios.Case(case.steps, [])))
        emulator = Emulator(command, app, folder, *options)
        try:
            sipp = [
                "sipp",
                emulator.address,
                "-sf",
                str(script),
                "-i",
                "127.0.0.1",
                "-mi",
                "127.0.0.1",
            ]
            sipp += ["-p", str(free_port()), "-mp", str(free_port()), "-m", "1", "-nostdin"]
            sipp += ["-t", "t1" if transport == "tcp" else "u1", "-timeout", "40", "-timeout_error"]
            sipp += ["-trace_err", "-error_file", str(folder / "errors")]
            heard = subprocess.run(
                sipp, cwd=folder, capture_output=True, text=True, timeout=60, check=False
            )
            if heard.returncode:
                emulator.process.send_signal(signal.SIGTERM)
            status, steps, complaints = emulator.end()
        finally:
            emulator.process.kill()
            app.close()
        wrong = list(app.wrong)
        if heard.returncode:
            errors = folder / "errors"
            wrong.append(
                f"sipp returned {heard.returncode}: "
                f"{errors.read_text() if errors.exists() else heard.stderr}"
            )
        if status != case.status:
            wrong.append(f"status {status}: {complaints}")
        got = app.got(case.path)
        shown = "&".join(
            f"{name}={value}"
            for name, value in (got[0] if got else {}).items()
            if name in INTERESTING
        )
        wrong += differences(case, app)
        if not wrong and "ReferSipResponseCode" in case.expected and name not in NOT_REPLAYED:
            told = replayed(command, emulator.pcap, case.options)
            if told != case.expected:
                wrong.append(f"replay says {told}, not {case.expected}")
        if not wrong and not (emulator.svg / "call-1.svg").read_text().startswith("<svg"):
            wrong.append("no picture")
        if wrong:
            wrong += (
                [json.dumps(step) for step in steps if step["step"] in ("sip", "error", "note")]
                if "-v" in sys.argv
                else []
            )
    return f"{case.path} {shown}", "; ".join(wrong) or None


# The clock of the command began a moment before the message was written, so that the BYE in a
# capture seems to come too early.
NOT_REPLAYED = ("unanswered",)
INTERESTING = (*REPORT, "CallStatus", "Digits", "SipUsername", "SipResponseCode")


def differences(case: Case, app: App) -> list[str]:
    """Compare what the app got."""
    wrong = []
    got = app.got(case.path)
    if len(got) != 1:
        return [f"{len(got)} requests to {case.path}: {app.requests}"]
    names = [*REPORT, *case.expected] if case.path == "/done" else list(case.expected)
    found = {name: got[0][name] for name in names if name in got[0]}
    if found != case.expected:
        wrong.append(f"{case.path} got {found}, not {case.expected}")
    first = app.got("/voice")[0]
    wrong += [
        f"{name} is {first.get(name)}, not {value}"
        for name, value in case.first.items()
        if first.get(name) != value
    ]
    wrong += [f"{name} was sent" for name in first if name.startswith("SipHeader_X-Twilio")]
    ended = app.got("/status")
    if len(ended) != 1:
        wrong.append(f"{len(ended)} status callbacks")
    if any(params["CallSid"] != first["CallSid"] for _, params in app.requests):
        wrong.append("the CallSid changed")
    return wrong


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

    @property
    def case(self) -> str:
        """What happens."""
        called = (
            "called-"
            if self.is_called
            else "digest-"
            if self.has_digest
            else "keys-"
            if self.keys
            else ""
        )
        return called + ("answered" if self.code == 200 else "busy")


PEERS = [
    *(
        Peer(name, code, way)
        for name in ("pjsua2", "baresip")
        for code in (200, 486)
        for way in ("udp", "tcp")
    ),
    *(
        Peer(name, 200, way, is_called=True)
        for name in ("pjsua2", "baresip")
        for way in ("udp", "tcp")
    ),
    *(Peer(name, 200, "udp", has_digest=True) for name in ("pjsua2", "baresip")),
    Peer("pjsua2", 200, "udp", keys="42#"),
]


def call_with_peer(command: str, peer: Peer, python: str) -> tuple[str, str | None]:
    """Let a softphone be transferred; the request that the app got, and what went wrong."""
    target = Target(peer.code)
    uri = f"sip:bob@127.0.0.1:{target.port}?{URI.partition('?')[2]}"
    refer = f'<Say>Hello</Say><Refer action="/done"><Sip>{escape(uri)}</Sip></Refer>'
    documents = (
        {"/voice": '<Gather action="/chosen" timeout="10"/>', "/chosen": refer}
        if peer.keys
        else {"/voice": refer}
    )
    app = App(documents)
    expected = (
        report("in-progress", 202, 200) if peer.code == 200 else report("busy", 202, peer.code)
    )
    suffix = ";transport=tcp" if peer.transport == "tcp" else ""
    digest = "caller:s3cret" if peer.has_digest else ""
    process = emulator = None
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        (folder / "callers").write_text("caller:s3cret\n")
        options = ["--expect", peers.OUTCOMES[peer.code]]
        options += ["--caller", str(folder / "callers")] if peer.has_digest else []

        def start(dialed: str | None, port: int | None = None) -> subprocess.Popen[bytes]:
            words = [python, str(Path(__file__).with_name("pjsua2_caller.py")), dialed or str(port)]
            if peer.name == "baresip":
                words = peers.baresip(text, dialed, port, digest or ":")
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            environment = {**os.environ, "DIGEST": digest, "KEYS": peer.keys}
            return subprocess.Popen(words, stdin=subprocess.PIPE, env=environment, **quiet)

        try:
            if peer.is_called:
                port = free_port()
                process = start(None, port)
                while is_free(port):
                    time.sleep(0.1)
                options += ["--call", f"sip:caller@127.0.0.1:{port}{suffix}"]
                emulator = Emulator(command, app, folder, *options)
            else:
                emulator = Emulator(command, app, folder, *options)
                process = start(f"sip:transfer@{emulator.address}{suffix}")
            status, _, complaints = emulator.end()
        finally:
            if emulator:
                emulator.process.kill()
            if process:
                process.terminate()
                process.wait(timeout=10)
            app.close()
            target.close()
    got, first = app.got("/done"), (app.got("/voice") or [{}])[0]
    form = {name: got[0][name] for name in REPORT if name in got[0]} if got else {}
    arrived = [
        f"{name} there: {(target.headers or {}).get(name, 'none')}"
        for name in ("x-reason", "user-to-user")
    ]
    shown = "/done " + "&".join(f"{name}={value}" for name, value in form.items())
    wrong = list(app.wrong)
    if status or form != expected:
        wrong.append(f"status {status}, {form}, not {expected}: {complaints}")
    if first.get("Direction") != ("outbound-api" if peer.is_called else "inbound"):
        wrong.append(f"Direction is {first.get('Direction')}")
    if first.get("SipUsername") != ("caller" if peer.has_digest else None):
        wrong.append(f"SipUsername is {first.get('SipUsername')}")
    if peer.keys and [params["Digits"] for params in app.got("/chosen")] != [peer.keys.rstrip("#")]:
        wrong.append(f"Digits are {app.got('/chosen')}")
    # pjsua2 takes headers from a URI, baresip 1.0 does not.
    if peer.name == "pjsua2" and arrived != ARRIVED:
        wrong.append("the headers did not arrive")
    return f"{shown}; {', '.join(arrived)}", "; ".join(wrong) or None


ARRIVED = ["x-reason there: billing question", "user-to-user there: 6F72646572;encoding=hex"]


def main() -> int:
    """Run what was asked for."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("command")
    reader.add_argument("--python")
    reader.add_argument("--jobs", type=int, default=4)
    reader.add_argument("-v", action="store_true")
    reader.add_argument("names", nargs="*")
    options = reader.parse_args()
    command = str(Path(options.command).resolve())
    names = [name for name in options.names or CASES if name in CASES]
    rows = [("sipp", name, transport) for name in names for transport in ("udp", "tcp")]
    with ThreadPoolExecutor(options.jobs) as pool:
        results = list(pool.map(lambda row: call_with_sipp(command, *row[1:]), rows))
    if options.python:
        for peer in PEERS:
            if options.names and "peers" not in options.names and peer.case not in options.names:
                continue
            rows.append((peer.name, peer.case, peer.transport))
            results.append(call_with_peer(command, peer, options.python))
    width = max((len(name) for _, name, _ in rows), default=0)
    for (peer, name, transport), (got, wrong) in zip(rows, results):
        print(f"{peer:<8} {name:<{width}} {transport}  {got}: {wrong or 'ok'}")
    failed = sum(wrong is not None for _, wrong in results)
    print(f"emulate: {len(rows) - failed} of {len(rows)} passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
