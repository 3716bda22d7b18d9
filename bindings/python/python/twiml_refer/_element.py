"""What stands in a document: elements of any name, comments, and what has children."""

from __future__ import annotations

from . import _lane
from ._errors import wrong_type
from ._value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any, TypeVar, Union

    from typing_extensions import Self

    from ._refer import Refer

    Node = Union["Element", Refer, "Comment", str]
    AnyNode = TypeVar("AnyNode", bound=Node)
    # What may be given for an attribute; None is one that is not there.
    Attribute = Union[str, int, float, bool, Sequence[str], None]


class Comment(Value):
    """A comment in a document.

    Raises `DocumentError`: `--` or a character that XML forbids stands in it, or `-` at its end.
    """

    __slots__ = ("text",)
    text: str

    def __init__(self, text: str) -> None:
        if not isinstance(text, str):
            wrong_type("a comment", "str", text)
        _lane.call(_lane.COMMENT, (text,))
        self._set(text)

    def _pieces(self, parts: list[str]) -> None:
        parts += ("C", self.text)


class Parent:
    """What has attributes and children: an element, or the whole document."""

    __slots__ = ("attributes", "nodes")
    attributes: dict[str, str]
    nodes: list[Node]

    def append(self, node: Node) -> Self:
        """Add a verb, a noun, a comment, or text; the parent is returned.

        How deep and how many they are is judged when the document is written: each may still grow.
        """
        if isinstance(node, str):
            if not node.isprintable():
                _lane.call(_lane.ELEMENT, ("t", "Say", node))
        elif not hasattr(node, "_pieces"):
            wrong_type("what is appended", "a verb, a noun, a Comment or text", node)
        self.nodes.append(node)
        return self

    def nest(self, node: AnyNode) -> AnyNode:
        """Do as `append`; what was added is returned."""
        self.append(node)
        return node

    def comment(self, text: str) -> Comment:
        """Add a comment."""
        comment = Comment(text)
        self.nodes.append(comment)
        return comment

    def add_child(
        self,
        name: str,
        text: str | None = None,
        *,
        attrs: Mapping[str, str] | None = None,
        **attributes: Attribute,
    ) -> Element:
        """Add an element of any name."""
        return self.nest(Element(name, text, attrs=attrs, **attributes))

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        pass


class Element(Parent):
    """Any verb or noun. Attributes are keyword arguments in snake case, or `attrs` as spelled.

    Keyword arguments are written in the order of their names, as by the official library; those of
    `attrs` follow in their own order.

    Raises `DocumentError` where a name or a character cannot stand in a document.

    >>> element = Element("Gather", num_digits=1, attrs={"action": "/choice"})
    >>> element.append(Say("Press 1.")).attributes
    {'numDigits': '1', 'action': '/choice'}
    """

    __slots__ = ("name",)

    def __init__(
        self,
        name: str,
        text: str | None = None,
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
        given = {_spelled(key): _text(it) for key, it in attributes.items() if it is not None}
        spelled = dict(sorted(given.items())) if len(given) > 1 else given
        if attrs:
            spelled.update(attrs)
        self.name = name
        self.attributes = spelled
        self.nodes = [text] if text else []
        # The library judges what is not plainly ordinary.
        if spelled or name not in _ORDINARY or not (text is None or text.isprintable()):
            flat = ["", name] if text is None else ["t", name, text]
            for key, value in spelled.items():
                if not isinstance(value, str):
                    wrong_type(f"the attribute {key}", "str", value)
                flat += (key, value)
            _lane.call(_lane.ELEMENT, flat)

    @property
    def text(self) -> str:
        """The text directly in it."""
        return "".join(node for node in self.nodes if isinstance(node, str))

    def _pieces(self, parts: list[str]) -> None:
        # Not by recursion: a tree that someone else made may be deep.
        stack: list[Any] = [self]
        start, elements = len(parts), 0
        while stack:
            node = stack.pop()
            if node is None:
                parts.append(")")
            elif isinstance(node, str):
                parts += ("T", node)
            elif isinstance(node, Element):
                elements += 1
                if elements > _ENDLESS:
                    _refuse_endless(parts[start:])
                parts += ("E", node.name, str(len(node.attributes)))
                for pair in node.attributes.items():
                    parts += pair
                stack.append(None)
                stack.extend(reversed(node.nodes))
            else:
                node._pieces(parts)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return _flat(self) == _flat(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{self.name} {self.attributes!r} with {len(self.nodes)} nodes>"


# Verbs whose names need no judging.
_ORDINARY = frozenset(("Say", "Play", "Pause", "Gather", "Redirect", "Hangup"))

# Keywords of Python whose attributes are not their camel case.
_NOT_CAMEL = {"xml_lang": "xml:lang", "interpret_as": "interpret-as"}

# A node that stands in itself has no end, one that is shared at each level hardly any. Far above
# what the library takes: it is the library that refuses what there is till then.
_ENDLESS = 50_000


def _refuse_endless(parts: list[str]) -> None:
    _lane.call(_lane.RENDER, ["", "0", *parts])
    raise RecursionError("an element stands in itself, or in too many others")


def _flat(element: Any) -> list[str]:
    parts: list[str] = []
    element._pieces(parts)
    return parts


def _spelled(name: str) -> str:
    """Spell an attribute as the official library does: `num_digits` is `numDigits`."""
    if name in _NOT_CAMEL:
        return _NOT_CAMEL[name]
    first, *others = name.rstrip("_").split("_")
    return first + "".join(other[:1].upper() + other[1:] for other in others)


def _text(value: Attribute) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, (list, tuple)):
        return " ".join(map(_text, value))
    wrong_type("an attribute", "str, a number, a bool or a list of them", value)
