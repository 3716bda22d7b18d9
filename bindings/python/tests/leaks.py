"""Looks for secrets in everything that an error leads to: `python leaks.py`.

Calls each public function that is given a secret so that it fails in as many ways as there are,
and hands every error to what error trackers are made of: the frames and what their variables lead
to, `traceback.TracebackException`, and Sentry and Loguru as they are by default. A program of its
own, and with secrets that no source line and no variable of its own frames shows.
"""

from __future__ import annotations

import copy
import ctypes
import inspect
import io
import json
import os
import pickle
import sys
import tempfile
import traceback
import types
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import sentry_sdk
import twiml_refer as tr
from loguru import logger
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport
from twiml_refer import testing

TOKEN = "token" + os.urandom(8).hex()
CALL_TOKEN = "call" + os.urandom(8).hex()
URL = "https://voice.example.com/handleRefer"
SECRETS = (TOKEN, CALL_TOKEN)
PACKAGE = tr.__name__


def fails(*_arguments: object) -> Iterator[Any]:
    yield TOKEN
    yield "CallToken", CALL_TOKEN
    raise LookupError("a mapping that fails")


class Failing(dict[str, str]):
    """A mapping of a framework that fails while it is read."""

    items = multi_items = fails  # type: ignore[assignment]


def wrong() -> list[Any]:
    return [
        None,
        5,
        -1,
        2**70,
        1.5,
        float("nan"),
        b"\xff",
        "\ud800",
        TOKEN + "\ud800",
        CALL_TOKEN + "\udfff",
        "",
        [TOKEN, 5],
        [TOKEN, "\ud800"],
        [(TOKEN, CALL_TOKEN, 1)],
        {"CallToken": 5, TOKEN: None},
        {5: CALL_TOKEN},
        {"CallToken": CALL_TOKEN, "b": object()},
        f"https://user:{TOKEN}@example.com:99999/",
        f"CallToken={CALL_TOKEN}&a=%ff&" + "a" * 70_000,
        Failing(),
        fails(),
        object(),
    ]


def right() -> dict[str, Any]:
    """An argument of each name that does not fail by itself, except for the signature."""
    return {
        "token": TOKEN,
        "public_base": "https://voice.example.com",
        "algorithm": "sha1",
        "method": "POST",
        "url": f"{URL}?CallToken={CALL_TOKEN}",
        "body": f"CallToken={CALL_TOKEN}",
        "params": {"CallToken": CALL_TOKEN, "CallSid": "CA1"},
        "signature": "forged",
        "name": "CallToken",
        "value": CALL_TOKEN,
        "scenario": "target-failed",
    }


def validator() -> tr.RequestValidator:
    return tr.RequestValidator([TOKEN, "a\0" + TOKEN])


def request() -> tr.VoiceRequest:
    return tr.VoiceRequest.from_form(f"CallToken={CALL_TOKEN}")


def subjects() -> Iterator[Callable[..., Any]]:
    """Everything public that holds a secret or is given one."""
    yield from (tr.RequestValidator, tr.VoiceRequest)
    yield from (testing.signed_request, testing.scenario_report)
    for subject in (validator(), request()):
        for name in dir(type(subject)):
            member = getattr(type(subject), name)
            if callable(member) and (not name.startswith("_") or name in ATTRIBUTES):
                yield getattr(subject, name)


ATTRIBUTES = {"__setattr__", "__delattr__", "__eq__", "__reduce__", "__reduce_ex__", "__init__"}


def ways() -> Iterator[Callable[[], Any]]:
    for subject in subjects():
        try:
            parameters = inspect.signature(subject).parameters.values()
        except ValueError:
            parameters = ()  # type: ignore[assignment]
        named = {p.name for p in parameters if p.kind is not p.POSITIONAL_ONLY}
        good = {name: value for name, value in right().items() if name in named}
        yield partial(subject, **good)
        yield partial(subject, *[TOKEN] * 12)
        yield partial(subject, **good, no_such_argument=TOKEN)
        for name in good:
            yield partial(subject, **{key: good[key] for key in good if key != name})
        for name in named:
            for value in wrong():
                yield partial(subject, **{**good, name: value})
    for subject in (validator(), request()):
        for function in (pickle.dumps, copy.copy, copy.deepcopy, hash, len, iter, int):
            yield partial(function, subject)  # type: ignore[arg-type]
        yield partial(setattr, subject, "x", CALL_TOKEN)
        yield partial(delattr, subject, "params")
        yield partial(pickle.loads, b"\x80\x04N." + pickle.dumps(CALL_TOKEN))
    yield partial(request().param, [])  # type: ignore[arg-type]


def read(value: Any, seen: dict[int, Any]) -> Iterator[str]:
    """All text that a value leads to."""
    if id(value) in seen or isinstance(value, (type, types.ModuleType, int, float)):
        return
    seen[id(value)] = value
    if isinstance(value, str):
        yield str(value)
        return
    if isinstance(value, (bytes, bytearray, memoryview, ctypes.Array)):
        yield bytes(value).decode("latin-1")
        return
    found: list[Any] = []
    if isinstance(value, Mapping):
        found += [*value.keys(), *value.values()] if type(value) is not Failing else []
    elif isinstance(value, (list, tuple, set, frozenset)):
        found += value
    if isinstance(value, BaseException):
        found += [value.args, value.__cause__, value.__context__, getattr(value, "object", None)]
        found += [frame for frame in frames(value) if ours(frame)]
    names = [name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ())]
    links = "__dict__ __closure__ __defaults__ __kwdefaults__ __self__ __func__ __wrapped__"
    links += " cell_contents gi_frame f_locals func args keywords"
    for name in (*names, *links.split()):
        try:
            found.append(getattr(value, name))
        except (AttributeError, ValueError):
            continue
    for each in found:
        yield from read(each, seen)


