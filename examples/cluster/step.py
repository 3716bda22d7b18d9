"""What an event, or the time, makes of a transfer; `step.lua` does it. Nothing here knows Redis."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from event import Event, begin, feed
from record import Record
from twiml_refer import (
    Completed,
    Diagnostic,
    Output,
    Reply,
    SendRefer,
    Transfer,
    VoiceRequest,
)


class Step(NamedTuple):
    """A change of one record, and what is to be done because of it."""

    transfer: str
    before: bytes
    """The record from which it was made; empty: there was none."""
    after: bytes = b""
    """The record as it is to be; empty: there is to be none."""
    deadline: int | None = None
    ended: bool = False
    entry: str = ""
    """The event's entry; empty: it was the time."""
    number: int = 0
    wire: tuple[bytes, ...] = ()
    """What the SIP side has to do."""
    action: str = ""
    callback: bytes = b""
    """The form to send to the action; empty: it has not ended now."""


def apply(before: bytes, event: Event, now_ms: int) -> Step:
    """Apply an event. Of one that is refused the SIP side hears why, and the transfer goes on."""
    return _continued(before, event, now_ms) if before else _begun(event, now_ms)


def elapse(name: str, before: bytes, now_ms: int) -> Step:
    """Fire the deadlines of a transfer."""
    record = Record.read(before)
    transfer = record.transfer
    return _made(name, before, record, transfer, transfer.handle_timeout(now_ms=now_ms))


def _begun(event: Event, now_ms: int) -> Step:
    try:
        record = Record(event.number, event.details["action"], b"")
        transfer, outputs = begin(event, now_ms)
    except (KeyError, TypeError, ValueError) as error:
        return Step(event.transfer, b"", number=event.number, wire=(_refusal(error),))
    return _made(event.transfer, b"", record, transfer, outputs)


def _continued(before: bytes, event: Event, now_ms: int) -> Step:
    record = Record.read(before)._replace(position=event.number)
    transfer = record.transfer
    try:
        outputs = feed(transfer, event, now_ms)
    except (KeyError, TypeError, ValueError) as error:
        step = _made(event.transfer, before, record, transfer, [])
        return step._replace(wire=(_refusal(error),))
    return _made(event.transfer, before, record, transfer, outputs)


def _made(
    name: str, before: bytes, record: Record, transfer: Transfer, outputs: list[Output]
) -> Step:
    reports = [output.report for output in outputs if isinstance(output, Completed)]
    form = VoiceRequest([("CallSid", name), *reports[0].params]).to_form() if reports else ""
    return Step(
        transfer=name,
        before=before,
        after=record._replace(saved=transfer.save()).write(),
        deadline=transfer.deadline_ms,
        ended=transfer.state == "completed",
        number=record.position,
        wire=tuple(_job(transfer, each) for each in outputs if not isinstance(each, Completed)),
        action=record.action,
        callback=form.encode(),
    )


def _job(transfer: Transfer, output: Output) -> bytes:
    if isinstance(output, SendRefer):
        return _json(refer_to=transfer.refer_to)
    if isinstance(output, Reply):
        return _json(reply=output.code)
    if isinstance(output, Diagnostic):
        return _json(diagnostic=str(output))
    return _json(end_dialog=True)


def _refusal(error: Exception) -> bytes:
    return _json(refused=f"{type(error).__name__}: {error}")


def _json(**job: Any) -> bytes:
    return json.dumps(job).encode()
