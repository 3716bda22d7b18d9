"""Lets Asterisk meet `emulate`: `asterisk_emulate.py --python PYTHON ROOT COMMAND`.

As caller, or as the called endpoint, it is transferred to a target. As the target's PBX it is what
a softphone, pjsua2 in PYTHON, is transferred to. What the app got must be what Twilio's
documentation says of what Asterisk does. Prints a table: what happened, the request that the app
got, and the headers of the target's URI that its call had.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple
from xml.sax.saxutils import escape

from asterisk import Asterisk
from asterisk_calls import RINGING
from emulate_cases import QUERY
from emulate_peers import HEADERS, Peer, start
from emulator import REPORT, App, Emulator, report, shown, wait_until
from run import free_port
from target import Target

USER, PASSWORD = "caller", "s3cret"
# Asterisk connects the two sides of a call some milliseconds after it has sent the ACK: a REFER
# that comes earlier is accepted, and then fails with 400 in a NOTIFY. What is said answers the call.
VERBS = '<Say>Hello</Say><Pause length="1"/><Refer action="/done"><Sip>{}</Sip></Refer>'
NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class Case(NamedTuple):
    """A call, and what the app must get."""

    expected: dict[str, str]
    # The target: its user, and what it answers with.
    user: str = "bob"
    code: int = 200
    endpoint: str = "willing"
    transport: str = "udp"
    is_called: bool = False
    has_digest: bool = False
    # The seconds after which the softphone hangs up.
    stay: int | None = None
    headers: Mapping[str, str] = NO_HEADERS


TRANSFERRED = report("in-progress", 202, 200)
# The four scenarios of Twilio's documentation, and what Asterisk has besides. When its telephone
# hangs up, Asterisk ends the call to the target itself and reports 503, as for any call to the
# target that is neither answered nor busy. Only then comes the BYE: so the app gets "failed", not
# "canceled".
CALLS = {
    "answered": Case(TRANSFERRED),
    "answered, TCP": Case(TRANSFERRED, transport="tcp"),
    "answered, the dialplan adds the headers": Case(
        TRANSFERRED, endpoint="careful", headers=HEADERS
    ),
    "answered, the caller has a password": Case(TRANSFERRED, has_digest=True),
    "answered, Asterisk was called": Case(TRANSFERRED, is_called=True),
    "busy": Case(report("busy", 202, 486), code=486),
    "unavailable": Case(report("failed", 202, 503), code=480),
    "not in the dialplan": Case(report("failed", 202, 404), user="nobody"),
    "transfers not allowed": Case(report("failed", 603), endpoint="unwilling"),
    "the caller hangs up": Case(report("failed", 202, 503), code=RINGING),
}
PBX = {
    "answered": Case(TRANSFERRED, headers=HEADERS),
    "busy": Case(report("busy", 202, 486), user="busy"),
    "not in the dialplan": Case(report("failed", 202, 404), user="absent"),
    "the caller hangs up": Case(report("canceled", 202, 180), user="ringing", stay=3),
}


def differences(case: Case, app: App) -> list[str]:
    """Compare what the app got with what it should get."""
    wrong = list(app.wrong)
    done = app.got("/done")
    if len(done) != 1:
        return [*wrong, f"{len(done)} requests to /done: {app.requests}"]
    got = {name: done[0][name] for name in REPORT if name in done[0]}
    if got != case.expected:
        wrong.append(f"/done got {got}, not {case.expected}")
    first = app.got("/voice")[0]
    for name, value in (
        ("Direction", "outbound-api" if case.is_called else "inbound"),
        ("SipUsername", USER if case.has_digest else None),
        ("SipSourceIp", "127.0.0.1"),
    ):
        if first.get(name) != value:
            wrong.append(f"{name} is {first.get(name)}, not {value}")
    if not app.got("/status"):
        wrong.append("no status callback")
    return wrong


def row(case: Case, app: App, headers: Mapping[str, str]) -> tuple[str, str | None]:
    """Return the request and the headers as they are printed, and what went wrong."""
    wrong = differences(case, app)
    if headers != case.headers:
        wrong.append(f"the call to the target has {dict(headers)}, not {dict(case.headers)}")
    request = shown("/done", (app.got("/done") or [{}])[0])
    if case.expected == TRANSFERRED:
        request += "; there: " + ", ".join(f"{it} {headers.get(it, 'none')}" for it in HEADERS)
    return request, "; ".join(wrong) or None


def transfer(command: str, asterisk: Asterisk, case: Case) -> tuple[str, str | None]:
    """Let Asterisk call, or be called, and be transferred."""
    target = Target(case.code)
    app = App({"/voice": VERBS.format(escape(f"sip:{case.user}@127.0.0.1:{target.port}?{QUERY}"))})
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        (folder / "callers").write_text(f"{USER}:{PASSWORD}\n")
        options = ["--caller", str(folder / "callers")] if case.has_digest else []
        if case.is_called:
            options = ["--call", f"sip:phone@127.0.0.1:{asterisk.port}"]
        emulator = Emulator(command, app, folder, *options)
        try:
            if not case.is_called:
                way = ";transport=tcp" if case.transport == "tcp" else ""
                asterisk.call(f"sip:transfer@{emulator.address}{way}", case.endpoint)
            if case.code == RINGING:
                wait_until(lambda: target.headers, "the call to the target")
                asterisk.hang_up()
            emulator.end()
        finally:
            emulator.process.kill()
            app.close()
            target.close()
            asterisk.hang_up()
    arrived = {name: value for name, value in (target.headers or {}).items() if name in HEADERS}
    return row(case, app, arrived)


def call_the_pbx(
    command: str, asterisk: Asterisk, case: Case, python: str
) -> tuple[str, str | None]:
    """Let a softphone be transferred to a user of Asterisk."""
    app = App(
        {"/voice": VERBS.format(escape(f"sip:{case.user}@127.0.0.1:{asterisk.port}?{QUERY}"))}
    )
    logged = len(asterisk.messages())
    with tempfile.TemporaryDirectory() as text:
        emulator = Emulator(command, app, Path(text))
        dialed = f"sip:transfer@{emulator.address}"
        phone = start(Peer("pjsua2", 200, "udp", stay=case.stay), python, Path(text), dialed)
        try:
            emulator.end()
        finally:
            emulator.process.kill()
            phone.terminate()
            phone.wait(timeout=10)
            app.close()
            asterisk.hang_up()
    log = asterisk.messages()[logged:]
    found = {name: value for name, value in HEADERS.items() if f'"{name}={value}"' in log}
    return row(case, app, found)


def main() -> int:
    """Run every case."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--python", required=True)
    reader.add_argument("root")
    reader.add_argument("command")
    reader.add_argument("names", nargs="*")
    options = reader.parse_args()
    command = str(Path(options.command).resolve())
    results = []
    with Asterisk(options.root, free_port(), USER, PASSWORD) as asterisk:
        print(asterisk.console("core show version").split(" built")[0])
        for role, cases in (("caller", CALLS), ("PBX", PBX)):
            for name, case in cases.items():
                if options.names and name not in options.names:
                    continue
                if role == "PBX":
                    got, wrong = call_the_pbx(command, asterisk, case, options.python)
                else:
                    got, wrong = transfer(command, asterisk, case)
                results.append(wrong)
                print(f"{role:<6}  {name:<39}  {got}: {wrong or 'ok'}")
        if any(results):
            print(asterisk.messages(), file=sys.stderr)
    passed = sum(wrong is None for wrong in results)
    print(f"emulate and Asterisk: {passed} of {len(results)} passed")
    return 0 if passed == len(results) else 1


if __name__ == "__main__":
    sys.exit(main())
