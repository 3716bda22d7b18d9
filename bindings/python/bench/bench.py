"""The package beside the official one, in one run: CPU time, minimum and median of each."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import distribution
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import twiml_refer as ours
from twilio.request_validator import RequestValidator
from twilio.twiml import voice_response as theirs

TARGET = "sip:alice@example.com?X-AcctNumber=123456&X-ReasonForCalling=billing-question"
HEADERS = {"X-AcctNumber": "123456", "X-ReasonForCalling": "billing question"}
ORDER = b"order 7"
URL = "https://voice.example.com/handleRefer?x=1"
PARAMS = {f"Parameter{number}": f"value {number}" for number in range(14)} | {
    "CallSid": "CA" + 32 * "0",
    "AccountSid": "AC" + 32 * "0",
    "From": "sip:caller@example.com",
    "ReferCallStatus": "busy",
    "ReferSipResponseCode": "202",
    "NotifySipResponseCode": "486",
}
BODY = urlencode(PARAMS).encode()
OURS, THEIRS = ours.RequestValidator("12345"), RequestValidator("12345")
SIGNATURE = THEIRS.compute_signature(URL, PARAMS)
NOTIFIES = (
    (b"SIP/2.0 100 Trying\r\n", "active;expires=60"),
    (b"SIP/2.0 180 Ringing\r\n", "active"),
    (b"SIP/2.0 200 OK\r\n", "terminated"),
)
ACTIONS = count()
NO_GOAL = float("inf")

Times = tuple[float, float]
"""Minimum and median."""


def document(package: Any, target: Any = TARGET, action: str = "/handleRefer") -> str:
    response = package.VoiceResponse()
    refer = package.Refer(action=action, method="POST")
    refer.sip(target)
    response.append(refer)
    return str(response)


def user_to_user_ours() -> str:
    value = ours.UserToUser.from_bytes(ORDER)
    uri = ours.SipUri("sip:alice@example.com", headers=HEADERS, user_to_user=value)
    return document(ours, uri)


def user_to_user_theirs() -> str:
    headers = HEADERS | {"User-to-User": f"{ORDER.hex().upper()};encoding=hex"}
    uri = "sip:alice@example.com?" + urlencode(headers, quote_via=quote)
    return document(theirs, uri)


def verify_ours() -> None:
    request = OURS.verify("POST", URL, BODY, SIGNATURE)
    assert request.outcome and request.outcome.kind == "target-failed"
    assert request.call_sid and request.account_sid and request.from_


def verify_theirs() -> None:
    params = dict(parse_qsl(BODY.decode(), keep_blank_values=True))
    assert THEIRS.validate(URL, params, SIGNATURE) and params["ReferCallStatus"] == "busy"
    assert params["CallSid"] and params["AccountSid"] and params["From"]


def transfer() -> None:
    made = ours.Transfer("sip:alice@example.com")
    made.start(cseq=1, now_ms=0)
    made.response(202, now_ms=1)
    for cseq, (body, state) in enumerate(NOTIFIES, 1):
        made.notify(cseq=cseq, event="refer", subscription_state=state, body=body, now_ms=2)
    assert made.state == "completed"


def summary(times: list[float]) -> Times:
    return min(times), statistics.median(times)


def per_call(*jobs: Callable[[], object], rounds: int = 25, calls: int = 500) -> list[Times]:
    """Return microseconds. The jobs take turns, so that all see the same machine."""
    times: list[list[float]] = [[] for _ in jobs]
    for _ in range(rounds):
        for job, taken in zip(jobs, times, strict=True):
            started = time.process_time()
            for _ in range(calls):
                job()
            taken.append((time.process_time() - started) / calls * 1e6)
    return [summary(taken) for taken in times]


def processes(*programs: str, rounds: int = 25) -> list[Times]:
    """Return milliseconds of cold processes."""
    times: list[list[float]] = [[] for _ in programs]
    for _ in range(rounds):
        for program, taken in zip(programs, times, strict=True):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            used = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
            taken.append(used * 1e3)
    return [summary(taken) for taken in times]


def size(name: str) -> float:
    files = distribution(name).files or []
    own = [file for file in files if "__pycache__" not in str(file)]
    return sum(path.stat().st_size for file in own if (path := file.locate()).exists()) / 1e6


def row(job: str, mine: Times, other: Times | None, unit: str, goal: float = NO_GOAL) -> None:
    """Print a line; the goal is a ratio, or a time if the official package cannot do the job."""
    shown = [f"{low:7.1f} {middle:7.1f}" for low, middle in (mine, other or mine)]
    if other is None:
        shown[1], found = " " * 15, mine[0]
        ratios = " " * 11
    else:
        found = mine[0] / other[0]
        ratios = f"{found:5.2f} {mine[1] / other[1]:5.2f}"
    wanted = "" if goal == NO_GOAL else f"<= {goal}{'  MISSED' if found > goal else ''}"
    print(f"{job:<47} {shown[0]} {shown[1]} {unit:<3} {ratios} {wanted}")


COLD = """\
from {0} import VoiceResponse, Refer
r = VoiceResponse()
refer = Refer(action="/handleRefer")
refer.sip({1})
r.append(refer)
print(r)
"""
COLD_UUI = """\
from twiml_refer import SipUri, UserToUser
uri = SipUri("sip:alice@example.com", user_to_user=UserToUser.from_bytes(b"order 7"))
"""
COLD_UUI_THEIRS = """\
from urllib.parse import quote
uri = "sip:alice@example.com?User-to-User=" + quote(b"order 7".hex() + ";encoding=hex")
"""


def main() -> None:
    print(f"{'job':<47} {'ours':>15} {'official':>15}     {'ratio':>11}    goal")
    assert document(ours) == document(theirs)
    assert user_to_user_ours() == user_to_user_theirs()
    mine, unseen, other = per_call(
        lambda: document(ours),
        lambda: document(ours, action=f"/handleRefer{next(ACTIONS)}"),
        lambda: document(theirs),
    )
    row("document with action and two headers", mine, other, "µs", 0.75)
    row("the same, an action never seen before", unseen, other, "µs")
    mine, other = per_call(user_to_user_ours, user_to_user_theirs)
    row("document of decoded headers and User-to-User", mine, other, "µs", 0.75)
    mine, other = per_call(verify_ours, verify_theirs)
    row("verify, outcome and three parameters of 20", mine, other, "µs", 0.6)
    [mine] = per_call(transfer)
    row("a transfer of five events", mine, None, "µs", 150)
    names = ("twiml_refer", "twilio.twiml.voice_response")
    plain = [COLD.format(name, repr(TARGET)) for name in names]
    uui = (COLD_UUI, COLD_UUI_THEIRS)
    with_uui = [its + COLD.format(name, "uri") for its, name in zip(uui, names, strict=True)]
    bare, mine, other, *both = processes("pass", *plain, *with_uui)
    row("cold process that prints a document", mine, other, "ms", 0.9)
    row("the same with User-to-User", both[0], both[1], "ms", 0.9)
    print(f"(a bare interpreter: {bare[0]:.1f} {bare[1]:.1f} ms)")
    print(f"{'installed size':<47} {size('twiml-refer'):15.1f} {size('twilio'):15.1f} MB")


if __name__ == "__main__":
    main()
