"""A Redis stream that one group of processes reads: each entry is done once, whoever dies."""

from __future__ import annotations

from typing import Any, NamedTuple, cast

from redis import Redis
from redis.exceptions import ResponseError

AT_ONCE = 16


class Entry(NamedTuple):
    """One entry."""

    id: str
    fields: dict[bytes, bytes]

    @property
    def added_at(self) -> int:
        """When it was added, in milliseconds of Unix time, by the clock of Redis."""
        return self.order[0]

    @property
    def order(self) -> tuple[int, int]:
        """Its place in the stream."""
        time, _, count = self.id.partition("-")
        return int(time), int(count)


class Stream:
    """The stream, seen by one process of the group.

    An entry that was taken is pending until it is done. `claim` takes over what has been pending
    for so long that its process must be dead; if that was only slow, two work at the same entry.
    """

    def __init__(self, redis: Redis, key: str, group: str, consumer: str) -> None:
        self.key, self.group = key, group
        self._redis, self._consumer = redis, consumer
        self._cursor = "0-0"

    def create(self) -> None:
        """Make stream and group, if they are not there."""
        try:
            self._redis.xgroup_create(self.key, self.group, id="0", mkstream=True)
        except ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):
                raise

    def take(self, wait_ms: int) -> list[Entry]:
        """Take what is new, waiting for it."""
        answer = self._redis.xreadgroup(
            self.group, self._consumer, {self.key: ">"}, count=AT_ONCE, block=wait_ms
        )
        streams = cast("list[tuple[bytes, Any]]", answer)
        return _entries(streams[0][1]) if streams else []

    def claim(self, idle_ms: int) -> list[Entry]:
        """Take over what has been pending for so long."""
        answer = self._redis.xautoclaim(
            self.key, self.group, self._consumer, idle_ms, self._cursor, count=AT_ONCE
        )
        cursor, entries = answer[:2]
        self._cursor = cursor.decode()
        return _entries(entries)

    def done(self, entry: Entry) -> None:
        """Take an entry out of the stream for good."""
        # In this order: what is pending and gone, `claim` forgets.
        with self._redis.pipeline(transaction=False) as both:
            both.xdel(self.key, entry.id)
            both.xack(self.key, self.group, entry.id)
            both.execute()


def _entries(found: list[tuple[bytes, dict[bytes, bytes]]]) -> list[Entry]:
    return [Entry(name.decode(), fields) for name, fields in found]
