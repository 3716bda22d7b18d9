"""A million calls of every kind with flat memory; a million mutated requests, none of them valid.

`python endurance.py [CALLS]`, for `tests/run endurance`; what takes seconds is in `test_package`.
"""

from __future__ import annotations

import base64
import gc
import hashlib
import hmac
import random
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qsl

import twiml_refer as tr
from twiml_refer import testing

CALLS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
URL = "https://voice.example.com/handleRefer?x=1"
TOKEN = "12345"
VALIDATOR = tr.RequestValidator(TOKEN)
SIGNED = testing.signed_request(TOKEN, URL, "target-failed")
GROWTH = 1_000_000
THREADS = 16


def resident() -> int:
    gc.collect()
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * 4096


def document() -> None:
    response = tr.VoiceResponse()
    response.say("A")
    response.refer("sip:a@b?X-A=1", action="/a")
    str(response)


def transfer() -> None:
    made = tr.Transfer("sip:a@b")
    made.start(cseq=1, now_ms=0)
    made.response(202, now_ms=1)
    made.notify(
        event="refer",
        cseq=2,
        now_ms=2,
        subscription_state="terminated",
        body=b"SIP/2.0 200 OK\r\n",
    )
    tr.Transfer.restore(made.save())


def refused(job: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        try:
            job()
        except tr.TwimlReferError:
            return
        raise AssertionError("it was not refused")

    return run


XML = "<Response><Say>A</Say><Refer action='/a'><Sip>sip:a@b</Sip></Refer></Response>"
JOBS: dict[str, Callable[[], object]] = {
    "build a document": document,
    "read and check a document": lambda: tr.VoiceResponse.parse(XML).check(),
    "an invalid document": refused(lambda: tr.VoiceResponse.parse("<Response>")),
    "a URI with headers": lambda: tr.SipUri("sip:a@b", headers={"X-A": "b c"}).headers,
    "an invalid URI": refused(lambda: tr.SipUri("sip:a@b?x")),
    "verify, and read a parameter": lambda: (
        VALIDATOR.verify("POST", URL, SIGNED.body, SIGNED.signature).call_sid
    ),
    "a mismatch": refused(lambda: VALIDATOR.verify("POST", URL, b"a=b", SIGNED.signature)),
    "sign": lambda: VALIDATOR.sign(URL, {"a": "b"}),
    "a transfer, saved and restored": transfer,
    "bytes that are not a transfer": refused(lambda: tr.Transfer.restore(b"x")),
}


def mutated(rng: random.Random, text: bytes) -> bytes:
    at = rng.randrange(len(text))
    return rng.choice(
        (
            lambda: text[:at] + bytes((rng.randrange(33, 127),)) + text[at + 1 :],
            lambda: text[:at] + text[at + 1 :],
            lambda: text[:at] + bytes((rng.randrange(33, 127),)) + text[at:],
            lambda: text[:at],
        )
    )()


def means_the_same(url: str, body: bytes, signature: str) -> bool:
    """Checks with the standard library: the form and its hash."""
    pairs = sorted(set(parse_qsl(body.decode(), keep_blank_values=True)))
    # Twilio signs without user name and password, and an inserted @ makes empty ones.
    scheme, host, rest = url.partition("://")[0], *url.partition("://")[2].partition("/")[::2]
    url = f"{scheme}://{host.rpartition('@')[2]}/{rest}"
    hashed = url + "".join(name + value for name, value in pairs)
    made = base64.b64encode(hmac.new(TOKEN.encode(), hashed.encode(), hashlib.sha1).digest())
    return url.startswith(URL.partition("?")[0]) and signature.encode() == made


def mutations(seed: int, count: int) -> int:
    rng = random.Random(seed)
    valid = 0
    for _ in range(count):
        url, body, signature = URL.encode(), SIGNED.body, SIGNED.signature.encode()
        part = rng.randrange(3)
        if part == 0:
            url = mutated(rng, url)
        elif part == 1:
            body = mutated(rng, body)
        else:
            signature = mutated(rng, signature)
        try:
            VALIDATOR.verify("POST", url.decode(), body, signature.decode())
        except tr.SignatureError:
            continue
        valid += 1
        assert means_the_same(url.decode(), body, signature.decode()), (url, body, signature)
    return valid


def main() -> None:
    for name, job in JOBS.items():
        for _ in range(1000):
            job()
        before = resident()
        for _ in range(CALLS):
            job()
        grown = resident() - before
        print(f"{name}: {grown / 1000:.0f} kB more after {CALLS} calls", flush=True)
        assert grown < GROWTH, name
    with ThreadPoolExecutor(THREADS) as pool:
        same = sum(pool.map(mutations, range(THREADS), [CALLS // THREADS] * THREADS))
    print(f"{CALLS} mutated requests by {THREADS} threads: valid are {same} that mean the same")


if __name__ == "__main__":
    main()
