"""Times programs in turns, so that all see the same machine: `bench.py PROGRAM=COMMAND… <ROWS`.

A row is `JOB GOAL PROGRAM [PROGRAM[/JOB]]`: what a call of the job takes, or its ratio to that of
the other program. The goal is a ratio or a time such as `15us`; `-` is no goal. There is no verdict
where the runs differ by more than the distance to the goal. The job `cold` is a process that prints
the document, above what the program `bare` takes, if one is given.

A program is given a request a line and answers with a line, both JSON: `{"time": job, "calls":
number, "input": INPUT}` is answered with nanoseconds per call, or with null where there is no such
job. With a SIP URI as its only argument it prints the document and ends.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import re
import shlex
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any
from urllib.parse import parse_qsl

from compare import TOKEN, signature

# Many short rounds: in some of them nothing else runs.
RUNS = 5
ROUNDS = {"warm up": 100, "run": 21}
COLD_ROUNDS = {"warm up": 2, "run": 7}
ROUND_NS = 2e6
ROW = re.compile(r"(\S+) +(-|\d+(?:\.\d+)?(?:ns|us|ms)?) +(\S+)(?: +(\S+))?")
UNITS = {"ns": 1.0, "us": 1e3, "ms": 1e6, "": 1.0}

SIP = "sip:alice@example.com?X-AcctNumber=123456&X-ReasonForCalling=billing-question"
URL = "https://voice.example.com/handleRefer"
BODY = (
    "AccountSid=AC0123456789abcdef0123456789abcdef&ApiVersion=2010-04-01"
    "&CallSid=CA0123456789abcdef0123456789abcdef&CallStatus=in-progress"
    "&Called=sip%3Aivr%40example.sip.twilio.com&Caller=sip%3Abob%40example.com&Direction=inbound"
    "&From=sip%3Abob%40example.com&NotifySipResponseCode=486&ReferCallStatus=busy"
    "&ReferSipResponseCode=202&SipCallId=a84b4c76e66710%40pc33.atlanta.example.com"
    "&SipDomain=example.sip.twilio.com&SipDomainSid=SD0123456789abcdef0123456789abcdef"
    "&SipHeader_X-AcctNumber=123456&SipHeader_X-ReasonForCalling=billing+question"
    "&SipSourceIp=192.0.2.4&SipUsername=bob&To=sip%3Aivr%40example.sip.twilio.com"
    "&ReferTransferTarget=sip%3Aalice%40example.com"
)
INPUT = {
    "refer": {"sip": SIP, "action": "/handleRefer", "method": "POST"},
    "url": URL,
    "token": TOKEN,
    "params": parse_qsl(BODY),
    "body": BODY,
    "signature": signature(URL, parse_qsl(BODY)),
    "read": ["ReferCallStatus", "ReferSipResponseCode", "NotifySipResponseCode"],
}


@dataclass
class Program:
    name: str
    command: list[str]

    @cached_property
    def process(self) -> subprocess.Popen[str]:
        """Ends when this one does, which closes its input."""
        pipe = subprocess.PIPE
        return subprocess.Popen(self.command, stdin=pipe, stdout=pipe, encoding="utf-8")

    def ask(self, request: dict[str, Any]) -> Any:
        try:
            print(json.dumps(request), file=self.process.stdin, flush=True)
            return json.loads(self.process.stdout.readline() if self.process.stdout else "")
        except (OSError, ValueError) as error:
            job = request.get("time", request.get("job"))
            raise SystemExit(f"the program {self.name} did not answer {job}: {error}") from None

    def timer(self, job: str) -> Callable[[], float]:
        """Returns what takes the time of a round once: nanoseconds per call."""

        def cold() -> float:
            started = time.perf_counter_ns()
            try:
                subprocess.run([*self.command, SIP], check=True, capture_output=True)
            except (OSError, subprocess.CalledProcessError) as error:
                raise SystemExit(f"the program {self.name} printed no document: {error}") from None
            return time.perf_counter_ns() - started

        if job == "cold":
            return cold
        last = self.ask({"time": job, "calls": 20, "input": INPUT})
        if last is None:
            raise SystemExit(f"the program {self.name} has no job {job}")

        def once() -> float:
            nonlocal last
            # How much fits a round changes while a program is being compiled.
            calls = max(2, int(ROUND_NS / last))
            last = self.ask({"time": job, "calls": calls, "input": INPUT})
            return float(last)

        return once


def in_turns(jobs: list[Callable[[], float]], rounds: dict[str, int]) -> list[list[list[float]]]:
    """Returns the rounds of each job, run by run.

    Each job runs once a round, in another order each time: what ran before leaves its caches.
    """

    def run(rounds: int) -> list[list[float]]:
        taken: list[list[float]] = [[] for _ in jobs]
        for _ in range(rounds):
            for index in random.sample(range(len(jobs)), len(jobs)):
                taken[index].append(jobs[index]())
        return taken

    # Until two runs in a row made no job faster: a program may be compiled while it runs.
    fastest, idle = [math.inf] * len(jobs), 0
    while idle < 2:
        warm = list(map(min, run(rounds["warm up"])))
        idle = 0 if any(now < 0.95 * best for now, best in zip(warm, fastest)) else idle + 1
        fastest = list(map(min, warm, fastest))
    return [list(runs) for runs in zip(*(run(rounds["run"]) for _ in range(RUNS)))]


def table(programs: dict[str, Program], rows: list[str]) -> Iterator[str]:
    """Measures row by row."""
    head = f"{'job':<20} {'program':<12} {'ns, minimum / median':>23}  {'beside':<20}"
    yield f"{head} {'ratio':>12}  goal"
    for row in filter(str.strip, rows):
        fields = ROW.fullmatch(row.strip())
        job, goal, name, beside = fields.groups("") if fields else [""] * 4
        other, _, its_job = beside.partition("/")
        if not {name, other or name} <= programs.keys():
            raise SystemExit(f"invalid row {row.strip()!r}: write JOB GOAL PROGRAM [PROGRAM[/JOB]]")
        timers = [programs[name].timer(job)]
        if other:
            timers.append(programs[other].timer(its_job or job))
        has_bare = job == "cold" and "bare" in programs
        if has_bare:
            timers.append(programs["bare"].timer(job))
        taken = in_turns(timers, COLD_ROUNDS if job == "cold" else ROUNDS)
        bare = min(map(min, taken[-1])) if has_bare else 0
        minima = [[min(run) - bare for run in runs] for runs in taken]
        # What all rounds give, and what each run gives alone.
        figure, each = min(minima[0]), minima[0]
        if other:
            figure /= min(minima[1])
            each = [ours / theirs for ours, theirs in zip(minima[0], minima[1])]
        spread = (max(each) - min(each)) / figure
        median = statistics.median(chain.from_iterable(taken[0])) - bare
        ratio = f"{figure:.2f}" if other else ""
        yield (
            f"{job:<20} {name:<12} {min(minima[0]):11.0f} / {median:9.0f}  {beside:<20} "
            f"{ratio:>6} ±{spread / 2:5.0%}  {verdict(goal, figure, spread)}"
        ).rstrip()
    yield f"load average at the end: {', '.join(f'{load:.1f}' for load in os.getloadavg())}"


def verdict(goal: str, figure: float, spread: float) -> str:
    """Compares with a goal, if that is farther away than the runs differ."""
    if goal == "-":
        return ""
    number = goal.rstrip("nums")
    wanted = float(number) * UNITS[goal[len(number) :]]
    margin = abs(figure - wanted) / figure
    if spread > margin:
        differ = f"the runs differ by {spread:.0%}, the goal is {margin:.0%} away"
        return f"<= {goal}: no verdict: {differ}"
    return f"<= {goal}: {'met' if figure <= wanted else 'MISSED'}"


def named(argument: str) -> Program:
    name, _, command = argument.partition("=")
    if not name or not command:
        raise argparse.ArgumentTypeError(f"invalid program {argument!r}: write PROGRAM=COMMAND")
    return Program(name, shlex.split(command))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Times programs in turns; rows on standard input.")
    parser.add_argument("programs", metavar="PROGRAM=COMMAND", nargs="+", type=named)
    programs = {program.name: program for program in parser.parse_args().programs}
    for line in table(programs, sys.stdin.readlines()):
        print(line, flush=True)
