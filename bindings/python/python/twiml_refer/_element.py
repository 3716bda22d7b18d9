"""The tree of a document: elements of any name, comments and text."""

from __future__ import annotations

from ._bridge import Pair, bridge, call, pairs
from ._errors import wrong_type
from ._hints import TYPE_CHECKING, Any, Iterator, Mapping, Sequence
from ._value import Value

if TYPE_CHECKING:
    from typing import TypeVar

    AnyNode = TypeVar("AnyNode", bound="Node")
    AnyParent = TypeVar("AnyParent", bound="Parent")
    # The value of an attribute; None leaves it out.
    Attribute = str | int | float | bool | Sequence[str] | None
else:
    # Text, which is evaluated with the annotation that has it.
    Attribute = "str | int | float | bool | Sequence[str] | None"
# A URL: text, or an object of a URL library, whose str() it is.
Url = object

_ELEMENT, _TEXT, _COMMENT = bridge.Piece.ELEMENT, bridge.Piece.TEXT, bridge.Piece.COMMENT

# An element that contains itself has no end. Far above what Twilio takes.
_MAX_NODES = 300_000


class Comment(Value):
    """A comment in a document.

    Raises `DocumentError` for `--`, for `-` at the end and for characters that XML forbids.
    """

    __slots__ = ("text",)
    text: str

    def __init__(self, text: str) -> None:
        if not isinstance(text, str):
            wrong_type("a comment", "str", text)
        self._set(call(bridge.comment_new, text))


class Parent:
    """What has attributes and nodes: an element, or the whole document."""

    __slots__ = ("attributes", "nodes")
    name: str
    attributes: dict[str, str]
    nodes: list[Node]

    def append(self: AnyParent, node: Node) -> AnyParent:
        """Add a verb, a noun, a comment or text, and return the parent."""
        if not isinstance(node, Element):
            if isinstance(node, str):
                call(bridge.text_check, node)
            elif not isinstance(node, Comment):
                wrong_type("a node", "a verb, a noun, a Comment or str", node)
        self.nodes.append(node)
        return self

    def nest(self, node: AnyNode) -> AnyNode:
        """Add a node as `append` does, and return the node."""
        self.append(node)
        return node

    def comment(self, text: str) -> Comment:
        """Add a comment."""
        return self.nest(Comment(text))

    def add_child(
        self,
        name: str,
        text: str | None = None,
        /,
        *,
        attrs: Mapping[str, str] | None = None,
        **attributes: Attribute,
    ) -> Element:
        """Add an element of any name."""
        return self.nest(Element(name, text, attrs=attrs, **attributes))

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def __enter__(self: AnyParent) -> AnyParent:
        return self

    def __exit__(self, *_raised: object) -> None:
        pass

    # Hidden from type checkers, for which any attribute would exist.
    if not TYPE_CHECKING:

        def __getattr__(self, name):
            text = f"{type(self).__name__!r} object has no attribute {name!r}"
            if name.islower() and not name.startswith("_"):
                verb = "".join(part.capitalize() for part in name.split("_"))
                text += f': for a verb without a method of its own use add_child("{verb}")'
            raise AttributeError(text, name=name, obj=self)

    def __repr__(self) -> str:
        try:
            xml = _rendered(pieces_of([self], shown=True))
        except (AttributeError, ValueError) as error:
            # What was put into `nodes` or `attributes` cannot be written.
            xml = str(error)
        return f"<{type(self).__name__}: {xml}>"


