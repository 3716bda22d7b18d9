"""The REST request that invokes the verb: plain data, nothing is sent."""

from __future__ import annotations

from ._bridge import bridge, call
from ._element import Url
from ._errors import check_text, url_text
from ._hints import Any, Literal
from ._response import VoiceResponse
from ._uri import SipUri
from ._value import Value


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
    url: Url = None,
    url_method: Literal["GET", "POST"] | None = None,
    base: Url = None,
) -> RestRequest:
    """Make the request that gives a live call a new document, or the URL of one.

    Raises `RestError` for an identifier, a URL or a base that is invalid, and for a document that
    is too long to be sent so.

    >>> request = call_update("AC" + 32 * "0", "CA" + 32 * "1", url="https://example.com/refer")
    >>> request.method, request.body
    ('POST', 'Url=https%3A%2F%2Fexample.com%2Frefer')
    """
    check_text("account_sid", account_sid)
    check_text("call_sid", call_sid)
    source = _source(twiml, url, url_method)
    made = call(bridge.call_update, account_sid, call_sid, source, url_text("base", base))
    return RestRequest(made.method, made.url, made.body)


def call_create(
    account_sid: str,
    to: SipUri | str,
    from_: str,
    *,
    twiml: VoiceResponse | str | None = None,
    url: Url = None,
    url_method: Literal["GET", "POST"] | None = None,
    base: Url = None,
) -> RestRequest:
    """Make the request for a new SIP call with this document. Raises as `call_update`."""
    check_text("account_sid", account_sid)
    check_text("from_", from_)
    source = _source(twiml, url, url_method)
    made = call(bridge.call_create, account_sid, str(to), from_, source, url_text("base", base))
    return RestRequest(made.method, made.url, made.body)


def _source(twiml: VoiceResponse | str | None, url: Url, method: str | None) -> Any:
    if (twiml is None) == (url is None):
        raise TypeError("give either twiml or url")
    check_text("url_method", method)
    if url is not None:
        return bridge.CallSource.URL(url_text("url", url), method)
    if method is not None:
        raise TypeError("url_method is for url, not for twiml")
    document = twiml if isinstance(twiml, VoiceResponse) else VoiceResponse.parse(str(twiml))
    return bridge.CallSource.TWIML(document._document())
