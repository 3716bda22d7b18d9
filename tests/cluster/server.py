"""A Redis server of one's own, which listens on a socket in a folder of its own."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def redis_server() -> Iterator[str]:
    """Run one; its URL."""
    with tempfile.TemporaryDirectory() as folder:
        socket = Path(folder, "socket")
        options = f"--port 0 --unixsocket {socket} --dir {folder} --logfile log --appendonly no"
        with subprocess.Popen(["redis-server", *options.split(), "--save", ""]) as server:
            try:
                while not socket.exists():
                    if server.poll() is not None:
                        log = Path(folder, "log").read_text("utf-8", "replace")
                        raise RuntimeError(f"redis-server did not start: {log}")
                    time.sleep(0.02)
                yield f"unix://{socket}"
            finally:
                server.kill()