class Element(Parent):
    """Any verb or noun. Attributes are keyword arguments in snake case, or `attrs` as spelled.

    Keyword arguments are written in the order of their names, as by the official library; those of
    `attrs` follow in their own order.

    Raises `DocumentError` for a name or a character that cannot be written.

    >>> element = Element("Gather", num_digits=1, attrs={"action": "/choice"})
    >>> element.append(Say("Press 1.")).attributes
    {'numDigits': '1', 'action': '/choice'}
    >>> str(element)
    '<Gather numDigits="1" action="/choice"><Say>Press 1.</Say></Gather>'
    """

    __slots__ = ("name",)

    def __init__(
        self,
        name: str,
        text: str | None = None,
        /,
        *,
        attrs: Mapping[str, str] | None = None,
        **attributes: Attribute,
    ) -> None:
        if not isinstance(name, str):
            wrong_type("the name of an element", "str", name)
        self._fill(name, text, attributes, attrs)

    def _fill(
        self,
        name: str,
        text: str | None,
        attributes: Mapping[str, Attribute],
        attrs: Mapping[str, str] | None = None,
    ) -> None:
        if text is not None and not isinstance(text, str):
            wrong_type("text", "str", text)
        given = {_spelled(key): _text(key, it) for key, it in attributes.items() if it is not None}
        self.name = name
        self.attributes = dict(sorted(given.items()))
        for key, value in (attrs or {}).items():
            if not isinstance(value, str):
                wrong_type(f"attribute {key}", "str", value)
            self.attributes[key] = value
        self.nodes = [text] if text else []
        call(bridge.element_check, name, pairs(self.attributes.items()), text)

    @property
    def text(self) -> str:
        """The text directly in it."""
        return "".join(node for node in self.nodes if isinstance(node, str))

    def __str__(self) -> str:
        return _rendered(pieces_of([self]))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Element):
            return NotImplemented
        return self is other or str(self) == str(other)

    __hash__ = None  # type: ignore[assignment]


Node = Element | Comment | str
if not TYPE_CHECKING:
    AnyNode, AnyParent = Node, Parent


def element_of(kind: type[Element], name: str, attributes: Any, nodes: list[Node]) -> Element:
    """Make an element of parts that the library has checked."""
    element = kind.__new__(kind)
    element.name, element.attributes, element.nodes = name, dict(attributes), nodes
    return element


def pieces_of(nodes: list[Any], *, shown: bool = False) -> list[Any]:
    """Write nodes as the library reads them; what is `shown` has no passwords in its URIs."""
    pieces: list[Any] = []
    # Not by recursion: a tree may be deep.
    stack = nodes[::-1]
    while stack:
        node = stack.pop()
        if isinstance(node, Parent):
            inner, text = node.nodes, None
            if inner and isinstance(inner[0], str):
                text, inner = inner[0], inner[1:]
            attributes = [Pair(key, value) for key, value in node.attributes.items()]
            if shown:
                text = text and _redacted(text)
                for pair in attributes:
                    pair.value = _redacted(pair.value)
            pieces.append(_ELEMENT(node.name, attributes, text, len(inner)))
            if inner:
                stack += inner[::-1]
        elif isinstance(node, str):
            pieces.append(_TEXT(_redacted(node) if shown else node))
        else:
            pieces.append(_COMMENT(node.text))
        if len(pieces) > _MAX_NODES:
            raise ValueError(f"more than {_MAX_NODES} nodes: an element may contain itself")
    return pieces


def _redacted(text: str) -> str:
    return str(bridge.url_redacted(bridge.uri_redacted(text)))


def _rendered(pieces: list[Any]) -> str:
    """Write an element."""
    xml: str = call(bridge.document_render, bridge.Document([], pieces), False)
    return xml.partition("<Response>")[2].removesuffix("</Response>")


# Keywords of Python whose attributes are not their camel case.
_NOT_CAMEL = {"xml_lang": "xml:lang", "interpret_as": "interpret-as"}


def _spelled(name: str) -> str:
    """Spell an attribute as the official library does: `num_digits` is `numDigits`."""
    if name in _NOT_CAMEL:
        return _NOT_CAMEL[name]
    first, *others = name.rstrip("_").split("_")
    return first + "".join(other[:1].upper() + other[1:] for other in others)


def _text(name: str, value: Attribute) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, (list, tuple)):
        return " ".join([_text(name, item) for item in value])
    wrong_type(f"attribute {name}", "str, a number, a bool or a list of them", value)
