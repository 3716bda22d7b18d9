"""What the SIP side of each transfer hears, and what must come of it: cases of tests/vectors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from event import Event

VECTORS = Path(__file__).parents[1] / "vectors/transfer"
TARGET = "sip:alice@example.com"
# None hangs on how fast the machine is: either no deadline can come before the last event, or a
# deadline is all that can come.
FAR = dict.fromkeys(("response_timeout", "notify_timeout", "subscription"), 3600)
KINDS = [
    "seed-1-answered",
    "seed-2-target-busy",
    "seed-3-refused",
    "seed-4-caller-hangs-up",
    "challenged-and-sent-again",
    "early-final-notify",
    "hangup-races-last-notify",
    "late-after-refusal",
    "many-notifys",
    "notify-timeout-setting",
    "refused-481-ends-dialog",
    "repeated-after-the-end",
    "repeated-refusal",
    "response-timeout-setting",
    "subscription-expires-unread",
    "target-487",
    "transport-error-while-subscribed",
]
METHODS = {"hangup": "hang_up", "transport-error": "transport_error"}


class Scenario(NamedTuple):
    """One transfer: its events, the parameters of its callback, and what its SIP side must do."""

    name: str
    events: list[Event]
    params: dict[str, str]
    jobs: list[dict[str, Any]]


def scenario(
    kind: str, name: str, action: str = "https://app.example.com/", settings: Any = FAR
) -> Scenario:
    """Read a case as the transfer of this name."""
    made = Scenario(name, [], {}, [])
    for text in (VECTORS / f"{kind}.expected.jsonl").read_text("utf-8").splitlines():
        line = json.loads(text)
        what = line.get("event", line.get("output"))
        if what == "start":
            settings = {**settings, **line["settings"]}
            details = {"target": TARGET, "action": action, "cseq": line["cseq"]}
            made.events.append(Event(name, 1, "start", {**details, "settings": settings}))
        elif "event" in line:
            details = {key: line[key] for key in ("code", "refer_sub", "retry") if key in line}
            if what == "notify":
                keys = ("cseq", "subscription_state", "in_dialog")
                details = {"event": line["event_header"], **{key: line[key] for key in keys}}
            method, body = METHODS.get(what, what), line.get("body", "").encode()
            made.events.append(Event(name, len(made.events) + 1, method, details, body))
        elif what == "completed":
            made.params.update(line["params"])
        else:
            job = {"refer_to": f"<{TARGET}>"} if what == "send-refer" else {"end_dialog": True}
            made.jobs.append({"reply": line["code"]} if what == "reply" else job)
    return made
