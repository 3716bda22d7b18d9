"""Times jobs of one of our packages beside another program: `bench.py NAME=COMMAND… <ROWS`.

A row is `JOB GOAL NAME [NAME[/JOB]]`: what a call of the job takes, or its ratio to the second program. The
goal is a ratio or a time such as `15us`; `-` is none. The job `cold` is a process that prints the document, above
what the program `bare` takes, if one is given. What programs are asked is in `speed.py`.
"""

from __future__ import annotations

import os
import re
import shlex
import sys

from libraries import Library
from speed import SIP, Figure, Taken, cold, per_call

UNITS = {"ns": 1.0, "us": 1e3, "ms": 1e6}


def main() -> None:
    programs = {}
    for argument in sys.argv[1:]:
        name, _, command = argument.partition("=")
        programs[name] = Library(name, name, shlex.split(command))
    rows = [line.split() for line in sys.stdin if line.strip()]
    for name, program in programs.items():
        if name != "bare":
            program.start(sys.stderr)
    print(f"{'job':<20} {'ns, minimum / median':>23}  {'beside':<20} {'ratio':>13}  goal")
    for job, goal, name, *beside in rows:
        other = f"{beside[0]}/{job}".split("/")[:2] if beside else []
        taken, *others = measure(programs, job, name, *other)
        figure = Figure.ratio(taken, others[0]) if others else Figure.of(taken)
        ratio = f"{figure.value:.2f}" if others else ""
        found = re.fullmatch(r"([0-9.]+)(ns|us|ms)?", goal)
        verdict = ""
        if found:
            wanted = float(found[1]) * (UNITS[found[2]] if found[2] else 1)
            verdict = f"<= {goal}: {figure.verdict(wanted)}"
        print(
            f"{job:<20} {taken.minimum:11.0f} / {taken.median:9.0f}  {'/'.join(beside):<20} "
            f"{ratio:>6} ±{figure.spread / 2:5.0%}  {verdict}",
            flush=True,
        )
    for name, program in programs.items():
        if name != "bare":
            program.stop()
    print(f"load average at the end: {', '.join(f'{load:.1f}' for load in os.getloadavg())}")


def measure(
    programs: dict[str, Library], job: str, name: str, beside: str = "", other: str = ""
) -> list[Taken]:
    if job == "cold":
        commands = {
            key: ([*program.command, SIP], program.full_environment())
            for key, program in programs.items()
        }
        taken = cold(commands)
        bare = taken["bare"].minimum if "bare" in taken else 0
        above = {
            key: Taken([[each - bare for each in run] for run in its.runs])
            for key, its in taken.items()
        }
        return [above[name], *([above[beside]] if beside else [])]
    asked = [(name, job, programs[name])]
    if beside:
        asked.append((f"{beside} beside", other, programs[beside]))
    taken = per_call(asked)
    return [taken[key] for key, _, _ in asked]


if __name__ == "__main__":
    main()
