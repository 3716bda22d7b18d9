"""Documents: built as with the official library, read back, checked."""

from __future__ import annotations

from ._bridge import bridge, call, pairs, plain
from ._diagnostic import Diagnostic, diagnostic
from ._element import Attribute, Comment, Element, Url, element_of, pieces_of
from ._errors import wrong_type
from ._hints import Any, Literal, Sequence
from ._refer import Refer
from ._uri import SipUri
from ._verbs import VERBS, Gather, Hangup, Prompts, Redirect


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
    name = "Response"

    def __init__(self) -> None:
        self.attributes = {}
        self.nodes = []

    def gather(
        self,
        input: str | Sequence[str] | None = None,
        action: Url = None,
        method: str | None = None,
        timeout: int | None = None,
        speech_timeout: int | str | None = None,
        max_speech_time: int | None = None,
        profanity_filter: bool | None = None,
        finish_on_key: str | None = None,
        num_digits: int | None = None,
        partial_result_callback: Url = None,
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

    def redirect(self, url: Url, method: str | None = None, **attributes: Attribute) -> Redirect:
        """Add `<Redirect>`."""
        return self.nest(Redirect(url, method, **attributes))

    def hangup(self, **attributes: Attribute) -> Hangup:
        """Add `<Hangup>`."""
        return self.nest(Hangup(**attributes))

    def refer(
        self,
        target: str | SipUri | None = None,
        *,
        action: Url = None,
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
        document = call(bridge.document_parse, _bytes(xml))
        response = cls()
        response.attributes.update(plain(document.attributes))
        # The nodes of what is open, and how many of them are missing.
        opened: list[tuple[list[Any], int]] = [(response.nodes, -1)]
        for piece in document.pieces:
            nodes, missing = opened.pop()
            if missing != 1:
                opened.append((nodes, missing - 1))
            if isinstance(piece, bridge.Piece.ELEMENT):
                inner = [] if piece.text is None else [piece.text]
                kind = VERBS.get(piece.name, Element)
                nodes.append(element_of(kind, piece.name, plain(piece.attributes), inner))
                if piece.nodes:
                    opened.append((inner, piece.nodes))
            elif isinstance(piece, bridge.Piece.COMMENT):
                nodes.append(Comment(piece.text))
            else:
                nodes.append(piece.text)
        return response

    @staticmethod
    def check_xml(xml: str | bytes) -> list[Diagnostic]:
        """Read a document and check it; the diagnostics have lines and columns.

        Raises `DocumentError` if it cannot be read.

        >>> [found] = VoiceResponse.check_xml("<Response><refer/></Response>")
        >>> found.code, found.line, found.column
        ('verb-unknown', 1, 11)
        """
        return [diagnostic(found) for found in call(bridge.document_check, _bytes(xml))]

    def check(self) -> list[Diagnostic]:
        """Report what Twilio will refuse, drop or never run."""
        return [diagnostic(it) for it in call(bridge.document_check_built, self._document())]

    @property
    def follows(self) -> Literal["action", "next-verb", "hangup"] | None:
        """What runs after the first `<Refer>`."""
        follows: Any = call(bridge.document_follows, self._document())
        return follows  # type: ignore[no-any-return]

    @property
    def first_refer(self) -> Refer | None:
        """The first `<Refer>` directly in the document, if it has one URI and nothing unknown."""
        found = call(bridge.document_first_refer, self._document())
        return found and Refer(found.target, action=found.action, method=found.method)

    def to_xml(self, *, pretty: bool = False, xml_declaration: bool = True) -> str:
        """Write the document; `pretty` is with four spaces a level."""
        text: str = call(bridge.document_render, self._document(), pretty)
        return text if xml_declaration else text.partition("?>")[2].lstrip("\n")

    def _document(self) -> Any:
        return bridge.Document(pairs(self.attributes.items()), pieces_of(self.nodes))

    def __str__(self) -> str:
        return self.to_xml()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, VoiceResponse):
            return NotImplemented
        return self is other or str(self) == str(other)

    __hash__ = None  # type: ignore[assignment]


def _bytes(xml: str | bytes) -> bytes:
    if isinstance(xml, str):
        return xml.encode("utf-8", "surrogatepass")
    if not isinstance(xml, (bytes, bytearray)):
        wrong_type("a document", "str or bytes", xml)
    return bytes(xml)
