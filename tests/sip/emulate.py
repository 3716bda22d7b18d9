"""Lets user agents call `twiml-refer emulate`: `emulate.py [--python PYTHON] COMMAND [NAME…]`.

sipp plays the caller in each case of `emulate_cases`, over UDP and over TCP; with PYTHON, which has
pjsua2, pjsua2 and baresip are transferred (`emulate_peers`). What the app got must be what Twilio's
documentation says, signed as it says; what `replay` makes of the capture of `--pcap` must be the
same. Prints a table: peer, case, transport, and the request that the app got.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import emulate_peers
import scenarios
from emulate_cases import CASES, Case
from emulator import REPORT, App, Emulator, shown
from run import free_port

# The clock of the command began a moment before the message was written, so that the BYE in a
# capture seems to come too early.
NOT_REPLAYED = ("unanswered",)
INTERESTING = (*REPORT, "CallStatus", "Digits", "SipUsername", "SipResponseCode")


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


def sipp(address: str, case: Case, transport: str, folder: Path) -> str | None:
    """Let sipp play the caller, and return what went wrong."""
    script, errors = folder / "caller.xml", folder / "errors"
    script.write_text(scenarios.xml(scenarios.Case(case.steps, [])))
    words = ["sipp", address, "-sf", str(script), "-i", "127.0.0.1", "-mi", "127.0.0.1"]
    words += ["-p", str(free_port()), "-mp", str(free_port()), "-m", "1", "-nostdin"]
    words += ["-t", "t1" if transport == "tcp" else "u1", "-timeout", "40", "-timeout_error"]
    words += ["-trace_err", "-error_file", str(errors)]
    ran = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    if not ran.returncode:
        return None
    return (
        f"sipp returned {ran.returncode}: {errors.read_text() if errors.exists() else ran.stderr}"
    )


def call(command: str, name: str, transport: str, verbose: bool) -> tuple[str, str | None]:
    """Run a case; the request that the app got, and what went wrong."""
    case = CASES[name]
    app = App(case.documents)
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        (folder / "PASSWORD").write_text("s3cret\n")
        options = [str(folder / it) if it == "PASSWORD" else it for it in case.options]
        emulator = Emulator(command, app, folder, *options)
        try:
            failed = sipp(emulator.address, case, transport, folder)
            if failed:
                emulator.process.send_signal(signal.SIGTERM)
            status, steps, printed = emulator.end()
        finally:
            emulator.process.kill()
            app.close()
        wrong = [*app.wrong, *([failed] if failed else [])]
        if status != case.status:
            wrong.append(f"status {status}: {printed}")
        wrong += differences(case, app)
        if not wrong and "ReferSipResponseCode" in case.expected and name not in NOT_REPLAYED:
            params = replayed(command, emulator.pcap, case.options)
            if params != case.expected:
                wrong.append(f"replay says {params}, not {case.expected}")
        if not wrong and not (emulator.svg / "call-1.svg").read_text().startswith("<svg"):
            wrong.append("no picture")
        if wrong and verbose:
            wrong += [json.dumps(it) for it in steps if it["step"] in ("sip", "error", "note")]
    got = app.got(case.path) or [{}]
    return shown(case.path, got[0], INTERESTING), "; ".join(wrong) or None


def differences(case: Case, app: App) -> list[str]:
    """Compare what the app got with what it should get."""
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
    if any(params["CallSid"] != first["CallSid"] for _, _, params in app.requests):
        wrong.append("the CallSid changed")
    return wrong


def main() -> int:
    """Run what was asked for."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("command")
    reader.add_argument("--python")
    reader.add_argument("--jobs", type=int, default=4)
    reader.add_argument("-v", action="store_true", help="print the messages of cases that fail")
    reader.add_argument("names", nargs="*", help="cases; peers are those of pjsua2 and baresip")
    options = reader.parse_args()
    command = str(Path(options.command).resolve())
    names = [name for name in options.names or CASES if name in CASES]
    rows = [("sipp", name, transport) for name in names for transport in ("udp", "tcp")]
    with ThreadPoolExecutor(options.jobs) as pool:
        results = list(pool.map(lambda row: call(command, row[1], row[2], options.v), rows))
    if options.python:
        for peer in emulate_peers.PEERS:
            if options.names and "peers" not in options.names and peer.case not in options.names:
                continue
            rows.append((peer.name, peer.case, peer.transport))
            results.append(emulate_peers.call(command, peer, options.python))
    width = max((len(name) for _, name, _ in rows), default=0)
    for (caller, name, transport), (got, wrong) in zip(rows, results):
        print(f"{caller:<8} {name:<{width}} {transport}  {got}: {wrong or 'ok'}")
    failed = sum(wrong is not None for _, wrong in results)
    print(f"emulate: {len(rows) - failed} of {len(rows)} passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
