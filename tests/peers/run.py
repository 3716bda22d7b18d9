"""Runs every library on the same inputs and writes the tables: `run.py CACHE`, as `tests/run peers` calls it.

A driver is given one request a line and answers with one line:

* a case of `cases.json`, with its `token`, `signature` and form `body` filled in. A document is answered
  with `xml`, a signature with `valid`, other jobs with what was read or made; a refusal with `error`; a
  job that the library does not have with null.
* `{"time": job, "calls": number, "input": …}`, answered with nanoseconds per call, or null.

With a SIP URI as its only argument a driver prints the document and ends.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import report
import speed
from judge import judge, ready
from libraries import HERE, libraries


def pinned(file: str, pattern: str) -> str:
    found = re.search(pattern, (HERE / file).read_text())
    if not found:
        raise SystemExit(f"no version in {file}")
    return found[1]


def main(cache: Path) -> int:
    ours = pinned("../../Cargo.toml", r'(?m)^version = "(.*)"')
    versions = {
        "ours": ours,
        "ours_python": ours,
        "python": pinned("python/requirements.txt", r"twilio==(.*)"),
        "node": pinned("node/package.json", r'"twilio": "(.*)"'),
        "java": pinned("java/pom.xml", r"<artifactId>twilio</artifactId>\s*<version>(.*)</version>"),
        "go": pinned("go/go.mod", r"twilio-go v(.*)"),
        "twiml_rust": pinned("rust/Cargo.toml", r'twiml-rust = "=(.*)"'),
        "twilio": pinned("rust/Cargo.toml", r'twilio = "=(.*)"'),
    }
    all_of_them = libraries(cache, versions)
    judged = {key: library for key, library in all_of_them.items() if key != "ours_python"}
    cases = json.loads((HERE / "cases.json").read_text())["cases"]
    with open(cache / "drivers.log", "w") as errors:
        for library in all_of_them.values():
            library.start(errors)
        verdicts = []
        for case in map(ready, cases):
            answers = {key: library.ask(case) for key, library in judged.items()}
            verdicts.append({key: judge(case, answer) for key, answer in answers.items()})
        times = {job: speed.per_call(all_of_them, job) for job in ("document", "verify", "parse")}
        for library in all_of_them.values():
            library.stop()
    prints = [key for key in all_of_them if key != "twilio"]
    programs = {
        key: ([*all_of_them[key].command, speed.SIP], all_of_them[key].full_environment())
        for key in prints
    }
    environment = all_of_them["ours"].full_environment()
    programs["bare python3"] = (["python3", "-c", "pass"], environment)
    programs["bare node"] = (["node", "-e", "0"], environment)
    times["cold"] = speed.cold(programs)

    text = report.write(cases, verdicts, judged, times, all_of_them)
    (HERE / "README.md").write_text(text)
    wrong = [
        case["name"]
        for case, row in zip(cases, verdicts)
        if row["ours"].right is not True and "opt_in" not in case
    ]
    for name in wrong:
        print(f"peers: ours is wrong on: {name}", file=sys.stderr)
    for key, library in judged.items():
        print(f"{library.name}: {report.score(verdicts, key)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
