"""Writes the README with the two tables."""

from __future__ import annotations

import os
import platform
from itertools import groupby
from typing import Any

from judge import Verdict
from libraries import Library
from speed import PARAMS, ROUND_SECONDS, ROUNDS, WARM_UP, Taken

# Beside which package of ours a library stands. Java moves beside our Kotlin package with a driver of it.
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

The official Python, Node, Java and Go libraries and the two Rust crates, and ours, on the same inputs in
one run. `tests/run peers` fetches each from its registry, runs all and writes this file: do not edit it.

| library | version |
| --- | --- |
{versions}

## Right or wrong

{count} inputs, in `cases.json`. ✓ is right, ✗ wrong and what it did instead, – says that the library has
no such job: no library but ours reads the callback of `<Refer>` or writes header values; only Java and we
read a document; the Rust crate `twilio` has no `<Refer>`.

What is right comes from the source in the last column, never from our output. A document is read back by
expat and compared with what was asked. A signature was made by Python's `hmac` over the URL and the
parameters that the source says the platform signs, or is one that was published. "Refused" means an
error before anything is sent. A signature is answered with yes or no: what raises an exception that the
documentation does not announce is wrong.

Each library is used as its documentation shows: Node through its middleware, Python with a multidict and
with `""` for a header that is missing, Java with a map as a servlet gives it, `twiml-rust` with its own
validation of what it built, `twilio` with the HTTP request. To be fair: the official libraries mean to be thin, and leave
targets and methods to the platform; there the table shows what would have reached it.

| | {names} |
| --- |{rule}
{scores}
"""

SPEED = """\
## Speed and size

{processor}, {cores} cores, {system}, Python {python}; other programs ran at the same time (load average {load}). The
libraries took turns: {warm_up} rounds to warm up, then {rounds} that count, of about {milliseconds:.0f} ms each; cold processes,
too, took turns, {rounds} times. Every figure is minimum / median of the rounds. A ratio is theirs to ours,
of the minima / of the medians: over 1 is slower than ours.

The document has an action, a method and two headers. The callback has {parameters} parameters. *Verify* is given
them decoded and answers yes or no; *verify and read* starts at the raw body and ends with the three
parameters of `<Refer>` in hand: text from theirs, typed from ours. `twilio` reads a call's four
parameters there instead, and has no check without reading.

{same}

Beside another language there is nothing to choose between; these stand beside our Rust crate to show the
order of magnitude.

{others}

{bare}

Installed size is the package with what it depends on, as its own client installs it; for Rust and Go it is
the driver program, stripped.
"""

JOBS = {
    "document": "document, µs",
    "verify": "verify, µs",
    "parse": "verify and read, µs",
    "cold": "cold process that prints the document, ms",
}


def score(verdicts: list[dict[str, Verdict]], key: str) -> str:
    found = [row[key].right for row in verdicts if row[key].right is not None]
    return f"{sum(found)} of {len(found)}"


def write(
    cases: list[dict[str, Any]],
    verdicts: list[dict[str, Verdict]],
    judged: dict[str, Library],
    times: dict[str, dict[str, Taken]],
    libraries: dict[str, Library],
) -> str:
    names = " | ".join(library.name for library in judged.values())
    rule = " --- |" * len(judged)
    scores = [" | ".join(["right, of those it has the job for", *(score(verdicts, key) for key in judged)])]
    for group, rows in groupby(zip(cases, verdicts), lambda row: row[0]["group"]):
        of_group = [row for _, row in rows]
        scores.append(" | ".join([group, *(score(of_group, key) for key in judged)]))
    parts = [
        INTRODUCTION.format(
            versions="\n".join(f"| {it.name} | {it.version} |" for it in judged.values()),
            count=len(cases),
            names=names,
            rule=rule,
            scores="\n".join(f"| {row} |" for row in scores).replace("0 of 0", "–"),
        )
    ]
    number = 0
    for group, rows in groupby(zip(cases, verdicts), lambda row: row[0]["group"]):
        lines = [f"### {group}", "", f"| | input | right | {names} | reason |", f"| --- | --- | --- |{rule} --- |"]
        for case, row in rows:
            number += 1
            cells = [str(number), cell(case["name"]), right(case), *map(str, row.values()), cell(case["reason"])]
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
            rounds=ROUNDS,
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


def ratios(times: dict[str, dict[str, Taken]], libraries: dict[str, Library], keys: list[str]) -> str:
    lines = ["| | beside | ours | theirs | ratio |", "| --- | --- | --- | --- | --- |"]
    for job, label in JOBS.items():
        for key in keys:
            if key in times[job]:
                ours, theirs = times[job][BESIDE[key]], times[job][key]
                ratio = f"{theirs.minimum / ours.minimum:.2f} / {theirs.median / ours.median:.2f}"
                lines.append(line(label, libraries, key, both(ours), both(theirs), ratio))
    for key in keys:
        ours, theirs = libraries[BESIDE[key]].size(), libraries[key].size()
        lines.append(line("installed, MB", libraries, key, f"{ours:.1f}", f"{theirs:.1f}", f"{theirs / ours:.1f}"))
    return "\n".join(lines)


def line(label: str, libraries: dict[str, Library], key: str, *figures: str) -> str:
    beside = f"{libraries[key].name} / {libraries[BESIDE[key]].name}"
    return "| " + " | ".join([label, beside, *figures]) + " |"


def both(taken: Taken) -> str:
    return f"{taken.minimum:.3g} / {taken.median:.3g}"


def bare(cold: dict[str, Taken]) -> str:
    return (
        f"In a cold process much is the interpreter's own: a bare `python3` takes {both(cold['bare python3'])} ms, "
        f"a bare `node` {both(cold['bare node'])} ms."
    )


def processor() -> str:
    try:
        with open("/proc/cpuinfo") as lines:
            names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
        return names[0]
    except (OSError, IndexError):
        return platform.processor() or "processor unknown"
