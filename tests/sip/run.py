"""Runs an example against sipp: `run.py PROGRAM COMMAND [--trace FOLDER] [--check CHECK] [CASE…]`.

Each case runs over UDP and over TCP: both ends must exit with 0, and the example must print what
the case says. Then COMMAND, the command twiml-refer, must report the same from what sipp saw on the
wire, which FOLDER receives. CHECK is put before the program, as valgrind is.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import socket
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scenarios import CASES, HEADERS, TARGET, xml

# Below those that systems hand out by themselves, so that nobody gets one in between. Each is used
# once, with the three behind it: sipp takes some of those for its media.
NEXT_TO_EACH_OTHER = 4
CANDIDATES = iter(range(20_000 + os.getpid() % 10_000, 32_000, NEXT_TO_EACH_OTHER))
ONE_AT_A_TIME = threading.Lock()


def free_port() -> int:
    """Find a port that nobody holds, nor those behind it."""
    with ONE_AT_A_TIME:
        return next(
            first
            for first in CANDIDATES
            if all(map(is_free, range(first, first + NEXT_TO_EACH_OTHER)))
        )


def is_free(port: int) -> bool:
    """Return whether the port can be bound in UDP and TCP."""
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True


def explained(trace: Path, options: argparse.Namespace, settings: list[str]) -> list[str]:
    """Return what `replay --sip` makes of a trace, as the example prints it."""
    command = [options.command, "replay", "--sip", str(trace), "--json"]
    for setting in settings:
        command += ["--set", setting]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    lines = [json.loads(line) for line in said.stdout.splitlines()]
    ends = [line for line in lines if line.get("output") == "completed"]
    if not ends and lines[0]["error"]["kind"] == "refer-missing":
        return ["no call"]
    # What the example answers to a NOTIFY it owes by the same rules.
    replies = [line for line in lines if line.get("event") == "reply"]
    odd = [f"not due: {line}" for line in replies if line["code"] not in (None, line["owed"])]
    if said.returncode or said.stderr or len(ends) != 1 or odd:
        return [f"status {said.returncode}", *odd, said.stderr]
    form = "&".join(f"{name}={value}" for name, value in ends[0]["params"])
    return [f"action {form}", f"outcome {ends[0]['outcome']['kind']}"]


def run(name: str, transport: str, options: argparse.Namespace) -> str | None:
    """Run a case; what went wrong, or nothing."""
    case = CASES[name]
    command = [*shlex.split(options.check), options.program, *case.options]
    if transport == "tcp":
        command.append("--tcp")
    for header in HEADERS:
        command += ["--header", header]
    command.append(TARGET)
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "caller.xml")
        script.write_text(xml(case))
        example = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        try:
            assert example.stdout
            ready = example.stdout.readline().split()
            if ready[:1] != ["ready"]:
                return f"never ready: {ready}, {example.communicate()[1]}"
            caller = ["sipp", ready[2], "-sf", str(script), "-i", "127.0.0.1", "-mi", "127.0.0.1"]
            caller += ["-p", str(free_port()), "-mp", str(free_port())]
            caller += ["-m", "1", "-t", "t1" if transport == "tcp" else "u1", "-nostdin"]
            caller += ["-timeout", "20", "-timeout_error", "-trace_err"]
            caller += ["-error_file", str(Path(folder, "errors"))]
            trace = Path(options.trace or folder, f"{name}-{transport}.log").resolve()
            caller += ["-trace_msg", "-message_file", str(trace)]
            heard = subprocess.run(
                caller, cwd=folder, capture_output=True, text=True, timeout=60, check=False
            )
            if heard.returncode:
                example.kill()
            printed, complaints = example.communicate(timeout=60)
        finally:
            example.kill()
        lines = [line for line in printed.splitlines() if not line.startswith("refer ")]
        if heard.returncode:
            errors = Path(folder, "errors")
            seen = errors.read_text() if errors.exists() else heard.stderr + heard.stdout[-2000:]
            return f"sipp returned {heard.returncode}: {seen}\n{printed}{complaints}"
        if example.returncode:
            return f"the example returned {example.returncode}: {printed}{complaints}"
        if lines != case.printed:
            return f"printed {lines}, not {case.printed}"
        found = explained(trace, options, case.settings)
        if found != case.printed:
            return f"replay --sip prints {found}, not {case.printed}"
    return None


def main() -> int:
    """Run what was asked for."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("program")
    reader.add_argument("command")
    reader.add_argument("--trace")
    reader.add_argument("--check", default="")
    reader.add_argument("--jobs", type=int, default=4)
    reader.add_argument("cases", nargs="*")
    options = reader.parse_args()
    options.program = str(Path(options.program).resolve())
    options.command = str(Path(options.command).resolve())
    if options.trace:
        Path(options.trace).mkdir(parents=True, exist_ok=True)
    jobs = [(name, transport) for name in options.cases or CASES for transport in ("udp", "tcp")]
    with ThreadPoolExecutor(options.jobs) as pool:
        results = list(pool.map(lambda job: run(job[0], job[1], options), jobs))
    for (name, transport), wrong in zip(jobs, results):
        print(f"{name} over {transport}: {wrong or 'ok'}")
    failed = sum(wrong is not None for wrong in results)
    print(f"sip: {len(jobs) - failed} of {len(jobs)} passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
