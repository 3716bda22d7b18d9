"""Drives the API of `emulate` with Twilio's Python library: `rest_api.py --python PYTHON COMMAND`.

Its HTTP client is that of examples/ci, which sends to the address of `--api` what is for
api.twilio.com. The calls are real: pjsua2, which PYTHON has, is the softphone that calls or is
called, and is transferred to a target. Last, a curl command that `twiml-refer rest` prints
transfers a call. Prints a table: what was done, and the request that the app got.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from cases import TRANSFERRED
from phones import PJSUA2, Phones
from servers import HEADERS, QUERY, TOKEN, App, Emulator, Target, shown, wait_until
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]
from twilio.rest.api.v2010.account.call import CallInstance  # type: ignore[import-untyped]

EXAMPLE = Path(__file__).parents[2] / "examples" / "ci"
sys.path.insert(0, str(EXAMPLE))
from local_client import LocalClient  # noqa: E402

ACCOUNT = "AC00000000000000000000000000000001"
FROM = "+15005550006"


class Calls(contextlib.ExitStack):
    """The app, the command, and a client of its API."""

    def __init__(self, command: str, python: str) -> None:
        super().__init__()
        self.command, self.phones = command, Phones(python)
        self.target = self.enter_context(Target(200))
        self.uri = f"sip:bob@127.0.0.1:{self.target.port}?{QUERY}"
        self.refer = f'<Refer action="/done"><Sip>{escape(self.uri)}</Sip></Refer>'
        verbs = {"/voice": '<Say>Hello</Say><Pause length="600"/>', "/other": self.refer}
        self.app = self.enter_context(App(verbs))
        self.emulator = self.enter_context(Emulator(command, self.app.base, "--api", "127.0.0.1:0"))
        self.api = str(json.loads(self.emulator.line())["url"])
        self.client = self.with_token(TOKEN)

    def with_token(self, token: str) -> Client:
        """Make a client."""
        return Client(ACCOUNT, token, http_client=LocalClient(self.api))

    @contextlib.contextmanager
    def live_call(self) -> Iterator[CallInstance]:
        """Let a softphone call, and yield the call once the app has answered."""
        with self.phones.start(PJSUA2, f"sip:transfer@{self.emulator.address}"):
            wait_until(lambda: self.app.got("/voice"), "the app's first request")
            yield self.wait_for(self.app.first("/voice")["CallSid"], "in-progress")

    def wait_for(self, sid: str, status: str) -> CallInstance:
        """Wait until a call has this status."""
        wait_until(lambda: self.client.calls(sid).fetch().status == status, f"a call {status}")
        return self.client.calls(sid).fetch()

    def check_transfer(self, call: CallInstance) -> str:
        """Check that the call was transferred, and return the request that the app got."""
        self.wait_for(call.sid, "completed")
        (done,) = self.app.got("/done")
        assert done.items() >= {**TRANSFERRED.parameters, "CallSid": call.sid}.items(), done
        assert (self.target.headers or {}).items() >= HEADERS.items(), self.target.headers
        return shown("/done", done)


def fetch_and_end(calls: Calls) -> str:
    """Read a live call, and end it: the types are those of the library."""
    before = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=2)
    with calls.live_call() as call:
        first = calls.app.first("/voice")
        assert (call.account_sid, call.direction) == (ACCOUNT, "inbound"), vars(call)
        assert (call._from, call.to) == (first["From"], first["To"]), vars(call)
        assert call.date_created and call.start_time and call.date_updated
        assert before < call.date_created <= datetime.datetime.now(datetime.timezone.utc)
        assert call.price is call.end_time is call.duration is call.parent_call_sid is None
        assert call.uri == f"/2010-04-01/Accounts/{ACCOUNT}/Calls/{call.sid}.json", call.uri
        assert call.subresource_uris == {} and call.api_version == "2010-04-01"
        # The library's own way to ask again, and what Twilio does not do with a call in progress.
        assert call.fetch().status == call.update(status="canceled").status == "in-progress"
        time.sleep(1)
        call.update(status="completed")
        ended = calls.wait_for(call.sid, "completed")
        check_error(lambda: call.update(twiml="<Response/>"), 400, 21220)
    assert ended.end_time and ended.end_time >= call.date_created
    assert ended.duration and int(ended.duration) >= 1, ended.duration
    wait_until(lambda: calls.app.got("/status"), "the status callback")
    (status,) = calls.app.got("/status")
    assert status.items() >= {"CallStatus": "completed", "CallSid": call.sid}.items(), status
    return shown("/status", status, ("CallStatus", "SipResponseCode"))


def update_with_twiml(calls: Calls) -> str:
    """Transfer a live call with a document."""
    with calls.live_call() as call:
        updated = call.update(twiml=f"<Response>{calls.refer}</Response>")
        assert (updated.sid, updated.status) == (call.sid, "in-progress")
        return calls.check_transfer(call)


def update_with_url(calls: Calls) -> str:
    """Transfer a live call with the URL of a document, which is requested by GET."""
    with calls.live_call() as call:
        call.update(url=f"{calls.app.base}/other", method="GET")
        got = calls.check_transfer(call)
    assert [params["CallSid"] for params in calls.app.got("/other", "GET")] == [call.sid]
    return f"GET /other; {got}"


def create_with_twiml(calls: Calls) -> str:
    """Make a call that is transferred; its action is absolute, because there is no base."""
    twiml = f"<Response>{calls.refer}</Response>".replace("/done", f"{calls.app.base}/done")
    with calls.phones.called(PJSUA2) as to:
        call = calls.client.calls.create(to=to, from_=FROM, twiml=twiml)
        assert (call.status, call.direction, call.to) == ("queued", "outbound-api", to), vars(call)
        return calls.check_transfer(call)


def create_with_url(calls: Calls) -> str:
    """Make a call whose document is requested by GET, also if there is a document beside it."""
    with calls.phones.called(PJSUA2) as to:
        call = calls.client.calls.create(
            to=to, from_=FROM, url=f"{calls.app.base}/other", method="GET", twiml="<Response/>"
        )
        got = calls.check_transfer(call)
    (other,) = calls.app.got("/other", "GET")
    assert (other["Direction"], other["CallSid"]) == ("outbound-api", call.sid), other
    return f"GET /other; {got}"


def cancel(calls: Calls) -> str:
    """Cancel a call that rings."""
    with Target(180) as ringing:
        to = f"sip:phone@127.0.0.1:{ringing.port}"
        call = calls.client.calls.create(to=to, from_=FROM, twiml="<Response/>")
        wait_until(lambda: ringing.headers, "the INVITE")
        call.update(status="canceled")
        calls.wait_for(call.sid, "canceled")
        wait_until(lambda: calls.app.got("/status"), "the status callback")
    return shown("/status", calls.app.first("/status"), ("CallStatus",))


def errors(calls: Calls) -> str:
    """Get errors as the library's exceptions; bindings/cli/tests has one for each code."""
    create = calls.client.calls.create
    unknown = "CA00000000000000000000000000000009"
    check_error(lambda: calls.with_token("another").calls(unknown).fetch(), 401, 20003)
    check_error(lambda: calls.client.calls(unknown).fetch(), 404, 20404)
    check_error(lambda: create(to="alice", from_=FROM, twiml="<Response/>"), 400, 21211)
    assert not calls.app.requests, calls.app.requests
    return "no request"


