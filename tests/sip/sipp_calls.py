"""Lets sipp call an example or `emulate`: `sipp_calls.py COMMAND PROGRAM [CASE…]`.

Each case of `cases` runs over UDP and TCP. PROGRAM, an example, must print what the case says; if
it is `emulate`, COMMAND, the command twiml-refer, plays Twilio, and the app must get what the case
says, signed. Both times `replay` must report the same of what was on the wire. Prints a table:
case, transport, and how the transfer ended, or the request that the app got.
"""

from __future__ import annotations

import argparse
import json
import shlex
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qsl

import sipp
from cases import CASES, EMULATE_CASES, TIMES, Case
from servers import PARAMETERS, QUERY, App, Emulator, Example, shown

SHOWN = (*PARAMETERS, "CallStatus", "Digits", "SipUsername", "SipResponseCode")


def replayed(case: Case, *words: str) -> list[str]:
    """Return what is wrong with what `replay` says of what was on the wire."""
    settings = []
    for name, milliseconds in case.times.items():
        # The clock of the transfer begins before the REFER is on the wire, and so less is waited.
        seconds = (milliseconds - 600 * (name == "response")) / 1000
        settings += ["--set", f"{TIMES[name]}={seconds}"]
    said = subprocess.run(
        [*words, "--json", *settings], capture_output=True, text=True, timeout=60, check=False
    )
    lines = [json.loads(line) for line in said.stdout.splitlines()]
    if case.report.outcome == "":
        is_right = lines and lines[0].get("error", {}).get("kind") == "refer-missing"
        return [] if is_right else [f"replay says {lines}, not that there is no REFER"]
    # NOTIFYs are answered by the same rules.
    replies = [line for line in lines if line.get("event") == "reply"]
    wrong = [f"not due: {line}" for line in replies if line["code"] not in (None, line["owed"])]
    ends = [
        [f"action {'&'.join(map('='.join, line['params']))}", f"outcome {line['outcome']['kind']}"]
        for line in lines
        if line.get("output") == "completed"
    ]
    if ends != [case.report.printed]:
        wrong.append(f"replay says {ends}, not {case.report.printed}: {said.stderr}")
    if said.returncode or said.stderr:
        wrong.append(f"replay returned {said.returncode}: {said.stderr}")
    return wrong


def call_example(
    options: argparse.Namespace, name: str, transport: str, folder: Path
) -> tuple[str, list[str]]:
    """Call an example; what it prints, and what went wrong."""
    case = CASES[name]
    words = [*shlex.split(options.check), str(Path(options.program).resolve())]
    words += ["--tcp"] * (transport == "tcp") + ["--ring", "20000"] * (not case.report.outcome)
    for time, milliseconds in case.times.items():
        words += ["--time", f"{time}={milliseconds}"]
    for header, value in parse_qsl(QUERY):
        words += ["--header", f"{header}={value}"]
    with Example(*words, "sip:alice@example.com") as example:
        caller = sipp.start(example.address, case.steps, folder, transport=transport)
        wrong = sipp.wrong(caller, folder)
        status, printed, errors = example.end(at_once=bool(wrong))
    lines = [line for line in printed if not line.startswith("refer ")]
    if status or lines != case.report.printed:
        wrong.append(f"status {status}, printed {lines}, not {case.report.printed}: {errors}")
    if options.trace:
        Path(options.trace).mkdir(parents=True, exist_ok=True)
        shutil.copy(folder / "messages", Path(options.trace, f"{name}-{transport}.log"))
    wrong = wrong or replayed(case, options.command, "replay", "--sip", str(folder / "messages"))
    return "; ".join(lines), wrong


def call_emulate(
    options: argparse.Namespace, name: str, transport: str, folder: Path
) -> tuple[str, list[str]]:
    """Call `emulate`; the request that the app got, and what went wrong."""
    case = EMULATE_CASES.get(name) or CASES[name]
    (folder / "PASSWORD").write_text("s3cret\n")
    more = [str(folder / it) if it == "PASSWORD" else it for it in case.options]
    for time, milliseconds in case.times.items():
        more += ["--set", f"{TIMES[time]}={milliseconds / 1000}"]
    if case.report.outcome:
        more += ["--expect", case.report.outcome]
    pcap, pictures = folder / "call.pcap", folder / "pictures"
    more += ["--calls", "1", "--pcap", str(pcap), "--svg", str(pictures)]
    with App(case.documents) as app, Emulator(options.command, app.base, *more) as emulator:
        caller = sipp.start(emulator.address, case.steps, folder, transport=transport)
        wrong = sipp.wrong(caller, folder)
        status, printed, errors = emulator.end(at_once=bool(wrong))
    wrong += app.differences(case.path, case.report.parameters, case.first)
    sent = app.first("/voice")
    wrong += [f"{name} was sent" for name in sent if name.startswith("SipHeader_X-Twilio")]
    if status != case.status:
        wrong.append(f"status {status}: {errors}")
    wrong = wrong or replayed(case, options.command, "replay", str(pcap))
    if not wrong and not (pictures / "call-1.svg").read_text().startswith("<svg"):
        wrong.append("no picture")
    return shown(case.path, app.first(case.path), SHOWN), wrong + printed * bool(wrong)


def main() -> int:
    """Run what was asked for."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("command")
    reader.add_argument("program")
    reader.add_argument("cases", nargs="*")
    reader.add_argument("--trace", help="a folder that keeps what was on the wire of an example")
    reader.add_argument("--check", default="", help="goes before the program, as valgrind does")
    options = reader.parse_args()
    run, known = call_example, CASES
    if options.program == "emulate":
        run, known = call_emulate, {**CASES, **EMULATE_CASES}

    def one(row: tuple[str, str]) -> bool:
        with tempfile.TemporaryDirectory() as folder:
            got, wrong = run(options, *row, Path(folder))
        print(f"{row[0]:<34} {row[1]}  {got}: {'; '.join(wrong) or 'ok'}", flush=True)
        return not wrong

    rows = [(name, transport) for name in options.cases or known for transport in ("udp", "tcp")]
    with ThreadPoolExecutor(4) as pool:
        passed = sum(pool.map(one, rows))
    print(f"{Path(options.program).name}: {passed} of {len(rows)} passed")
    return 0 if passed == len(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
