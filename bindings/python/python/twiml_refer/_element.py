"""What stands in a document: elements, comments, and the verb itself."""

from __future__ import annotations

from . import _bridge, _lane
from ._errors import wrong_type
from ._uri import SipUri

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any, Union

    Node = Union["Element", "Refer", "Comment", str]


class Comment:
    """A comment in a document."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        if not isinstance(text, str):
            wrong_type("a comment", "str", text)
        _lane.call(_lane.COMMENT, (text,))
        self.text = text

    def _pieces(self, parts: list[str | None]) -> None:
        parts += ("C", self.text)


class Parent:
    """What has attributes and children: an element, or the whole document."""

    __slots__ = ("attributes", "nodes")
    attributes: dict[str, str]
    nodes: list[Node]

    def append(self, node: Node) -> Any:
        """Add a verb, a noun, a comment, or text; the parent is returned."""
        if isinstance(node, str):
            if not node.isprintable():
                _lane.call(_lane.ELEMENT, ("Say", node))
        elif not isinstance(node, (Element, Refer, Comment)):
            wrong_type("what is appended", "a verb, a noun, a Comment or text", node)
        self.nodes.append(node)
        return self

    def nest(self, node: Node) -> Any:
        """Do as `append`, by the official library's other name."""
        return self.append(node)

    def comment(self, text: str) -> Comment:
        """Add a comment."""
        comment = Comment(text)
        self.nodes.append(comment)
        return comment

    def add_child(self, name: str, text: str | None = None, **attributes: Any) -> Element:
        """Add an element of any name."""
        element = Element(name, text, **attributes)
        self.nodes.append(element)
        return element

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)


class Element(Parent):
    """Any verb or noun. Attributes are keyword arguments in snake case, or `attrs` as spelled.

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
        **attributes: Any,
    ) -> None:
        if not isinstance(name, str):
            wrong_type("the name of an element", "str", name)
        if text is not None and not isinstance(text, str):
            wrong_type("text", "str", text)
        spelled = {
            _camel(key): _text(value) for key, value in attributes.items() if value is not None
        }
        spelled.update(attrs or {})
        self.name = name
        self.attributes = spelled
        self.nodes = [text] if text else []
        # The library judges what is not plainly ordinary.
        if spelled or name not in VERBS or not (text is None or text.isprintable()):
            flat: list[str | None] = [name, text]
            for key, value in spelled.items():
                if not isinstance(value, str):
                    wrong_type(f"the attribute {key}", "str", value)
                flat += (key, value)
            _lane.call(_lane.ELEMENT, flat)

    @property
    def text(self) -> str:
        """The text directly in it."""
        return "".join(node for node in self.nodes if isinstance(node, str))

    def _pieces(self, parts: list[str | None]) -> None:
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


class Say(Element):
    """Speak text to the caller."""

    __slots__ = ()

    def __init__(self, message: str, **attributes: Any) -> None:
        super().__init__("Say", message, **attributes)


class Play(Element):
    """Play a file."""

    __slots__ = ()

    def __init__(self, url: str | None = None, **attributes: Any) -> None:
        super().__init__("Play", url, **attributes)


class Pause(Element):
    """Wait in silence; `length` is in seconds."""

    __slots__ = ()

    def __init__(self, **attributes: Any) -> None:
        super().__init__("Pause", **attributes)


class Prompts:
    """What a document and a `<Gather>` say alike."""

    __slots__ = ()
    nodes: list[Node]

    def say(self, message: str, **attributes: Any) -> Say:
        """Add text to be spoken."""
        say = Say(message, **attributes)
        self.nodes.append(say)
        return say

    def play(self, url: str | None = None, **attributes: Any) -> Play:
        """Add a file to be played."""
        play = Play(url, **attributes)
        self.nodes.append(play)
        return play

    def pause(self, **attributes: Any) -> Pause:
        """Add a pause."""
        pause = Pause(**attributes)
        self.nodes.append(pause)
        return pause


class Gather(Prompts, Element):
    """Take digits or speech of the caller, while prompts are played."""

    __slots__ = ()

    def __init__(self, **attributes: Any) -> None:
        super().__init__("Gather", **attributes)


class Redirect(Element):
    """Go on with the document of another URL."""

    __slots__ = ()

    def __init__(self, url: str, **attributes: Any) -> None:
        super().__init__("Redirect", url, **attributes)


class Hangup(Element):
    """End the call."""

    __slots__ = ()

    def __init__(self, **attributes: Any) -> None:
        super().__init__("Hangup", **attributes)


class Refer:
    """The verb that transfers a SIP call, with exactly one target.

    `action` is the URL that learns how the transfer ended, `method` `GET` or `POST` (the default of
    the platform). Both are judged here, the target by `SipUri`.

    >>> refer = Refer("sip:alice@example.com", action="/handleRefer")
    >>> Refer(method="post")
    Traceback (most recent call last):
    twiml_refer.DocumentError: invalid TwiML: post is no method here; write GET or POST
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
            _lane.call(_lane.REFER, (action, method))
            if len(_judged) < _MOST_JUDGED:
                _judged.add((action, method))
        self.target = None if target is None else _uri(target)
        self.action = action
        self.method = method

    def sip(self, uri: str | SipUri) -> SipUri:
        """Set the target, once."""
        if self.target is not None:
            raise TypeError("this Refer has a target; a Refer has one")
        self.target = _uri(uri)
        return self.target

    def append(self, target: SipUri) -> Refer:
        """Set the target, as the official library's `Sip` is appended."""
        self.sip(target)
        return self

    def resolve_action(self, base_url: str) -> str | None:
        """Tell which URL the action is, in a document that `base_url` served."""
        if self.action is None:
            return None
        return str(_bridge.call("resolve_action", self.action, base_url))

    def _pieces(self, parts: list[str | None]) -> None:
        parts += ("R", str(self.target or ""), self.action, self.method)

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

VERBS: dict[str, type[Element]] = {
    "Say": Say,
    "Play": Play,
    "Pause": Pause,
    "Gather": Gather,
    "Redirect": Redirect,
    "Hangup": Hangup,
}


# A node that stands in itself has no end, one that is shared at each level hardly any. Far above
# what the library takes: it is the library that refuses what there is till then.
_ENDLESS = 50_000


def _refuse_endless(parts: list[str | None]) -> None:
    _lane.call(_lane.RENDER, [None, "0", *parts])
    raise RecursionError("an element stands in itself, or in too many others")


def _flat(element: Any) -> list[str | None]:
    parts: list[str | None] = []
    element._pieces(parts)
    return parts


def _uri(target: str | SipUri) -> SipUri:
    return target if type(target) is SipUri else SipUri(target)


def _camel(name: str) -> str:
    """Spell an attribute as the official library does: `num_digits` is `numDigits`."""
    first, *others = name.rstrip("_").split("_")
    return first + "".join(other[:1].upper() + other[1:] for other in others)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return " ".join(_text(item) for item in value)
    if isinstance(value, bytes):
        wrong_type("an attribute", "str, a number, a bool or a list of them", value)
    return str(value)
