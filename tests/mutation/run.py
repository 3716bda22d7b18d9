"""Runs every language on poisoned vectors: `run.py CACHE TARGET`. All must notice each wrong value.

Beside the cases of tests/vectors, a copy of them has poisoned ones: each is a case with one
expected value changed, and each kind of expected value (`error.offset`, `found[].path`) has one.
TWIML_REFER_VECTORS names the copy; nothing is built for it. A runner prints the names of the cases
that fail: these must be all that begin with `poisoned`, and none that begins with `sound`.
"""

from __future__ import annotations

import copy
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

Case = dict[str, Any]
Keys = tuple[Any, ...]

VECTORS = Path("tests/vectors")
AT_ONCE = 2
SECONDS = 120
SWIFT_TESTS = "VectorTests|transfers|transferSettings"

# What is expected of a topic's cases; everything else in them is input. All topics have `error`.
EXPECTED = {
    "documents": ["compact", "pretty", "follows"],
    "reading": ["compact", "first_refer"],
    "diagnostics": ["found"],
    "sip-uris": ["parts", "equivalent", "with_header", "target", "uri"],
    "user-to-user": ["value", "data", "encoding", "purpose", "content", "values"],
    "callbacks": ["outcome", "diagnostics", "leg", "params", "sip_headers", "typed"],
    "signatures": ["valid", "signs"],
    "rest": ["method", "request_url", "body"],
    "saved-transfers": ["state", "deadline", "refer_to"],
    "transfer-settings": [],
    "requests": ["params"],
    "raw-bodies": ["url_with_hash", "signature"],
}
# The same for the outputs of a transfer, all but when they come.
OUTPUTS = {
    "send-refer": ["output"],
    "reply": ["output", "code"],
    "diagnostic": ["output", "code", "severity", "message"],
    "completed": ["output", "params", "outcome"],
    "end-dialog": ["output"],
    "error": ["output", "code"],
}
# Input and expectation have the same name there: it is expected only beside this key.
ONLY_WITH = {("sip-uris", "uri"): "build", ("user-to-user", "value"): "bytes_hex"}

# The command runs these; the others ask for what no subcommand answers.
CLI_TOPICS = (
    "reading",
    "diagnostics",
    "callbacks",
    "signatures",
    "requests",
    "raw-bodies",
    "transfer",
)

# What a runner cannot compare, and why.
EXEMPT = {
    ("cpp", "callbacks", "typed"): "there are no getters",
    ("cpp", "transfer", "completed.outcome.may_resume"): "only a request has it",
    ("cpp", "transfer", "completed.outcome.status"): "an output has it only as a parameter",
    ("cpp", "transfer", "completed.outcome.code"): "an output has it only as a parameter",
    ("cli", "reading", "first_refer.sip"): "the subcommand read prints the tree alone",
    ("cli", "reading", "first_refer.action"): "the subcommand read prints the tree alone",
    ("cli", "reading", "first_refer.method"): "the subcommand read prints the tree alone",
    ("cli", "signatures", "signs"): "no subcommand signs",
    ("cli", "requests", "params"): "the subcommand verify does not print them",
}


