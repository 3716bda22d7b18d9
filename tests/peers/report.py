"""Writes the README with the two tables."""

from __future__ import annotations

import math
import os
import platform
import sys
from itertools import groupby
from typing import Any

from compare import Verdict
from libraries import Library
from speed import COLD_ROUNDS, PARAMS, ROUND_SECONDS, ROUNDS, RUNS, WARM_UP, Figure, Taken

# Beside which package of ours a library stands: in its own language where we have one.
BESIDE = {
    "python": "ours_python",
    "twiml_rust": "ours",
    "twilio": "ours",
    "node": "ours",
    "java": "ours",
    "go": "ours",
}
OTHER_LANGUAGE = ("node", "java", "go")

INTRODUCTION = """\
# Beside the others

The official Python, Node, Java and Go libraries, the two Rust crates, and ours, on the same inputs
in one run. `tests/run peers` fetches each from its registry, runs them and writes this file.

| library | package |
| --- | --- |
{packages}

## Right or wrong

{count} inputs, all in `cases.json`. ✓ is right; ✗ is wrong, and says what it did instead; – means that
the library does not offer this, which does not count against it. None but ours reads the action
request of `<Refer>` or writes header values; only Java and ours read a document, and `twiml-rust`
says whether one is well-formed; only Node, `twilio` and ours know of proxies; the crate `twilio`
has no `<Refer>`.

What is right comes from the source in the last column, never from our output. A document is read
back by expat and compared with what was asked; where XML forbids a character, it may be missing or
replaced. A signature is one that was published, or was made by Python's `hmac` over the URL and the
parameters that the source says are signed. "Refused" is an error before anything is sent. A signature
is answered by yes or no: an exception that is not documented is wrong.

Every library is used as its documentation shows: Node through its middleware, Python with a
multidict and with `""` where the header is missing, Java with a map as a servlet gives it and with
methods of its enum, `twiml-rust` with its validation of what it built, `twilio` with the HTTP
request. Ours is the Rust crate with its defaults; the vectors in `tests/vectors` hold our other
languages to it. The run fails where ours is wrong, but for the rows that `cases.json` calls known.
The official libraries leave targets, methods and actions to Twilio, on purpose: there the
table shows what would have reached it.

| right, of those that it has the job for | {names} |
| --- |{rule}
{scores}

"Printed" is in the document as it was given; "left out" is silently not in it; "another text" is
read back as another one.
"""

SPEED = """\
## Speed and size

{processor}, {cores} cores, {system}, Python {python}; load average {load} at the end.
The libraries took turns, in another order each round, so that all saw the same machine: {warm_up} rounds
to warm up, again until nothing became faster, then {runs} runs of {rounds} rounds of about {milliseconds:.0f} ms, and {runs} of
{cold_rounds} cold processes. Times are minimum / median of the rounds. A ratio is theirs to ours, of the minima:
over 1 they are slower or larger. Beside it is by how much the runs differ from each other, as a share of
the ratio; where that is more than the ratio's distance from 1, there is no verdict.

The document has an action, a method and two headers. The action request has {parameters}
parameters. *Verify* is given them decoded and answers yes or no. *Verify and read* starts at the raw
body and ends with the three parameters of `<Refer>` in hand: typed from ours, text from the official ones, which need the
language's own form decoder for it. `twilio` has no check without reading, and reads who calls whom
instead; `twiml-rust` checks no signature.

{same}

The next ones are compared with our Rust crate, which is **another language**: they show the
order of magnitude.

{others}

A process that does nothing takes: {bare}.

Installed is the package with all that it depends on, as its own client installs it, without what
Python compiles; for Rust and Go it is the driver, stripped. `twilio` loads the system's OpenSSL
besides.
"""

# With the nanoseconds of the unit.
JOBS = {
    "document": ("document, µs", 1e3),
    "verify": ("verify, µs", 1e3),
    "parse": ("verify and read, µs", 1e3),
    "cold": ("cold process that prints the document, ms", 1e6),
}
# What a process takes that does nothing.
BARE = {
    "`true`": ["true"],
    "`python3`": [sys.executable, "-c", "pass"],
    "`node`": ["node", "-e", "0"],
}


def score(verdicts: list[dict[str, Verdict]], key: str) -> str:
    found = [row[key].right for row in verdicts if row[key].right is not None]
    return f"{sum(found)} of {len(found)}"