def check_error(request: Callable[[], object], status: int, code: int) -> None:
    """Check that this raises the error, and that the error says something."""
    try:
        request()
    except TwilioRestException as error:
        assert (error.status, error.code) == (status, code), (error.status, error.code, error.msg)
        # The library puts its own words before those of the API.
        assert len(error.msg.partition(": ")[2]) > 5, error.msg
        return
    raise AssertionError(f"no error {code}")


def curl(calls: Calls) -> str:
    """Transfer a live call with the command that `twiml-refer rest --curl` prints."""
    with calls.live_call() as call:
        build = [calls.command, "build", calls.uri, "--action", "/done"]
        document = subprocess.run(build, capture_output=True, check=True).stdout
        rest = [calls.command, "rest", call.sid, "--account", ACCOUNT, "--twiml", "-", "--curl"]
        rest += ["--base", calls.api]
        line = subprocess.run(rest, input=document, capture_output=True, check=True).stdout
        credentials = {"TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN}
        environment = {**os.environ, **credentials, "NO_PROXY": "127.0.0.1"}
        answer = subprocess.run(
            line.decode().rstrip() + " --silent --show-error --fail",
            shell=True, env=environment, capture_output=True, text=True, check=False
        )  # fmt: skip
        assert answer.returncode == 0 and call.sid in answer.stdout, answer
        return calls.check_transfer(call)


def readme(calls: Calls) -> str:
    """Run what README.md of the example shows, with this API and this target."""
    code = (EXAMPLE / "README.md").read_text().split("```python\n")[1].split("```")[0]
    for shown_there, here in (
        ("http://127.0.0.1:8081", calls.api),
        ("sip:alice@example.com", escape(calls.uri)),
    ):
        assert shown_there in code, code
        code = code.replace(shown_there, here)
    with calls.live_call() as call:
        exec(code, {"account_sid": ACCOUNT, "auth_token": TOKEN, "call_sid": call.sid})
        calls.wait_for(call.sid, "completed")
    assert calls.target.headers
    return "no action"


CASES = {
    "fetch and end a call": fetch_and_end,
    "update with twiml": update_with_twiml,
    "update with url, GET": update_with_url,
    "create with twiml": create_with_twiml,
    "create with url, GET": create_with_url,
    "cancel a call that rings": cancel,
    "errors": errors,
    "examples/ci/README.md": readme,
    "rest --curl": curl,
}


def main() -> int:
    """Run every case."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--python", required=True)
    reader.add_argument("command")
    options = reader.parse_args()
    failed = 0
    for name, case in CASES.items():
        with Calls(options.command, options.python) as calls:
            try:
                got, wrong = case(calls), calls.app.wrong
            except (AssertionError, TimeoutError, ValueError, TwilioRestException) as error:
                got, wrong = "", [*calls.app.wrong, f"{type(error).__name__}: {error}"]
        failed += bool(wrong)
        print(f"{name:<24}  {got}: {'; '.join(wrong) or 'ok'}", flush=True)
    print(f"REST API: {len(CASES) - failed} of {len(CASES)} passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
