"""Documents: built as with the official library, read back, checked."""

from __future__ import annotations

from . import _bridge, _lane
from ._element import Comment, Element
from ._errors import wrong_type
from ._refer import Refer
from ._uri import SipUri
from ._verbs import VERBS, Gather, Hangup, Prompts, Redirect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from ._diagnostic import Diagnostic
    from ._element import Attribute


class VoiceResponse(Prompts):
    """The document that an app answers Twilio with.

    >>> response = VoiceResponse()
    >>> _ = response.say("Connecting you.")
    >>> _ = response.refer("sip:alice@example.com", action="/handleRefer")
    >>> print(response.to_xml(pretty=True))
    <?xml version="1.0" encoding="UTF-8"?>
    <Response>
        <Say>Connecting you.</Say>
        <Refer action="/handleRefer">
            <Sip>sip:alice@example.com</Sip>
        </Refer>
    </Response>
    >>> response.check()
    []
    """

    __slots__ = ()

    def __init__(self) -> None:
        self.attributes = {}
        self.nodes = []

    def gather(
        self,
        input: str | Sequence[str] | None = None,
        action: str | None = None,
        method: str | None = None,
        timeout: int | None = None,
        speech_timeout: int | str | None = None,
        max_speech_time: int | None = None,
        profanity_filter: bool | None = None,
        finish_on_key: str | None = None,
        num_digits: int | None = None,
        partial_result_callback: str | None = None,
        partial_result_callback_method: str | None = None,
        language: str | None = None,
        hints: str | None = None,
        barge_in: bool | None = None,
        debug: bool | None = None,
        action_on_empty_result: bool | None = None,
        speech_model: str | None = None,
        enhanced: bool | None = None,
        **attributes: Attribute,
    ) -> Gather:
        """Add `<Gather>`; its prompts are added to what is returned."""
        gather = Gather(
            input=input,
            action=action,
            method=method,
            timeout=timeout,
            speech_timeout=speech_timeout,
            max_speech_time=max_speech_time,
            profanity_filter=profanity_filter,
            finish_on_key=finish_on_key,
            num_digits=num_digits,
            partial_result_callback=partial_result_callback,
            partial_result_callback_method=partial_result_callback_method,
            language=language,
            hints=hints,
            barge_in=barge_in,
            debug=debug,
            action_on_empty_result=action_on_empty_result,
            speech_model=speech_model,
            enhanced=enhanced,
            **attributes,
        )
        return self.nest(gather)

    def redirect(self, url: str, method: str | None = None, **attributes: Attribute) -> Redirect:
        """Add `<Redirect>`."""
        return self.nest(Redirect(url, method, **attributes))

    def hangup(self, **attributes: Attribute) -> Hangup:
        """Add `<Hangup>`."""
        return self.nest(Hangup(**attributes))

    def refer(
        self,
        target: str | SipUri | None = None,
        *,
        action: str | None = None,
        method: str | None = None,
    ) -> Refer:
        """Add `<Refer>`; its target here, or by `sip()` of what is returned. Raises as `Refer`."""
        return self.nest(Refer(target, action=action, method=method))

    @classmethod
    def parse(cls, xml: str | bytes) -> VoiceResponse:
        """Read a document, in UTF-8.

        Raises `DocumentError` with line and column.

        >>> VoiceResponse.parse("<Response><Say>Hello</Say></Response>").nodes[0].name
        'Say'
        """
        document = _bridge.call("document_parse", _bytes(xml))
        response = cls()
        response.attributes.update(_bridge.plain(document.attributes))
        parents: list[Any] = [response]
        for piece in document.pieces:
            if piece.is_open():
                attributes = dict(_bridge.plain(piece.attributes))
                element = _known(piece.name, attributes)
                parents[-1].nodes.append(element)
                parents.append(element)
            elif piece.is_close():
                parents.pop()
            elif piece.is_refer():
                refer = Refer(piece.target, action=piece.action, method=piece.method)
                parents[-1].nodes.append(refer)
            elif piece.is_text():
                parents[-1].nodes.append(piece.content)
            else:
                parents[-1].nodes.append(Comment(piece.content))
        return response

    @staticmethod
    def check_xml(xml: str | bytes) -> list[Diagnostic]:
        """Read a document and tell its faults, with lines and columns.

        Raises `DocumentError` if it cannot be read.

        >>> [found] = VoiceResponse.check_xml("<Response><refer/></Response>")
        >>> found.code, found.line, found.column
        ('verb-unknown', 1, 11)
        """
        from ._diagnostic import diagnostics

        return diagnostics(_bridge.call("document_check", _bytes(xml)))

    def check(self) -> list[Diagnostic]:
        """Tell what Twilio will refuse, drop or never run.

        Raises `DocumentError` if it cannot be written.
        """
        from ._diagnostic import diagnostics

        return diagnostics(_bridge.call("document_check_built", self._document()))

    @property
    def follows(self) -> str | None:
        """What comes after the first `<Refer>`: `action`, `next-verb` or `hangup`."""
        return _bridge.maybe_text(_bridge.call("document_follows", self._document()))

    def to_xml(self, *, pretty: bool = False, xml_declaration: bool = True) -> str:
        """Write the document; `pretty` is with four spaces a level.

        Raises `DocumentError`: it is nested too deep, or has too many elements.
        """
        parts = ["p" if pretty else "", str(len(self.attributes))]
        for pair in self.attributes.items():
            parts += pair
        for node in self.nodes:
            if isinstance(node, str):
                parts += ("T", node)
            else:
                node._pieces(parts)
        text = _lane.text(_lane.call(_lane.RENDER, parts))
        return text if xml_declaration else text.partition("?>")[2].lstrip("\n")

    def _document(self) -> Any:
        bridge = _bridge.module()
        pieces: list[Any] = []
        for node in self.nodes:
            if isinstance(node, Element):
                # It has an end, or is refused.
                node._pieces([])
        stack: list[Any] = list(reversed(self.nodes))
        while stack:
            node = stack.pop()
            if node is None:
                pieces.append(bridge.Piece.CLOSE())
            elif isinstance(node, str):
                pieces.append(bridge.Piece.TEXT(content=node))
            elif isinstance(node, Comment):
                pieces.append(bridge.Piece.COMMENT(content=node.text))
            elif isinstance(node, Refer) and node.target is not None:
                target = str(node.target)
                refer = bridge.Piece.REFER(target=target, action=node.action, method=node.method)
                pieces.append(refer)
            else:
                pieces.append(_open(bridge, node))
                stack.append(None)
                stack.extend(() if isinstance(node, Refer) else reversed(node.nodes))
        attributes = _bridge.pairs(self.attributes.items())
        return bridge.Document(attributes=attributes, pieces=pieces)

    def __str__(self) -> str:
        return self.to_xml()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, VoiceResponse):
            return NotImplemented
        return self.attributes == other.attributes and self.nodes == other.nodes

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<VoiceResponse with {len(self.nodes)} nodes>"


def _known(name: str, attributes: dict[str, str]) -> Element:
    """Make an element of what was read, and judged then."""
    element = Element.__new__(VERBS.get(name, Element))
    element.name, element.attributes, element.nodes = name, attributes, []
    return element


def _open(bridge: Any, node: Any) -> Any:
    if isinstance(node, Refer):
        set_ = (("action", node.action), ("method", node.method))
        attributes = _bridge.pairs((n, v) for n, v in set_ if v is not None)
        return bridge.Piece.OPEN(name="Refer", attributes=attributes)
    return bridge.Piece.OPEN(name=node.name, attributes=_bridge.pairs(node.attributes.items()))


def _bytes(xml: str | bytes) -> bytes:
    if isinstance(xml, str):
        return xml.encode("utf-8", "surrogatepass")
    if not isinstance(xml, (bytes, bytearray)):
        wrong_type("a document", "str or bytes", xml)
    return bytes(xml)
