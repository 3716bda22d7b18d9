"""Lets softphones be transferred: `phones.py --python PYTHON [--asterisk ROOT] COMMAND PROGRAM…`.

pjsua2, which PYTHON has, and baresip call each PROGRAM, an example, and `emulate` of COMMAND, or
are called by it; with a ROOT, Asterisk does, which is also the PBX that pjsua2 is transferred to.
Each transfer must end as the case says, by Twilio's documentation of the parameters and by what the
softphone does, and the call to the target must have the headers that the case names. Prints a
table: who transfers, the case, how it ended, and the headers there.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import socketserver
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from asterisk import Asterisk
from cases import BUSY, NONE, TRANSFERRED
from servers import (
    HEADERS,
    QUERY,
    App,
    Emulator,
    Example,
    Report,
    Server,
    Target,
    free_port,
    is_free,
    report,
    shown,
    unequal,
    wait_until,
)

USER, PASSWORD = "caller", "s3cret"
RINGING = 180
BARESIP = """module_path /usr/lib/baresip/modules
sip_listen 127.0.0.1:{port}
audio_player aubridge,nil
audio_source aubridge,nil
audio_alert aubridge,nil
module g711.so
module aubridge.so
module_tmp account.so
module_app menu.so
"""


class Case(NamedTuple):
    """A call of a softphone, and what must come of it."""

    # pjsua2, baresip, or an endpoint of Asterisk: see `Asterisk.call`.
    phone: str
    # What the target answers with, and how the transfer ends.
    code: int
    report: Report
    # Those that the call to the target must have; None if that depends on the softphone's version.
    headers: Mapping[str, str] | None = NONE
    transport: str = "udp"
    user: str = "bob"
    # For `emulate` alone: it calls the phone, which is asked for a password, presses keys, or hangs
    # up after so many seconds; the target is a user of Asterisk.
    is_called: bool = False
    has_digest: bool = False
    keys: str = ""
    stay: str = ""
    is_pbx: bool = False


SOFTPHONES = {
    f"{phone}, {end.outcome}, {way}": Case(phone, code, end, headers, way)
    for phone, headers in (("pjsua2", HEADERS), ("baresip", None))
    for code, end in ((200, TRANSFERRED), (486, BUSY))
    for way in ("udp", "tcp")
}
PJSUA2 = SOFTPHONES["pjsua2, transferred, udp"]
SOFTPHONES_OF_EMULATE = {
    **{
        f"{name}, called": it._replace(is_called=True)
        for name, it in SOFTPHONES.items()
        if it.code == 200
    },
    "pjsua2, password": PJSUA2._replace(has_digest=True),
    "baresip, password": SOFTPHONES["baresip, transferred, udp"]._replace(has_digest=True),
    "pjsua2, keys": PJSUA2._replace(keys="42#"),
}
# The four scenarios of Twilio's documentation, and what Asterisk has besides. When its telephone
# hangs up, Asterisk ends the call to the target itself and reports 503, as for any call to the
# target that is neither answered nor busy. Only then comes the BYE: so the app gets "failed", not
# "canceled".
UNAVAILABLE = report("target-failed", "failed", 202, 503)
ABSENT = report("target-failed", "failed", 202, 404)
WILLING = Case("willing", 200, TRANSFERRED)
ASTERISK = {
    "Asterisk, answered": WILLING,
    "Asterisk, the dialplan adds the headers": Case("careful", 200, TRANSFERRED, HEADERS),
    "Asterisk, busy": Case("willing", 486, BUSY),
    "Asterisk, not in the dialplan": WILLING._replace(user="nobody", report=ABSENT),
    "Asterisk, the caller hangs up": Case("willing", RINGING, UNAVAILABLE),
    "Asterisk, transfers not allowed": Case("unwilling", 200, report("rejected", "failed", 603)),
}
PBX = PJSUA2._replace(is_pbx=True, headers=NONE)
ASTERISK_OF_EMULATE = {
    "Asterisk, answered, TCP": WILLING._replace(transport="tcp"),
    "Asterisk, the caller has a password": WILLING._replace(has_digest=True),
    "Asterisk, called": WILLING._replace(is_called=True),
    "Asterisk, unavailable": Case("willing", 480, UNAVAILABLE),
    "PBX, answered": PBX._replace(headers=HEADERS),
    "PBX, busy": PBX._replace(user="busy", report=BUSY),
    "PBX, not in the dialplan": PBX._replace(user="absent", report=ABSENT),
    "PBX, the caller hangs up": PBX._replace(
        user="ringing", stay="3", report=report("canceled", "canceled", 202, 180)
    ),
}


class SlowRelay(Server, socketserver.UDPServer):
    """Relays between Asterisk and an example, and holds the ACK for a while.

    Asterisk connects the two sides of a call some milliseconds after it has sent the ACK. A REFER
    that comes earlier is accepted, and then fails with 400 in a NOTIFY.
    """

    def __init__(self, asterisk: int, example: str) -> None:
        super().__init__(("127.0.0.1", 0), socketserver.BaseRequestHandler)
        self.asterisk, self.example = asterisk, example
        self.address = f"127.0.0.1:{self.server_address[1]}"
        self.start()

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Relay a message."""
        data, port = request[0], int(self.example.partition(":")[2])
        if client_address[1] == port:
            data, port = data.replace(self.example.encode(), self.address.encode()), self.asterisk
        elif data.startswith(b"ACK "):
            time.sleep(0.2)
        self.socket.sendto(data, ("127.0.0.1", port))


