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
import contextlib
import json
import os
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import sipp
from cases import TRANSFERRED
from servers import Emulator, Program, free_port, is_free, unequal, wait_until
from sipp import ACCEPTED, ACTIVE, BYE, TERMINATED, answer, notify, pause

RATE, KILLED_S = 50, 5
SLOW_RATE, SLOW_HOLD_S = 5, 8
MOST_KIB_PER_CALL = 64
# The second half of a long run may take more memory than the first by this.
MOST_GROWN = 1.1
CALLED = [("/voice", "ringing"), ("/done", "in-progress"), ("/status", "completed")]


def caller(hold_s: float) -> list[str]:
    """Return sipp's steps: a transfer that takes so long, or a call that ends before."""
    return [
        *ACCEPTED[:-2],
        BYE.format(' optional="true" next="1"'),
        *(*ACCEPTED[-2:], *notify(2, ACTIVE, "100 Trying"), pause(int(hold_s * 1000))),
        *(*notify(3, TERMINATED, "200 OK"), BYE.format("")),
        '<label id="1"/>\n',
        answer("200 OK"),
    ]


class App:
    """The app, which can be killed and started again. It ends with its `with` block."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.log = folder / "requests"
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        script = Path(__file__).with_name("load_app.py")
        words = [sys.executable, str(script), str(self.port), str(self.log)]
        self.program = Program(*words, stderr=None)
        wait_until(lambda: not is_free(self.port), "the app")

    def __enter__(self) -> App:
        return self

    def kill(self, *_: object) -> None:
        """End it without a warning."""
        self.program.kill()

    __exit__ = kill

    def requests(self) -> dict[str, list[dict[str, str]]]:
        """Return what it got, by CallSid."""
        found = collections.defaultdict(list)
        for line in self.log.read_text().splitlines():
            path, params = json.loads(line)
            found[params["CallSid"]].append({**params, "path": path})
        return found


class WatchedEmulator(Emulator):
    """The command. What it prints is read as it comes."""

    def __init__(self, command: str, base: str) -> None:
        super().__init__(command, base, stderr=None)
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
            if step.get("step", "transfer") in {"sip", "transfer"}:
                continue
            if "call_sid" not in step:
                self.notes.append(step)
                continue
            self.calls.setdefault(step["call_sid"], []).append(step)
            if step["step"] == "call":
                self.started += step["status"] == "ringing"
                self.ended += step["status"] != "ringing"

    @property
    def live(self) -> int:
        """How many calls have begun and not ended."""
        return self.started - self.ended

    def rss_kib(self) -> int:
        """Return the memory that it has."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0])

    def cpu_s(self) -> float:
        """Return the time that it has computed."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


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
    if errors := [step for step in before if step["step"] == "error"]:
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
    wrong += unequal(got[1] if len(got) > 1 else {}, TRANSFERRED.parameters)
    return named["end"][0]["outcome"]["kind"], wrong


class Load(contextlib.ExitStack):
    """sipp, which calls so often, the command and the app."""

    def __init__(self, command: str, rate: int, calls: int, hold_s: float) -> None:
        super().__init__()
        self.rate, self.calls = rate, calls
        self.folder = Path(self.enter_context(tempfile.TemporaryDirectory()))
        self.app = self.enter_context(App(self.folder))
        self.emulator = self.enter_context(WatchedEmulator(command, self.app.base))
        self.idle_kib = self.emulator.rss_kib()
        options = ["-r", str(rate), "-m", str(calls), "-l", str(calls), "-recv_timeout", "90000"]
        address, steps = self.emulator.address, caller(hold_s)
        self.sipp = sipp.start(address, steps, self.folder, *options)

    def finish(self, *, are_transferred: bool) -> tuple[collections.Counter[str], list[str]]:
        """Wait for all calls, which may have to be transferred; their ends, and what is wrong."""
        wrong = sipp.wrong(self.sipp, self.folder)
        emulator = self.emulator
        with contextlib.suppress(TimeoutError):
            wait_until(lambda: not emulator.live, "the end of all calls", 60)
        print(f"load: emulate took {emulator.cpu_s():.1f} s of CPU")
        emulator.process.terminate()
        emulator.reader.join(60)
        got = self.app.requests()
        ends: collections.Counter[str] = collections.Counter()
        for sid, steps in emulator.calls.items():
            end, mistakes = check_call(steps, got.get(sid, []))
            ends["wrong" if mistakes else end] += 1
            if mistakes:
                wrong.append(f"{sid}: {', '.join(mistakes)}: {steps}")
        if len(emulator.calls) != self.calls:
            wrong.append(f"{len(emulator.calls)} calls were shown, not {self.calls}")
        if are_transferred and ends["transferred"] != self.calls:
            wrong.append(f"{ends['transferred']} of {self.calls} calls were transferred")
        if unknown := got.keys() - emulator.calls.keys():
            wrong.append(f"{len(unknown)} calls that are not shown reached the app")
        print(
            f"load: {self.rate} calls a second, load average {os.getloadavg()[0]:.1f}: {dict(ends)}"
        )
        for note in emulator.notes:
            print(f"load: {note}")
        return ends, wrong


def live_at_once(command: str, calls: int) -> list[str]:
    """Let all calls live at once; what went wrong."""
    most_kib = 0
    with Load(command, RATE, calls, calls / RATE + 5) as load:
        while load.sipp.poll() is None:
            # With fewer calls, what all have in common would count.
            if load.emulator.live == calls:
                most_kib = max(most_kib, load.emulator.rss_kib())
            time.sleep(0.1)
        _, wrong = load.finish(are_transferred=True)
    if not most_kib:
        return [*wrong, "the calls did not all live at once"]
    each_kib = (most_kib - load.idle_kib) / calls
    print(f"load: {each_kib:.1f} KiB a live call, and {load.idle_kib} KiB without any")
    return wrong + ([f"more than {MOST_KIB_PER_CALL} KiB"] if each_kib > MOST_KIB_PER_CALL else [])


def app_is_killed(command: str, calls: int) -> list[str]:
    """Kill the app in the middle, and start it again; what went wrong."""
    with Load(command, RATE, calls, 2) as load:
        time.sleep(max(0.0, calls / RATE / 2 - KILLED_S / 2))
        load.app.kill()
        time.sleep(KILLED_S)
        load.app.start()
        ends, wrong = load.finish(are_transferred=False)
    return wrong + ([] if ends["connection-refused"] else ["no call met the killed app"])


def long_run(command: str, minutes: int) -> list[str]:
    """Call at a low rate for so long; what went wrong."""
    calls = minutes * 60 * SLOW_RATE
    memory: list[int] = []
    with Load(command, SLOW_RATE, calls, SLOW_HOLD_S) as load:
        emulator = load.emulator
        started = time.monotonic()
        while load.sipp.poll() is None and len(memory) < minutes:
            time.sleep(max(0.0, started + 60 * (len(memory) + 1) - time.monotonic()))
            memory.append(emulator.rss_kib())
            print(
                f"load: minute {len(memory)}: {memory[-1]} KiB, {emulator.started} calls, "
                f"{emulator.live} live, {emulator.cpu_s():.1f} s of CPU",
                flush=True,
            )
        _, wrong = load.finish(are_transferred=True)
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
    if options.minutes:
        wrong = long_run(options.command, options.minutes)
    else:
        wrong = live_at_once(options.command, options.calls)
        wrong += app_is_killed(options.command, options.calls)
    for line in wrong[:20]:
        print(f"load: {line}")
    print(f"load: {len(wrong)} things are wrong" if wrong else "load: ok")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
