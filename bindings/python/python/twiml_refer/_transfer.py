"""The verb itself, for SIP stacks that are driven from Python."""

from __future__ import annotations

import math

from . import _bridge
from ._diagnostic import Diagnostic, diagnostics
from ._errors import wrong_type
from ._outcome import ReferOutcome, outcome
from ._uri import SipUri
from ._value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, NoReturn, Union


# In milliseconds.
_MICROSECOND = 0.001


class ReferReport(Value):
    """The parameters that Twilio would send to the action URL, in their order."""

    __slots__ = ("params", "outcome")
    params: tuple[tuple[str, str], ...]
    """Names and values."""
    outcome: ReferOutcome
    """What an app makes of them."""

    def __init__(self, params: tuple[tuple[str, str], ...], outcome: ReferOutcome) -> None:
        self._set(params, outcome)


class SendRefer(Value):
    """Send the REFER, with `Transfer.refer_to` as its Refer-To."""

    __slots__ = ()


class Reply(Value):
    """Answer the NOTIFY that was just fed with this status code."""

    __slots__ = ("code",)
    code: int
    """As 200 or 481."""

    def __init__(self, code: int) -> None:
        self._set(code)


class EndDialog(Value):
    """The endpoint has lost the dialog: end it without waiting for an answer."""

    __slots__ = ()


class Completed(Value):
    """The verb has ended; comes once."""

    __slots__ = ("report",)
    report: ReferReport
    """What Twilio would tell the app."""

    def __init__(self, report: ReferReport) -> None:
        self._set(report)


if TYPE_CHECKING:
    Output = Union[SendRefer, Reply, EndDialog, Completed, Diagnostic]
else:
    Output = (SendRefer, Reply, EndDialog, Completed, Diagnostic)


