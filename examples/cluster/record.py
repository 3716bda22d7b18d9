"""A transfer as it is in the store: how far it has come, its action, its saved bytes."""

from __future__ import annotations

from typing import NamedTuple

from twiml_refer import Transfer


class Record(NamedTuple):
    """All that any worker needs to go on."""

    position: int
    """The number of the last event that was applied."""
    action: str
    saved: bytes

    def write(self) -> bytes:
        """Write it as one value."""
        return f"{self.position} {self.action}\n".encode() + self.saved

    @classmethod
    def read(cls, value: bytes) -> Record:
        """Take back what `write` wrote."""
        head, _, saved = value.partition(b"\n")
        position, _, action = head.decode().partition(" ")
        return cls(int(position), action, saved)

    @property
    def transfer(self) -> Transfer:
        """The transfer, to go on with."""
        return Transfer.restore(self.saved)
