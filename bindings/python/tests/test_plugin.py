"""What `twiml_refer.testing` and its plugin for pytest give to the tests of an app."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import pytest
import twiml_refer as tr
from twiml_refer import pytest_plugin, testing
from twiml_refer.testing import SignedClient, document

TOKEN, BASE = "a-token-for-the-tests", "https://voice.example.com"
VALIDATOR = tr.RequestValidator(TOKEN, BASE)
PATHS = ["/t/alice", "/t/%2B1555", "/t/sip%3Aa%40b", "/t/O%27Brien", "/t/J%C3%BCrgen?x=%27&y=%2B+"]


def said(call: tr.VoiceRequest) -> str:
    response = tr.VoiceResponse()
    response.say(f"{call.outcome and call.outcome.kind} {call.digits}")
    return str(response)


def fastapi_client() -> Any:
    from fastapi import Depends, FastAPI, Response
    from fastapi.testclient import TestClient
    from twiml_refer.fastapi import verify_request

    app = FastAPI()
    for method in ("POST", "GET"):

        async def view(call: tr.VoiceRequest) -> Response:
            return Response(said(call), media_type="text/xml")

        verified = Depends(verify_request(VALIDATOR, allowed_methods={method}))
        view.__annotations__ = {"call": Annotated[tr.VoiceRequest, verified]}
        app.api_route("/t/{name}", methods=[method])(view)
    return TestClient(app)


def flask_client() -> Any:
    from flask import Flask
    from twiml_refer.flask import verify_request

    app = Flask(__name__)
    for method in ("POST", "GET"):

        @app.route("/t/<name>", methods=[method], endpoint=method)
        @verify_request(VALIDATOR, allowed_methods={method})
        def view(call: tr.VoiceRequest, name: str) -> str:
            return said(call)

    return app.test_client()


@pytest.mark.parametrize("made", [fastapi_client, flask_client])
def test_signed_requests_of_test_clients(made: Any, twilio_client: type[SignedClient]) -> None:
    client = twilio_client(made(), TOKEN, BASE)
    for path in PATHS:
        for send in (client.post, client.get):
            for scenario in ("transferred", "target-failed", None):
                params = {"Digits": "1'+ %"}
                response = send(path, scenario, params)  # type: ignore[arg-type]
                assert response.status_code == 200, (path, send)
                expected = tr.VoiceResponse()
                expected.say(f"{scenario} 1'+ %")
                assert document(response) == expected
    other = twilio_client(made(), "another token", BASE)
    assert other.post("/t/alice").status_code == 403
    assert TOKEN not in repr(vars(client))


def test_django_client() -> None:
    program = Path(__file__).with_name("django_client.py")
    done = subprocess.run(
        [sys.executable, str(program)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


def test_documents_that_differ_show_where() -> None:
    left = document(b"<Response><Say>A</Say><Refer><Sip>sip:a@b</Sip></Refer></Response>")
    right = document("<Response><Say>A</Say><Refer><Sip>sip:a@c</Sip></Refer></Response>")
    shown = pytest_plugin.pytest_assertrepr_compare("==", left, right)
    assert shown is not None
    assert "-         <Sip>sip:a@c</Sip>" in shown
    assert "+         <Sip>sip:a@b</Sip>" in shown
    assert "      <Say>A</Say>" in shown
    assert pytest_plugin.pytest_assertrepr_compare("!=", left, right) is None
    assert pytest_plugin.pytest_assertrepr_compare("==", left, "text") is None
    with pytest.raises(AssertionError, match="the documents differ"):
        assert left == right
    with pytest.raises(tr.DocumentError):
        testing.document(b"<Response>")