class Phones:
    """The softphones."""

    def __init__(self, python: str, asterisk: Any = None) -> None:
        self.python = python
        self.asterisk = asterisk

    @contextlib.contextmanager
    def start(self, case: Case, dialed: str) -> Iterator[None]:
        """Let a softphone call a URI."""
        if case.phone in ("pjsua2", "baresip"):
            with self.softphone(case, dialed):
                yield
        else:
            self.asterisk.call(dialed, case.phone)
            try:
                yield
            finally:
                self.asterisk.hang_up()

    @contextlib.contextmanager
    def softphone(self, case: Case, dialed: str, port: int = 0) -> Iterator[None]:
        """Run pjsua2 or baresip, which calls the URI, or without one waits for a call at a port."""
        digest = f"{USER}:{PASSWORD}" if case.has_digest else ""
        words = [self.python, str(Path(__file__).with_name("pjsua2_caller.py"))]
        words.append(dialed or str(port))
        with tempfile.TemporaryDirectory() as folder:
            if case.phone == "baresip":
                account = "<sip:caller@127.0.0.1>;regint=0;answermode=auto"
                account += f";auth_user={USER};auth_pass={PASSWORD}" if digest else ""
                Path(folder, "config").write_text(BARESIP.format(port=port or free_port()))
                Path(folder, "accounts").write_text(f"{account}\n")
                Path(folder, "contacts").write_text("")
                words = ["baresip", "-f", folder, "-t", "20"]
                words += ["-e", f"/dial {dialed}"] if dialed else []
            environment = {"DIGEST": digest, "KEYS": case.keys, "STAY": case.stay}
            phone = subprocess.Popen(
                words,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={**os.environ, **environment},
            )
            try:
                yield
            finally:
                phone.terminate()
                phone.wait(timeout=10)

    @contextlib.contextmanager
    def called(self, case: Case) -> Iterator[str]:
        """Let a softphone wait for a call, and yield its URI."""
        if self.asterisk:
            yield f"sip:caller@127.0.0.1:{self.asterisk.port}"
            return
        port = free_port()
        with self.softphone(case, "", port):
            wait_until(lambda: not is_free(port), "the softphone's port")
            yield f"sip:caller@127.0.0.1:{port}"

    def hang_up_when_it_rings(self, case: Case, target: Target) -> None:
        """Let Asterisk end its calls once the target of such a case rings."""
        if case.code == RINGING:
            wait_until(lambda: target.headers, "the call to the target")
            self.asterisk.hang_up()


def transfer_by_example(program: str, phones: Phones, case: Case) -> tuple[Any, str, list[str]]:
    """Let an example transfer a softphone; the headers there, what it printed, what is wrong."""
    with contextlib.ExitStack() as stack:
        target = stack.enter_context(Target(case.code))
        uri = f"sip:{case.user}@127.0.0.1:{target.port}?{QUERY}"
        example = stack.enter_context(Example(program, *["--tcp"] * (case.transport == "tcp"), uri))
        address = example.address
        if phones.asterisk:
            address = stack.enter_context(SlowRelay(phones.asterisk.port, address)).address
        dialed = f"sip:transfer@{address};transport={case.transport}"
        stack.enter_context(phones.start(case, dialed))
        phones.hang_up_when_it_rings(case, target)
        _, printed, errors = example.end()
    lines = [line for line in printed if not line.startswith("refer ")]
    wrong = [] if lines == case.report.printed else [f"not {case.report.printed}: {errors}"]
    return target.headers, "; ".join(lines), wrong


