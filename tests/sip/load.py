"""Many calls at once through `emulate`: `load.py COMMAND [--calls N] [--minutes N]`.

sipp calls 50 times a second, and every call is answered, transferred and reported through an app
with FastAPI (`load_app.py`, with its log). First N calls that all live at once: each must be
transferred, and the app must have got its three requests, with what Twilio's documentation says of
a target that answers. Then as many while the app is killed for five seconds: a call whose request
fails must end as Twilio ends it, with error 11200, the application error and BYE, without a second
try, and the command must say so. With --minutes, instead, five calls a second for so long, with
flat memory.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import scenarios
from run import free_port, is_free
from scenarios import ACTIVE, TERMINATED, answer, answer_refer, notify, receive

TOKEN = "a-token-for-the-tests"
RATE, KILLED_S = 50, 5
SLOW_RATE, SLOW_HOLD_S = 5, 8
MOST_KIB_PER_CALL = 64
# The second half of a long run may take more memory than the first by this.
MOST_GROWN = 1.1

# Twilio's documentation: the parameters of the request to the action when the target answers.
REPORT = {
    "ReferCallStatus": "in-progress",
    "ReferSipResponseCode": "202",
    "NotifySipResponseCode": "200",
}
CALLED = [("/voice", "ringing"), ("/done", "in-progress"), ("/status", "completed")]


def caller(hold_s: float) -> str:
    """Make sipp's scenario: a transfer that takes so long, or a call that ends before."""
    ended = '<recv request="BYE"{0}/>\n'
    steps = [
        *scenarios.CALL,
        ended.format(' optional="true" next="1"'),
        scenarios.REFER,
        answer_refer("202 Accepted"),
        notify(2, ACTIVE, "100 Trying"),
        receive(200),
        f'<pause milliseconds="{int(hold_s * 1000)}"/>\n',
        notify(3, TERMINATED, "200 OK"),
        receive(200),
        ended.format(""),
        '<label id="1"/>\n',
        answer("200 OK"),
    ]
    text = scenarios.xml(scenarios.Case(steps, []))
    provisional = receive(100, optional="true")
    text = text.replace(provisional, provisional + receive(180, optional="true"))
    # The caller's requests are repeated over UDP, as any endpoint does (RFC 3261 section 17.1).
    for method in ("INVITE", "NOTIFY"):
        text = text.replace(
            f"<send><![CDATA[\n{method} ", f'<send retrans="500"><![CDATA[\n{method} '
        )
    return text


