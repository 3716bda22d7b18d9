"""Where the vectors are, the coverage table of cases, and public functions that no test calls."""

from __future__ import annotations

import functools
import inspect
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import twiml_refer
from twiml_refer import asgi, testing, wsgi

VECTORS = Path(
    os.environ.get("TWIML_REFER_VECTORS") or Path(__file__).resolve().parents[3] / "tests/vectors"
)


def cases(topic: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((VECTORS / f"{topic}.json").read_text("utf-8"))[
        "cases"
    ]
    assert found
    return found


def enter(topic: str, ran: int) -> None:
    folder = os.environ.get("TWIML_REFER_COVERAGE")
    if folder:
        (Path(folder) / f"python.{topic}").write_text(str(ran))


def given(case: dict[str, Any], key: str) -> bytes:
    """The input under this key: as text, in repeated parts, or as bytes."""
    if f"{key}_parts" in case:
        return "".join(text * times for text, times in case[f"{key}_parts"]).encode()
    if f"{key}_hex" in case:
        return bytes.fromhex(case[f"{key}_hex"])
    return str(case[key]).encode()


def place(error: Any, expected: dict[str, Any]) -> None:
    for key, value in expected.items():
        found = str(error) if key == "message" else getattr(error, key)
        assert found == value, (key, found, value)


# Public functions, methods and properties that no test has called yet.
uncalled: set[str] = set()


def public() -> Iterator[tuple[Any, str, Any, str]]:
    """Owner, name, value as it is in the owner, and full name of all that is public."""
    names = [(twiml_refer, name) for name in twiml_refer.__all__]
    for module in (testing, asgi, wsgi):
        names += [(module, name) for name in vars(module) if not name.startswith("_")]
    for module, name in names:
        item = getattr(module, name)
        if inspect.isfunction(item) and item.__module__ == module.__name__:
            yield module, name, item, name
        taken: set[str] = set()
        for kind in item.__mro__ if isinstance(item, type) else ():
            if kind.__module__.partition(".")[0] != twiml_refer.__name__:
                continue
            # What another class before it overrides is not called.
            for member in vars(kind).keys() - taken:
                if member == "__init__" or not member.startswith("_"):
                    yield kind, member, vars(kind)[member], f"{kind.__name__}.{member}"
            taken |= vars(kind).keys()


def watch(owner: Any, name: str, value: Any, full_name: str) -> None:
    """Take a name off the list when it is called, and be gone then."""

    def watched(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def call(*arguments: Any, **named: Any) -> Any:
            uncalled.discard(full_name)
            setattr(owner, name, value)
            return function(*arguments, **named)

        uncalled.add(full_name)
        return call

    if inspect.isfunction(value):
        setattr(owner, name, watched(value))
    elif isinstance(value, (classmethod, staticmethod)):
        setattr(owner, name, type(value)(watched(value.__func__)))
    elif isinstance(value, property) and value.fget:
        setattr(owner, name, property(watched(value.fget), doc=value.__doc__))


def pytest_configure() -> None:
    # A class that two names lead to is watched once.
    found = {full_name: place for *place, full_name in public()}
    for full_name, place in found.items():
        watch(*place, full_name)


def pytest_sessionfinish(session: pytest.Session) -> None:
    here = Path(__file__).parent
    ran = {item.path for item in session.items}
    whole = ran == set(here.glob("test_*.py")) and not session.config.option.keyword
    if whole and uncalled:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def print_at_the_end(lines: list[str]) -> None:
    _lines.extend(lines)


_lines: list[str] = []


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for line in _lines:
        terminalreporter.write_line(line)
    terminalreporter.write_line(f"public, and called by no test: {sorted(uncalled)}")
