"""Times programs in turns, so that all see the same machine, and says how far its own runs differ.

A program is given a request a line and answers with a line, both JSON: `{"time": job, "calls": number,
"input": INPUT}` is answered with nanoseconds per call, or with null where there is no such job. With a
SIP URI as its only argument it prints the document and ends.
"""

from __future__ import annotations

import math
import random
import statistics
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from compare import TOKEN, form, signature
from libraries import Library

# Many short rounds: in some of them nothing else runs.
RUNS = 5
ROUNDS = 21
WARM_UP = 100
ROUND_SECONDS = 0.002
COLD_ROUNDS = 7

SIP = "sip:alice@example.com?X-AcctNumber=123456&X-ReasonForCalling=billing-question"
URL = "https://voice.example.com/handleRefer"
PARAMS = [
    ["AccountSid", "AC0123456789abcdef0123456789abcdef"],
    ["ApiVersion", "2010-04-01"],
    ["CallSid", "CA0123456789abcdef0123456789abcdef"],
    ["CallStatus", "in-progress"],
    ["Called", "sip:ivr@example.sip.twilio.com"],
    ["Caller", "sip:bob@example.com"],
    ["Direction", "inbound"],
    ["From", "sip:bob@example.com"],
    ["NotifySipResponseCode", "486"],
    ["ReferCallStatus", "busy"],
    ["ReferSipResponseCode", "202"],
    ["SipCallId", "a84b4c76e66710@pc33.atlanta.example.com"],
    ["SipDomain", "example.sip.twilio.com"],
    ["SipDomainSid", "SD0123456789abcdef0123456789abcdef"],
    ["SipHeader_X-AcctNumber", "123456"],
    ["SipHeader_X-ReasonForCalling", "billing question"],
    ["SipSourceIp", "192.0.2.4"],
    ["SipUsername", "bob"],
    ["To", "sip:ivr@example.sip.twilio.com"],
    ["ReferTransferTarget", "sip:alice@example.com"],
]
INPUT = {
    "refer": {"sip": SIP, "action": "/handleRefer", "method": "POST"},
    "url": URL,
    "token": TOKEN,
    "params": PARAMS,
    "body": form(PARAMS),
    "signature": signature(URL, PARAMS, TOKEN, "sha1"),
    "read": ["ReferCallStatus", "ReferSipResponseCode", "NotifySipResponseCode"],
}


@dataclass
class Taken:
    """The nanoseconds of every round, run by run."""

    runs: list[list[float]]

    @property
    def minimum(self) -> float:
        return min(map(min, self.runs))

    @property
    def median(self) -> float:
        return statistics.median(taken for run in self.runs for taken in run)


@dataclass
class Figure:
    """What all rounds give, by their minima, and what each run gives alone."""

    value: float
    runs: list[float]

    @classmethod
    def of(cls, taken: Taken) -> Figure:
        return cls(taken.minimum, [min(run) for run in taken.runs])

    @classmethod
    def ratio(cls, taken: Taken, beside: Taken) -> Figure:
        runs = [min(run) / min(other) for run, other in zip(taken.runs, beside.runs)]
        return cls(taken.minimum / beside.minimum, runs)

    @property
    def spread(self) -> float:
        """How far the runs differ, as a share of the figure."""
        return (max(self.runs) - min(self.runs)) / self.value

    def verdict(self, goal: float) -> str:
        """Compares with a goal, if that is farther away than the runs differ."""
        margin = abs(self.value - goal) / goal
        if self.spread > margin:
            differ = f"the runs differ by {self.spread:.0%}, the goal is {margin:.0%} away"
            return f"no verdict: {differ}"
        return "met" if self.value <= goal else "MISSED"


def per_call(asked: Iterable[tuple[str, str, Library]]) -> dict[str, Taken]:
    """Returns what a call of each job takes; a program without its job is left out."""

    def timer(job: str, program: Library) -> Callable[[], float] | None:
        last = program.ask({"time": job, "calls": 20, "input": INPUT})

        def once() -> float:
            nonlocal last
            # How much fits a round changes while a program is being compiled.
            calls = max(2, int(ROUND_SECONDS * 1e9 / last))
            last = program.ask({"time": job, "calls": calls, "input": INPUT})
            return last

        return once if last else None

    timers = {key: timer(job, program) for key, job, program in asked}
    return in_turns({key: once for key, once in timers.items() if once}, WARM_UP, ROUNDS)


def cold(commands: dict[str, tuple[list[str], dict[str, str]]]) -> dict[str, Taken]:
    """Returns what processes take from start to end."""

    def timer(command: list[str], environment: dict[str, str]) -> Callable[[], float]:
        def once() -> float:
            started = time.perf_counter_ns()
            subprocess.run(command, env=environment, check=True, capture_output=True)
            return time.perf_counter_ns() - started

        return once

    return in_turns({key: timer(*command) for key, command in commands.items()}, 2, COLD_ROUNDS)


def in_turns(jobs: dict[str, Callable[[], float]], warm_up: int, rounds: int) -> dict[str, Taken]:
    """Runs each job once a round, in another order each time: what ran before leaves its caches."""

    def run(rounds: int) -> dict[str, list[float]]:
        taken: dict[str, list[float]] = {key: [] for key in jobs}
        for _ in range(rounds):
            for key in random.sample(list(jobs), len(jobs)):
                taken[key].append(jobs[key]())
        return taken

    # Until two runs in a row made no job faster: a program may be compiled while it runs.
    fastest, idle = dict.fromkeys(jobs, math.inf), 0
    while idle < 2:
        warm = {key: min(taken) for key, taken in run(warm_up).items()}
        idle = 0 if any(taken < 0.95 * fastest[key] for key, taken in warm.items()) else idle + 1
        fastest = {key: min(taken, fastest[key]) for key, taken in warm.items()}
    taken = {key: Taken([]) for key in jobs}
    for _ in range(RUNS):
        for key, run_taken in run(rounds).items():
            taken[key].runs.append(run_taken)
    return taken
