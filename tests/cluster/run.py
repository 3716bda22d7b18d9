"""A thousand transfers, run by workers that are killed: `python run.py [SEED]`.

Each must end exactly once, with the callback that its scenario asks for.
"""

from __future__ import annotations

import json
import signal
import sys
import threading
import time
from collections.abc import Iterator
from random import Random
from typing import Any, cast

from app import TOKEN, App
from event import Event
from fleet import Fleet
from redis import Redis
from scenarios import KINDS, Scenario, scenario
from server import redis_server
from store import Store

TRANSFERS = 1000
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
        chosen = random.choice(at_work)
        if event := next(chosen, None):
            yield from [event] * (1 + (random.random() < TWICE))
        else:
            at_work.remove(chosen)


def drive(redis: Redis, store: Store, fleet: Fleet, events: list[Event]) -> None:
    """Feed the events while the fleet dies, until nothing is left to do."""
    until = time.monotonic() + LIMIT_S
    every = {fleet.strike: len(events) // STRIKES, fleet.pause: len(events) // PAUSES}
    due = dict(every)
    fed = 0
    while True:
        left, callbacks = (redis.xlen(store.key(name)) for name in ("events", "callbacks"))
        if left < BACKLOG:
            store.add(*events[fed : fed + BACKLOG])
            fed = min(fed + BACKLOG, len(events))
        for act, after in due.items():
            if fed - left >= after:
                act()
                due[act] = after + every[act]
        fleet.tend()
        deadlines = redis.zcard(store.key("deadlines"))
        if fed == len(events) and not (left or callbacks or deadlines):
            return
        if time.monotonic() > until:
            state = f"{left} of {fed} events, {callbacks} callbacks, {deadlines} deadlines"
            raise SystemExit(f"not ended in {LIMIT_S:.0f} s: {state} are left")
        time.sleep(0.01)


def wire(redis: Redis, store: Store) -> dict[str, list[Any]]:
    """Sort what the SIP side was asked to do, by transfer."""
    found: dict[str, list[Any]] = {}
    for _, fields in cast("list[Any]", redis.xrange(store.key("wire"))):
        found.setdefault(fields[b"transfer"].decode(), []).append(json.loads(fields[b"do"]))
    return found


def main(seed: int) -> None:
    """Run and check."""
    random = Random(seed)
    started = time.monotonic()
    with redis_server() as url, App() as app, Redis.from_url(url) as redis:
        threading.Thread(target=app.serve_forever, daemon=True).start()
        store = Store(redis)
        scenarios = [scenario(random.choice(KINDS), f"CA{i}", app.url) for i in range(TRANSFERS)]
        events = list(interleaved(scenarios, random))
        fleet = Fleet(url, TOKEN, random)
        try:
            drive(redis, store, fleet, events)
        finally:
            fleet.end()
        jobs = wire(redis, store)
        failures = app.failures + fleet.failures
        info = cast("dict[str, int]", redis.xinfo_stream(store.key("callbacks")))
        if info["entries-added"] != TRANSFERS:
            failures.append(f"{info['entries-added']} callbacks were asked for")
        if redis.exists(store.key("dead")):
            failures.append(f"unreadable: {redis.xrange(store.key('dead'))}")
    for name, _, params, wanted in scenarios:
        if app.first.get(name) != params:
            failures.append(f"{name}: the callback is {app.first.get(name)}, not {params}")
        if sorted(map(str, jobs.get(name, []))) != sorted(map(str, wanted)):
            failures.append(f"{name}: the SIP side was asked for {jobs.get(name)}, not {wanted}")
    if strange := app.first.keys() - {each.name for each in scenarios}:
        failures.append(f"callbacks of nobody's: {strange}")
    print(f"{TRANSFERS} transfers, killed {fleet.deaths.total()}: {dict(fleet.deaths)}")
    print(f"paused {fleet.pauses}; callbacks sent again: {app.repeats}; seed {seed}")
    if failures:
        raise SystemExit("\n".join([*failures[:20], f"{len(failures)} failures"]))
    print(f"each ended once, with the right callback, in {time.monotonic() - started:.1f} s")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    main(int(sys.argv[1]) if sys.argv[1:] else Random().randrange(10**6))
