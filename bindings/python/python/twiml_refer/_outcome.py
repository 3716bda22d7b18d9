"""How a transfer ended."""

from __future__ import annotations

from ._bridge import bridge, call, plain
from ._errors import check_text
from ._hints import TYPE_CHECKING, Any, Literal
from ._value import Value

if TYPE_CHECKING:
    from typing import ClassVar
else:
    from ._hints import ClassVar


class Ended(Value):
    """The base class of all outcomes."""

    __slots__ = ()
    kind: ClassVar[str]

    @property
    def explanation(self) -> str:
        """What happened, as a clause for a person.

        >>> Canceled().explanation
        'the call ended before the transfer was decided'
        """
        status, code = getattr(self, "status", None), getattr(self, "code", None)
        return str(bridge.outcome_explanation(bridge.ReferOutcome(self.kind, status, code)))


class Transferred(Ended):
    """The target answered: the caller is no longer with the app."""

    __slots__ = ()
    kind: ClassVar[Literal["transferred"]] = "transferred"


class Rejected(Ended):
    """The endpoint rejected the REFER itself, with this SIP code."""

    __slots__ = ("code",)
    kind: ClassVar[Literal["rejected"]] = "rejected"
    code: int

    def __init__(self, code: int) -> None:
        self._set(code)


class TargetFailed(Ended):
    """The endpoint called the target, and that call failed.

    `code` is the last SIP code of that call, if one was reported.
    """

    __slots__ = ("status", "code")
    kind: ClassVar[Literal["target-failed"]] = "target-failed"
    status: Literal["busy", "no-answer", "failed"]
    code: int | None

    def __init__(
        self, status: Literal["busy", "no-answer", "failed"], code: int | None = None
    ) -> None:
        self._set(status, code)


class Canceled(Ended):
    """The call ended before the transfer was decided, most often because the caller hung up."""

    __slots__ = ()
    kind: ClassVar[Literal["canceled"]] = "canceled"


class Unconfirmed(Ended):
    """The endpoint never reported a result: it may or may not have transferred the caller."""

    __slots__ = ()
    kind: ClassVar[Literal["unconfirmed"]] = "unconfirmed"


class Unknown(Ended):
    """Twilio sent a status that this version does not know."""

    __slots__ = ("status",)
    kind: ClassVar[Literal["unknown"]] = "unknown"
    status: str

    def __init__(self, status: str) -> None:
        self._set(status)


ReferOutcome = Transferred | Rejected | TargetFailed | Canceled | Unconfirmed | Unknown

_CLASSES: dict[str, Any] = {kind.kind: kind for kind in Ended.__subclasses__()}


def outcome(record: Any) -> ReferOutcome:
    """Make an outcome of the library's."""
    kind = _CLASSES[record.kind]
    made: ReferOutcome = kind(*[getattr(record, name) for name in kind.__slots__])
    return made


class ReferReport(Value):
    """The three parameters of a `<Refer>` that ended, and what they mean.

    Raises `TransferError` for a code outside of 100 to 699.

    >>> ReferReport("busy", 202, 486).outcome
    TargetFailed(status='busy', code=486)
    """

    __slots__ = ("call_status", "refer_sip_response_code", "notify_sip_response_code", "_record")
    call_status: str | None
    """`ReferCallStatus`: the state of the call to the target."""
    refer_sip_response_code: int | None
    """`ReferSipResponseCode`: the endpoint's response to the REFER."""
    notify_sip_response_code: int | None
    """`NotifySipResponseCode`: the last code of the call to the target."""
    _record: Any

    def __init__(
        self,
        call_status: str | None = None,
        refer_sip_response_code: int | None = None,
        notify_sip_response_code: int | None = None,
    ) -> None:
        check_text("call_status", call_status)
        codes = refer_sip_response_code, notify_sip_response_code
        self._take(call(bridge.refer_report, call_status, *codes))

    def _take(self, record: Any) -> None:
        codes = record.refer_sip_response_code, record.notify_sip_response_code
        self._set(record.call_status, *codes, record)

    @property
    def outcome(self) -> ReferOutcome:
        """How the transfer ended."""
        return outcome(self._record.outcome)

    @property
    def params(self) -> tuple[tuple[str, str], ...]:
        """The parameters as Twilio sends them, in the order of its documentation."""
        return plain(call(bridge.refer_report_params, self._record))


def report(record: Any) -> ReferReport:
    """Make a report of the library's."""
    made = ReferReport.__new__(ReferReport)
    made._take(record)
    return made
