"""Workers and senders that die: at a point of their own, or by the hand of whoever runs them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from random import Random
from typing import NamedTuple

import mortal

WORKERS = 4
SENDERS = 2
CLAIM_AFTER_MS = 1000
# So many are sent to each point of death.
TIMES = 2
# A worker that is stopped for so long finds that others have done what it held.
PAUSE_S = 1.5


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
        self._environment = {
            **os.environ,
            "TWILIO_AUTH_TOKEN": token,
            "PYTHONPATH": str(mortal.EXAMPLE),
        }
        # They are taken from the end.
        self._points = {
            role: [name for name in points for _ in range(TIMES)]
            for role, points in mortal.POINTS.items()
        }
        names = [("worker", i) for i in range(WORKERS)] + [("sender", i) for i in range(SENDERS)]
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
        process = self._members["worker", self._random.randrange(WORKERS)].process
        if process.poll() is None:
            process.send_signal(signal.SIGSTOP)
            self._paused[process.pid] = time.monotonic() + PAUSE_S
            self.pauses += 1

    def unmet(self) -> list[str]:
        """Name the points at which nobody died."""
        return [
            name for points in mortal.POINTS.values() for name in points if not self.deaths[name]
        ]

    def end(self) -> None:
        """Kill all."""
        for member in self._members.values():
            member.process.kill()
            member.process.wait()

    def _started(self, role: str, number: int) -> Member:
        points = self._points[role]
        point = points.pop() if points else ""
        program = [str(mortal.EXAMPLE / f"{role}.py")]
        if point:
            nth = self._random.randint(1, mortal.POINTS[role][point].within)
            program = [mortal.__file__, point, str(nth), role]
        arguments = [self._url, f"{role}-{number}", str(CLAIM_AFTER_MS)]
        command = [sys.executable, *program, *arguments]
        return Member(subprocess.Popen(command, env=self._environment), point)
