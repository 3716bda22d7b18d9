"""The verb itself, for SIP stacks that are driven from Python."""

from __future__ import annotations

from math import isfinite
from threading import Lock

from ._bridge import bridge, call
from ._diagnostic import Diagnostic, diagnostic
from ._errors import check_text, wrong_type
from ._hints import Any, Iterable, Literal, Mapping
from ._outcome import ReferReport, report
from ._uri import SipUri
from ._value import Value

_SECOND = 1_000_000_000


class SendRefer(Value):
    """Send the REFER, with `Transfer.refer_to` as its Refer-To."""

    __slots__ = ()


class Reply(Value):
    """Answer the NOTIFY that came last with this status code."""

    __slots__ = ("code",)
    code: int
    """The status code, for example 200 or 481."""

    def __init__(self, code: int) -> None:
        self._set(code)


class EndDialog(Value):
    """The endpoint has lost the dialog, or did not answer the REFER.

    End the dialog without waiting for an answer.
    """

    __slots__ = ()


class Completed(Value):
    """The verb has ended; comes once."""

    __slots__ = ("report",)
    report: ReferReport
    """What Twilio would send to the action URL."""

    def __init__(self, report: ReferReport) -> None:
        self._set(report)


Output = SendRefer | Reply | EndDialog | Completed | Diagnostic

_OUTPUTS: dict[Any, Any] = {
    bridge.TransferOutput.SEND_REFER: lambda _: SendRefer(),
    bridge.TransferOutput.REPLY: lambda it: Reply(it.code),
    bridge.TransferOutput.END_DIALOG: lambda _: EndDialog(),
    bridge.TransferOutput.COMPLETED: lambda it: Completed(report(it.report)),
    bridge.TransferOutput.DIAGNOSTIC: lambda it: diagnostic(it.diagnostic),
}


class TransferSettings(Value):
    """The settings of a transfer; times are in seconds, and what is `None` is the default.

    `subscription` is the time for which the endpoint is expected to report, unless it says another;
    `max_duration` the longest time after the 2xx, whatever it says. `statuses` maps SIP codes to
    other values of ReferCallStatus.

    Raises `TransferError` for a setting out of its range.

    >>> TransferSettings(hang_up_grace=0.5).response_timeout
    32.0
    """

    __slots__ = (
        "response_timeout",
        "notify_timeout",
        "subscription",
        "max_duration",
        "hang_up_grace",
        "rejected_status_omitted",
        "statuses",
        "_record",
    )
    response_timeout: float | None
    notify_timeout: float | None
    subscription: float | None
    max_duration: float | None
    hang_up_grace: float | None
    rejected_status_omitted: bool
    statuses: tuple[tuple[int, str], ...]
    _record: Any

    def __init__(
        self,
        response_timeout: float | None = None,
        notify_timeout: float | None = None,
        subscription: float | None = None,
        max_duration: float | None = None,
        hang_up_grace: float | None = None,
        rejected_status_omitted: bool = False,
        statuses: Mapping[int, str] | Iterable[tuple[int, str]] = (),
    ) -> None:
        times = response_timeout, notify_timeout, subscription, max_duration, hang_up_grace
        entries = []
        items: Any = getattr(statuses, "items", None)
        pairs: Any = items() if items else statuses
        for code, status in pairs:
            if not isinstance(status, str):
                wrong_type("a status", "str", status)
            entries.append(bridge.StatusMapping(code, status))
        given = (*map(_nanoseconds, times), rejected_status_omitted, entries)
        self._take(call(bridge.transfer_settings, bridge.TransferSettings(*given)))

    def _take(self, record: Any) -> TransferSettings:
        self._set(
            _seconds(record.response_timeout_ns),
            _seconds(record.notify_timeout_ns),
            _seconds(record.subscription_ns),
            _seconds(record.max_duration_ns),
            _seconds(record.hang_up_grace_ns),
            record.rejected_status_omitted,
            tuple((it.code, it.status) for it in record.statuses),
            record,
        )
        return self


