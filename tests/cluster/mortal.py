"""A worker or sender that is killed at one point: `python mortal.py POINT NTH ROLE ARGUMENTS…`.

It runs the example's own program; the NTH time that it comes to POINT, the system kills it.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import store
import stream

EXAMPLE = Path(store.__file__).parent


class Point(NamedTuple):
    """Where a process dies: before or after a call, at the latest the `within`th."""

    owner: type
    method: str
    when: str
    within: int


POINTS = {
    "worker": {
        "event-taken": Point(stream.Stream, "take", "after", 15),
        "record-read": Point(store.Store, "load", "after", 60),
        "step-made": Point(store.Store, "commit", "before", 60),
        "step-done": Point(store.Store, "commit", "after", 60),
        # The last is met first: there must be others who die before it.
        "event-claimed": Point(stream.Stream, "claim", "after", 1),
    },
    "sender": {
        "callback-taken": Point(stream.Stream, "take", "after", 10),
        "callback-sent": Point(stream.Stream, "done", "before", 30),
        "callback-done": Point(stream.Stream, "done", "after", 30),
    },
}


def dying(method: Callable[..., Any], when: str, times: int) -> Callable[..., Any]:
    """Kill the process at that call of the method; one with an empty answer does not count."""
    left = times

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        nonlocal left
        answer = method(*args, **kwargs) if when == "after" else True
        left -= answer not in ([], b"")
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer if when == "after" else method(*args, **kwargs)

    return wrapped


if __name__ == "__main__":
    name, nth, role = sys.argv[1:4]
    point = POINTS[role][name]
    deadly = dying(getattr(point.owner, point.method), point.when, int(nth))
    setattr(point.owner, point.method, deadly)
    program = EXAMPLE / f"{role}.py"
    sys.argv = [str(program), *sys.argv[4:]]
    runpy.run_path(str(program), run_name="__main__")
