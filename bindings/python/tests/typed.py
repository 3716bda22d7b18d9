"""What type checkers must see: checked by mypy and pyright, not run.

An ignore that is not needed is an error too, so that each marked line must be wrong for them.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import twiml_refer as tr
from flask import Response
from twiml_refer import NoSuchName  # type: ignore[attr-defined]
from twiml_refer.flask import verify_request
from typing_extensions import assert_never, assert_type


def documents() -> None:
    response = tr.VoiceResponse()
    assert_type(response.append(tr.Say("A")), tr.VoiceResponse)
    assert_type(response.nest(tr.Hangup()), tr.Hangup)
    assert_type(response.gather(num_digits=1).say("A", voice="alice"), tr.Say)
    assert_type(response.refer("sip:a@b").sip("sip:a@b"), tr.SipUri)
    response.pause("three")  # type: ignore[arg-type]
    response.say("A", loop={})  # type: ignore[arg-type]
    response.append(3)  # type: ignore[arg-type]
    response.dial("+15550100")  # type: ignore[attr-defined]
    assert_type(response.add_child("Parameter", name="a"), tr.Element)
    assert_type(response.first_refer, "tr.Refer | None")
    NoSuchName()


def outcomes(outcome: tr.ReferOutcome) -> str:
    if isinstance(outcome, tr.TargetFailed):
        outcome.status = "busy"  # type: ignore[misc]
        assert_type(outcome.code, "int | None")
        return outcome.status
    if outcome.kind == "rejected":
        return str(outcome.code + 1)
    if isinstance(outcome, (tr.Transferred, tr.Canceled, tr.Unconfirmed)):
        return outcome.kind
    if isinstance(outcome, tr.Unknown):
        return outcome.status
    assert_never(outcome)


def values(outcome: tr.TargetFailed, report: tr.ReferReport) -> None:
    assert_type(dataclasses.replace(outcome, code=486), tr.TargetFailed)
    assert_type(dataclasses.asdict(report), dict[str, Any])
    tr.TargetFailed("lost")  # type: ignore[arg-type]


def requests(validator: tr.RequestValidator) -> None:
    request = validator.verify("POST", "https://example.com/", b"", None)
    validator.verify("post", "https://example.com/", b"", None)  # type: ignore[arg-type]
    assert_type(request, tr.VoiceRequest)
    assert_type(request.call_sid, "str | None")
    assert_type(request.refer, "tr.ReferReport | None")
    request.call_sid = "CA"  # type: ignore[misc]
    for output in tr.Transfer("sip:a@b").poll():
        if isinstance(output, tr.Completed):
            assert_type(output.report.outcome, tr.ReferOutcome)


def views() -> None:
    verified = verify_request(tr.RequestValidator("1", "https://voice.example.com"))

    @verified
    def voice(request: tr.VoiceRequest, name: str) -> str:
        return name

    assert_type(voice("alice"), str | Response)
    voice()  # type: ignore[call-arg]

    @verified  # type: ignore[arg-type]
    def forgotten(name: str) -> str:
        return name
