"""Runs every language on vectors with wrong values: `run.py CACHE TARGET`. All must notice each.

Beside the cases of tests/vectors, a copy of them has poisoned ones: each is a case with one
expected value changed, and each kind of expected value (`error.offset`, `found[].path`) has one.
TWIML_REFER_VECTORS names the copy; what runs it was built before. A runner prints the names of the
cases that fail: these must be all that begin with `poisoned`, and none that begins with `sound`.
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
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

Case = dict[str, Any]
Keys = tuple[Any, ...]
# A kind of expected value, the keys to one, and it.
Leaf = tuple[str, Keys, Any]

VECTORS = Path("tests/vectors")

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
    "http-requests": ["status", "head", "allow", "params"],
    "raw-bodies": ["url_with_hash", "signature"],
    # Of each output.
    "transfer": ["at", "output", "code", "severity", "message", "params", "outcome"],
}
# Input and expectation have the same name there: it is expected only beside this key.
ONLY_WITH = {("sip-uris", "uri"): "build", ("user-to-user", "value"): "bytes_hex"}

# The command has no subcommand for these.
NOT_CLI = {
    *("documents", "sip-uris", "user-to-user", "rest"),
    *("saved-transfers", "transfer-settings", "http-requests"),
}

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


def leaves(value: Any, path: Keys, name: str) -> Iterator[Leaf]:
    """All values with the keys to them, but for lists of values and for objects."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key), f"{name}.{key}")
    elif isinstance(value, list):
        if value and isinstance(value[0], (dict, list)):
            yield f"{name} fewer", path, value
        for index, inner in enumerate(value):
            # Which of many does not matter, but which half of a pair does.
            step = "" if isinstance(inner, (dict, list)) else index
            yield from leaves(inner, (*path, index), f"{name}[{step}]")
    elif value is None or isinstance(value, bool):
        yield f"{name} {json.dumps(value)}", path, value
    else:
        yield name, path, value


def expected(topic: str, case: Case) -> Iterator[Leaf]:
    """All values that are expected of a case."""
    if topic != "transfer":
        for key in (*EXPECTED[topic], "error"):
            if key in case and ONLY_WITH.get((topic, key), key) in case:
                for name, path, value in leaves(case[key], (key,), key):
                    # All getters do the same.
                    yield ("typed" if key == "typed" else name), path, value
        return
    lines = case["lines"]
    for index, line in enumerate(lines):
        for key in EXPECTED[topic] if "output" in line else []:
            # The time of a deadline alone: other outputs come with what causes them.
            if key in line and (key != "at" or line["at"] > lines[index - 1]["at"]):
                name = key if key == "at" else f"{line['output']}.{key}"
                yield from leaves(line[key], ("lines", index, key), name)


def changed(whole: Case, path: Keys, like: Any) -> Case:
    """Change the value there to another of its type, or null to `like`; shorten a list."""
    whole = copy.deepcopy(whole)
    at: Any = whole
    for step in path[:-1]:
        at = at[step]
    match at[path[-1]]:
        case list(old):
            old.pop()
        case bool(old):
            at[path[-1]] = not old
        case str(old):
            at[path[-1]] = old + "x"
        case float(old):
            at[path[-1]] = round(old - 0.001, 3)
        case None:
            at[path[-1]] = like
        case old:
            at[path[-1]] = old + 1
    return whole


def poisoned(topic: str, cases: list[Case]) -> dict[str, Case]:
    """For each kind of expected value the first case that has it, with that value changed."""
    first: dict[str, tuple[Case, Keys, Any]] = {}
    for case in cases:
        for name, *place in expected(topic, case):
            first.setdefault(name, (case, *place))
    made = {}
    for name, (case, path, value) in first.items():
        _, _, like = first.get(name.removesuffix(" null"), (None, None, None))
        # Where null is all there is, nobody knows another value; a `compact` of null is not
        # compared.
        if value is not None or (like is not None and path != ("compact",)):
            made[name] = changed(case, path, like)
    if signs := made.get("signs true"):
        # It means: the first auth token makes this signature. Now that is another one.
        made["signs true"] = signs | {"signs": True, "secrets": ["another", *signs["secrets"]]}
    if refused := next((case for case in cases if "error" in case), None):
        made["refused"] = {key: value for key, value in refused.items() if key != "error"}
        accepted = [case for case in cases if "error" not in case]
        alike = max(accepted, key=lambda case: len(case.keys() & refused.keys()))
        made["accepted"] = alike | {"error": refused["error"]}
    if topic == "transfer":
        ended = next(case for case in cases if case["lines"][-1].get("output") == "completed")
        made["an output fewer"] = ended | {"lines": ended["lines"][:-1]}
        made["an output more"] = ended | {"lines": [*ended["lines"], ended["lines"][-1]]}
    return made


