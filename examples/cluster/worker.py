"""Continues any transfer: `python worker.py REDIS_URL NAME [CLAIM_AFTER_MS]`."""

from __future__ import annotations

import sys
import time
from typing import NamedTuple

from event import Event
from record import Record
from redis import Redis
from step import apply, elapse
from store import Store
from stream import Entry

CLAIM_AFTER_MS = 5_000
# How long an event waits for the one before it, then taken as lost; how many do so in one worker.
PATIENCE_S = 60.0
MAX_EARLY = 256
EARLY_WAIT_MS = 10


class Early(NamedTuple):
    """An event whose predecessor has not been applied; it stays pending."""

    entry: Entry
    since: float


class Worker:
    """Takes events and deadlines, one at a time."""

    def __init__(self, store: Store, name: str, claim_after_ms: int = CLAIM_AFTER_MS) -> None:
        self.store = store
        self.events = store.stream("events", "workers", name)
        self.events.create()
        self._claim_after_ms = claim_after_ms
        self._look_at = 0.0
        self._early: dict[str, Early] = {}

    def turn(self) -> None:
        """Do what there is to do, waiting a little for it."""
        wait = EARLY_WAIT_MS if self._early else self._claim_after_ms // 4
        found = self.events.take(wait)
        look = time.monotonic() >= self._look_at
        if look:
            self._look_at = time.monotonic() + self._claim_after_ms / 4000
            found += self.events.claim(self._claim_after_ms)
        for entry in found:
            self._early.setdefault(entry.id, Early(entry, time.monotonic()))
        # In the order of the stream: what comes first may be what another waits for.
        in_order = sorted(self._early.items(), key=lambda item: item[1].entry.order)
        early = [(name, it) for name, it in in_order if not self._settle(*it)]
        # What does not fit is still pending, and is claimed later.
        self._early = dict(early[:MAX_EARLY])
        if look:
            self._watch_deadlines()

    def _settle(self, entry: Entry, since: float) -> bool:
        """Do an event; False: it is too early."""
        try:
            event = Event.read(entry.fields)
        except (KeyError, ValueError) as error:
            self.store.bury(entry, repr(error))
            self.events.done(entry)
            return True
        while True:
            before = self.store.load(event.transfer)
            position = Record.read(before).position if before else 0
            if event.number <= position:
                # It came twice.
                self.events.done(entry)
                return True
            if event.number > position + 1 and time.monotonic() < since + PATIENCE_S:
                return False
            step = apply(before, event, entry.added_at)._replace(entry=entry.id)
            if self.store.commit(self.events, step) != "changed":
                return True

    def _watch_deadlines(self) -> None:
        """Fire the deadlines that have come.

        They are read later than it takes to claim what a dead worker held: what was
        heard before a deadline counts before it.
        """
        now = self.store.now()
        for transfer in self.store.due(now - 2 * self._claim_after_ms):
            before = self.store.load(transfer)
            if before:
                # Where this changes nothing, another worker was first.
                self.store.commit(self.events, elapse(transfer, before, now))


if __name__ == "__main__":
    worker = Worker(Store(Redis.from_url(sys.argv[1])), sys.argv[2], *map(int, sys.argv[3:]))
    while True:
        worker.turn()
