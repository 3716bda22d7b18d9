"""For the tests of an app: signed requests as Twilio sends them, and the documents of its answers.

With pytest, the plugin of this package gives the fixture `twilio_client`, and an assertion that
compares two documents shows where they differ:

    def test_busy(twilio_client):
        client = twilio_client(TestClient(app), "token", "https://voice.example.com")
        response = client.post("/handleRefer", "target-failed")
        assert document(response) == expected
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from ._bridge import bridge, call
from ._outcome import ReferReport, report
from ._response import VoiceResponse
from ._secret import sealed
from ._validator import RequestValidator, secrets_of
from ._value import Value
from ._webhook import pairs_of

Scenario = Literal["transferred", "rejected", "target-failed", "canceled", "unconfirmed"]


class SignedRequest(Value):
    """A request to make to the app."""

    __slots__ = ("method", "url", "body", "signature")
    method: Literal["GET", "POST"]
    url: str
    """The URL, with the parameters of a GET."""
    body: bytes
    signature: str

    def __init__(
        self, method: Literal["GET", "POST"], url: str, body: bytes, signature: str
    ) -> None:
        self._set(method, url, body, signature)

    @property
    def path(self) -> str:
        """Path and query of the URL, for test clients."""
        parts = urlsplit(self.url)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    @property
    def headers(self) -> dict[str, str]:
        """Signature and Content-Type."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if self.body else {}
        return {"X-Twilio-Signature": self.signature, **kind}

    def __repr__(self) -> str:
        # Neither body nor signature: they may be secret.
        url = str(bridge.url_redacted(self.url))
        return f"SignedRequest(method={self.method!r}, url={url!r})"


@sealed
def scenario_report(scenario: Scenario) -> ReferReport:
    """Run the verb against an endpoint that behaves so, and return the report.

    >>> scenario_report("rejected").params
    (('ReferCallStatus', 'failed'), ('ReferSipResponseCode', '405'))
    """
    return report(bridge.scenario_report(_scenario(scenario)))


@sealed
def signed_request(
    token: str,
    url: str,
    scenario: Scenario | None = None,
    *,
    method: Literal["GET", "POST"] = "POST",
    params: Mapping[str, str] | None = None,
) -> SignedRequest:
    """Make a signed request; with a scenario, that to the action URL when the transfer has ended.

    `params` are added to the usual ones, or replace them. Raises `ValueError` for an unknown
    scenario or method.

    >>> made = signed_request("12345", "https://example.com/refer", "canceled")
    >>> validator = RequestValidator("12345", public_base="https://example.com")
    >>> validator.verify("POST", made.path, made.body, made.signature).outcome
    Canceled()
    """
    return _signed(RequestValidator(token), method, url, scenario, params)


def _signed(
    validator: RequestValidator,
    method: Literal["GET", "POST"],
    url: str,
    scenario: Scenario | None,
    params: Mapping[str, str] | None,
) -> SignedRequest:
    if method not in ("GET", "POST"):
        raise ValueError("invalid method: use GET or POST (upper case)")
    if not isinstance(url, str):
        raise TypeError(f"url must be str, got {type(url).__name__}")
    secrets = secrets_of(validator)
    chosen, added = None if scenario is None else _scenario(scenario), pairs_of(params)
    made = call(bridge.signed_request, secrets, method, url, chosen, added)
    return SignedRequest(method, made.url, made.body.encode(), made.headers[0].value)


class SignedClient:
    """A test client whose requests Twilio signed.

    `client` is the test client of FastAPI or Starlette, of Flask or of Django, or one of httpx; its
    responses are returned. `public_base` is that of the app.

    >>> from flask import Flask
    >>> from twiml_refer.flask import verify_request
    >>> base = "https://voice.example.com"
    >>> app = Flask("app")
    >>> @app.post("/handleRefer")
    ... @verify_request(RequestValidator("12345", base))
    ... def handle_refer(request):
    ...     return str(request.outcome)
    >>> client = SignedClient(app.test_client(), "12345", base)
    >>> client.post("/handleRefer", "canceled").text
    'Canceled()'
    """

    # Not the requests: errors of the app keep their traceback.
    @sealed
    def __init__(self, client: Any, token: str, public_base: str) -> None:
        self._client, self._base = client, public_base.removesuffix("/")
        # Without the base: it signs whole URLs.
        self._validator = RequestValidator(token)

    def post(
        self, path: str, scenario: Scenario | None = None, params: Mapping[str, str] | None = None
    ) -> Any:
        """Make a POST; `scenario` and `params` are those of `signed_request`."""
        return self._send(
            _signed(self._validator, "POST", self._base + path, scenario, params), path
        )

    def get(
        self, path: str, scenario: Scenario | None = None, params: Mapping[str, str] | None = None
    ) -> Any:
        """Make a GET; `scenario` and `params` are those of `signed_request`."""
        made = _signed(self._validator, "GET", self._base + path, scenario, params)
        return self._send(made, made.url.removeprefix(self._base))

    def _send(self, request: SignedRequest, target: str) -> Any:
        """Send a request to its target; the server in front of the app removes a prefix."""
        client, method, headers = self._client, request.method, request.headers
        if hasattr(client, "generic"):
            kind = headers.get("Content-Type", "")
            # Django's client gives no raw target by itself.
            return client.generic(
                method, target, request.body, kind, headers=headers, RAW_URI=target
            )
        if hasattr(client, "open"):
            return client.open(target, method=method, data=request.body, headers=headers)
        return client.request(method, target, content=request.body, headers=headers)


@sealed
def document(response: Any) -> VoiceResponse:
    """Read the document of an answer: of a test client's response, of bytes or of text.

    >>> document("<Response><Hangup/></Response>").check()
    []
    """
    for name in ("content", "data"):
        response = getattr(response, name, response)
    return VoiceResponse.parse(response)


def _scenario(name: str) -> Any:
    names = get_args(Scenario)
    if name not in names:
        raise ValueError(f"invalid scenario: use one of {', '.join(names)}")
    return getattr(bridge.Scenario, name.upper().replace("-", "_"))
