"""Runs every library on the same cases, and writes the tables of the README: `run.py CACHE`.

A program is given a request a line and answers with one line: a case of `cases.json`, with its
`token`, `signature` and `body` filled in. A document is answered with `xml`, a signature with
`valid`, other jobs with what was read or made; a refusal with `error`; a job that the library does
not have with null. What else it is asked is in `bench.py`.
"""

from __future__ import annotations

import json
import os
import platform
import re
import sys
from itertools import count, groupby
from pathlib import Path

from bench import Program, table
from compare import Case, compare, ready

HERE = Path(__file__).parent
MARK = "<!-- `tests/run peers` writes what follows. -->\n"
# A library, its package, and the file that pins its version behind these words.
PACKAGES = {
    "ours": ("twiml-refer", "../../Cargo.toml", 'version = "'),
    "Python": ("twilio", "python/requirements.txt", "twilio=="),
    "Node": ("twilio", "node/package.json", '"twilio": "'),
    "Java": ("com.twilio.sdk:twilio", "java/pom.xml", r"twilio</artifactId>\s*<version>"),
    "Rust": ("twilio", "rust/Cargo.toml", 'twilio = "='),
}
JOBS = ["document", "parse", "cold"]


def main(cache: Path) -> None:
    rust = [f"{cache}/rust/release/peers"]
    python = [f"{cache}/python/bin/python", "-B"]
    commands = {
        "ours": [*rust, "ours"],
        "Python": [*python, f"{HERE}/python/official.py"],
        "Node": ["env", f"NODE_PATH={cache}/node/node_modules", "node", f"{HERE}/node/official.js"],
        "Java": ["java", "-cp", f"{cache}/java/classes:{cache}/java/lib/*", "Official"],
        "Rust": [*rust, "twilio"],
        "ours-python": [*python, f"{HERE}/python/ours.py"],
    }
    programs = {name: Program(name, command) for name, command in commands.items()}
    cases = [ready(case) for case in json.loads((HERE / "cases.json").read_text())["cases"]]
    for case in cases:
        case["outcomes"] = [compare(case, programs[name].ask(case)) for name in PACKAGES]
    groups = {name: list(found) for name, found in groupby(cases, lambda case: case["group"])}
    lines = [row("", *PACKAGES), "| --- " * (len(PACKAGES) + 1) + "|"]
    lines.append(row("package", *(package(*pinned) for pinned in PACKAGES.values())))
    lines += [row(name, *scores(found)) for name, found in {"all": cases, **groups}.items()]
    number = count(1)
    for name, found in groups.items():
        lines += ["", f"### {name}", "", row("", "input", "right", *PACKAGES, "reason")]
        lines.append("| --- " * (len(PACKAGES) + 4) + "|")
        for case in found:
            right = case["right"] if isinstance(case["right"], str) else "its values"
            outcomes = map(shown, case["outcomes"])
            lines.append(row(next(number), case["name"], right, *outcomes, case["reason"]))
    on = f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}"
    lines += [
        "",
        "## Speed",
        "",
        on,
        "",
        "```text",
        *table(programs, [f"{job} 1 ours-python Python" for job in JOBS]),
        "```",
        "",
    ]
    readme = HERE / "README.md"
    prose, mark, _ = readme.read_text("utf-8").partition(MARK)
    readme.write_text(prose + mark + "\n".join(lines), "utf-8")

    for name, score in zip(PACKAGES, scores(cases)):
        print(f"{name}: {score}")
    if wrong := [
        case["name"] for case in cases if case["outcomes"][0] != "" and "known" not in case
    ]:
        raise SystemExit("\n".join(f"peers: ours is wrong on: {name}" for name in wrong))


def package(name: str, file: str, before: str) -> str:
    """The package with the version that its own client is told to fetch."""
    found = re.search(before + r"([0-9.]+)", (HERE / file).read_text())
    if not found:
        raise SystemExit(f"peers: {file} pins no {name}")
    return f"`{name}` {found[1]}"


def row(*cells: object) -> str:
    texts = (str(cell).replace("|", "\\|").replace("<", "&lt;") for cell in cells)
    return f"| {' | '.join(texts)} |"


def shown(outcome: str | None) -> str:
    return "-" if outcome is None else f"✗ {outcome}" if outcome else "✓"


def scores(cases: list[Case]) -> list[str]:
    """Of each library, how often it is right of those that it has the job for."""
    columns = zip(*(case["outcomes"] for case in cases))
    offered = ([it for it in column if it is not None] for column in columns)
    return [f"{found.count('')} of {len(found)}" if found else "-" for found in offered]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
