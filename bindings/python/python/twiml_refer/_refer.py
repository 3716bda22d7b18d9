"""The verb itself: `<Refer>` and its target."""

from __future__ import annotations

from ._bridge import bridge, call
from ._element import AnyParent, Element, Node, Url, element_of, pieces_of
from ._errors import DocumentError, check_text, url_text
from ._uri import SipUri


class Refer(Element):
    """The verb that transfers a SIP call, with exactly one target.

    `action` is the URL that is requested when the transfer has ended, `method` `GET` or `POST`, the
    default. A `<Refer>` that was read is a `Refer`, too, and keeps all that is in it.

    Raises `DocumentError` for action and method, `SipUriError` for the target.

    >>> refer = Refer("sip:alice@example.com", action="/handleRefer")
    >>> str(refer)
    '<Refer action="/handleRefer"><Sip>sip:alice@example.com</Sip></Refer>'
    >>> Refer(method="post")
    Traceback (most recent call last):
    twiml_refer.DocumentError: invalid TwiML: invalid method `post`: use GET or POST (upper case)
    """

    __slots__ = ()

    def __init__(
        self,
        target: str | SipUri | None = None,
        *,
        action: Url = None,
        method: str | None = None,
    ) -> None:
        spelled = url_text("action", action)
        if (spelled, method) not in _checked:
            check_text("method", method)
            call(bridge.refer_new, None, spelled, method)
            if len(_checked) < _MAX_CHECKED:
                _checked.add((spelled, method))
        self.name = "Refer"
        self.attributes = {} if spelled is None else {"action": spelled}
        if method is not None:
            self.attributes["method"] = method
        self.nodes = []
        if target is not None:
            self.sip(target)

    def sip(self, uri: str | SipUri) -> SipUri:
        """Set the target. Raises `SipUriError`, and `TypeError` if the `Refer` has a target."""
        if self.nodes and any(isinstance(node, Element) for node in self.nodes):
            raise TypeError("the Refer has a target: make another Refer")
        target = uri if type(uri) is SipUri else SipUri(uri)
        self.nodes.append(element_of(Element, "Sip", (), [target._text]))
        return target

    def append(self: AnyParent, node: Node | SipUri) -> AnyParent:
        """Add a node as any element does; a `SipUri` is the target."""
        if isinstance(node, SipUri) and isinstance(self, Refer):
            self.sip(node)
        else:
            Element.append(self, node)  # type: ignore[arg-type]
        return self

    @property
    def target(self) -> SipUri | None:
        """The target; `None` without one, and if the element is not a `<Refer>` with one URI."""
        try:
            return SipUri(call(bridge.refer_read, pieces_of([self])).target)
        except DocumentError:
            return None

    @property
    def action(self) -> str | None:
        """The action URL, as written."""
        return self.attributes.get("action")

    @property
    def method(self) -> str | None:
        """The method of the request to the action URL, as written."""
        return self.attributes.get("method")

    def resolve_action(self, base_url: str) -> str | None:
        """Return the URL that the action is in a document which `base_url` served.

        Raises `DocumentError` if `base_url` is not an absolute HTTP URL.

        >>> Refer(action="/handleRefer").resolve_action("https://voice.example.com/voice")
        'https://voice.example.com/handleRefer'
        """
        if self.action is None:
            return None
        return str(call(bridge.resolve_action, self.action, url_text("base_url", base_url)))


# An app has a handful of actions: one that was valid need not be checked again.
_checked: set[tuple[str | None, str | None]] = set()
_MAX_CHECKED = 64
