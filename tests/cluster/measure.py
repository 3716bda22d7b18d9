"""What a transfer costs Redis and a worker: bytes and operations, counted by Redis itself.

Every transfer is accepted, reports 100 and 180, and is answered; so it lives through five events.
"""

from __future__ import annotations

import signal
import sys
import time
from typing import cast

from event import Event
from redis import Redis
from scenarios import scenario
from server import redis_server
from store import Store
from worker import Worker

TRANSFERS = 2000
# The settings are the defaults of the library, as on Twilio.
HEARD = scenario("seed-1-answered", "", "https://voice.example.com/handleRefer", {}).events


def name(i: int) -> str:
    """Make an identifier as long as Twilio's."""
    return f"CA{i:032x}"


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

    def feed(self, event: Event, names: range) -> None:
        """Let transfers hear this."""
        for i in names:
            self.store.add(event._replace(transfer=name(i)))

    def work(self) -> float:
        """Do all that there is to do; the processor time that it takes."""
        began = time.process_time()
        while self.redis.xlen(self.worker.events.key):
            self.worker.turn()
        for reader in self.readers:
            while self.redis.xlen(reader.key):
                for entry in reader.take(0):
                    reader.done(entry)
        return time.process_time() - began

    def counted(self) -> dict[str, float]:
        """Return what Redis counts."""
        info = self.redis.info()
        cpu = info["used_cpu_user"] + info["used_cpu_sys"]
        keys = {
            "in": "total_net_input_bytes",
            "out": "total_net_output_bytes",
            "used": "used_memory",
        }
        return {"cpu": cpu, **{key: info[name] for key, name in keys.items()}}

    def size(self, key: str) -> int:
        """Return the memory of a key."""
        return cast("int", self.redis.memory_usage(self.store.key(key), samples=0))


def measured(run: Run) -> None:
    """Run all, and print what one took."""
    # Connections and the script have their memory before anything is measured.
    for event in HEARD:
        run.feed(event, range(TRANSFERS, TRANSFERS + 200))
        run.work()
    run.redis.config_resetstat()
    before = run.counted()
    own = 0.0
    sizes = {}
    for event in HEARD:
        if event == HEARD[-1]:
            sizes["live"] = (run.counted()["used"] - before["used"]) / TRANSFERS
            sizes["record"] = run.size(f"transfer:{name(0)}")
            sizes["its deadline"] = run.size("deadlines") / TRANSFERS
        run.feed(event, range(TRANSFERS))
        if event == HEARD[0]:
            sizes["an event that waits"] = run.size("events") / TRANSFERS
        own += run.work()
    took = {key: (now - before[key]) / TRANSFERS for key, now in run.counted().items()}
    sizes["ended, kept for a while"] = took["used"]
    print(", ".join(f"{what} {size:.0f}" for what, size in sizes.items()), "bytes")
    print(f"network: {took['in']:.0f} bytes in, {took['out']:.0f} out")
    print(f"Redis: {took['cpu'] * 1e6:.0f} µs; worker: {own / TRANSFERS * 1e6:.0f} µs of one core")
    stats = run.redis.info("commandstats")
    calls = {key[8:]: value["calls"] / TRANSFERS for key, value in stats.items()}
    shown = sorted(calls.items(), key=lambda item: -item[1])
    listed = ", ".join(f"{command} {count:.2f}" for command, count in shown if count >= 0.05)
    print(f"commands: {sum(calls.values()):.1f} in all: {listed}")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with redis_server() as url, Redis.from_url(url) as redis:
        # Its histograms would count as the memory of transfers.
        redis.config_set("latency-tracking", "no")
        measured(Run(redis))
