"""What sipp plays as the caller that is transferred, and what the example must print then.

The reports are those of Twilio's documentation (its four scenarios, its table of
parameters); the codes that a NOTIFY is answered with are those of RFC 3515, 6665 and 3261.
"""

from __future__ import annotations

from typing import NamedTuple

TARGET = "sip:alice@example.com"
HEADERS = ("X-Reason=billing question", "User-to-User=6F72646572;encoding=hex")
# Every octet that is no unreserved character is escaped (RFC 3261 section 19.1.2). A dot stands for
# <, & and >, which sipp's reader of XML does not take in an expression.
REFER_TO = (
    "^ *.sip:alice@example[.]com[?]X-Reason=billing%20question"
    ".User-to-User=6F72646572%3Bencoding%3Dhex.$"
)

ACTIVE = "active;expires=60"
TERMINATED = "terminated;reason=noresource"


class Case(NamedTuple):
    """One call: the caller's steps, and what the example prints with these times of its own."""

    steps: list[str]
    printed: list[str]
    options: tuple[str, ...] = ()

    @property
    def settings(self) -> list[str]:
        """The times in the words of the command."""
        names = {
            "grace": "hangup-grace",
            "notify": "notify-timeout",
            "response": "response-timeout",
            "max-duration": "max-duration",
        }
        times = [option.split("=") for option in self.options if "=" in option]
        # The caller hears the REFER later than the example sends it, and so waits less for the BYE.
        early = {"response": 600}
        return [f"{names[name]}={(int(ms) - early.get(name, 0)) / 1000}" for name, ms in times]


def send(start: str, headers: str, body: str = "", **attributes: str) -> str:
    """Make a message in the call's dialog."""
    options = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return (
        f"<send{options}><![CDATA[\n{start}\n{headers}Content-Length: [len]\n\n{body}]]></send>\n"
    )


OWN_TAG = "[pid]-[call_number]"


def request(
    method: str,
    cseq: int,
    extra: str = "",
    body: str = "",
    *,
    tag: str = "[peer_tag_param]",
    own_tag: str = OWN_TAG,
) -> str:
    """Make a request of the caller."""
    headers = (
        "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n"
        f"From: <sip:caller@[local_ip]:[local_port]>;tag={own_tag}\n"
        f"To: <sip:transfer@[remote_ip]:[remote_port]>{tag}\n"
        f"Call-ID: [call_id]\nCSeq: {cseq} {method}\nMax-Forwards: 70\n"
        "Contact: <sip:caller@[local_ip]:[local_port];transport=[transport]>\n" + extra
    )
    return send(f"{method} sip:transfer@[remote_ip]:[remote_port] SIP/2.0", headers, body)


def answer(status: str) -> str:
    """Answer the request that was received last."""
    last = "[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\n"
    return send(f"SIP/2.0 {status}", last)


def answer_refer(status: str) -> str:
    """Answer the REFER, whatever has come since."""
    headers = (
        "Via:[$2]\nFrom: <sip:transfer@[remote_ip]:[remote_port]>[peer_tag_param]\n"
        f"To: <sip:caller@[local_ip]:[local_port]>;tag={OWN_TAG}\n"
        "Call-ID: [call_id]\nCSeq:[$3]\n"
        "Contact: <sip:caller@[local_ip]:[local_port];transport=[transport]>\n"
    )
    return send(f"SIP/2.0 {status}", headers)


def receive(code: int, **attributes: str) -> str:
    """Wait for a response."""
    options = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<recv response="{code}"{options}/>\n'


SDP = (
    "v=0\no=- 1 1 IN IP4 [local_ip]\ns=-\nc=IN IP4 [media_ip]\nt=0 0\n"
    "m=audio [media_port] RTP/AVP 0\n"
)
INVITE = request("INVITE", 1, "Content-Type: application/sdp\n", SDP, tag="")
ACK = request("ACK", 1)
CALL = [INVITE, receive(100, optional="true"), receive(200), ACK]
REFER = (
    '<recv request="REFER"><action>'
    f'<ereg regexp="{REFER_TO}" search_in="hdr" header="Refer-To:" check_it="true" assign_to="1"/>'
    '<ereg regexp=".*" search_in="hdr" header="Via:" check_it="true" assign_to="2"/>'
    '<ereg regexp=".*" search_in="hdr" header="CSeq:" check_it="true" assign_to="3"/>'
    "</action></recv>\n"
)
# What is looked at need not be used, if it is named at the end.
REFERENCE = '<Reference variables="1,2,3"/>\n'
ACCEPTED = [*CALL, REFER, answer_refer("202 Accepted")]
ENDED = ['<recv request="BYE"/>\n', answer("200 OK")]


def notify(
    cseq: int,
    state: str | None,
    line: str,
    *,
    event: str = "refer",
    own_tag: str = OWN_TAG,
) -> str:
    """Make a NOTIFY with a sipfrag."""
    extra = f"Event: {event}\n" + (f"Subscription-State: {state}\n" if state else "")
    extra += "Content-Type: message/sipfrag;version=2.0\n"
    return request("NOTIFY", cseq, extra, f"SIP/2.0 {line}\n", own_tag=own_tag)


TRYING = [notify(2, ACTIVE, "100 Trying"), receive(200)]
BUSY = [notify(9, TERMINATED, "486 Busy Here"), receive(200), *ENDED]


