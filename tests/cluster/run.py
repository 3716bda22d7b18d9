"""A thousand transfers, run by workers that are killed: `python run.py [SEED]`.

Each must end exactly once, with the callback that its scenario asks for.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Iterator
from random import Random
from typing import Any, cast

from app import App, serving
from event import Event
from fleet import Fleet
from redis import Redis
from scenarios import REFER_TO, Ending, Scenario, scenario
from server import redis_server
from store import Store

TRANSFERS = 1000
TOKEN = "12345"
LIMIT_S = 50.0
# So many transfers are at work at once, so many events wait for workers at most, and of the events
# this part is added twice: the SIP side could not know whether the first had come through.
AT_WORK = 80
BACKLOG = 300
TWICE = 0.08
# Of all events, one in so many is met by a kill or a pause.
STRIKES = 24
PAUSES = 4


def interleaved(scenarios: list[Scenario], random: Random) -> Iterator[Event]:
    """Interleave what is heard of all transfers; that of one stays in order."""
    waiting = [iter(each.events) for each in scenarios]
    at_work: list[Iterator[Event]] = []
    while waiting or at_work:
        while waiting and len(at_work) < AT_WORK:
            at_work.append(waiting.pop())
        chosen = random.randrange(len(at_work))
        event = next(at_work[chosen], None)
        if event is None:
            at_work.pop(chosen)
            continue
        yield event
        if random.random() < TWICE:
            yield event


def drive(redis: Redis, store: Store, fleet: Fleet, events: list[Event], app: App) -> None:
    """Feed the events while the fleet dies, until nothing is left to do."""
    until = time.monotonic() + LIMIT_S
    every = {fleet.strike: len(events) // STRIKES, fleet.pause: len(events) // PAUSES}
    due = dict(every)
    fed = 0
    while True:
        left = length(redis, store, "events")
        if left < BACKLOG:
            store.add(*events[fed : fed + BACKLOG])
            fed = min(fed + BACKLOG, len(events))
        for act, after in due.items():
            if fed - left >= after:
                act()
                due[act] = after + every[act]
        fleet.tend()
        open_jobs = [length(redis, store, name) for name in ("events", "callbacks")]
        deadlines = redis.zcard(store.key("deadlines"))
        if fed == len(events) and not any(open_jobs) and not deadlines:
            return
        if time.monotonic() > until:
            state = f"{fed} of {len(events)} events fed, {open_jobs} open, {deadlines} deadlines"
            raise SystemExit(f"not ended in {LIMIT_S:.0f} s: {state}, {len(app.first)} callbacks")
        time.sleep(0.01)


def length(redis: Redis, store: Store, name: str) -> int:
    """Count what waits in a stream."""
    return redis.xlen(store.key(name))


def jobs(redis: Redis, store: Store) -> dict[str, list[dict[str, Any]]]:
    """Sort what the SIP side was asked to do, by transfer."""
    found: dict[str, list[dict[str, Any]]] = {}
    entries = cast("list[tuple[bytes, dict[bytes, bytes]]]", redis.xrange(store.key("wire")))
    for _, fields in entries:
        found.setdefault(fields[b"transfer"].decode(), []).append(json.loads(fields[b"do"]))
    return found


def check(name: str, ending: Ending, params: dict[str, str] | None, asked: list[Any]) -> list[str]:
    """Compare one transfer with its scenario."""
    wanted = [{"refer_to": REFER_TO}, *({"reply": code} for code in ending.replies)]
    wanted += [{"end_dialog": True}] * ending.end_dialog
    failures = []
    if params != ending.params:
        failures.append(f"{name}: the callback is {params}, not {ending.params}")
    if sorted(map(str, asked)) != sorted(map(str, wanted)):
        failures.append(f"{name}: the SIP side was asked for {asked}, not {wanted}")
    return failures


def main(seed: int) -> int:
    """Run and check."""
    random = Random(seed)
    app = App(TOKEN)
    started = time.monotonic()
    with redis_server() as url, serving(app), Redis.from_url(url) as redis:
        store = Store(redis)
        scenarios = [scenario(f"CA{i:032x}", app.url, random) for i in range(TRANSFERS)]
        events = list(interleaved(scenarios, random))
        fleet = Fleet(url, TOKEN, random)
        try:
            drive(redis, store, fleet, events, app)
        finally:
            fleet.end()
        asked = jobs(redis, store)
        failures = app.failures + fleet.failures
        info = cast("dict[str, int]", redis.xinfo_stream(store.key("callbacks")))
        if info["entries-added"] != TRANSFERS:
            failures.append(f"{info['entries-added']} callbacks were asked for")
        if redis.exists(store.key("dead")):
            failures.append(f"unreadable: {redis.xrange(store.key('dead'))}")
        failures += [f"nobody died at the point {name}" for name in fleet.unmet()]
    for name, _, ending in scenarios:
        failures += check(name, ending, app.first.pop(name, None), asked.get(name, []))
    failures += [f"a callback of nobody's: {name}" for name in app.first]
    distinct = sum(len(each.events) for each in scenarios)
    print(
        f"{TRANSFERS} transfers of {distinct} events, {len(events) - distinct} of them added twice"
    )
    deaths = ", ".join(f"{point} {count}" for point, count in sorted(fleet.deaths.items()))
    print(f"killed {fleet.deaths.total()}: {deaths}; paused {fleet.pauses}")
    print(f"callbacks sent again: {app.repeats}; {time.monotonic() - started:.1f} s; seed {seed}")
    for failure in failures[:20]:
        print(f"failure: {failure}", file=sys.stderr)
    print(f"{len(failures)} failures" if failures else "each ended once, with the right callback")
    return 1 if failures else 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else Random().randrange(10**6)))
