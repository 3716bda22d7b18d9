"""The calls that sipp makes to `emulate`: its steps, the app's documents, and what the app gets.

The parameters are those of Twilio's documentation; the codes are those of RFC 3261 and 3515. The
cases that the examples are tested with (`scenarios`) are among them.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple
from xml.sax.saxutils import escape

import scenarios
from emulator import report
from scenarios import (
    ACTIVE,
    CALL,
    ENDED,
    REFER,
    TERMINATED,
    TRYING,
    notify,
    receive,
    request,
)

QUERY = "X-Reason=billing%20question&User-to-User=6F72646572%3Bencoding%3Dhex"
REFER_VERB = f'<Refer action="/done"><Sip>{escape(f"sip:alice@example.com?{QUERY}")}</Sip></Refer>'


class Case(NamedTuple):
    """One call: what sipp does, what the app answers, and what it gets at which path."""

    steps: list[str]
    expected: dict[str, str]
    path: str = "/done"
    documents: Mapping[str, str] = MappingProxyType({"/voice": f"<Say>Hello</Say>{REFER_VERB}"})
    options: tuple[str, ...] = ()
    # The status of the command.
    status: int = 0
    # Parameters that the first request has.
    first: Mapping[str, str] = MappingProxyType({})


def ringing(step: str) -> str:
    """Let 180 come where sipp waits for what the INVITE gets."""
    return step + receive(180, optional="true") if step == receive(100, optional="true") else step


SETTINGS = {
    "grace": "hangup-grace",
    "notify": "notify-timeout",
    "response": "response-timeout",
    "max-duration": "max-duration",
}


def converted(case: scenarios.Case) -> Case:
    """Make a case of one that the examples are tested with."""
    options: list[str] = []
    for option in case.options:
        name, _, milliseconds = option.partition("=")
        if name in SETTINGS:
            options += ["--set", f"{SETTINGS[name]}={int(milliseconds) / 1000}"]
    if case.printed == ["no call"]:
        return Case(
            case.steps,
            {"CallStatus": "canceled"},
            "/status",
            {"/voice": '<Pause length="20"/>'},
        )
    form = case.printed[0].removeprefix("action ")
    return Case(
        list(map(ringing, case.steps)), dict(urllib.parse.parse_qsl(form)), options=tuple(options)
    )


def transfer(
    *steps: str, expected: dict[str, str], options: tuple[str, ...] = (), **more: object
) -> Case:
    """Make a case in which the REFER is sent, and then this happens."""
    call = list(map(ringing, CALL))
    return Case([*call, REFER, *steps], expected, options=options, **more)  # type: ignore[arg-type]


def refused(code: int, reason: str) -> Case:
    """Make a case in which the REFER is refused."""
    return transfer(
        scenarios.answer_refer(f"{code} {reason}"), *ENDED, expected=report("failed", code)
    )


def final(code: int, reason: str, status: str) -> Case:
    """Make a case in which the target answers with this code (RFC 3515 section 2.4.5)."""
    return transfer(
        scenarios.answer_refer("202 Accepted"),
        *TRYING,
        notify(3, TERMINATED, f"{code} {reason}"),
        receive(200),
        *ENDED,
        expected=report(status, 202, code),
    )


def info(cseq: int, key: str) -> list[str]:
    """Press a key, in the body of an INFO."""
    body = f"Signal={key}\nDuration=160\n"
    return [request("INFO", cseq, "Content-Type: application/dtmf-relay\n", body), receive(200)]


HEADERS = (
    "X-Order: 7\nX-Twilio-Own: 1\nUser-to-User: 6F72646572;encoding=hex\n"
    "Remote-Party-ID: <sip:a@b>\n"
)
INVITE_WITH_HEADERS = CALL[0].replace("Content-Type: ", f"{HEADERS}Content-Type: ", 1)
CALLED = list(map(ringing, CALL))
HELD = "a=sendonly\n"
REINVITE = request("INVITE", 2, "Content-Type: application/sdp\n", scenarios.SDP + HELD)
CHALLENGED = (
    "SIP/2.0 401 Unauthorized\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n"
    "[last_CSeq:]\n"
    'WWW-Authenticate: Digest realm="pbx", nonce="8f2a", algorithm=MD5, qop="auth"\n'
    "Content-Length: 0\n\n"
)

CASES: dict[str, Case] = {
    **{name: converted(case) for name, case in scenarios.CASES.items()},
    "refer-481": refused(481, "Call/Transaction Does Not Exist"),
    "refer-408": refused(408, "Request Timeout"),
    "refer-603": refused(603, "Decline"),
    "no-answer": final(487, "Request Terminated", "no-answer"),
    "busy-everywhere": final(600, "Busy Everywhere", "busy"),
    "not-found": final(404, "Not Found", "failed"),
    "moved": final(302, "Moved Temporarily", "failed"),
    "accepted-with-200": transfer(
        scenarios.answer_refer("200 OK"),
        *TRYING,
        notify(3, TERMINATED, "200 OK"),
        receive(200),
        *ENDED,
        expected=report("in-progress", 200, 200),
    ),
    "trying-first": transfer(
        scenarios.answer_refer("100 Trying"),
        scenarios.answer_refer("202 Accepted"),
        notify(2, TERMINATED, "200 OK"),
        receive(200),
        *ENDED,
        expected=report("in-progress", 202, 200),
    ),
    "no-subscription": transfer(
        scenarios.answer_refer("202 Accepted").replace("Contact:", "Refer-Sub: false\nContact:", 1),
        *ENDED,
        expected=report(None, 202),
    ),
    "terminated-without-a-code": transfer(
        scenarios.answer_refer("202 Accepted"),
        notify(2, ACTIVE, "180 Ringing"),
        receive(200),
        notify(3, TERMINATED, "180 Ringing"),
        receive(200),
        *ENDED,
        expected=report("failed", 202, 180),
    ),
    # Whoever calls without --caller could otherwise try passwords on what is answered.
    "no-digest-for-a-stranger": transfer(
        f"<send><![CDATA[\n{CHALLENGED}]]></send>\n",
        *ENDED,
        expected=report("failed", 401),
        options=("--user", "caller", "--password-file", "PASSWORD"),
    ),
    "headers": Case(
        [INVITE_WITH_HEADERS, *CALLED[1:], *ENDED],
        {"CallStatus": "completed", "SipResponseCode": "200"},
        "/status",
        {"/voice": "<Say>Hello</Say>"},
        first={
            "SipHeader_X-Order": "7",
            "SipHeader_User-to-User": "6F72646572;encoding=hex",
            "SipHeader_Remote-Party-ID": "<sip:a@b>",
            "SipSourceIp": "127.0.0.1",
            "SipDomain": "127.0.0.1",
            "Direction": "inbound",
            "CallStatus": "ringing",
        },
    ),
    "rejected": Case(
        [CALL[0], *CALLED[1:2], receive(603), request("ACK", 1).replace("[branch]", "[branch-4]")],
        {"CallStatus": "failed", "SipResponseCode": "603"},
        "/status",
        {"/voice": "<Reject/>"},
    ),
    "rejected-as-busy": Case(
        [CALL[0], *CALLED[1:2], receive(486), request("ACK", 1).replace("[branch]", "[branch-4]")],
        {"CallStatus": "busy", "SipResponseCode": "486"},
        "/status",
        {"/voice": '<Reject reason="busy"/>'},
    ),
    "hangs-up-in-a-pause": Case(
        [*CALLED, request("BYE", 2), receive(200)],
        {"CallStatus": "completed"},
        "/status",
        {"/voice": '<Say>Hello</Say><Pause length="30"/><Redirect>/never</Redirect>'},
    ),
    "keys-by-info": Case(
        [
            *CALLED,
            '<pause milliseconds="400"/>\n',
            *info(2, "4"),
            *info(3, "2"),
            *info(4, "#"),
            *ENDED,
        ],
        {"Digits": "42"},
        documents={
            "/voice": '<Gather action="/done"><Say>Press</Say></Gather>',
            "/done": "<Hangup/>",
        },
    ),
    "one-key-is-enough": Case(
        [*CALLED, '<pause milliseconds="400"/>\n', *info(2, "7"), *ENDED],
        {"Digits": "7"},
        documents={
            "/voice": '<Gather numDigits="1" action="/done" timeout="30"/>',
            "/done": "<Hangup/>",
        },
    ),
    "no-key": Case(
        [*CALLED, *ENDED],
        {"Digits": ""},
        documents={
            "/voice": '<Gather timeout="1" action="/wrong"/>'
            '<Gather timeout="1" action="/done" actionOnEmptyResult="true"/>',
            "/done": "<Hangup/>",
        },
    ),
    "keys-by-the-command": Case(
        [*CALLED, *ENDED],
        {"Digits": "42"},
        documents={"/voice": '<Gather action="/done"/>', "/done": "<Hangup/>"},
        options=("--digits", "42#"),
    ),
    "held-and-transferred": Case(
        [
            *CALLED,
            REINVITE,
            receive(100, optional="true"),
            receive(200),
            request("ACK", 2),
            REFER,
            scenarios.answer_refer("202 Accepted"),
            notify(3, TERMINATED, "200 OK"),
            receive(200),
            *ENDED,
        ],
        report("in-progress", 202, 200),
        documents={"/voice": f'<Pause length="1"/><Say>Hello</Say><Pause length="1"/>{REFER_VERB}'},
    ),
    "another-app-error": Case(
        [*CALLED, *ENDED],
        {"CallStatus": "completed"},
        "/status",
        {"/voice": "<Say>Hello</Sya>"},
        status=1,
    ),
}
