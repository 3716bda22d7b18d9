"""The package beside the official one, in one run. Ratios of medians."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import distribution
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlencode

import twiml_refer as ours
from twilio.request_validator import RequestValidator
from twilio.twiml import voice_response as theirs

TARGET = "sip:alice@example.com?X-AcctNumber=123456&X-ReasonForCalling=billing-question"
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


ACTIONS = count()


def document(package: Any, action: str = "/handleRefer") -> str:
    response = package.VoiceResponse()
    refer = package.Refer(action=action, method="POST")
    refer.sip(TARGET)
    response.append(refer)
    return str(response)


def verify_ours() -> None:
    callback = OURS.verify("POST", URL, BODY, SIGNATURE)
    assert callback.outcome.kind == "target-failed" and callback.call_sid


def verify_outcome() -> None:
    assert OURS.verify("POST", URL, BODY, SIGNATURE).outcome.kind == "target-failed"


def verify_theirs() -> None:
    params = dict(parse_qsl(BODY.decode(), keep_blank_values=True))
    assert THEIRS.validate(URL, params, SIGNATURE) and params["CallSid"]


def per_call(jobs: list[Callable[[], object]], rounds: int = 15, calls: int = 1500) -> list[float]:
    """Medians in microseconds; the jobs take turns, so that both see the same machine."""
    times: list[list[float]] = [[] for _ in jobs]
    for _ in range(rounds):
        for job, taken in zip(jobs, times):
            started = time.perf_counter()
            for _ in range(calls):
                job()
            taken.append((time.perf_counter() - started) / calls * 1e6)
    return [statistics.median(taken) for taken in times]


def processes(programs: list[str], rounds: int = 15) -> list[float]:
    """Medians in milliseconds of cold processes."""
    times: list[list[float]] = [[] for _ in programs]
    for _ in range(rounds):
        for program, taken in zip(programs, times):
            started = time.perf_counter()
            subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
            taken.append((time.perf_counter() - started) * 1e3)
    return [statistics.median(taken) for taken in times]


def size(name: str) -> float:
    files = distribution(name).files or []
    own = [file for file in files if "__pycache__" not in str(file)]
    return sum(path.stat().st_size for file in own if (path := file.locate()).exists()) / 1e6


def row(job: str, mine: float, other: float, unit: str, goal: float) -> None:
    ratio = mine / other
    verdict = "" if ratio <= goal else "  MISSED"
    print(f"{job:<48} {mine:8.1f} {other:8.1f} {unit:<3} {ratio:6.2f} <= {goal}{verdict}")


def main() -> None:
    print(f"{'job':<48} {'ours':>8} {'official':>8}      ratio    goal")
    assert document(ours) == document(theirs)
    mine, unseen, other = per_call(
        [
            lambda: document(ours),
            lambda: document(ours, f"/handleRefer{next(ACTIONS)}"),
            lambda: document(theirs),
        ]
    )
    row("the document with action and headers", mine, other, "µs", 0.3)
    row("the same, an action never seen before", unseen, other, "µs", 0.5)
    mine, outcome, other = per_call([verify_ours, verify_outcome, verify_theirs])
    row("verify and typed parse, 20 parameters", mine, other, "µs", 0.15)
    row("verify, and read the outcome alone", outcome, other, "µs", 0.15)
    made = "from {} import VoiceResponse as V; r = V(); print(r)"
    names = ("twiml_refer", "twilio.twiml.voice_response")
    # What an app needs of each: to import our package alone imports next to nothing.
    imports = (
        "from twiml_refer import RequestValidator, VoiceResponse",
        "from twilio.request_validator import RequestValidator\n"
        "from twilio.twiml.voice_response import VoiceResponse",
    )
    bare, *cold = processes(["pass", *imports])
    row("import of document and validator", cold[0] - bare, cold[1] - bare, "ms", 1.0)
    mine, other = processes([made.format(name) for name in names])
    row("a cold process that prints a document", mine, other, "ms", 0.8)
    print(f"{'installed size':<48} {size('twiml-refer'):8.1f} {size('twilio'):8.1f} MB    <= 3 MB")
    print(f"(a bare interpreter: {bare:.1f} ms)")


if __name__ == "__main__":
    main()
