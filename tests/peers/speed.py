"""Times the libraries in turns, so that all see the same machine: minimum and median."""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

from compare import TOKEN, form, signature
from libraries import Library

# Many short rounds: in some of them nothing else runs.
ROUNDS = 101
WARM_UP = 200
ROUND_SECONDS = 0.005
COLD_ROUNDS = 31

SIP = "sip:alice@example.com?X-AcctNumber=123456&X-ReasonForCalling=billing-question"
URL = "https://voice.example.com/handleRefer"
PARAMS = [
    ["AccountSid", "AC0123456789abcdef0123456789abcdef"],
    ["ApiVersion", "2010-04-01"],
    ["CallSid", "CA0123456789abcdef0123456789abcdef"],
    ["CallStatus", "in-progress"],
    ["Called", "sip:ivr@example.sip.twilio.com"],
    ["Caller", "sip:bob@example.com"],
    ["Direction", "inbound"],
    ["From", "sip:bob@example.com"],
    ["NotifySipResponseCode", "486"],
    ["ReferCallStatus", "busy"],
    ["ReferSipResponseCode", "202"],
    ["SipCallId", "a84b4c76e66710@pc33.atlanta.example.com"],
    ["SipDomain", "example.sip.twilio.com"],
    ["SipDomainSid", "SD0123456789abcdef0123456789abcdef"],
    ["SipHeader_X-AcctNumber", "123456"],
    ["SipHeader_X-ReasonForCalling", "billing question"],
    ["SipSourceIp", "192.0.2.4"],
    ["SipUsername", "bob"],
    ["To", "sip:ivr@example.sip.twilio.com"],
    ["ReferTransferTarget", "sip:alice@example.com"],
]
INPUT = {
    "refer": {"sip": SIP, "action": "/handleRefer", "method": "POST"},
    "url": URL,
    "token": TOKEN,
    "params": PARAMS,
    "body": form(PARAMS),
    "signature": signature(URL, PARAMS, TOKEN, "sha1"),
    "read": ["ReferCallStatus", "ReferSipResponseCode", "NotifySipResponseCode"],
}


@dataclass
class Taken:
    minimum: float
    median: float


def per_call(libraries: dict[str, Library], job: str) -> dict[str, Taken]:
    """Microseconds of a call; a library without the job is left out."""
    calls = {}
    for key, library in libraries.items():
        first = library.ask({"time": job, "calls": 20, "input": INPUT})
        if first is not None:
            calls[key] = max(20, int(ROUND_SECONDS * 1e9 / first))
    times: dict[str, list[float]] = {key: [] for key in calls}
    for _ in range(WARM_UP + ROUNDS):
        for key in shuffled(calls):
            taken = libraries[key].ask({"time": job, "calls": calls[key], "input": INPUT})
            times[key].append(taken / 1e3)
            # How much fits a round changes while a library is being compiled.
            calls[key] = max(20, int(ROUND_SECONDS * 1e9 / taken))
    return {key: summary(taken[WARM_UP:]) for key, taken in times.items()}


# What a process takes that does nothing.
BARE = {
    "`true`": ["true"],
    "`python3`": [sys.executable, "-c", "pass"],
    "`node`": ["node", "-e", "0"],
}


def cold(libraries: dict[str, Library]) -> dict[str, Taken]:
    """Milliseconds from the start of a process to its end: it prints the document or nothing."""
    programs = {
        key: ([*library.command, SIP], library.full_environment())
        for key, library in libraries.items()
        if key != "twilio"  # it has no such document
    }
    programs |= {
        key: (command, libraries["ours"].full_environment()) for key, command in BARE.items()
    }
    times: dict[str, list[float]] = {key: [] for key in programs}
    for _ in range(COLD_ROUNDS + 1):
        for key in shuffled(programs):
            command, environment = programs[key]
            started = time.perf_counter()
            subprocess.run(command, env=environment, check=True, capture_output=True)
            times[key].append((time.perf_counter() - started) * 1e3)
    return {key: summary(taken[1:]) for key, taken in times.items()}


def shuffled(keys: dict[str, Any]) -> list[str]:
    """In another order each time: what ran before leaves the caches to what runs next."""
    return random.sample(list(keys), len(keys))


def summary(taken: list[float]) -> Taken:
    return Taken(min(taken), statistics.median(taken))
