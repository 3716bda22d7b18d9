"""Changes one rule of core after the other, and runs the vectors: `run.py CACHE [RULE…]`.

Every language must fail for each rule of `rules`; the command, where its topics hold the rule. All
is done in a copy of the working tree: the languages are built there once, and for a rule only what
core is in, which they load when they start. Without a change all must pass: that is the first row.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from faces import Broken, Face, faces
from workshop import Workshop

RULES = Path(__file__).with_name("rules")
AT_ONCE = 2
MISSED, BROKEN = "MISSED", "BROKEN"


class Rule:
    """A name, and a text in a file of core that another one takes the place of."""

    def __init__(self, block: str) -> None:
        title, self.file, old, new = block.split("\n")
        self.name = title.partition(":")[0]
        if (old[:2], new[:2]) != ("- ", "+ "):
            raise SystemExit(
                f"tests/bite/rules: {self.name}: expected a line with -, then one with +"
            )
        self.old, self.new = old[2:], new[2:]

    def change(self, text: str) -> str:
        """The file with the other rule."""
        found = text.count(self.old)
        if found != 1:
            where = f"tests/bite/rules: {self.name}: in {self.file}"
            raise SystemExit(f"{where} its text stands {found} times, expected once: {self.old}")
        return text.replace(self.old, self.new)


def rules(wanted: list[str]) -> list[Rule]:
    """Read those that are wanted, or all; every one must fit its file."""
    lines = RULES.read_text().splitlines()
    text = "\n".join(line for line in lines if not line.startswith("#"))
    every = [Rule(block) for block in text.strip().split("\n\n")]
    for rule in every:
        rule.change(Path(rule.file).read_text())
    if unknown := set(wanted) - {rule.name for rule in every}:
        raise SystemExit(f"tests/bite/rules: there is no {', '.join(sorted(unknown))}")
    return [rule for rule in every if not wanted or rule.name in wanted]


def trial(name: str, all_of_them: list[Face]) -> dict[str, set[str] | Broken]:
    """Run every language: the topics that failed."""

    def run(face: Face) -> set[str] | Broken:
        try:
            return face.run(name)
        except Broken as broken:
            return broken

    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(run, all_of_them))
    return {face.name: topics for face, topics in zip(all_of_them, found)}


def cell(failed: set[str] | Broken, carried: bool) -> str:
    """What the table says: how many topics failed, or - where the command has none of them."""
    if isinstance(failed, Broken):
        return BROKEN
    return str(len(failed)) if failed else MISSED if carried else "-"


def row(name: str, cells: list[str], topics: str = "") -> None:
    """A line of the table."""
    print(f"{name:<22}", *(f"{cell:>6}" for cell in cells), f" {topics}".rstrip(), flush=True)


def control(all_of_them: list[Face]) -> list[str]:
    """Run what was not changed: what is wrong with it."""
    found = trial("control", all_of_them)
    row("(no change)", [BROKEN if found[face.name] else "pass" for face in all_of_them])
    faults = [f"without a change, {name} fails: {why}" for name, why in found.items() if why]
    for face in all_of_them:
        if not found[face.name] and (short := face.missing()):
            faults.append(f"{face.name} did not run all of {', '.join(short)}")
    return faults


def bite(rule: Rule, all_of_them: list[Face], workshop: Workshop) -> list[str]:
    """Change a rule and run all: who did not notice."""
    with workshop.changed(rule.file, rule.change) as fault:
        if fault:
            row(rule.name, [BROKEN] * len(all_of_them))
            return [f"{rule.name} does not compile:\n{fault}"]
        found = trial(rule.name, all_of_them)
    topics = set[str]().union(*(failed for failed in found.values() if isinstance(failed, set)))
    cells = {face.name: cell(found[face.name], face.carries(topics)) for face in all_of_them}
    row(rule.name, list(cells.values()), " ".join(sorted(topics)))
    faults = [
        f"{rule.name}, {name}: {why}" for name, why in found.items() if isinstance(why, Broken)
    ]
    if missed := [name for name, said in cells.items() if said == MISSED]:
        faults.append(f"{rule.name}: no vector fails in {', '.join(missed)}")
    return faults


def main(cache: Path, wanted: list[str]) -> int:
    """Print the table; fail for what was missed."""
    started = time.monotonic()
    chosen = rules(wanted)
    workshop = Workshop(cache)
    workshop.mirror()
    all_of_them = faces(workshop)
    workshop.build()
    for face in all_of_them:
        face.build()
    # Those may have built parts of it otherwise.
    workshop.build()
    print(f"built in {time.monotonic() - started:.0f} s; how many topics of the vectors fail:")
    row("rule", [face.name for face in all_of_them])
    faults = control(all_of_them)
    if not faults:
        for rule in chosen:
            faults += bite(rule, all_of_them, workshop)
        print(f"{len(chosen)} rules in {time.monotonic() - started:.0f} s")
    for fault in faults:
        print(f"tests/run bite: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    os.environ.pop("TWIML_REFER_LEDGER", None)
    try:
        sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
    except subprocess.CalledProcessError as failed:
        sys.exit(f"tests/run bite: {failed}; see target/bite/logs")