class Transfer:
    """One `<Refer>` at work: REFER and NOTIFY (RFC 3515) as a state machine without I/O.

    Feed what the SIP stack hears, each with the time in milliseconds on one clock (Unix time), and
    do what comes back; call `time` when the `deadline` has come. Calls from several threads come
    one after the other. It cannot be copied or pickled: `save` and `restore` it.

    What comes from the wire is never an error: what is unexpected is answered or ignored, and a
    `Diagnostic` is returned. `TransferError` is misuse: a second start, a leg that is not SIP, a
    retry after another code than 401 or 407. It changes nothing.

    >>> transfer = Transfer("sip:alice@example.com")
    >>> transfer.start(cseq=1, now=0), transfer.refer_to
    ([SendRefer()], '<sip:alice@example.com>')
    >>> transfer.response(202, now=50), transfer.deadline
    ([], 32050)
    >>> transfer.notify("refer;id=1", cseq=1, subscription_state="terminated",
    ...                 body=b"SIP/2.0 200 OK", now=9500)[0]
    Reply(code=200)
    >>> transfer.report.outcome
    Transferred()
    """

    __slots__ = ("_inner",)

    def __init__(
        self,
        target: str | SipUri,
        *,
        response_timeout: float | None = None,
        notify_timeout: float | None = None,
        subscription: float | None = None,
        max_duration: float | None = None,
        hang_up_grace: float | None = None,
        rejected_status_omitted: bool = False,
        statuses: Mapping[int, str] | None = None,
    ) -> None:
        """Make a transfer that is not started; times are in seconds, `None` is the default.

        `max_duration` is the longest time after the 2xx, whatever the endpoint says; 10 minutes by
        default.

        Raises `SipUriError` for the target, and `TransferError` for a setting out of its range.
        """
        bridge = _bridge.module()
        entries = [
            bridge.StatusEntry(code=_bridge.number(code), status=status)
            for code, status in (statuses or {}).items()
        ]
        settings = bridge.Settings(
            response_timeout=_milliseconds(response_timeout),
            notify_timeout=_milliseconds(notify_timeout),
            subscription=_milliseconds(subscription),
            max_duration=_milliseconds(max_duration),
            hang_up_grace=_milliseconds(hang_up_grace),
            rejected_status_omitted=rejected_status_omitted,
            statuses=entries,
        )
        self._inner = _bridge.guarded(bridge.Transfer, str(SipUri(target)), settings)

    @classmethod
    def restore(cls, data: bytes) -> Transfer:
        """Take back what `save` returned, by this or any older version.

        Raises `TransferError`: bytes are missing or altered, or a newer version saved them.

        >>> transfer = Transfer.restore(Transfer("sip:alice@example.com").save())
        >>> transfer.start(cseq=1, now=0)
        [SendRefer()]
        """
        made = cls.__new__(cls)
        made._inner = _bridge.guarded(_bridge.module().Transfer.restore, data)
        return made

    def save(self) -> bytes:
        """Save it whole, waiting outputs and settings included."""
        data: bytes = self._inner.save()
        return data

    def start(
        self, *, cseq: int, now: int, leg: str = "sip", first_in_dialog: bool = True
    ) -> list[Output]:
        """Begin; `cseq` is that of the REFER. On any leg but `sip`: `TransferError`, 13801."""
        number = _bridge.number(cseq)
        return self._feed("START", now, leg=leg, cseq=number, first_in_dialog=first_in_dialog)

    def response(
        self, code: int, *, now: int, refer_sub: bool = True, retry: int | None = None
    ) -> list[Output]:
        """Take a response to the REFER.

        `retry` after 401 or 407 is the CSeq of the REFER that was sent again with credentials.
        """
        again = None if retry is None else _bridge.number(retry)
        number = _bridge.number(code)
        return self._feed("RESPONSE", now, code=number, refer_sub=refer_sub, retry=again)

    def notify(
        self,
        event: str,
        *,
        cseq: int,
        now: int,
        subscription_state: str | None = None,
        body: bytes = b"",
        in_dialog: bool = True,
    ) -> list[Output]:
        """Take a NOTIFY: its headers as they stand on the wire, its body as it is."""
        if not isinstance(body, (bytes, bytearray, memoryview)):
            wrong_type("a body", "bytes", body)
        return self._feed(
            "NOTIFY",
            now,
            event=event,
            cseq=_bridge.number(cseq),
            subscription_state=subscription_state,
            body=bytes(body),
            in_dialog=in_dialog,
        )

    def hang_up(self, *, now: int) -> list[Output]:
        """Tell that either side ended the call."""
        return self._feed("HANG_UP", now)

    def transport_error(self, *, now: int) -> list[Output]:
        """Tell that the REFER could not be sent, or its connection broke."""
        return self._feed("TRANSPORT_ERROR", now)

    def time(self, *, now: int) -> list[Output]:
        """Tell that nothing happened but time."""
        return self._feed("TIME", now)

    def poll(self) -> list[Output]:
        """Take what still waits: after `restore`, or after a refused event."""
        return [_output(action) for action in self._inner.poll()]

    @property
    def deadline(self) -> int | None:
        """When to call `time` at the latest, in milliseconds; `None`: never."""
        deadline: int | None = self._inner.deadline()
        return deadline

    @property
    def state(self) -> str:
        """`idle`, `referring`, `subscribed` or `completed`."""
        return str(self._inner.state())

    @property
    def report(self) -> ReferReport | None:
        """The parameters for the action URL, once completed."""
        report = self._inner.report()
        return report and _report(report)

    @property
    def refer_to(self) -> str:
        """The value for the Refer-To header."""
        return str(self._inner.refer_to())

    @property
    def target(self) -> SipUri:
        """The target."""
        return SipUri(self._inner.target())

    def _feed(self, name: str, now: int, **fields: Any) -> list[Output]:
        occurrence = getattr(_bridge.module().Occurrence, name)(**fields)
        actions = _bridge.guarded(self._inner.handle, occurrence, _bridge.number(now))
        return [_output(action) for action in actions]

    def __copy__(self) -> NoReturn:
        raise TypeError("a Transfer cannot be copied; save and restore it")

    def __deepcopy__(self, memo: object) -> NoReturn:
        raise TypeError("a Transfer cannot be copied; save and restore it")

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Transfer cannot be pickled; save and restore it")

    def __repr__(self) -> str:
        return f"<Transfer {self.state}>"


def _milliseconds(seconds: float | None) -> int | None:
    """Round up, as the library does: what is short is not none."""
    if seconds is None:
        return None
    if not isinstance(seconds, (int, float)):
        wrong_type("a time", "a number of seconds", seconds)
    exact = seconds * 1000
    if isinstance(exact, int) or not math.isfinite(exact):
        # The library refuses the ends of the range.
        return _bridge.number(exact if isinstance(exact, int) else 2**63 if exact > 0 else -(2**63))
    nearest = round(exact)
    # What floating point adds below a microsecond is no time.
    short = exact - nearest < _MICROSECOND
    return _bridge.number(nearest if short else nearest + 1)


def _report(report: Any) -> ReferReport:
    ended = outcome(report.outcome.kind, report.outcome.status, report.outcome.code)
    return ReferReport(_bridge.plain(report.params), ended)


def _output(action: Any) -> Output:
    if action.is_reply():
        return Reply(action.code)
    if action.is_completed():
        return Completed(_report(action.report))
    if action.is_diagnostic():
        return diagnostics([action.finding])[0]
    return SendRefer() if action.is_send_refer() else EndDialog()
