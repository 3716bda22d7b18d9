"""Runs every library on the same inputs and writes the README: `run.py CACHE`.

A driver is given one request a line and answers with one line: a case of `cases.json`, with its
`token`, `signature` and form `body` filled in. A document is answered with `xml`, a signature with
`valid`, other jobs with what was read or made; a refusal with `error`; a job that the library does not
have with null. What else it is asked is in `speed.py`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import report
import speed
from compare import compare, ready
from libraries import HERE, libraries


def main(cache: Path) -> int:
    all_of_them = libraries(cache)
    compared = {key: library for key, library in all_of_them.items() if key != "ours_python"}
    cases = json.loads((HERE / "cases.json").read_text())["cases"]
    with open(cache / "drivers.log", "w") as errors:
        for library in all_of_them.values():
            library.start(errors)
        verdicts = []
        for case in map(ready, cases):
            answers = {key: library.ask(case) for key, library in compared.items()}
            verdicts.append({key: compare(case, answer) for key, answer in answers.items()})
        times = {
            job: speed.per_call([(key, job, library) for key, library in all_of_them.items()])
            for job in ("document", "verify", "parse")
        }
        for library in all_of_them.values():
            library.stop()
    environment = all_of_them["ours"].full_environment()
    times["cold"] = speed.cold(
        {key: (command, environment) for key, command in report.BARE.items()}
        | {
            key: ([*library.command, speed.SIP], library.full_environment())
            for key, library in all_of_them.items()
            if key != "twilio"  # it has no such document
        }
    )

    text = report.write(cases, verdicts, compared, times, all_of_them)
    (HERE / "README.md").write_text(text)
    wrong = [
        case["name"]
        for case, row in zip(cases, verdicts)
        if row["ours"].right is not True and "known" not in case
    ]
    for name in wrong:
        print(f"peers: ours is wrong on: {name}", file=sys.stderr)
    for key, library in compared.items():
        print(f"{library.name}: {report.score(verdicts, key)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