def write(
    cases: list[dict[str, Any]],
    verdicts: list[dict[str, Verdict]],
    compared: dict[str, Library],
    times: dict[str, dict[str, Taken]],
    libraries: dict[str, Library],
) -> str:
    names = " | ".join(library.name for library in compared.values())
    rule = " --- |" * len(compared)
    scores = [" | ".join(["all", *(score(verdicts, key) for key in compared)])]
    for group, rows in groupby(zip(cases, verdicts), lambda row: row[0]["group"]):
        of_group = [row for _, row in rows]
        scores.append(" | ".join([group, *(score(of_group, key) for key in compared)]))
    parts = [
        INTRODUCTION.format(
            packages="\n".join(f"| {it.name} | {it.package} |" for it in compared.values()),
            count=len(cases),
            names=names,
            rule=rule,
            scores="\n".join(f"| {row} |" for row in scores).replace("0 of 0", "–"),
        )
    ]
    number = 0
    for group, rows in groupby(zip(cases, verdicts), lambda row: row[0]["group"]):
        lines = [
            f"### {group}",
            "",
            f"| | input | right | {names} | reason |",
            f"| --- | --- | --- |{rule} --- |",
        ]
        for case, row in rows:
            number += 1
            cells = [
                str(number),
                cell(case["name"]),
                right(case),
                *map(str, row.values()),
                cell(case["reason"]),
            ]
            lines.append("| " + " | ".join(cells) + " |")
        parts.append("\n".join(lines) + "\n")
    parts.append(
        SPEED.format(
            processor=processor(),
            cores=os.cpu_count(),
            system=f"{platform.system()} {platform.machine()}",
            python=platform.python_version(),
            load=", ".join(f"{load:.1f}" for load in os.getloadavg()),
            warm_up=WARM_UP,
            cold_rounds=COLD_ROUNDS,
            rounds=ROUNDS,
            runs=RUNS,
            milliseconds=ROUND_SECONDS * 1e3,
            parameters=len(PARAMS),
            same=ratios(times, libraries, [key for key in BESIDE if key not in OTHER_LANGUAGE]),
            others=ratios(times, libraries, list(OTHER_LANGUAGE)),
            bare=bare(times["cold"]),
        )
    )
    return "\n".join(parts)


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def right(case: dict[str, Any]) -> str:
    wanted = case["right"]
    if case["job"] == "verify":
        return "yes" if wanted else "no"
    return wanted if isinstance(wanted, str) else "its values"


def ratios(
    times: dict[str, dict[str, Taken]], libraries: dict[str, Library], keys: list[str]
) -> str:
    lines = [
        "| | beside | ours | theirs | ratio | runs differ by |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for job, (label, unit) in JOBS.items():
        for key in keys:
            if key in times[job]:
                ours, theirs = times[job][BESIDE[key]], times[job][key]
                ratio = Figure.ratio(theirs, ours)
                verdict = "" if ratio.spread <= abs(ratio.value - 1) else ": no verdict"
                differ = f"{ratio.spread:.0%}{verdict}"
                cells = both(ours, unit), both(theirs, unit), figure(ratio.value), differ
                lines.append(line(label, libraries, key, *cells))
    for key in keys:
        ours, theirs = libraries[BESIDE[key]].size(), libraries[key].size()
        lines.append(
            line(
                "installed, MB",
                libraries,
                key,
                f"{ours:.1f}",
                f"{theirs:.1f}",
                f"{theirs / ours:.1f}",
                "",
            )
        )
    return "\n".join(lines)


def line(label: str, libraries: dict[str, Library], key: str, *figures: str) -> str:
    beside = f"{libraries[key].name} / {libraries[BESIDE[key]].name}"
    return "| " + " | ".join([label, beside, *figures]) + " |"


def both(taken: Taken, unit: float) -> str:
    return f"{figure(taken.minimum / unit)} / {figure(taken.median / unit)}"


def figure(value: float) -> str:
    """Three digits, or all before the point."""
    return f"{value:.{max(0, 2 - int(math.log10(max(value, 1))))}f}"


def bare(cold: dict[str, Taken]) -> str:
    return ", ".join(f"{name} {both(cold[name], 1e6)} ms" for name in BARE)


def processor() -> str:
    try:
        with open("/proc/cpuinfo") as lines:
            names = [
                line.partition(":")[2].strip() for line in lines if line.startswith("model name")
            ]
        return names[0]
    except (OSError, IndexError):
        return platform.processor() or "processor unknown"