def frames(error: BaseException) -> list[types.FrameType]:
    return [frame for frame, _ in traceback.walk_tb(error.__traceback__)]


def ours(frame: types.FrameType) -> bool:
    return str(frame.f_globals.get("__name__")).partition(".")[0] == PACKAGE


class Collected(Transport):
    envelopes: list[Envelope]

    def capture_envelope(self, envelope: Envelope) -> None:
        COLLECTED.append(envelope)


COLLECTED: list[Envelope] = []
WRITTEN = io.StringIO()


def by_frames(error: BaseException) -> str:
    return "\n".join(read(error, {}))


def by_traceback(error: BaseException) -> str:
    found = traceback.TracebackException.from_exception(error, capture_locals=True)
    return "".join(found.format())


def by_sentry(error: BaseException) -> str:
    COLLECTED.clear()
    sentry_sdk.capture_exception(error)
    [event] = [envelope.get_event() for envelope in COLLECTED]
    assert event
    assert event["exception"]["values"]
    return json.dumps(event, default=repr)


def by_loguru(error: BaseException) -> str:
    WRITTEN.seek(0)
    WRITTEN.truncate()
    logger.opt(exception=error).error("failed")
    assert WRITTEN.getvalue()
    return WRITTEN.getvalue()


WAYS_TO_LOOK = (by_frames, by_traceback, by_sentry, by_loguru)


def raised(take: Callable[[], Callable[[], Any]]) -> BaseException | None:
    """Call what `take` returns, which no variable here names."""
    try:
        take()()
    except Exception as error:
        return error
    return None


def leaks(error: BaseException) -> set[str]:
    found = {look.__name__: look(error) for look in WAYS_TO_LOOK}
    return {name for name, text in found.items() if any(secret in text for secret in SECRETS)}


def interrupted(job: Callable[[], Any]) -> Iterator[BaseException]:
    """Interrupt a call at each line of ours, as a signal would."""
    for line in range(10_000):
        left = line

        def trace(frame: types.FrameType, event: str, _argument: object) -> Any:
            nonlocal left
            if ours(frame) and event == "line":
                left -= 1
                if left < 0:
                    sys.settrace(None)
                    raise KeyboardInterrupt
            return trace

        try:
            sys.settrace(trace)
            job()
            return
        except KeyboardInterrupt as error:
            yield error
        except Exception:
            return
        finally:
            sys.settrace(None)


def exhausted(job: Callable[[], Any]) -> Iterator[BaseException]:
    """Make a call where the stack is nearly full, so that it ends at each depth of ours."""

    def down(left: int) -> None:
        if left > 0:
            down(left - 1)
        else:
            job()

    limit = sys.getrecursionlimit()
    for depth in range(limit - 100, limit):
        try:
            down(depth)
        except RecursionError as error:
            yield error
        except Exception:
            continue


def main() -> int:
    sentry_sdk.init("http://key@127.0.0.1:1/1", transport=Collected)
    logger.remove()
    logger.add(WRITTEN)
    # What is looked for is found, in a package that has it in its frames.
    with tempfile.NamedTemporaryFile("w+", suffix=".py") as file:
        file.write("def leaky(held):\n    raise ValueError(len(held))\n")
        file.flush()
        leaky: dict[str, Any] = {"__name__": f"{PACKAGE}.leaky"}
        exec(compile(Path(file.name).read_text(), file.name, "exec"), leaky)
        proof = raised(lambda: partial(leaky["leaky"], TOKEN))
        assert proof
        seen = leaks(proof)
    assert seen == {look.__name__ for look in WAYS_TO_LOOK}, seen

    jobs = list(ways())
    errors = 0
    found: dict[str, set[str]] = {}
    for job in jobs:
        stack = [job]
        error = raised(stack.pop)
        if error is not None:
            errors += 1
            where = leaks(error)
            if where:
                found[f"{job.func!r}: {type(error).__name__}"] = where  # type: ignore[attr-defined]
    checked, callback = validator(), request()
    pickled = pickle.dumps(callback)
    of_requests: list[Callable[[], Any]] = [
        partial(getattr, callback, name)
        for name in dir(type(callback))
        if isinstance(getattr(type(callback), name), property)
    ]
    of_requests += [
        callback.to_form,
        lambda: repr(callback),
        lambda: callback == request(),
        lambda: pickle.dumps(callback),
        lambda: pickle.loads(pickled),
    ]
    for attempt in (
        lambda: checked.verify("POST", URL, b"a=b", "forged"),
        lambda: checked.validate(URL, {"a": "b"}, "forged"),
        lambda: checked.sign(URL),
        lambda: checked.sign_raw(URL, b"{}"),
        lambda: callback.param("CallToken"),
        *of_requests,
    ):
        for error in exhausted(attempt):
            errors += 1
            if any(secret in by_frames(error) for secret in SECRETS):
                found[f"stack exhausted: {attempt}"] = {"by_frames"}
        for error in interrupted(attempt) if attempt not in of_requests else ():
            errors += 1
            if TOKEN in by_frames(error) + by_traceback(error):
                found[f"interrupted: {frames(error)[-1]}"] = {"by_frames"}
    for name, where in found.items():
        print(f"{name}: {sorted(where)}".replace(TOKEN, "TOKEN").replace(CALL_TOKEN, "CALL_TOKEN"))
    print(f"{len(jobs)} calls, {errors} errors, {len(found)} that show a secret")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
