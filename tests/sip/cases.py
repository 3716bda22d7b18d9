"""The calls of sipp: its steps, how the transfer must end, and what the app must get.

The parameters are those of Twilio's documentation (its four scenarios, its table of parameters),
the codes that a NOTIFY is answered with those of RFC 3515, 6665 and 3261.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple
from xml.sax.saxutils import escape

from servers import HEADERS, QUERY, Report, report
from sipp import (
    ACCEPTED,
    ACTIVE,
    ANSWERED,
    CALL,
    ENDED,
    HAS_SDP,
    INVITE,
    PROVISIONAL,
    REFER,
    SDP,
    TERMINATED,
    answer,
    answer_refer,
    notify,
    pause,
    receive,
    request,
    request_ok,
)

REFER_VERB = f'<Refer action="/done"><Sip>{escape(f"sip:alice@example.com?{QUERY}")}</Sip></Refer>'
# The names of times: those of the examples, and those of the command.
TIMES = {
    "grace": "hangup-grace",
    "notify": "notify-timeout",
    "response": "response-timeout",
    "max-duration": "max-duration",
}
NONE: Mapping[str, str] = MappingProxyType({})


class Case(NamedTuple):
    """One call: what sipp does, and what must come of it."""

    steps: list[str]
    # The outcome, if there is a transfer, and the parameters of the request to the path.
    report: Report
    # Milliseconds.
    times: Mapping[str, int] = MappingProxyType({})
    # For `emulate` alone: the app's documents, the path of the request that is compared, parameters
    # of the first request, options of the command and its status.
    documents: Mapping[str, str] = MappingProxyType({"/voice": f"<Say>Hello</Say>{REFER_VERB}"})
    path: str = "/done"
    first: Mapping[str, str] = NONE
    options: tuple[str, ...] = ()
    status: int = 0


TRANSFERRED = report("transferred", "in-progress", 202, 200)
BUSY = report("target-failed", "busy", 202, 486)
STALLED = report("target-failed", "failed", 202, 180)
TRYING = notify(2, ACTIVE, "100 Trying")
TARGET_ANSWERS = notify(3, TERMINATED, "200 OK")
BUSY_END = [*notify(9, TERMINATED, "486 Busy Here"), *ENDED]


def refused(code: int, reason: str) -> Case:
    """Make a case in which the REFER is refused."""
    steps = [*CALL, REFER, answer_refer(f"{code} {reason}"), *ENDED]
    return Case(steps, report("rejected", "failed", code))


def final(code: int, reason: str, status: str) -> Case:
    """Make a case in which the target answers with this code (RFC 3515 section 2.4.5)."""
    steps = [*ACCEPTED, *TRYING, *notify(3, TERMINATED, f"{code} {reason}"), *ENDED]
    return Case(steps, report("target-failed", status, 202, code))


def wrong_notify(*steps: str) -> Case:
    """Make a case of a NOTIFY that is refused, and then one that counts."""
    return Case([*ACCEPTED, *steps, *BUSY_END], BUSY)


# For the examples and for `emulate`.
CASES: dict[str, Case] = {
    "answered": Case([*ACCEPTED, *TRYING, *TARGET_ANSWERS, *ENDED], TRANSFERRED),
    "busy": Case([*ACCEPTED, *TRYING, *BUSY_END], BUSY),
    "refused": refused(405, "Method Not Allowed"),
    "hangs-up": Case(
        [*ACCEPTED, *TRYING, *notify(3, ACTIVE, "180 Ringing"), *request_ok("BYE", 4)],
        report("canceled", "canceled", 202, 180),
    ),
    "hangs-up-at-once": Case(
        [*CALL, REFER, *request_ok("BYE", 2), answer_refer("487 Request Terminated")],
        report("canceled", "canceled"),
    ),
    "hang-up-crosses": Case(
        [*ACCEPTED, *TRYING, *request_ok("BYE", 3), *notify(4, TERMINATED, "200 OK")],
        TRANSFERRED,
        {"grace": 2000},
    ),
    "silent": Case([*ACCEPTED, *ENDED], report("unconfirmed", None, 202), {"notify": 300}),
    "stalled": Case([*ACCEPTED, *notify(2, "active;expires=1", "180 Ringing"), *ENDED], STALLED),
    "unanswered": Case(
        [*CALL, REFER, *ENDED], report("rejected", "failed", 408), {"response": 1000}
    ),
    "endless": Case(
        [*ACCEPTED, *notify(2, "active;expires=4294967295", "180 Ringing"), *ENDED],
        STALLED,
        {"max-duration": 1500},
    ),
    # The example rings, and `emulate` waits for its app's document.
    "canceled": Case(
        [
            INVITE,
            PROVISIONAL[0],
            receive(180),
            request("CANCEL", 1, tag="", branch="[branch-3]"),
            receive(200),
            receive(487),
            request("ACK", 1, branch="[branch-6]"),
        ],
        Report("", {"CallStatus": "canceled"}),
        documents={"/voice": '<Pause length="20"/>'},
        path="/status",
    ),
    "early-notify": Case([*CALL, REFER, *TRYING, answer_refer("202 Accepted"), *BUSY_END], BUSY),
    "late-notify": Case([*ACCEPTED, *BUSY_END, *notify(10, TERMINATED, "200 OK", 481)], BUSY),
    "late-notify-of-a-live-subscription": Case(
        [*ACCEPTED, *notify(2, ACTIVE, "200 OK"), *ENDED, *TARGET_ANSWERS],
        TRANSFERRED,
    ),
    "options": Case([*ACCEPTED, *TRYING, *request_ok("OPTIONS", 3), *BUSY_END], BUSY),
    "wrong-event": wrong_notify(*notify(2, ACTIVE, "200 OK", 489, event="presence")),
    "wrong-id": wrong_notify(*notify(2, ACTIVE, "200 OK", 481, event="refer;id=77777777")),
    "wrong-dialog": wrong_notify(*notify(2, ACTIVE, "200 OK", 481, own_tag="another")),
    "no-subscription-state": wrong_notify(*notify(2, None, "200 OK", 400)),
    "reordered": wrong_notify(
        *notify(5, ACTIVE, "180 Ringing"), *notify(4, ACTIVE, "100 Trying", 500)
    ),
}


def press(cseq: int, key: str) -> list[str]:
    """Press a key, in the body of an INFO."""
    body = f"Signal={key}\nDuration=160\n"
    return request_ok("INFO", cseq, "Content-Type: application/dtmf-relay\n", body)


def gather(steps: list[str], digits: str, verbs: str, *options: str) -> Case:
    """Make a case whose app asks for keys."""
    documents = {"/voice": verbs, "/done": "<Hangup/>"}
    expected = Report("", {"Digits": digits})
    return Case([*CALL, *steps, *ENDED], expected, documents=documents, options=options)


def no_transfer(steps: list[str], parameters: dict[str, str], verbs: str, status: int = 0) -> Case:
    """Make a case whose status callback is looked at."""
    return Case(
        steps, Report("", parameters), documents={"/voice": verbs}, path="/status", status=status
    )


def rejected(code: int) -> list[str]:
    """Make the steps of a call that is rejected."""
    return [INVITE, *PROVISIONAL, receive(code), request("ACK", 1, branch="[branch-4]")]


WITH_HEADERS = (
    "X-Order: 7\nX-Twilio-Own: 1\nUser-to-User: 6F72646572;encoding=hex\n"
    f"Remote-Party-ID: <sip:a@b>\n{HAS_SDP}"
)
CHALLENGE = 'WWW-Authenticate: Digest realm="pbx", nonce="8f2a", algorithm=MD5, qop="auth"\n'

# For `emulate` alone.
EMULATE_CASES: dict[str, Case] = {
    "refer-481": refused(481, "Call/Transaction Does Not Exist"),
    "refer-408": refused(408, "Request Timeout"),
    "refer-603": refused(603, "Decline"),
    "no-answer": final(487, "Request Terminated", "no-answer"),
    "busy-everywhere": final(600, "Busy Everywhere", "busy"),
    "not-found": final(404, "Not Found", "failed"),
    "moved": final(302, "Moved Temporarily", "failed"),
    "accepted-with-200": Case(
        [*CALL, REFER, answer_refer("200 OK"), *TRYING, *TARGET_ANSWERS, *ENDED],
        report("transferred", "in-progress", 200, 200),
    ),
    "trying-first": Case(
        [*CALL, REFER, answer_refer("100 Trying"), *ACCEPTED[-1:], *TARGET_ANSWERS, *ENDED],
        TRANSFERRED,
    ),
    "no-subscription": Case(
        [*CALL, REFER, answer_refer("202 Accepted", "Refer-Sub: false\n"), *ENDED],
        report("unconfirmed", None, 202),
        # No NOTIFY is waited for: sipp does not wait so long.
        {"notify": 60_000},
    ),
    "terminated-without-a-code": Case(
        [*ACCEPTED, *TRYING, *notify(3, TERMINATED, "180 Ringing"), *ENDED], STALLED
    ),
    # Whoever calls without --caller could otherwise try passwords on what is answered.
    "no-digest-for-a-stranger": Case(
        [*CALL, REFER, answer("401 Unauthorized", CHALLENGE), *ENDED],
        report("rejected", "failed", 401),
        options=("--user", "caller", "--password-file", "PASSWORD"),
    ),
    "held-and-transferred": Case(
        [
            *CALL,
            request("INVITE", 2, HAS_SDP, f"{SDP}a=sendonly\n"),
            *(PROVISIONAL[0], receive(200), request("ACK", 2)),
            *(REFER, answer_refer("202 Accepted"), *TARGET_ANSWERS, *ENDED),
        ],
        TRANSFERRED,
        documents={"/voice": f'<Pause length="1"/><Say>Hello</Say><Pause length="1"/>{REFER_VERB}'},
    ),
    "headers": no_transfer(
        [request("INVITE", 1, WITH_HEADERS, SDP, tag=""), *ANSWERED, *ENDED],
        {"CallStatus": "completed", "SipResponseCode": "200"},
        "<Say>Hello</Say>",
    )._replace(
        first={
            "SipHeader_X-Order": "7",
            "SipHeader_User-to-User": HEADERS["user-to-user"],
            "SipHeader_Remote-Party-ID": "<sip:a@b>",
            "SipSourceIp": "127.0.0.1",
            "SipDomain": "127.0.0.1",
            "Direction": "inbound",
            "CallStatus": "ringing",
        }
    ),
    "rejected": no_transfer(
        rejected(603), {"CallStatus": "failed", "SipResponseCode": "603"}, "<Reject/>"
    ),
    "rejected-as-busy": no_transfer(
        rejected(486), {"CallStatus": "busy", "SipResponseCode": "486"}, '<Reject reason="busy"/>'
    ),
    "hangs-up-in-a-pause": no_transfer(
        [*CALL, *request_ok("BYE", 2)],
        {"CallStatus": "completed"},
        '<Say>Hello</Say><Pause length="30"/><Redirect>/never</Redirect>',
    ),
    "another-app-error": no_transfer(
        [*CALL, *ENDED], {"CallStatus": "completed"}, "<Say>Hello</Sya>", status=1
    ),
    "keys-by-info": gather(
        [pause(400), *press(2, "4"), *press(3, "2"), *press(4, "#")],
        "42",
        '<Gather action="/done"><Say>Press</Say></Gather>',
    ),
    "one-key-is-enough": gather(
        [pause(400), *press(2, "7")], "7", '<Gather numDigits="1" action="/done" timeout="30"/>'
    ),
    "no-key": gather(
        [],
        "",
        '<Gather timeout="1" action="/wrong"/>'
        '<Gather timeout="1" action="/done" actionOnEmptyResult="true"/>',
    ),
    "keys-by-the-command": gather([], "42", '<Gather action="/done"/>', "--digits", "42#"),
}
