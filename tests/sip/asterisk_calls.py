"""Lets Asterisk be transferred by the examples: `asterisk_calls.py ROOT PROGRAM…`.

Each program answers a call of Asterisk and transfers it, in each case below. It must report what
happened, and the call to the target must have the headers that the case names.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import NamedTuple

from asterisk import Asterisk
from run import free_port
from target import Target

HEADERS = "X-Reason=billing%20question&User-to-User=6F72646572%3Bencoding%3Dhex"
DECODED = {"x-reason": "billing question", "user-to-user": "6F72646572;encoding=hex"}
HELD_SECONDS = 0.2
CALL_SECONDS = 20
RINGING = 180
ACCEPTED = "ReferSipResponseCode=202&NotifySipResponseCode"


class Case(NamedTuple):
    """A call of an endpoint of Asterisk, whom it is transferred to, and what must come of it."""

    endpoint: str
    user: str
    code: int
    outcome: str
    action: str
    headers: dict[str, str]


CASES = {
    "answered": Case(
        "willing", "bob", 200, "transferred", f"ReferCallStatus=in-progress&{ACCEPTED}=200", {}
    ),
    "answered, and the dialplan adds the headers": Case(
        "careful", "bob", 200, "transferred", f"ReferCallStatus=in-progress&{ACCEPTED}=200", DECODED
    ),
    "busy": Case(
        "willing", "bob", 486, "target-failed", f"ReferCallStatus=busy&{ACCEPTED}=486", {}
    ),
    "not in the dialplan": Case(
        "willing", "nobody", 200, "target-failed", f"ReferCallStatus=failed&{ACCEPTED}=404", {}
    ),
    "hangs up while the target rings": Case(
        "willing", "bob", RINGING, "target-failed", f"ReferCallStatus=failed&{ACCEPTED}=503", {}
    ),
    "transfers not allowed": Case(
        "unwilling", "bob", 200, "rejected", "ReferCallStatus=failed&ReferSipResponseCode=603", {}
    ),
}


class SlowLine:
    """Relays what Asterisk sends to an agent, and holds the ACK for a while.

    Asterisk connects the two sides of a call some milliseconds after it has sent the ACK. A REFER
    that comes earlier is accepted, and then fails with 400 in a NOTIFY.
    """

    def __init__(self, asterisk: int, agent: str) -> None:
        self.asterisk = ("127.0.0.1", asterisk)
        self.agent = ("127.0.0.1", int(agent.rpartition(":")[2]))
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", free_port()))
        self.socket.settimeout(0.1)
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"
        self.running = True
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def close(self) -> None:
        """Stop relaying."""
        self.running = False
        self.thread.join()
        self.socket.close()

    def serve(self) -> None:
        """Relay until closed."""
        contact = f"127.0.0.1:{self.agent[1]}"
        while self.running:
            try:
                data, source = self.socket.recvfrom(65536)
            except TimeoutError:
                continue
            if source == self.agent:
                data = data.replace(contact.encode(), self.address.encode())
                self.socket.sendto(data, self.asterisk)
                continue
            if data.startswith(b"ACK "):
                time.sleep(HELD_SECONDS)
            self.socket.sendto(data, self.agent)


def wait_for_call(target: Target) -> None:
    """Wait until the target has been called."""
    until = time.monotonic() + CALL_SECONDS
    while target.headers is None and time.monotonic() < until:
        time.sleep(0.05)


def run(asterisk: Asterisk, program: str, case: Case) -> str | None:
    """Run a case, and return what went wrong."""
    target = Target(case.code)
    uri = f"sip:{case.user}@127.0.0.1:{target.port}?{HEADERS}"
    agent = subprocess.Popen(
        [program, uri], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    line = None
    try:
        assert agent.stdout
        line = SlowLine(asterisk.port, agent.stdout.readline().split()[2])
        asterisk.call(f"sip:transfer@{line.address}", case.endpoint)
        if case.code == RINGING:
            wait_for_call(target)
            asterisk.hang_up()
        printed = agent.communicate(timeout=30)[0].splitlines()
    finally:
        agent.kill()
        if line:
            line.close()
        target.close()
        asterisk.hang_up()
    expected = [f"action {case.action}", f"outcome {case.outcome}"]
    lines = [line for line in printed if not line.startswith("refer ")]
    if lines != expected:
        return f"printed {lines}, not {expected}"
    headers = {name: value for name, value in (target.headers or {}).items() if name in DECODED}
    return None if headers == case.headers else f"the call to the target has {headers}"


def main() -> int:
    """Run every case with every program."""
    root, *programs = sys.argv[1:]
    failed = 0
    with Asterisk(root, free_port()) as asterisk:
        print(asterisk.console("core show version").split(" built")[0])
        for program in programs:
            for name, case in CASES.items():
                wrong = run(asterisk, program, case)
                failed += wrong is not None
                headers = ", ".join(case.headers) or "no headers"
                print(f"{Path(program).name}, {name}: {wrong or f'{case.outcome}, {headers}: ok'}")
        if failed:
            print(asterisk.messages(), file=sys.stderr)
    total = len(programs) * len(CASES)
    print(f"asterisk: {total - failed} of {total} passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
