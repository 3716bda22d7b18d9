"""What the library says of a request, taken out of its frame when it is first asked for."""

from __future__ import annotations

from . import _lane
from ._parameters import parameter_name
from ._secret import Hidden

TYPE_CHECKING = False
if TYPE_CHECKING:
    Pairs = tuple[tuple[str, str], ...]

# Eight values and two counts; then come the texts of all pairs.
_HEADS = 10


class Answer:
    """The values of a request, and its pairs. Two threads that ask at once find the same."""

    __slots__ = ("_first", "_frame", "_heads", "_texts")

    def __init__(self, frame: bytes) -> None:
        self._frame = frame
        self._heads: list[str] | None = None
        self._texts: tuple[list[str], int, int] | None = None
        self._first: dict[str, str] | None = None

    def heads(self) -> list[str]:
        """Take the values of fixed place; one that is absent is empty. What follows is not ours."""
        heads = self._heads
        if heads is None:
            heads = self._heads = _lane.texts(self._frame, _HEADS)
        return heads

    def first(self) -> dict[str, str]:
        """Map each parameter to its first value."""
        first = self._first
        if first is None:
            texts, _, start = self._all()
            names, values = texts[start::2], texts[start + 1 :: 2]
            first = dict(zip(names, values))
            if len(first) < len(names):
                # Backwards, so that the first of a name is the one that stays.
                first = dict(zip(names[::-1], values[::-1]))
            self._first = first
        return first

    def params(self) -> Pairs:
        """Take the parameters, in arrival order."""
        texts, _, start = self._all()
        return _pairs(texts[start:])

    def sip_headers(self) -> Pairs:
        """Take the SIP headers."""
        texts, start, end = self._all()
        return _pairs(texts[start:end])

    def problems(self) -> Pairs:
        """Take parameters, and what is odd about each."""
        texts, end, _ = self._all()
        return _pairs(texts[:end])

    def _all(self) -> tuple[list[str], int, int]:
        """Take names and values in turn; where those of problems and of SIP headers end."""
        made = self._texts
        if made is None:
            heads = self.heads()
            texts = heads[_HEADS:]
            if texts and _lane.is_joined(self._frame):
                texts = texts[0].split("\0")
            end = 2 * int(heads[8])
            secret = parameter_name("call_token").lower()
            for at in range(end, len(texts) - 1, 2):
                # The library compares without regard to case.
                if len(texts[at]) == len(secret) and texts[at].lower() == secret:
                    texts[at + 1] = Hidden(texts[at + 1])
            made = self._texts = texts, end, end + 2 * int(heads[9])
        return made


def _pairs(texts: list[str]) -> Pairs:
    return tuple(zip(texts[::2], texts[1::2]))
