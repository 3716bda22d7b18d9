"""Workers and senders that die: at a point of their own, or by the hand of whoever runs them.

`python fleet.py POINT NTH ARGUMENTS…` runs the example's own program for that point, and the NTH
time that it comes there, the system kills it.
"""

from __future__ import annotations

import os
import runpy
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import store
from stream import Stream

EXAMPLE = Path(store.__file__).parent
MEMBERS = {"worker": 4, "sender": 2}
CLAIM_AFTER_MS = 1000
# So many are sent to each point of death.
TIMES = 2
# A worker that is stopped for so long finds that others have done what it held.
PAUSE_S = 1.5


class Point(NamedTuple):
    """Where a process dies: before or after a call, at the latest the `within`th."""

    role: str
    owner: type
    method: str
    when: str
    within: int


POINTS = {
    # It waits for others to die, so that whoever is to die there starts first.
    "event-claimed": Point("worker", Stream, "claim", "after", 1),
    "event-taken": Point("worker", Stream, "take", "after", 15),
    "record-read": Point("worker", store.Store, "load", "after", 60),
    "step-made": Point("worker", store.Store, "commit", "before", 60),
    "step-done": Point("worker", store.Store, "commit", "after", 60),
    "callback-taken": Point("sender", Stream, "take", "after", 10),
    "callback-sent": Point("sender", Stream, "done", "before", 30),
    "callback-done": Point("sender", Stream, "done", "after", 30),
}


class Member(NamedTuple):
    """One process, and the point at which it will die, if it has one."""

    process: subprocess.Popen[bytes]
    point: str


class Fleet:
    """Whoever dies is replaced under the same name."""

    def __init__(self, url: str, token: str, random: Random) -> None:
        self.deaths: Counter[str] = Counter()
        self.pauses = 0
        self.failures: list[str] = []
        self._url, self._random = url, random
        self._environment = {**os.environ, "TWILIO_AUTH_TOKEN": token, "PYTHONPATH": str(EXAMPLE)}
        self._points = [name for name in POINTS for _ in range(TIMES)]
        names = [(role, number) for role, count in MEMBERS.items() for number in range(count)]
        self._members = {name: self._started(*name) for name in names}
        self._paused: dict[int, float] = {}

    def tend(self) -> None:
        """Replace who died, wake who slept long enough."""
        for name, member in self._members.items():
            status = member.process.poll()
            if status is not None:
                self.deaths[member.point or "any time"] += 1
                if status != -signal.SIGKILL:
                    self.failures.append(f"{name} ended with status {status}")
                self._paused.pop(member.process.pid, None)
                self._members[name] = self._started(*name)
        for pid, until in list(self._paused.items()):
            if time.monotonic() >= until:
                os.kill(pid, signal.SIGCONT)
                del self._paused[pid]

    def strike(self) -> None:
        """Kill someone now, wherever it is, who has no other death to die."""
        free = [member.process for member in self._members.values() if not member.point]
        if free:
            self._random.choice(free).kill()

    def pause(self) -> None:
        """Stop a worker, so that it goes on when it is taken for dead."""
        process = self._members["worker", self._random.randrange(MEMBERS["worker"])].process
        if process.poll() is None:
            process.send_signal(signal.SIGSTOP)
            self._paused[process.pid] = time.monotonic() + PAUSE_S
            self.pauses += 1

    def end(self) -> None:
        """Kill all."""
        self.failures += [
            f"nobody died at the point {name}" for name in POINTS.keys() - self.deaths
        ]
        for member in self._members.values():
            member.process.kill()
            member.process.wait()

    def _started(self, role: str, number: int) -> Member:
        point = next((name for name in self._points if POINTS[name].role == role), "")
        program = [str(EXAMPLE / f"{role}.py")]
        if point:
            self._points.remove(point)
            program = [__file__, point, str(self._random.randint(1, POINTS[point].within))]
        arguments = [self._url, f"{role}-{number}", str(CLAIM_AFTER_MS)]
        command = [sys.executable, *program, *arguments]
        return Member(subprocess.Popen(command, env=self._environment), point)


def dying(method: Callable[..., Any], when: str, times: int) -> Callable[..., Any]:
    """Kill the process at that call of the method; one with an empty answer does not count."""
    left = times

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        nonlocal left
        answer = method(*args, **kwargs) if when == "after" else True
        left -= answer not in ([], b"")
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer if when == "after" else method(*args, **kwargs)

    return wrapped


if __name__ == "__main__":
    role, owner, method, when, _ = POINTS[sys.argv[1]]
    setattr(owner, method, dying(getattr(owner, method), when, int(sys.argv[2])))
    sys.argv = [str(EXAMPLE / f"{role}.py"), *sys.argv[3:]]
    runpy.run_path(sys.argv[0], run_name="__main__")