def leaves(value: Any, path: Keys) -> Iterator[tuple[Keys, Any]]:
    """All values with the keys to them, but for lists of values and for objects."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        if value and isinstance(value[0], (dict, list)):
            yield path, value
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))
    else:
        yield path, value


def kind(path: Keys, value: Any) -> str:
    """Name a wrong value: `found[].path`, `params fewer`, `outcome.code null`, `valid true`."""
    # All getters do the same.
    if path[0] == "typed":
        return "typed"
    name = ""
    for place, step in enumerate(path):
        # Which of many does not matter, but which half of a pair does.
        index = f"[{step}]" if place == len(path) - 1 else "[]"
        name += index if isinstance(step, int) else f".{step}"
    if isinstance(value, list):
        name += " fewer"
    elif value is None or isinstance(value, bool):
        name += f" {json.dumps(value)}"
    return name.removeprefix(".")


def changed(whole: Any, path: Keys, like: Any) -> Any:
    """Change the value there to another of its type, or null to `like`; shorten a list."""
    whole = copy.deepcopy(whole)
    at = whole
    for step in path[:-1]:
        at = at[step]
    old = at[path[-1]]
    if isinstance(old, list):
        old.pop()
    elif isinstance(old, bool):
        at[path[-1]] = not old
    elif isinstance(old, str):
        at[path[-1]] = old + "x"
    else:
        at[path[-1]] = like if old is None else old + 1
    return whole


class Kinds:
    """The first place of each kind of value."""

    def __init__(self) -> None:
        self.places: dict[str, tuple[Any, Keys, Any]] = {}

    def add(self, whole: Any, path: Keys, value: Any, prefix: str = "") -> None:
        self.places.setdefault(prefix + kind(path, value), (whole, path, value))

    def all(self) -> Iterator[tuple[str, Any, Keys, Any]]:
        """Those that can be changed: name, where, and what a null there can be."""
        for name, (whole, path, value) in self.places.items():
            _, _, like = self.places.get(name.removesuffix(" null"), (None, None, None))
            # Where null is all there is, nobody knows another value; a `compact` of null is not
            # compared.
            if value is not None or (like is not None and path != ("compact",)):
                yield name, whole, path, like


def poisoned(topic: str, cases: list[Case]) -> dict[str, Case]:
    """For each kind of expected value the first case that has it, with that value changed."""
    kinds = Kinds()
    for case in cases:
        for key in (*EXPECTED[topic], "error"):
            if key in case and ONLY_WITH.get((topic, key), key) in case:
                for path, value in leaves(case[key], (key,)):
                    kinds.add(case, path, value)
    made = {name: changed(case, path, like) for name, case, path, like in kinds.all()}
    if signs := made.get("signs true"):
        # It means: the first secret makes this signature. Now that is another secret.
        made["signs true"] = signs | {"signs": True, "secrets": ["another", *case["secrets"]]}
    refused = next((case for case in cases if "error" in case), None)
    if refused:
        made["refused"] = {key: value for key, value in refused.items() if key != "error"}
        accepted = [case for case in cases if "error" not in case]
        alike = max(accepted, key=lambda case: len(case.keys() & refused.keys()))
        made["accepted"] = alike | {"error": refused["error"]}
    return made


def poisoned_transfers(transfers: dict[str, list[Case]]) -> dict[str, tuple[str, list[Case]]]:
    """The same for transfers: the name of one, and its lines with one output changed."""
    kinds = Kinds()
    made: dict[str, tuple[str, list[Case]]] = {}
    for name, lines in transfers.items():
        for index, line in enumerate(lines):
            if "output" not in line:
                continue
            for key in OUTPUTS[line["output"]]:
                for path, value in leaves(line[key], (key,)):
                    kinds.add((name, index), path, value, f"{line['output']}.")
            if line["at"] > lines[index - 1]["at"] and "at" not in made:
                # The time of a deadline: nothing comes before.
                early = copy.deepcopy(lines)
                early[index]["at"] = round(line["at"] - 0.001, 3)
                made["at"] = name, early
        if lines[-1].get("output") == "completed":
            made.setdefault("an output fewer", (name, lines[:-1]))
            made.setdefault("an output more", (name, [*lines, lines[-1]]))
    for name, (transfer, index), path, like in kinds.all():
        made[name] = transfer, changed(transfers[transfer], (index, *path), like)
    return made


def write(folder: Path) -> dict[str, list[str]]:
    """Write the copy with what is poisoned: the kinds of wrong values in each topic, in order."""
    kinds = {}
    for file in sorted(VECTORS.glob("*.json")):
        topic, whole = file.stem, json.loads(file.read_text("utf-8"))
        if topic not in EXPECTED:
            raise SystemExit(f"tests/mutation/run.py: add the topic {topic} to EXPECTED")
        wrong = poisoned(topic, whole["cases"])
        kinds[topic] = list(wrong)
        cases = [case | {"name": f"sound {topic} {case['name']}"} for case in whole["cases"]]
        for number, case in enumerate(wrong.values()):
            cases.append(case | {"name": f"poisoned-{topic}-{number}."})
        (folder / file.name).write_text(json.dumps(whole | {"cases": cases}), "utf-8")

    (folder / "transfer").mkdir()
    transfers = {}
    for file in sorted(VECTORS.glob("transfer/*.expected.jsonl")):
        name = file.name.removesuffix(".expected.jsonl")
        transfers[name] = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        for each in (file, file.with_name(f"{name}.scenario")):
            shutil.copy(each, folder / f"transfer/sound-transfer-{each.name}")
    wrong_transfers = poisoned_transfers(transfers)
    kinds["transfer"] = list(wrong_transfers)
    for number, (name, lines) in enumerate(wrong_transfers.values()):
        to = folder / f"transfer/poisoned-transfer-{number}"
        text = "".join(f"{json.dumps(line)}\n" for line in lines)
        to.with_suffix(".expected.jsonl").write_text(text, "utf-8")
        shutil.copy(VECTORS / f"transfer/{name}.scenario", to.with_suffix(".scenario"))
    return kinds


def program(name: str, *options: str) -> str:
    """A test program of Rust, which cargo builds unless its part of the tests has."""
    command = ["cargo", "test", "-q", "--no-run", "--message-format=json", "--test", name, *options]
    lines = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True
    ).stdout.splitlines()
    built = [message for message in map(json.loads, lines) if message.get("executable")]
    [path] = [message["executable"] for message in built if message["target"]["name"] == name]
    return str(path)


def commands(cache: Path, target: Path, vectors: Path) -> dict[str, list[str]]:
    """What runs the vectors of each language, as its part of the tests built it."""
    pytest = "-B -m pytest -p no:cacheprovider --tb=short --rootdir=bindings/python".split()
    maven = "mvn -o -B -ntp -f bindings/kotlin/tests/pom.xml surefire:test".split()
    swift = "bindings/swift/tests/toolchain swift test --skip-build --disable-xctest".split()
    all_commands: dict[str, list[str | Path]] = {
        "rust": [program("vectors", "-p", "twiml-refer", "--all-features")],
        "cli": [program("cli", "-p", "twiml-refer-cli"), "vectors::"],
        "python": [
            cache / "python/clean/bin/python",
            *pytest,
            "bindings/python/tests/test_vectors.py",
        ],
        "kotlin": [*maven, f"-Dmaven.repo.local={cache}/kotlin/repository", "-Dtest=*VectorsTest"],
        "swift": [*swift, "--package-path", cache / "swift/tests", "--filter", SWIFT_TESTS],
        "cpp": [target / "c/consumer/vectors", "--gtest_brief=1"],
    }
    return {name: [str(word) for word in words] for name, words in all_commands.items()}


def run(command: list[str], log: Path, extra: dict[str, str]) -> tuple[set[str], list[str]]:
    """Run one language: the poisoned cases that it reported, and what else is wrong."""
    with log.open("w") as file:
        try:
            environment = os.environ | extra
            done = subprocess.run(
                command, check=False, env=environment, stdout=file, stderr=file, timeout=SECONDS
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return set(), [f"could not run: {error}"]
    text = log.read_text("utf-8", "replace")
    wrong = ["passed"] if done.returncode == 0 else []
    if sound := re.search(r"sound[ -][a-z].*", text):
        wrong.append(f"failed for a case without a wrong value: {sound[0][:100]}")
    return set(re.findall(r"poisoned-([a-z-]+-\d+)\.", text)), wrong


def main() -> None:
    started = time.monotonic()
    cache, target = map(Path, sys.argv[1:])
    # What the chroot of Swift sees is the folder of TWIML_REFER_COVERAGE.
    folder = Path(tempfile.mkdtemp(prefix="twiml-refer-mutation-"))
    vectors = folder / "vectors"
    vectors.mkdir()
    kinds = write(vectors)
    languages = commands(cache, target, vectors)
    extra = {
        "TWIML_REFER_VECTORS": str(vectors),
        "TWIML_REFER_COVERAGE": str(folder),
        "LD_LIBRARY_PATH": str(target / "c/installed/lib"),
    }

    failures: list[str] = []
    seconds: dict[str, float] = {}
    reported: dict[str, set[str]] = {}

    def one(language: str) -> None:
        began = time.monotonic()
        log = folder / f"{language}.log"
        reported[language], wrong = run(languages[language], log, extra)
        failures.extend(f"{language} {what}" for what in wrong)
        seconds[language] = time.monotonic() - began

    # The slowest first.
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(one, sorted(languages, key=lambda name: name not in ("kotlin", "swift"))))

    def line(first: str, *cells: object) -> None:
        print(f"{first:<18}", *(f"{cell!s:>8}" for cell in cells))

    line("topic", "poisoned", *languages)
    for topic, names in kinds.items():
        row = []
        for language in languages:
            found = {
                name
                for number, name in enumerate(names)
                if f"{topic}-{number}" in reported[language]
            }
            if language == "cli" and topic not in CLI_TOPICS and not found:
                row.append("-")
                continue
            row.append(str(len(found)))
            for name in names:
                exempt = (language, topic, re.split(r"[ []", name)[0]) in EXEMPT
                if exempt == (name in found):
                    what = "now notices" if exempt else "did not notice"
                    failures.append(f"{language} {what} a wrong value of {topic}: {name}")
        line(topic, len(names), *row)
    line("seconds", "", *(f"{seconds[language]:.1f}" for language in languages))
    for (language, topic, name), why in EXEMPT.items():
        print(f"not compared by {language}: {name} of {topic}: {why}")
    print(f"{time.monotonic() - started:.0f} seconds")
    if failures:
        print("", *failures, f"What the runners printed is in {folder}.", sep="\n", file=sys.stderr)
        raise SystemExit(1)
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
