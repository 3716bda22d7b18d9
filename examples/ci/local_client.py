"""Lets Twilio's Python library make its requests to `twiml-refer emulate --api`.

The rest of an app stays as it is:

    client = Client(account_sid, auth_token, http_client=LocalClient("http://127.0.0.1:8081"))
"""

from __future__ import annotations

from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped]
from twilio.http.response import Response  # type: ignore[import-untyped]


class LocalClient(TwilioHttpClient):  # type: ignore[misc]
    """Sends what is for api.twilio.com to another address: scheme, host and port."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base
        # A proxy of the environment is not for this machine.
        self.session.trust_env = False

    def request(self, method: str, url: str, *arguments: object, **named: object) -> Response:
        """Make a request."""
        local = url.replace("https://api.twilio.com", self.base, 1)
        return super().request(method, local, *arguments, **named)
