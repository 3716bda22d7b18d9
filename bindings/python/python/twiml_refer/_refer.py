"""The verb itself: `<Refer>` and its target."""

from __future__ import annotations

from . import _bridge, _lane
from ._errors import wrong_type
from ._uri import SipUri


class Refer:
    """The verb that transfers a SIP call, with exactly one target.

    `action` is the URL that learns how the transfer ended, `method` `GET` or `POST` (the default of
    Twilio).

    Raises `DocumentError` for action and method, `SipUriError` for the target.

    >>> refer = Refer("sip:alice@example.com", action="/handleRefer")
    >>> Refer(method="post")
    Traceback (most recent call last):
    twiml_refer.DocumentError: invalid TwiML: invalid method `post`: use GET or POST (upper case)
    """

    __slots__ = ("target", "action", "method")
    target: SipUri | None
    action: str | None
    method: str | None

    def __init__(
        self,
        target: str | SipUri | None = None,
        *,
        action: str | None = None,
        method: str | None = None,
    ) -> None:
        if (action, method) not in _judged:
            if not isinstance(action, (str, type(None))):
                wrong_type("action", "str", action)
            if not isinstance(method, (str, type(None))):
                wrong_type("method", "str", method)
            _lane.call(_lane.REFER, _announced("", action, method))
            if len(_judged) < _MOST_JUDGED:
                _judged.add((action, method))
        self.target = None if target is None else _uri(target)
        self.action = action
        self.method = method

    def sip(self, uri: str | SipUri) -> SipUri:
        """Set the target, once. Raises `SipUriError`, and `TypeError` if it has one."""
        if self.target is not None:
            raise TypeError("this Refer has a target; a Refer has one")
        self.target = _uri(uri)
        return self.target

    def append(self, target: SipUri) -> Refer:
        """Set the target, as the official library's `Sip` is appended."""
        self.sip(target)
        return self

    def resolve_action(self, base_url: str) -> str | None:
        """Tell which URL the action is, in a document that `base_url` served.

        Raises `DocumentError` if `base_url` is no absolute HTTP URL.

        >>> Refer(action="/handleRefer").resolve_action("https://voice.example.com/voice")
        'https://voice.example.com/handleRefer'
        """
        if self.action is None:
            return None
        return str(_bridge.call("resolve_action", self.action, base_url))

    def _pieces(self, parts: list[str]) -> None:
        target = "" if self.target is None else self.target._text
        parts += _announced("R", self.action, self.method, target)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Refer):
            return NotImplemented
        mine, others = (self.target, self.action, self.method), (other.target, other.action)
        return mine == (*others, other.method)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Refer({self.target!r}, action={self.action!r}, method={self.method!r})"


# An app has a handful of actions: what was found good need not be asked again.
_judged: set[tuple[str | None, str | None]] = set()
_MOST_JUDGED = 64


def _announced(
    letters: str, action: str | None, method: str | None, *before: str
) -> tuple[str, ...]:
    """Put letters for what is there before it."""
    if action is None:
        return (letters, *before) if method is None else (letters + "m", *before, method)
    if method is None:
        return (letters + "a", *before, action)
    return (letters + "am", *before, action, method)


def _uri(target: str | SipUri) -> SipUri:
    return target if type(target) is SipUri else SipUri(target)
