"""What a transfer costs Redis and a worker: bytes and operations, counted by Redis itself.

Every transfer is accepted, reports 100 and 180, and is answered; so it lives through five events.
"""

from __future__ import annotations

import signal
import sys
import time

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


class Shard:
    """A shard with one worker, in this process, and the two that read what it asks for."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self.store = Store(redis)
        self.worker = Worker(self.store, "worker-0")
        jobs, callbacks = ("wire", "edges", "edge-0"), ("callbacks", "senders", "sender-0")
        self.readers = [self.store.stream(*names) for names in (jobs, callbacks)]
        for reader in self.readers:
            reader.create()

    def feed(self, event: Event, names: range) -> tuple[float, float]:
        """Let transfers hear this: bytes of events that waited, the processor time they took."""
        for i in names:
            self.store.add(event._replace(transfer=name(i)))
        waited = self.size("events")
        began = time.process_time()
        while self.redis.xlen(self.worker.events.key):
            self.worker.turn()
        for reader in self.readers:
            while self.redis.xlen(reader.key):
                for entry in reader.take(0):
                    reader.done(entry)
        return waited / TRANSFERS, (time.process_time() - began) / TRANSFERS

    def each(self, *names: str) -> float:
        """Return what Redis counts by these names, for each transfer."""
        info = self.redis.info()
        return float(sum(info[name] for name in names)) / TRANSFERS

    def size(self, key: str) -> int:
        """Return the memory of a key."""
        return self.redis.memory_usage(self.store.key(key), samples=0) or 0


def measure(redis: Redis) -> None:
    """Run all, and print what one took."""
    # Its histograms would count as the memory of transfers.
    redis.config_set("latency-tracking", "no")
    shard = Shard(redis)
    # Connections and the script have their memory before anything is measured.
    for event in HEARD:
        shard.feed(event, range(TRANSFERS, TRANSFERS + 200))
    redis.config_resetstat()
    empty, idle = shard.each("used_memory"), shard.each("used_cpu_user", "used_cpu_sys")
    costs = [shard.feed(event, range(TRANSFERS)) for event in HEARD[:-1]]
    record, deadlines = shard.size(f"transfer:{name(0)}"), shard.size("deadlines") / TRANSFERS
    live = shard.each("used_memory") - empty
    costs.append(shard.feed(HEARD[-1], range(TRANSFERS)))
    print(f"live: {live:.0f} bytes (record {record}, its deadline {deadlines:.0f})")
    print(f"ended, kept for a while: {shard.each('used_memory') - empty:.0f} bytes")
    print(f"an event that waits: {costs[0][0]:.0f} bytes")
    received, sent = map(shard.each, ("total_net_input_bytes", "total_net_output_bytes"))
    print(f"network: {received:.0f} bytes in, {sent:.0f} out")
    busy, own = shard.each("used_cpu_user", "used_cpu_sys") - idle, sum(cost for _, cost in costs)
    print(f"Redis: {busy * 1e6:.0f} µs; worker: {own * 1e6:.0f} µs of one core")
    stats = redis.info("commandstats")
    calls = {key[8:]: value["calls"] / TRANSFERS for key, value in stats.items()}
    shown = sorted(calls.items(), key=lambda item: -item[1])
    listed = ", ".join(f"{command} {count:.2f}" for command, count in shown if count >= 0.05)
    print(f"commands: {sum(calls.values()):.1f} in all: {listed}")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with redis_server() as url, Redis.from_url(url) as redis:
        measure(redis)