class App:
    """The app, which can be killed."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.log = folder / "requests"
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        words = [sys.executable, str(Path(__file__).with_name("load_app.py"))]
        environment = {**os.environ, "TWILIO_AUTH_TOKEN": TOKEN}
        self.process = subprocess.Popen([*words, str(self.port), str(self.log)], env=environment)
        while is_free(self.port):
            if self.process.poll() is not None:
                raise SystemExit("the app does not start")
            time.sleep(0.02)

    def kill(self) -> None:
        """End it without a warning."""
        self.process.kill()
        self.process.wait()

    def __enter__(self) -> App:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def requests(self) -> dict[str, list[dict[str, str]]]:
        """Return what it got, by CallSid."""
        found = collections.defaultdict(list)
        for line in self.log.read_text().splitlines():
            path, params = json.loads(line)
            found[params["CallSid"]].append({**params, "path": path})
        return found


class Emulator:
    """The command. What it prints is read as it comes."""

    def __init__(self, command: str, app: App) -> None:
        words = [command, "emulate", f"{app.base}/voice", "--status-callback", f"{app.base}/status"]
        words += ["--listen", "127.0.0.1:0", "--fast", "--json"]
        environment = {**os.environ, "TWILIO_AUTH_TOKEN": TOKEN}
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment)
        assert self.process.stdout
        self.address = json.loads(self.process.stdout.readline())["address"]
        # The steps of each call but its messages and the transfer's, and what concerns none.
        self.calls: dict[str, list[dict[str, Any]]] = {}
        self.notes: list[dict[str, Any]] = []
        self.started = self.ended = 0
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self) -> None:
        """Sort the steps by call."""
        assert self.process.stdout
        for line in self.process.stdout:
            step = json.loads(line)
            sid = step.get("call_sid")
            if step.get("step", "transfer") in {"sip", "transfer"}:
                continue
            if sid is None:
                self.notes.append(step)
                continue
            self.calls.setdefault(sid, []).append(step)
            if step["step"] == "call":
                self.started += step["status"] == "ringing"
                self.ended += step["status"] != "ringing"

    def __enter__(self) -> Emulator:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()

    @property
    def live(self) -> int:
        """How many calls have begun and not ended."""
        return self.started - self.ended

    def rss_kib(self) -> int:
        """The memory that it has."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0])

    def cpu_s(self) -> float:
        """The time that it has computed."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def end(self) -> float:
        """Let it end; the CPU seconds that it took."""
        until = time.monotonic() + 60
        while self.live and time.monotonic() < until:
            time.sleep(0.1)
        cpu_s = self.cpu_s()
        self.process.terminate()
        self.process.wait(60)
        self.reader.join(60)
        return cpu_s


class Caller:
    """sipp."""

    def __init__(self, address: str, folder: Path, rate: int, calls: int, hold_s: float) -> None:
        script = folder / "caller.xml"
        script.write_text(caller(hold_s))
        self.errors = folder / "errors"
        words = ["sipp", address, "-sf", str(script), "-i", "127.0.0.1", "-mi", "127.0.0.1"]
        words += ["-p", str(free_port()), "-mp", str(free_port()), "-t", "u1", "-nostdin"]
        words += ["-r", str(rate), "-m", str(calls), "-l", str(calls), "-trace_err"]
        words += ["-error_file", str(self.errors), "-recv_timeout", "90000"]
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(words, cwd=folder, stdout=quiet, stderr=quiet)

    def check(self) -> list[str]:
        """Wait for it; what went wrong."""
        if not self.process.wait():
            return []
        seen = self.errors.read_text()[:2000] if self.errors.exists() else ""
        return [f"sipp returned {self.process.returncode}: {seen}"]


def check_call(steps: list[dict[str, Any]], got: list[dict[str, str]]) -> tuple[str, list[str]]:
    """Return how a call ended, `transferred` or the kind of its error, and what is wrong."""
    named = collections.defaultdict(list)
    for step in steps:
        named[step["step"]].append(step)
    asked = [request["url"].rpartition("/")[2] for request in named["request"]]
    wrong = ["a request was repeated"] if len(set(asked)) != len(asked) else []
    if [call["status"] for call in named["call"]] != ["ringing", "completed"]:
        wrong.append("it was not ringing, and then completed")
    if len(named["end"]) != 1:
        return "", [*wrong, "it has not one end"]
    # The status callback comes after the end: that it fails changes nothing in the call.
    before = steps[: steps.index(named["end"][0])]
    errors = [step for step in before if step["step"] == "error"]
    if errors:
        if [error["number"] for error in errors] != [11200]:
            wrong.append("its error is not 11200")
        if "application-error" not in [step.get("code") for step in before]:
            wrong.append("it has no application error")
        if named["call"][-1].get("ended") != "the call was ended (BYE)":
            wrong.append("it did not end with our BYE")
        return errors[0]["kind"], wrong
    # The app may have been down for the last request alone.
    expected = CALLED if named["request"][-1]["status"] == 200 else CALLED[:-1]
    requests = [(request["path"], request["CallStatus"]) for request in got]
    if requests[: len(expected)] != expected or len(requests) > len(CALLED):
        wrong.append(f"the app got {requests}")
    report = {name: got[1].get(name) for name in REPORT} if len(got) > 1 else {}
    if report != REPORT:
        wrong.append(f"the action got {report}")
    return named["end"][0]["outcome"]["kind"], wrong


def check(emulator: Emulator, app: App, calls: int) -> tuple[collections.Counter[str], list[str]]:
    """Return how the calls ended, and what is wrong."""
    got = app.requests()
    ends: collections.Counter[str] = collections.Counter()
    wrong = []
    for sid, steps in emulator.calls.items():
        end, mistakes = check_call(steps, got.get(sid, []))
        ends["wrong" if mistakes else end] += 1
        if mistakes:
            wrong.append(f"{sid}: {', '.join(mistakes)}: {steps}")
    if len(emulator.calls) != calls:
        wrong.append(f"{len(emulator.calls)} calls were shown, not {calls}")
    if unknown := got.keys() - emulator.calls.keys():
        wrong.append(f"{len(unknown)} calls that are not shown reached the app")
    return ends, wrong


def show(rate: int, ends: collections.Counter[str], cpu_s: float, emulator: Emulator) -> None:
    """Print a run."""
    failed = ", ".join(f"{count} {kind}" for kind, count in ends.items() if kind != "transferred")
    calls, right = sum(ends.values()), ends["transferred"]
    print(f"load: {calls} calls at {rate}/s: {right} right, {failed or 'no failure'}")
    print(f"load: emulate took {cpu_s:.1f} s of CPU; load average {os.getloadavg()[0]:.1f}")
    for note in emulator.notes:
        print(f"load: {note}")


def live_at_once(command: str, calls: int) -> list[str]:
    """Let all calls live at once; what went wrong."""
    with (
        tempfile.TemporaryDirectory() as text,
        App(Path(text)) as app,
        Emulator(command, app) as emulator,
    ):
        idle_kib = emulator.rss_kib()
        sipp = Caller(emulator.address, Path(text), RATE, calls, calls / RATE + 5)
        most_kib = 0
        while sipp.process.poll() is None:
            # With fewer calls, what all have in common would count.
            if emulator.live == calls:
                most_kib = max(most_kib, emulator.rss_kib())
            time.sleep(0.1)
        wrong = sipp.check()
        cpu_s = emulator.end()
        ends, more = check(emulator, app, calls)
    show(RATE, ends, cpu_s, emulator)
    wrong += more
    if ends["transferred"] != calls:
        wrong.append(f"{ends['transferred']} of {calls} calls were transferred")
    if not most_kib:
        return [*wrong, "the calls did not all live at once"]
    each_kib = (most_kib - idle_kib) / calls
    print(f"load: {each_kib:.1f} KiB a live call, and {idle_kib} KiB without any")
    return wrong + ([f"more than {MOST_KIB_PER_CALL} KiB"] if each_kib > MOST_KIB_PER_CALL else [])


def app_is_killed(command: str, calls: int) -> list[str]:
    """Kill the app in the middle, and start it again; what went wrong."""
    with (
        tempfile.TemporaryDirectory() as text,
        App(Path(text)) as app,
        Emulator(command, app) as emulator,
    ):
        sipp = Caller(emulator.address, Path(text), RATE, calls, 2)
        time.sleep(max(0.0, calls / RATE / 2 - KILLED_S / 2))
        app.kill()
        time.sleep(KILLED_S)
        app.start()
        wrong = sipp.check()
        cpu_s = emulator.end()
        ends, more = check(emulator, app, calls)
    show(RATE, ends, cpu_s, emulator)
    return wrong + more + ([] if ends["connection-refused"] else ["no call met the killed app"])


def long_run(command: str, minutes: int) -> list[str]:
    """Call at a low rate for so long; what went wrong."""
    calls = minutes * 60 * SLOW_RATE
    with (
        tempfile.TemporaryDirectory() as text,
        App(Path(text)) as app,
        Emulator(command, app) as emulator,
    ):
        sipp = Caller(emulator.address, Path(text), SLOW_RATE, calls, SLOW_HOLD_S)
        memory: list[int] = []
        started = time.monotonic()
        while sipp.process.poll() is None and len(memory) < minutes:
            time.sleep(max(0.0, started + 60 * (len(memory) + 1) - time.monotonic()))
            memory.append(emulator.rss_kib())
            print(
                f"load: minute {len(memory)}: {memory[-1]} KiB, {emulator.started} calls, "
                f"{emulator.live} live, {emulator.cpu_s():.1f} s of CPU",
                flush=True,
            )
        wrong = sipp.check()
        cpu_s = emulator.end()
        ends, more = check(emulator, app, calls)
    show(SLOW_RATE, ends, cpu_s, emulator)
    wrong += more
    if ends["transferred"] != calls:
        wrong.append(f"{ends['transferred']} of {calls} calls were transferred")
    # A minute that was busier than others leaves memory with the allocator: that is no growth.
    first, second = memory[: minutes // 2], memory[minutes // 2 :]
    if first and max(second) > max(first) * MOST_GROWN:
        wrong.append(f"the memory grew from {max(first)} to {max(second)} KiB")
    return wrong


def main() -> int:
    """Run what was asked for."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("command")
    reader.add_argument("--calls", type=int, default=1000)
    reader.add_argument("--minutes", type=int)
    options = reader.parse_args()
    command = str(Path(options.command).resolve())
    if options.minutes:
        wrong = long_run(command, options.minutes)
    else:
        wrong = live_at_once(command, options.calls) + app_is_killed(command, options.calls)
    for line in wrong[:20]:
        print(f"load: {line}")
    print(f"load: {len(wrong)} things are wrong" if wrong else "load: ok")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
