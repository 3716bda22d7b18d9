"""How a transfer ended, as values that `match` and type checkers take apart."""

from __future__ import annotations

from . import _bridge
from ._value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import ClassVar, Literal, Union


class Ended(Value):
    """What all outcomes have."""

    __slots__ = ()
    kind: ClassVar[str]

    @property
    def explanation(self) -> str:
        """What happened, for a person, as a clause to stand in a sentence of theirs.

        >>> Canceled().explanation
        'the call ended before the transfer was decided'
        """
        status, code = getattr(self, "status", None), getattr(self, "code", None)
        plain = _bridge.module().Outcome(kind=self.kind, status=status, code=code)
        return str(_bridge.call("outcome_explanation", plain))


class Transferred(Ended):
    """The target answered: the caller is no longer with the app."""

    __slots__ = ()
    kind: ClassVar[Literal["transferred"]] = "transferred"


class Rejected(Ended):
    """The endpoint refused the REFER itself, with this SIP code."""

    __slots__ = ("code",)
    kind: ClassVar[Literal["rejected"]] = "rejected"
    code: int

    def __init__(self, code: int) -> None:
        self._set(code)


class TargetFailed(Ended):
    """The endpoint called the target, and that call failed.

    `status` is `busy`, `no-answer` or `failed`; `code` the last SIP code, where one was reported.
    """

    __slots__ = ("status", "code")
    kind: ClassVar[Literal["target-failed"]] = "target-failed"
    status: str
    code: int | None

    def __init__(self, status: str, code: int | None = None) -> None:
        self._set(status, code)


class Canceled(Ended):
    """The caller hung up before it was decided."""

    __slots__ = ()
    kind: ClassVar[Literal["canceled"]] = "canceled"


class Unconfirmed(Ended):
    """The endpoint never told how it went: it may or may not have transferred the caller."""

    __slots__ = ()
    kind: ClassVar[Literal["unconfirmed"]] = "unconfirmed"


class Unknown(Ended):
    """Twilio sent a status that this version does not know."""

    __slots__ = ("status",)
    kind: ClassVar[Literal["unknown"]] = "unknown"
    status: str

    def __init__(self, status: str) -> None:
        self._set(status)


if TYPE_CHECKING:
    ReferOutcome = Union[Transferred, Rejected, TargetFailed, Canceled, Unconfirmed, Unknown]
else:
    # For isinstance, without the cost of importing typing.
    ReferOutcome = (Transferred, Rejected, TargetFailed, Canceled, Unconfirmed, Unknown)

_PLAIN: dict[str, ReferOutcome] = {
    "transferred": Transferred(),
    "canceled": Canceled(),
    "unconfirmed": Unconfirmed(),
}


def outcome(kind: str, status: str | None, code: int | None) -> ReferOutcome:
    """Make the outcome that the library told."""
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind == Rejected.kind:
        return Rejected(code or 0)
    if kind == TargetFailed.kind:
        return TargetFailed(status or "", code)
    return Unknown(status or "")
