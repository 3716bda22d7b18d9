"""What the SIP side of each transfer hears, and how it must end.

The endings are those of Twilio's documentation (its four scenarios, its table of parameters)
and of the RFCs named; the replies to NOTIFYs are those of RFC 3515 and 6665. Nothing here asks the
library. No ending hangs on how fast the machine is: either no deadline can come before the last
event, or a deadline is all that can come.
"""

from __future__ import annotations

from random import Random
from typing import Any, NamedTuple

from event import Event

FAR_S = 3600
NEAR_S = 1
ACTIVE = f"active;expires={FAR_S}"
TERMINATED = "terminated;reason=noresource"
TARGET = "sip:alice@example.com?X-AcctNumber=123456"
REFER_TO = f"<{TARGET}>"

Heard = tuple[str, dict[str, Any], bytes]


class Ending(NamedTuple):
    """How a transfer ends: the callback's parameters, and what the SIP side has to do."""

    params: dict[str, str]
    replies: list[int]
    end_dialog: bool = False


def response(code: int, retry: int | None = None) -> Heard:
    """Answer the REFER."""
    return "response", {"code": code, "retry": retry}, b""


def notify(cseq: int, code: int, state: str = ACTIVE) -> Heard:
    """Report a code of the call to the target."""
    details = {"event": "refer", "cseq": cseq, "subscription_state": state}
    return "notify", details, f"SIP/2.0 {code} \r\n".encode()


def ended(status: str | None, refer: int, code: int | None, replies: int, **more: bool) -> Ending:
    """Name the parameters; what is omitted is not sent."""
    values = {
        "ReferCallStatus": status,
        "ReferSipResponseCode": str(refer),
        "NotifySipResponseCode": None if code is None else str(code),
    }
    params = {name: value for name, value in values.items() if value is not None}
    return Ending(params, [200] * replies, **more)


def ringing(random: Random, least: int = 0) -> list[Heard]:
    """Report progress: 100, then 180 any number of times."""
    count = random.randint(least, 3)
    return [notify(cseq, 100 if cseq == 1 else 180) for cseq in range(1, count + 1)]


def last_code(progress: list[Heard]) -> int | None:
    """Return the code reported last."""
    return {0: None, 1: 100}.get(len(progress), 180)


def target_called(random: Random) -> tuple[list[Heard], Ending]:
    """Scenarios 1 and 2 of the documentation: the target answers, or the call to it fails.

    487 is no-answer by RFC 5589 section 6.3.2.
    """
    statuses = {200: "in-progress", 486: "busy", 600: "busy", 487: "no-answer"}
    code = random.choice([200, 200, 200, 486, 600, 487, 403, 404, 480, 503, 603])
    accepted = random.choice([200, 202])
    progress = ringing(random)
    final = notify(len(progress) + 1, code, TERMINATED)
    ending = ended(statuses.get(code, "failed"), accepted, code, len(progress) + 1)
    return [response(accepted), *progress, final], ending


def refused(random: Random) -> tuple[list[Heard], Ending]:
    """Scenario 3: the endpoint refuses. After 481 and 408 the dialog ends (RFC 3261 12.2.1.2)."""
    code = random.choice([403, 405, 408, 481, 488, 603])
    return [response(code)], ended("failed", code, None, 0, end_dialog=code in {408, 481})


def hung_up(random: Random) -> tuple[list[Heard], Ending]:
    """Scenario 4: the caller hangs up; a NOTIFY that comes after is still answered."""
    progress = ringing(random)
    late = [notify(len(progress) + 1, 200, TERMINATED)] if random.random() < 0.5 else []
    ending = ended("canceled", 202, last_code(progress), len(progress) + len(late))
    return [response(202), *progress, ("hang_up", {}, b""), *late], ending


def early(random: Random) -> tuple[list[Heard], Ending]:
    """The NOTIFYs overtake the 202 (RFC 3515 section 2.4.4)."""
    progress = ringing(random)
    final = notify(len(progress) + 1, 200, TERMINATED)
    return [*progress, final, response(202)], ended("in-progress", 202, 200, len(progress) + 1)


def repeated(random: Random) -> tuple[list[Heard], Ending]:
    """A NOTIFY comes again, its reply having been lost: it gets the same (RFC 3261 17.2.2)."""
    progress = ringing(random, 1)
    events = [response(202), *progress, progress[-1], notify(len(progress) + 1, 486, TERMINATED)]
    return events, ended("busy", 202, 486, len(progress) + 2)


def challenged(random: Random) -> tuple[list[Heard], Ending]:
    """The REFER is sent again with credentials (RFC 3261 section 22): one more CSeq."""
    progress = ringing(random)
    final = notify(len(progress) + 1, 200, TERMINATED)
    events = [response(401, retry=2), response(202), *progress, final]
    return events, ended("in-progress", 202, 200, len(progress) + 1)


def silent(_random: Random) -> tuple[list[Heard], Ending]:
    """Accepted and never notified: no status (the documentation's table)."""
    return [response(202)], ended(None, 202, None, 0)


def expired(random: Random) -> tuple[list[Heard], Ending]:
    """The subscription runs out: failed, with the last code."""
    progress = [*ringing(random, 1)[:-1]]
    last = notify(len(progress) + 1, 180, f"active;expires={NEAR_S}")
    return [response(202), *progress, last], ended("failed", 202, 180, len(progress) + 1)


def unanswered(_random: Random) -> tuple[list[Heard], Ending]:
    """No answer to the REFER: as if 408 had come (RFC 3261 sections 8.1.3.1 and 12.2.1.2)."""
    return [], ended("failed", 408, None, 0, end_dialog=True)


NEAR = {silent: "notify_timeout", unanswered: "response_timeout"}
KINDS = {
    target_called: 10,
    refused: 3,
    hung_up: 3,
    early: 2,
    repeated: 1,
    challenged: 1,
    silent: 1,
    expired: 1,
    unanswered: 1,
}


class Scenario(NamedTuple):
    """One transfer."""

    name: str
    events: list[Event]
    ending: Ending


def scenario(name: str, action: str, random: Random) -> Scenario:
    """Draw one."""
    [kind] = random.choices(list(KINDS), list(KINDS.values()))
    heard, ending = kind(random)
    settings = {"response_timeout": FAR_S, "notify_timeout": FAR_S, "subscription": FAR_S}
    if kind in NEAR:
        settings[NEAR[kind]] = NEAR_S
    start = {"target": TARGET, "action": action, "cseq": 1, "settings": settings}
    sequence = [("start", start, b""), *heard]
    return Scenario(name, [Event(name, i, *each) for i, each in enumerate(sequence, 1)], ending)