def transfer_by_emulate(command: str, phones: Phones, case: Case) -> tuple[Any, str, list[str]]:
    """Let `emulate` transfer a softphone; the headers there, what the app got, what is wrong."""
    with contextlib.ExitStack() as stack:
        target = stack.enter_context(Target(case.code))
        port, logged = target.port, 0
        if case.is_pbx:
            port, logged = phones.asterisk.port, len(phones.asterisk.messages())
        refer = f"sip:{case.user}@127.0.0.1:{port}?{QUERY}"
        # Why Asterisk needs the pause, `SlowRelay` says. What is said answers the call.
        verbs = '<Say>Hello</Say><Pause length="1"/>' if phones.asterisk else "<Say>Hello</Say>"
        verbs += f'<Refer action="/done"><Sip>{escape(refer)}</Sip></Refer>'
        menu = {"/voice": '<Gather action="/chosen" timeout="10"/>', "/chosen": verbs}
        app = stack.enter_context(App(menu if case.keys else {"/voice": verbs}))
        options = ["--calls", "1", "--expect", case.report.outcome]
        if case.has_digest:
            callers = Path(stack.enter_context(tempfile.TemporaryDirectory()), "callers")
            callers.write_text(f"{USER}:{PASSWORD}\n")
            options += ["--caller", str(callers)]
        suffix = f";transport={case.transport}"
        if case.is_called:
            options += ["--call", stack.enter_context(phones.called(case)) + suffix]
        emulator = stack.enter_context(Emulator(command, app.base, *options))
        if not case.is_called:
            dialed = f"sip:transfer@{emulator.address}{suffix}"
            stack.enter_context(phones.start(case, dialed))
        phones.hang_up_when_it_rings(case, target)
        status, _, errors = emulator.end()
    first = {
        "Direction": "outbound-api" if case.is_called else "inbound",
        "SipUsername": USER if case.has_digest else None,
        "SipSourceIp": "127.0.0.1",
    }
    wrong = app.differences("/done", case.report.parameters, first)
    if case.keys:
        wrong += unequal(app.first("/chosen"), {"Digits": case.keys.rstrip("#")})
    if status:
        wrong.append(f"status {status}: {errors}")
    headers = target.headers
    if case.is_pbx:
        log = phones.asterisk.messages()[logged:]
        headers = {name: it for name, it in HEADERS.items() if f'"{name}={it}"' in log}
    return headers, shown("/done", app.first("/done")), wrong


def main() -> int:
    """Run every case."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("command")
    reader.add_argument("programs", nargs="*")
    reader.add_argument("--python", required=True)
    reader.add_argument("--asterisk", metavar="ROOT")
    options = reader.parse_args()
    cases, more, asterisk = SOFTPHONES, SOFTPHONES_OF_EMULATE, None
    results = []
    with contextlib.ExitStack() as stack:
        if options.asterisk:
            cases, more = ASTERISK, ASTERISK_OF_EMULATE
            asterisk = stack.enter_context(Asterisk(options.asterisk, free_port(), USER, PASSWORD))
            print(asterisk.console("core show version").split(" built")[0])
        phones = Phones(options.python, asterisk)
        rows = [(program, *row) for program in options.programs for row in cases.items()]
        rows += [("", *row) for row in {**cases, **more}.items()]
        for program, name, case in rows:
            if program:
                headers, end, wrong = transfer_by_example(program, phones, case)
            else:
                headers, end, wrong = transfer_by_emulate(options.command, phones, case)
            found = {name: it for name, it in (headers or {}).items() if name in HEADERS}
            if case.headers is not None and found != case.headers:
                wrong.append(f"the headers there are {found}, not {dict(case.headers)}")
            results.append(wrong)
            print(
                f"{Path(program or 'emulate').name:<12}  {name:<39}  {end}, "
                f"{', '.join(found) or 'no headers'} there: {'; '.join(wrong) or 'ok'}",
                flush=True,
            )
        if asterisk and any(results):
            print(asterisk.messages(), file=sys.stderr)
    passed = results.count([])
    print(f"phones: {passed} of {len(results)} passed")
    return 0 if passed == len(results) else 1


if __name__ == "__main__":
    sys.exit(main())
