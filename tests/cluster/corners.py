"""What hardly ever happens, made to happen: each check has a server's shard of its own."""

from __future__ import annotations

import json
import signal
import sys
from typing import Any, cast

import worker as workers
from event import Event
from redis import Redis
from scenarios import scenario
from server import redis_server
from step import apply
from store import Store
from worker import Worker

NAME = "CA1"
# Start, 202, and three NOTIFYs, the last of them final.
HEARD = scenario("seed-1-answered", NAME).events
START = HEARD[0]


def jobs(redis: Redis, store: Store) -> list[str]:
    """Name what the SIP side was asked for."""
    entries = cast("list[Any]", redis.xrange(store.key("wire")))
    return [next(iter(json.loads(fields[b"do"]))) for _, fields in entries]


def too_late(redis: Redis, store: Store) -> None:
    """A worker wakes when others have done its entry, and the record is long gone."""
    worker = Worker(store, "asleep")
    store.add(START)
    [entry] = worker.events.take(0)
    step = apply(b"", START, entry.added_at)._replace(entry=entry.id)
    assert store.commit(worker.events, step) == "applied"
    redis.delete(store.key(f"transfer:{NAME}"))
    assert store.commit(worker.events, step) == "done"
    assert not redis.exists(store.key(f"transfer:{NAME}"))
    assert len(jobs(redis, store)) == 1


def unreadable(redis: Redis, store: Store) -> None:
    """An entry that is no event is put aside, and those behind it are done."""
    worker = Worker(store, "w")
    redis.xadd(store.key("events"), {"what": "ever"})
    store.add(START)
    worker.turn()
    assert redis.xlen(store.key("dead")) == 1
    assert redis.xlen(store.key("events")) == 0
    assert jobs(redis, store) == ["refer_to"]


def refused(redis: Redis, store: Store) -> None:
    """A start without a usable target leaves nothing; a strange event changes nothing."""
    worker = Worker(store, "w")
    store.add(Event("CA2", 1, "start", {**START.details, "target": "tel:1"}))
    store.add(START, Event(NAME, 2, "dance", {}), Event(NAME, 3, "response", {"code": 486}))
    worker.turn()
    assert jobs(redis, store) == ["refused", "refer_to", "refused"]
    assert not redis.exists(store.key("transfer:CA2"))
    assert redis.xlen(store.key("callbacks")) == 1


def lost(redis: Redis, store: Store) -> None:
    """An event never came: after a while the transfer goes on without it."""
    worker = Worker(store, "w")
    store.add(*HEARD[:3], HEARD[4])
    worker.turn()
    assert redis.xlen(store.key("callbacks")) == 0
    assert redis.xlen(store.key("events")) == 1
    patience, workers.PATIENCE_S = workers.PATIENCE_S, 0.0
    worker.turn()
    workers.PATIENCE_S = patience
    assert redis.xlen(store.key("callbacks")) == 1
    assert redis.xlen(store.key("events")) == 0


def in_time(redis: Redis, store: Store) -> None:
    """What was heard before the deadline counts, though a dead worker held it until after."""
    claim_after_ms = 500
    dead, worker = Worker(store, "dead"), Worker(store, "w", claim_after_ms)
    settings = {"response_timeout": claim_after_ms / 5000}
    store.add(START._replace(details={**START.details, "settings": settings}))
    worker.turn()
    deadline = redis.zscore(store.key("deadlines"), NAME)
    assert isinstance(deadline, float)
    # Added before the deadline, by its place in the stream.
    fields = cast("dict[Any, Any]", Event(NAME, 2, "response", {"code": 405}).write())
    redis.xadd(store.key("events"), fields, id=f"{deadline - 1:.0f}-0")
    [_] = dead.events.take(0)
    while redis.xlen(store.key("events")):
        worker.turn()
    [(_, callback)] = cast("list[Any]", redis.xrange(store.key("callbacks")))
    assert b"ReferSipResponseCode=405" in callback[b"form"]


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with redis_server() as url, Redis.from_url(url) as connection:
        for shard, check in enumerate((too_late, unreadable, refused, lost, in_time)):
            check(connection, Store(connection, shard))
