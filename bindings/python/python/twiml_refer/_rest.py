"""The REST request that invokes the verb: plain data, nothing is sent."""

from __future__ import annotations

from . import _bridge
from ._response import VoiceResponse
from ._uri import SipUri
from ._value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class RestRequest(Value):
    """A request to make with any HTTP client, and the account's credentials."""

    __slots__ = ("method", "url", "body")
    method: str
    """The HTTP method."""
    url: str
    """Where it goes."""
    body: str
    """The form."""

    def __init__(self, method: str, url: str, body: str) -> None:
        self._set(method, url, body)


def call_update(
    account_sid: str,
    call_sid: str,
    *,
    twiml: VoiceResponse | str | None = None,
    url: str | None = None,
    url_method: str | None = None,
    base: str | None = None,
) -> RestRequest:
    """Give a live call a new document, or the URL of one.

    Raises `RestError`: an identifier, the URL or the base is none, or the document has more than
    4000 characters.

    >>> request = call_update("AC" + 32 * "0", "CA" + 32 * "1", url="https://example.com/refer")
    >>> request.method, request.body
    ('POST', 'Url=https%3A%2F%2Fexample.com%2Frefer')
    """
    source = _source(twiml, url, url_method)
    made = _bridge.call("call_update", account_sid, call_sid, source, base)
    return RestRequest(made.method, made.url, made.body)


def call_create(
    account_sid: str,
    to: SipUri | str,
    from_: str,
    *,
    twiml: VoiceResponse | str | None = None,
    url: str | None = None,
    url_method: str | None = None,
    base: str | None = None,
) -> RestRequest:
    """Make a new SIP call that begins with this document. Raises as `call_update`."""
    source = _source(twiml, url, url_method)
    made = _bridge.call("call_create", account_sid, str(to), from_, source, base)
    return RestRequest(made.method, made.url, made.body)


def _source(twiml: VoiceResponse | str | None, url: str | None, method: str | None) -> Any:
    if (twiml is None) == (url is None):
        raise TypeError("give either twiml or url")
    source = _bridge.module().RestSource
    if url is not None:
        return source.URL(url=url, method=method)
    if method is not None:
        raise TypeError("url_method stands with url alone")
    return source.TWIML(xml=str(twiml))
