"""For the tests of an app: signed callbacks as Twilio would send them.

from twiml_refer.testing import signed_callback

request = signed_callback("token", "https://voice.example.com/handleRefer", "busy")
response = client.post(request.path, content=request.body, headers=request.headers)
"""

from __future__ import annotations

from urllib.parse import urlsplit

from ._secret import sealed
from ._transfer import Completed, Transfer
from ._validator import RequestValidator
from ._value import Value
from ._webhook import VoiceRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Literal

    Scenario = Literal["answered", "busy", "refused", "hangup", "silent"]

# Code and Subscription-State of what the endpoint reports, for each scenario.
_NOTIFIES: dict[str, tuple[tuple[int, str], ...]] = {
    "answered": ((100, "active"), (180, "active"), (200, "terminated")),
    "busy": ((100, "active"), (486, "terminated")),
    "refused": (),
    "hangup": ((100, "active"), (180, "active")),
    "silent": (),
}


class SignedRequest(Value):
    """A request to make to the app."""

    __slots__ = ("method", "url", "body", "signature")
    method: str
    url: str
    """With the parameters of a GET."""
    body: bytes
    signature: str

    def __init__(self, method: str, url: str, body: bytes, signature: str) -> None:
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


@sealed
def refer_params(scenario: Scenario) -> tuple[tuple[str, str], ...]:
    """Run the verb against an endpoint that does so; the three parameters that come of it.

    >>> refer_params("refused")
    (('ReferCallStatus', 'failed'), ('ReferSipResponseCode', '405'))
    """
    if scenario not in _NOTIFIES:
        raise ValueError(f"invalid scenario: use one of {', '.join(_NOTIFIES)}")
    transfer = Transfer("sip:alice@example.com")
    outputs = transfer.start(cseq=1, now=0)
    outputs += transfer.response(405 if scenario == "refused" else 202, now=50)
    for cseq, (code, state) in enumerate(_NOTIFIES[scenario], 1):
        body = f"SIP/2.0 {code} \r\n".encode()
        outputs += transfer.notify("refer", cseq=cseq, now=100, subscription_state=state, body=body)
    if scenario == "hangup":
        outputs += transfer.hang_up(now=200)
    if transfer.deadline is not None:
        outputs += transfer.time(now=transfer.deadline)
    [report] = [output.report for output in outputs if isinstance(output, Completed)]
    return report.params


@sealed
def signed_callback(
    token: str,
    url: str,
    scenario: Scenario = "answered",
    *,
    method: Literal["GET", "POST"] = "POST",
    params: Mapping[str, str] | None = None,
) -> SignedRequest:
    """Make the callback of a scenario, signed.

    `params` are added to, or replace, the usual ones. Raises `ValueError` for another scenario or
    method.

    >>> made = signed_callback("12345", "https://example.com/refer", "hangup")
    >>> validator = RequestValidator("12345", public_base="https://example.com")
    >>> validator.verify("POST", made.path, made.body, made.signature).outcome
    Canceled()
    """
    if method not in ("GET", "POST"):
        raise ValueError("invalid method: use GET or POST (upper case)")
    usual = {
        "CallSid": "CA" + 32 * "0",
        "AccountSid": "AC" + 32 * "0",
        "From": "sip:caller@example.com",
        "To": "sip:app@example.com",
        "Direction": "inbound",
        "ApiVersion": "2010-04-01",
        "CallStatus": "completed" if scenario == "hangup" else "in-progress",
    }
    usual.update(refer_params(scenario))
    usual.update(params or {})
    validator = RequestValidator(token)
    form = VoiceRequest.from_params(usual).to_form()
    if method == "GET":
        url = url + ("&" if "?" in url else "?") + form
        return SignedRequest(method, url, b"", validator.sign(url))
    return SignedRequest(method, url, form.encode(), validator.sign(url, usual))
