"""What is in Redis, and the one way to change it.

All keys of a shard share a hash tag, so that they live on one node of a Redis cluster; a transfer's
identifier chooses its shard. `{0}:transfer:ID` is a record, `{0}:deadlines` a sorted set of the
transfers that wait for time; three streams hold what is to be done: `{0}:events` by the workers,
`{0}:wire` by the SIP side, `{0}:callbacks` by the senders.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from event import Event
from redis import Redis
from step import Step
from stream import AT_ONCE, Entry, Stream

# An ended transfer still answers late NOTIFYs: they are sent for 64*T1 (RFC 3261 17.1.2.2).
KEEP_ENDED_MS = 32_000


class Store:
    """One shard."""

    def __init__(self, redis: Redis, shard: int = 0) -> None:
        self._redis = redis
        self._prefix = f"{{{shard}}}"
        self._step = redis.register_script(Path(__file__).with_name("step.lua").read_text("utf-8"))

    def stream(self, name: str, group: str, consumer: str) -> Stream:
        """Name a stream of this shard."""
        return Stream(self._redis, self.key(name), group, consumer)

    def key(self, name: str) -> str:
        """Name a key of this shard."""
        return f"{self._prefix}:{name}"

    def add(self, *events: Event) -> None:
        """Add what the SIP side heard. Who is not sure that it was added, adds it again."""
        with self._redis.pipeline(transaction=False) as together:
            for event in events:
                together.xadd(self.key("events"), cast("dict[Any, Any]", event.write()))
            together.execute()

    def load(self, transfer: str) -> bytes:
        """Read a record; empty: there is none."""
        return cast("bytes | None", self._redis.get(self.key(f"transfer:{transfer}"))) or b""

    def now(self) -> int:
        """Return the time in milliseconds by the clock of Redis, the only clock in use."""
        seconds, microseconds = self._redis.time()
        return seconds * 1000 + microseconds // 1000

    def due(self, until: int) -> list[str]:
        """Find transfers whose deadline has come."""
        found = self._redis.zrangebyscore(self.key("deadlines"), "-inf", until, 0, AT_ONCE)
        return [transfer.decode() for transfer in cast("list[bytes]", found)]

    def commit(self, events: Stream, step: Step) -> str:
        """Do a step, all or nothing: `applied`, `changed` or `done`, as step.lua says."""
        names = (f"transfer:{step.transfer}", "events", "deadlines", "wire", "callbacks")
        answer = self._step(
            keys=[self.key(name) for name in names],
            args=[
                step.transfer,
                step.before,
                step.after,
                "" if step.deadline is None else step.deadline,
                KEEP_ENDED_MS if step.ended else "",
                events.group,
                step.entry,
                step.number,
                step.action,
                step.callback,
                *step.wire,
            ],
        )
        return cast("bytes", answer).decode()

    def bury(self, entry: Entry, why: str) -> None:
        """Keep what nobody can read for a person to look at."""
        fields = {**entry.fields, b"why": why.encode()}
        self._redis.xadd(
            self.key("dead"), cast("dict[Any, Any]", fields), maxlen=10_000, approximate=True
        )