def write(folder: Path) -> dict[tuple[str, str], str]:
    """Write the copy with what is poisoned; returns the name of each by topic and kind."""
    topics = {
        file.stem: json.loads(file.read_text("utf-8"))["cases"] for file in VECTORS.glob("*.json")
    }
    topics["transfer"] = [
        {
            "name": file.stem,
            "scenario": file.read_text("utf-8"),
            "lines": [*map(json.loads, file.with_suffix(".expected.jsonl").open(encoding="utf-8"))],
        }
        for file in sorted(VECTORS.glob("transfer/*.scenario"))
    ]
    (folder / "transfer").mkdir(parents=True)
    kinds = {}
    for topic, cases in topics.items():
        if topic not in EXPECTED:
            raise SystemExit(f"tests/mutation/run.py: add the topic {topic} to EXPECTED")
        written = [case | {"name": f"sound-{topic}-{case['name']}"} for case in cases]
        for number, (kind, case) in enumerate(poisoned(topic, cases).items()):
            kinds[topic, kind] = f"poisoned-{topic}-{number}."
            written.append(case | {"name": kinds[topic, kind]})
        if topic != "transfer":
            whole = {"topic": topic, "cases": written}
            (folder / f"{topic}.json").write_text(json.dumps(whole), "utf-8")
            continue
        for case in written:
            file = folder / "transfer" / case["name"].rstrip(".")
            file.with_suffix(".scenario").write_text(case["scenario"], "utf-8")
            text = "".join(f"{json.dumps(line)}\n" for line in case["lines"])
            file.with_suffix(".expected.jsonl").write_text(text, "utf-8")
    return kinds


def commands(cache: Path, target: Path) -> dict[str, str]:
    """What runs the vectors of each language, as its part built it; the slowest first."""
    pytest = "-B -m pytest -p no:cacheprovider --tb=short --rootdir=bindings/python"
    maven = "mvn -o -B -ntp -f bindings/kotlin/tests/pom.xml surefire:test -Dtest=*VectorsTest"
    swift = "bindings/swift/tests/toolchain swift test --skip-build --disable-xctest"
    filtered = "--filter VectorTests|transfers|transferSettings"
    return {
        "kotlin": f"{maven} -Dmaven.repo.local={cache}/kotlin/repository",
        "swift": f"{swift} {filtered} --package-path {cache}/swift/tests",
        "rust": "cargo test -q -p twiml-refer --all-features --test vectors",
        "cli": "cargo test -q -p twiml-refer-cli --test cli vectors::",
        "python": f"{cache}/python/clean/bin/python {pytest} bindings/python/tests/test_vectors.py",
        "cpp": f"{target}/c/consumer/vectors --gtest_brief=1",
    }


def missed(language: str, kinds: dict[tuple[str, str], str], text: str) -> Iterator[str]:
    """What a runner, which printed this, did otherwise than it must."""
    if sound := re.search(r"sound-[a-z].*", text):
        yield f"{language} failed for a case without a wrong value: {sound[0][:100]}"
    for (topic, kind), name in kinds.items():
        exempt = (language, topic, re.split(r"[ []", kind)[0]) in EXEMPT
        exempt |= language == "cli" and topic in NOT_CLI
        if exempt == (name in text):
            what = "now notices" if exempt else "did not notice"
            yield f"{language} {what} a wrong value of {topic}: {kind}"


def main(cache: Path, target: Path) -> None:
    # What the chroot of Swift sees is the folder of TWIML_REFER_COVERAGE.
    folder = Path(tempfile.mkdtemp(prefix="twiml-refer-mutation-"))
    kinds = write(folder / "vectors")
    environment = os.environ | {
        "TWIML_REFER_VECTORS": str(folder / "vectors"),
        "TWIML_REFER_COVERAGE": str(folder),
        "LD_LIBRARY_PATH": str(target / "c/installed/lib"),
    }
    failures: list[str] = []

    def run(item: tuple[str, str]) -> None:
        language, command = item
        log = folder / f"{language}.log"
        limited = ["timeout", "600", *command.split()]
        with log.open("w") as out:
            done = subprocess.run(limited, check=False, env=environment, stdout=out, stderr=out)
        # What `timeout` ends has the status 124.
        if done.returncode in (0, 124):
            failures.append(f"{language} {'did not end' if done.returncode else 'passed'}")
        failures.extend(missed(language, kinds, log.read_text("utf-8", "replace")))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, commands(cache, target).items()))
    print(f"{len(kinds)} wrong values in {len(EXPECTED)} topics")
    for (language, topic, name), why in EXEMPT.items():
        print(f"not compared by {language}: {name} of {topic}: {why}")
    if failures:
        raise SystemExit("\n".join([*failures, f"What the runners printed is in {folder}."]))
    shutil.rmtree(folder)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
