"""Changes one rule of core after the other, and runs the vectors in every language: `run.py CACHE [RULE…]`.

Each language must fail for each rule of `rules`, those of the command where its topics hold the rule.
All is done in a copy of the working tree, `target/bite`: the faces are built there once, and for a rule
only what core is in, which every face but Rust loads when it starts.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from faces import Broken, Face, faces
from workshop import Workshop

RULES = Path(__file__).with_name("rules")
MISSED = "MISSED"
# What each of two processors can do.
AT_ONCE = 2


class Rule:
    """A name, and a text in a file of core that another one takes the place of."""

    def __init__(self, block: str) -> None:
        title, self.file, old, new = block.strip().split("\n")
        self.name = title.partition(":")[0]
        if (old[:2], new[:2]) != ("- ", "+ "):
            raise SystemExit(f"tests/bite/rules: {self.name}: expected -, and then +")
        self.old, self.new = old[2:], new[2:]

    def change(self, text: str) -> str:
        found = text.count(self.old)
        if found != 1:
            raise SystemExit(f"tests/bite/rules: {self.name}: its text stands {found} times in {self.file}")
        return text.replace(self.old, self.new)


def rules(wanted: list[str]) -> list[Rule]:
    """Read those that are wanted, or all; each fits its file."""
    text = "\n".join(line for line in RULES.read_text().splitlines() if not line.startswith("#"))
    every = [Rule(block) for block in text.strip().split("\n\n")]
    for rule in every:
        rule.change(Path(rule.file).read_text())
    unknown = set(wanted) - {rule.name for rule in every}
    if unknown:
        raise SystemExit(f"tests/bite/rules: there is no {', '.join(sorted(unknown))}")
    return [rule for rule in every if not wanted or rule.name in wanted]


def trial(all_of_them: list[Face], workshop: Workshop, name: str) -> dict[str, set[str] | Broken]:
    """Run every face: the topics that failed."""

    def run(face: Face) -> set[str] | Broken:
        try:
            return face.run(workshop.fresh("ledger", face.name), workshop.log(name, face.name))
        except Broken as broken:
            return broken

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip((face.name for face in all_of_them), pool.map(run, all_of_them), strict=True))


def cell(failed: set[str] | Broken, carried: bool) -> str:
    """What the table says of a language."""
    if isinstance(failed, Broken):
        return "BROKEN"
    return str(len(failed)) if failed else MISSED if carried else "-"


def line(name: str, cells: list[str], more: str = "") -> None:
    print(f"{name:<22}", *(f"{cell:>7}" for cell in cells), more, flush=True)


def main(cache: Path, wanted: list[str]) -> int:
    started = time.monotonic()
    chosen = rules(wanted)
    workshop = Workshop(cache)
    workshop.mirror()
    all_of_them = faces(workshop)
    workshop.build_core()
    for face in all_of_them:
        face.build()
    # Those have built some of it otherwise.
    workshop.build_core()
    print(f"built in {time.monotonic() - started:.0f} s; topics that failed, by language:")
    line("rule", [face.name for face in all_of_them])

    faults = []
    found = trial(all_of_them, workshop, "control")
    line("(no change)", ["pass" if found[face.name] == set() else "FAIL" for face in all_of_them])
    faults += [f"without a change, {name}: {failed}" for name, failed in found.items() if failed]
    for face in all_of_them:
        if not faults and (short := face.missing()):
            faults.append(f"{face.name} did not run all of {', '.join(short)}")
    if faults:
        print(*faults, sep="\n", file=sys.stderr)
        return 1

    for rule in chosen:
        with workshop.changed(rule.file, rule.change) as fault:
            found = trial(all_of_them, workshop, rule.name) if not fault else {}
        if fault:
            faults.append(f"{rule.name}: does not compile:\n{fault}")
            line(rule.name, ["BROKEN"] * len(all_of_them))
            continue
        faults += [f"{rule.name}, {name}: {why}" for name, why in found.items() if isinstance(why, Broken)]
        topics = {topic for failed in found.values() if isinstance(failed, set) for topic in failed}
        cells = [cell(found[face.name], face.carries(topics)) for face in all_of_them]
        missed = [face.name for face, said in zip(all_of_them, cells, strict=True) if said == MISSED]
        if missed:
            faults.append(f"{rule.name}: no vector fails in {', '.join(missed)}")
        line(rule.name, cells, " ".join(sorted(topics)))
    print(f"{len(chosen)} rules in {time.monotonic() - started:.0f} s")
    if faults:
        print(*faults, sep="\n", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    os.environ.pop("TWIML_REFER_LEDGER", None)
    if not shutil.which("cargo"):
        raise SystemExit("tests/bite: cargo is missing")
    raise SystemExit(main(Path(sys.argv[1]), sys.argv[2:]))
