"""A Redis server of one's own: a free loopback port, and nothing left behind."""

from __future__ import annotations

import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis
from redis.exceptions import ConnectionError as NoServer

ATTEMPTS = 5
START_S = 10.0


@contextmanager
def redis_server() -> Iterator[str]:
    """Run one; its URL."""
    with tempfile.TemporaryDirectory() as folder:
        # Whoever takes the port between the look and the start makes another attempt necessary.
        for _ in range(ATTEMPTS):
            with socket.create_server(("127.0.0.1", 0)) as free:
                port = free.getsockname()[1]
            options = f"--port {port} --bind 127.0.0.1 --dir {folder} --logfile log --appendonly no"
            command = ["redis-server", *options.split(), "--save", ""]
            with subprocess.Popen(command) as server:
                try:
                    if _answers(f"redis://127.0.0.1:{port}", server):
                        yield f"redis://127.0.0.1:{port}"
                        return
                finally:
                    server.kill()
        log = Path(folder, "log").read_text("utf-8", "replace")
        raise RuntimeError(f"redis-server did not start: {log}")


def _answers(url: str, server: subprocess.Popen[bytes]) -> bool:
    until = time.monotonic() + START_S
    while time.monotonic() < until and server.poll() is None:
        try:
            with Redis.from_url(url) as redis:
                info = redis.info("server")
            assert isinstance(info, dict)
            return bool(info["process_id"] == server.pid)
        except NoServer:
            time.sleep(0.02)
    return False
