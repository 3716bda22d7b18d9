"""For the tests of an app: signed requests as Twilio sends them.

from twiml_refer.testing import signed_request

request = signed_request("token", "https://voice.example.com/handleRefer", "target-failed")
response = client.post(request.path, content=request.body, headers=request.headers)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from ._bridge import bridge, call
from ._outcome import ReferReport, report
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
    if method not in ("GET", "POST"):
        raise ValueError("invalid method: use GET or POST (upper case)")
    if not isinstance(url, str):
        raise TypeError(f"url must be str, got {type(url).__name__}")
    secrets = secrets_of(RequestValidator(token))
    chosen, added = None if scenario is None else _scenario(scenario), pairs_of(params)
    made = call(bridge.signed_request, secrets, method, url, chosen, added)
    return SignedRequest(method, made.url, made.body.encode(), made.headers[0].value)


def _scenario(name: str) -> Any:
    names = get_args(Scenario)
    if name not in names:
        raise ValueError(f"invalid scenario: use one of {', '.join(names)}")
    return getattr(bridge.Scenario, name.upper().replace("-", "_"))
