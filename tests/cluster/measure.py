"""What a transfer costs Redis and a worker: bytes and operations, counted by Redis itself.

Every transfer is accepted, reports 100 and 180, and is answered; so it lives through five events.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from typing import Any, cast

from event import Event
from redis import Redis
from scenarios import TARGET, TERMINATED, notify, response
from server import redis_server
from store import Store
from stream import Stream
from worker import Worker

TRANSFERS = 2000
WARM = 200
ACTION = "https://voice.example.com/handleRefer"
# The defaults of the library, as on Twilio.
ACTIVE = "active;expires=60"
START = ("start", {"target": TARGET, "action": ACTION, "cseq": 1}, b"")
LIVE = [START, response(202), notify(1, 100, ACTIVE), notify(2, 180, ACTIVE)]
LAST = notify(3, 200, TERMINATED)


class Run:
    """A shard with one worker, in this process, and the two that read what it asks for."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self.store = Store(redis)
        self.worker = Worker(self.store, "worker-0")
        self.readers = [self.store.stream("wire", "edges", "edge-0")]
        self.readers.append(self.store.stream("callbacks", "senders", "sender-0"))
        for reader in self.readers:
            reader.create()

    def feed(self, number: int, heard: tuple[str, dict[str, Any], bytes], names: range) -> None:
        """Let transfers hear this."""
        for i in names:
            self.store.add(Event(name(i), number, *heard))

    def work(self) -> None:
        """Do all that there is to do."""
        while self.length(self.worker.events):
            self.worker.turn()
        for reader in self.readers:
            while self.length(reader):
                for entry in reader.take(0):
                    reader.done(entry)

    def length(self, stream: Stream) -> int:
        """Count what waits."""
        return self.redis.xlen(stream.key)

    def info(self, section: str) -> dict[str, Any]:
        """Ask Redis."""
        return self.redis.info(section)

    def used(self) -> int:
        """Return the memory in use."""
        return int(self.info("memory")["used_memory"])

    def size(self, key: str) -> int:
        """Return the memory of a key."""
        return cast("int", self.redis.memory_usage(self.store.key(key), samples=0))


def name(i: int) -> str:
    """Make an identifier as long as Twilio's."""
    return f"CA{i:032x}"


def each(total: float) -> float:
    """Divide by the number of transfers."""
    return total / TRANSFERS


def measured(redis: Redis, say: Callable[[str], None]) -> None:
    """Run all, and say what it took."""
    run = Run(redis)
    # Connections and the script have their memory before anything is measured.
    for number, heard in enumerate([*LIVE, LAST], 1):
        run.feed(number, heard, range(TRANSFERS, TRANSFERS + WARM))
        run.work()
    empty = run.used()
    redis.config_resetstat()
    net, cpu = run.info("stats"), run.info("cpu")
    own = 0.0
    for number, heard in enumerate([*LIVE, LAST], 1):
        if number > len(LIVE):
            record, deadline = run.size(f"transfer:{name(0)}"), each(run.size("deadlines"))
            live = each(run.used() - empty)
        run.feed(number, heard, range(TRANSFERS))
        if number == 1:
            event = each(run.size("events"))
        began = time.process_time()
        run.work()
        own += time.process_time() - began
    say(f"live: {live:.0f} bytes (record {record}, its deadline {deadline:.0f})")
    say(f"ended, kept for a while: {each(run.used() - empty):.0f} bytes")
    say(f"an event that waits: {event:.0f} bytes")
    busy = sum(run.info("cpu")[key] - cpu[key] for key in ("used_cpu_user", "used_cpu_sys"))
    now = run.info("stats")
    sizes = [now[key] - net[key] for key in ("total_net_input_bytes", "total_net_output_bytes")]
    say(f"network: {each(sizes[0]):.0f} bytes in, {each(sizes[1]):.0f} out")
    say(f"Redis: {each(busy) * 1e6:.0f} µs; worker: {each(own) * 1e6:.0f} µs of one core")
    calls = {key[8:]: each(value["calls"]) for key, value in run.info("commandstats").items()}
    shown = sorted(calls.items(), key=lambda item: -item[1])
    listed = ", ".join(f"{command} {count:.2f}" for command, count in shown if count >= 0.05)
    say(f"commands: {sum(calls.values()):.1f} in all: {listed}")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with redis_server() as url, Redis.from_url(url) as redis:
        print(f"one of {TRANSFERS} transfers, each of {len(LIVE) + 1} events, costs")
        measured(redis, lambda line: print(f"  {line}"))
