"""What the SIP side hears, as it stands in the stream, and how a `Transfer` takes it."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from twiml_refer import Output, Transfer


class Event(NamedTuple):
    """One event. The SIP side numbers those of a transfer from 1; number 1 is `start`.

    `details` are the arguments of the method of `Transfer` that has this name; those of `start` are
    `target`, `action`, `cseq` and perhaps `settings`, the arguments of `Transfer` itself.
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


def begin(event: Event, now: int) -> tuple[Transfer, list[Output]]:
    """Make the transfer that `start` asks for."""
    if event.name != "start":
        raise ValueError(f"a transfer begins with start, not with {event.name}")
    transfer = Transfer(event.details["target"], **event.details.get("settings", {}))
    return transfer, transfer.start(cseq=event.details["cseq"], now=now)


def feed(transfer: Transfer, event: Event, now: int) -> list[Output]:
    """Hand it any later event."""
    if event.name == "response":
        return transfer.response(now=now, **event.details)
    if event.name == "notify":
        return transfer.notify(now=now, body=event.body, **event.details)
    if event.name == "hang_up":
        return transfer.hang_up(now=now)
    if event.name == "transport_error":
        return transfer.transport_error(now=now)
    raise ValueError(f"there is no event {event.name}")
