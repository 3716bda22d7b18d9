"""What the SIP side receives, as it is in the stream, and how a `Transfer` takes it."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from twiml_refer import Output, Transfer, TransferSettings


class Event(NamedTuple):
    """One event. The SIP side numbers those of a transfer from 1; number 1 is `start`.

    `details` are the arguments of the method of `Transfer` that has this name; those of `start` are
    `target`, `action`, `cseq` and perhaps `settings`, the arguments of `TransferSettings`.
    """

    transfer: str
    number: int
    name: str
    details: dict[str, Any]
    body: bytes = b""

    def write(self) -> dict[str, bytes]:
        """Write it as the fields of an entry; a NOTIFY's body stays bytes."""
        return {
            "transfer": self.transfer.encode(),
            "number": str(self.number).encode(),
            "event": json.dumps([self.name, self.details]).encode(),
            "body": self.body,
        }

    @classmethod
    def read(cls, fields: dict[bytes, bytes]) -> Event:
        """Take back what `write` wrote."""
        name, details = json.loads(fields[b"event"])
        number = int(fields[b"number"])
        return cls(fields[b"transfer"].decode(), number, name, details, fields[b"body"])


def begin(event: Event, now_ms: int) -> tuple[Transfer, list[Output]]:
    """Make the transfer that `start` asks for."""
    if event.name != "start":
        raise ValueError(f"a transfer begins with start, not with {event.name}")
    settings = TransferSettings(**event.details.get("settings", {}))
    transfer = Transfer(event.details["target"], settings)
    return transfer, transfer.start(cseq=event.details["cseq"], now_ms=now_ms)


def feed(transfer: Transfer, event: Event, now_ms: int) -> list[Output]:
    """Feed any later event."""
    if event.name == "response":
        return transfer.response(now_ms=now_ms, **event.details)
    if event.name == "notify":
        return transfer.notify(now_ms=now_ms, body=event.body, **event.details)
    if event.name == "hang_up":
        return transfer.hang_up(now_ms=now_ms)
    if event.name == "transport_error":
        return transfer.transport_error(now_ms=now_ms)
    raise ValueError(f"there is no event {event.name}")