_DEFAULTS = bridge.TransferSettings(None, None, None, None, None, False, [])


class Transfer:
    """One `<Refer>` in progress: REFER and NOTIFY (RFC 3515) as a state machine without I/O.

    Pass on what the SIP stack receives, each with the time in milliseconds of one clock (Unix
    time), and do what is returned; call `handle_timeout` when `deadline_ms` has come. It may be
    used by several threads, saved, copied and pickled at any time.

    What comes from the wire is never an error: what is unexpected is answered or ignored, and a
    `Diagnostic` is returned. `TransferError` is misuse: a second start, a leg that is not SIP, a
    retry after another code than 401 or 407. It changes nothing.

    >>> transfer = Transfer("sip:alice@example.com")
    >>> transfer.start(cseq=1, now_ms=0), transfer.refer_to
    ([SendRefer()], '<sip:alice@example.com>')
    >>> transfer.response(202, now_ms=50), transfer.deadline_ms
    ([], 32050)
    >>> transfer.notify(cseq=1, event="refer;id=1", subscription_state="terminated",
    ...                 body=b"SIP/2.0 200 OK", now_ms=9500)[0]
    Reply(code=200)
    >>> transfer.report.outcome
    Transferred()
    """

    __slots__ = ("_lock", "_saved", "_step", "_waiting")

    def __init__(self, target: str | SipUri, settings: TransferSettings | None = None) -> None:
        """Make a transfer that is not started. Raises `SipUriError` for the target."""
        if not isinstance(settings, (TransferSettings, type(None))):
            wrong_type("settings", "TransferSettings", settings)
        chosen = _DEFAULTS if settings is None else settings._record
        self._take(call(bridge.transfer_new, str(SipUri(target)), chosen))

    def _take(self, step: Any) -> None:
        self._lock = Lock()
        self._step, self._saved, self._waiting = step, step.saved, step.outputs

    @classmethod
    def restore(cls, data: bytes) -> Transfer:
        """Restore what `save` returned, in this version or an older one.

        Raises `TransferError` if bytes are missing or altered, or if a newer version saved them.

        >>> transfer = Transfer.restore(Transfer("sip:alice@example.com").save())
        >>> transfer.start(cseq=1, now_ms=0)
        [SendRefer()]
        """
        if not isinstance(data, (bytes, bytearray, memoryview)):
            wrong_type("a saved transfer", "bytes", data)
        made = cls.__new__(cls)
        made._take(call(bridge.transfer_restore, bytes(data)))
        made._saved = bytes(data)
        return made

    def save(self) -> bytes:
        """Return all of it as bytes, waiting outputs and settings included."""
        data: bytes = self._saved
        return data

    def start(
        self,
        *,
        cseq: int | None,
        now_ms: int,
        leg: Literal["sip", "pstn", "client", "unknown"] = "sip",
        first_in_dialog: bool = True,
    ) -> list[Output]:
        """Begin. `cseq` is the CSeq of the REFER, `None` if the SIP stack chooses it when it sends.

        Raises `TransferError` (number 13801) for any leg but `sip`.
        """
        _text("leg", leg)
        return self._handle(bridge.TransferInput.START(leg, cseq, first_in_dialog), now_ms)

    def cseq(self, cseq: int, *, now_ms: int) -> list[Output]:
        """Take the CSeq with which the SIP stack sent the REFER, or sent it again."""
        return self._handle(bridge.TransferInput.CSEQ(cseq), now_ms)

    def response(
        self, code: int, *, now_ms: int, refer_sub: bool = True, retry: int | None = None
    ) -> list[Output]:
        """Take a response to the REFER.

        `retry` after 401 or 407 is the CSeq of the REFER that was sent again with credentials.
        """
        return self._handle(bridge.TransferInput.RESPONSE(code, refer_sub, retry), now_ms)

    def notify(
        self,
        *,
        cseq: int,
        event: str,
        now_ms: int,
        subscription_state: str | None = None,
        body: bytes = b"",
        in_dialog: bool = True,
    ) -> list[Output]:
        """Take a NOTIFY: the values of its headers, and its body, as they came."""
        _text("event", event)
        check_text("subscription_state", subscription_state)
        if not isinstance(body, (bytes, bytearray, memoryview)):
            wrong_type("a body", "bytes", body)
        notify = bridge.Notify(cseq, event, subscription_state, bytes(body), in_dialog)
        return self._handle(bridge.TransferInput.NOTIFY(notify), now_ms)

    def status(self, code: int, *, final: bool, now_ms: int) -> list[Output]:
        """Take what a SIP stack reports that reads NOTIFYs itself."""
        return self._handle(bridge.TransferInput.STATUS(code, final), now_ms)

    def hang_up(self, *, now_ms: int) -> list[Output]:
        """Report that either side ended the call."""
        return self._handle(bridge.TransferInput.HANG_UP(), now_ms)

    def transport_error(self, *, now_ms: int) -> list[Output]:
        """Report that the REFER could not be sent, or that its connection broke."""
        return self._handle(bridge.TransferInput.TRANSPORT_ERROR(), now_ms)

    def handle_timeout(self, *, now_ms: int) -> list[Output]:
        """Fire the deadlines that have come."""
        return self._handle(bridge.TransferInput.TIME(), now_ms)

    def poll(self) -> list[Output]:
        """Return the outputs that waited when it was saved, once."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
            self._saved = self._step.saved
        return _outputs(waiting)

    @property
    def deadline_ms(self) -> int | None:
        """When to call `handle_timeout` at the latest, in milliseconds; `None`: never."""
        deadline: int | None = self._step.deadline_ms
        return deadline

    @property
    def state(self) -> Literal["idle", "referring", "subscribed", "completed"]:
        """The state."""
        state: Any = self._step.state
        return state  # type: ignore[no-any-return]

    @property
    def report(self) -> ReferReport | None:
        """What Twilio would send to the action URL, once completed."""
        record = self._step.report
        return record and report(record)

    @property
    def refer_to(self) -> str:
        """The value for the Refer-To header."""
        return str(call(bridge.transfer_details, self._saved).refer_to)

    @property
    def target(self) -> SipUri:
        """The target."""
        return SipUri(call(bridge.transfer_details, self._saved).target)

    @property
    def settings(self) -> TransferSettings:
        """The settings."""
        record = call(bridge.transfer_details, self._saved).settings
        return TransferSettings.__new__(TransferSettings)._take(record)

    def _handle(self, given: Any, now_ms: int) -> list[Output]:
        with self._lock:
            step = call(bridge.transfer_step, self._saved, given, now_ms)
            self._step, self._saved, self._waiting = step, step.saved, []
        return _outputs(step.outputs)

    def __reduce__(self) -> tuple[Any, ...]:
        return Transfer.restore, (self._saved,)

    def __repr__(self) -> str:
        return f"<Transfer {self.state}>"


def _outputs(records: Any) -> list[Output]:
    return [_OUTPUTS[type(record)](record) for record in records]


def _text(what: str, value: object) -> None:
    if not isinstance(value, str):
        wrong_type(what, "str", value)


def _nanoseconds(seconds: float | None) -> int | None:
    if seconds is None:
        return None
    if not isinstance(seconds, (int, float)):
        wrong_type("a time", "a number of seconds", seconds)
    exact = seconds * _SECOND
    if isinstance(exact, float) and not isfinite(exact):
        # The library refuses the ends of the range.
        return 2**63 if exact > 0 else -(2**63)
    return round(exact)


def _seconds(nanoseconds: int | None) -> float | None:
    return None if nanoseconds is None else nanoseconds / _SECOND