def outcome_lines(parameters: str, outcome: str) -> list[str]:
    """Return what is printed of a transfer."""
    return [f"action {parameters}", f"outcome {outcome}"]


ANSWERED = outcome_lines(
    "ReferCallStatus=in-progress&ReferSipResponseCode=202&NotifySipResponseCode=200", "transferred"
)
BUSY_REPORT = outcome_lines(
    "ReferCallStatus=busy&ReferSipResponseCode=202&NotifySipResponseCode=486", "target-failed"
)


def faulty(wrong: str, code: int) -> Case:
    """Make a case of a NOTIFY that is refused, and then one that counts."""
    return Case([*ACCEPTED, wrong, receive(code), *BUSY], BUSY_REPORT)


CASES: dict[str, Case] = {
    "answered": Case(
        [*ACCEPTED, *TRYING, notify(3, TERMINATED, "200 OK"), receive(200), *ENDED],
        ANSWERED,
    ),
    "busy": Case([*ACCEPTED, *TRYING, *BUSY], BUSY_REPORT),
    "refused": Case(
        [*CALL, REFER, answer_refer("405 Method Not Allowed"), *ENDED],
        outcome_lines("ReferCallStatus=failed&ReferSipResponseCode=405", "rejected"),
    ),
    "hangs-up": Case(
        [
            *ACCEPTED,
            *TRYING,
            notify(3, ACTIVE, "180 Ringing"),
            receive(200),
            request("BYE", 4),
            receive(200),
        ],
        outcome_lines(
            "ReferCallStatus=canceled&ReferSipResponseCode=202&NotifySipResponseCode=180",
            "canceled",
        ),
    ),
    "hangs-up-at-once": Case(
        [*CALL, REFER, request("BYE", 2), receive(200), answer_refer("487 Request Terminated")],
        outcome_lines("ReferCallStatus=canceled", "canceled"),
    ),
    "hang-up-crosses": Case(
        [
            *ACCEPTED,
            *TRYING,
            request("BYE", 3),
            receive(200),
            notify(4, TERMINATED, "200 OK"),
            receive(200),
        ],
        ANSWERED,
        ("--time", "grace=2000"),
    ),
    "silent": Case(
        [*ACCEPTED, *ENDED],
        outcome_lines("ReferSipResponseCode=202", "unconfirmed"),
        ("--time", "notify=300"),
    ),
    "stalled": Case(
        [*ACCEPTED, notify(2, "active;expires=1", "180 Ringing"), receive(200), *ENDED],
        outcome_lines(
            "ReferCallStatus=failed&ReferSipResponseCode=202&NotifySipResponseCode=180",
            "target-failed",
        ),
    ),
    "unanswered": Case(
        [*CALL, REFER, *ENDED],
        outcome_lines("ReferCallStatus=failed&ReferSipResponseCode=408", "rejected"),
        ("--time", "response=1000"),
    ),
    "endless": Case(
        [*ACCEPTED, notify(2, "active;expires=4294967295", "180 Ringing"), receive(200), *ENDED],
        outcome_lines(
            "ReferCallStatus=failed&ReferSipResponseCode=202&NotifySipResponseCode=180",
            "target-failed",
        ),
        ("--time", "max-duration=1500"),
    ),
    "canceled": Case(
        [
            INVITE,
            receive(100, optional="true"),
            receive(180),
            request("CANCEL", 1, tag="").replace("[branch]", "[branch-3]"),
            receive(200),
            receive(487),
            request("ACK", 1).replace("[branch]", "[branch-6]"),
        ],
        ["no call"],
        ("--ring", "20000"),
    ),
    "early-notify": Case(
        [
            *CALL,
            REFER,
            *TRYING,
            answer_refer("202 Accepted"),
            *BUSY,
        ],
        BUSY_REPORT,
    ),
    "late-notify": Case(
        [*ACCEPTED, *BUSY, notify(10, TERMINATED, "200 OK"), receive(481)], BUSY_REPORT
    ),
    "late-notify-of-a-live-subscription": Case(
        [
            *ACCEPTED,
            notify(2, ACTIVE, "200 OK"),
            receive(200),
            *ENDED,
            notify(3, TERMINATED, "200 OK"),
            receive(200),
        ],
        ANSWERED,
    ),
    "options": Case([*ACCEPTED, *TRYING, request("OPTIONS", 3), receive(200), *BUSY], BUSY_REPORT),
    "wrong-event": faulty(notify(2, ACTIVE, "200 OK", event="presence"), 489),
    "wrong-id": faulty(notify(2, ACTIVE, "200 OK", event="refer;id=77777777"), 481),
    "wrong-dialog": faulty(notify(2, ACTIVE, "200 OK", own_tag="another"), 481),
    "no-subscription-state": faulty(notify(2, None, "200 OK"), 400),
    "reordered": Case(
        [
            *ACCEPTED,
            notify(5, ACTIVE, "180 Ringing"),
            receive(200),
            notify(4, ACTIVE, "100 Trying"),
            receive(500),
            *BUSY,
        ],
        BUSY_REPORT,
    ),
}


def xml(case: Case) -> str:
    """Make the file that sipp reads."""
    head = '<?xml version="1.0" encoding="ISO-8859-1" ?>\n<!DOCTYPE scenario SYSTEM "sipp.dtd">\n'
    reference = REFERENCE if REFER in case.steps else ""
    return f'{head}<scenario name="caller">\n{"".join(case.steps)}{reference}</scenario>\n'
