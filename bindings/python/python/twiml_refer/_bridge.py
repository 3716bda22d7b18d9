"""Calls of the library through the generated module; raises the errors of the package."""

from __future__ import annotations

from . import _errors
from ._hints import Any
from ._native import twiml_refer_uniffi  # pyright: ignore[reportMissingImports]

bridge: Any = twiml_refer_uniffi
Pair = bridge.Pair


def call(function: Any, *arguments: Any) -> Any:
    """Call a function of the generated module."""
    try:
        return function(*arguments)
    except bridge.BridgeError as raised:
        details = raised.details
    # Neither this frame nor, outside of the handler, an error before this one leads to them.
    del arguments
    raise error(details)


# The class of each kind that has its own, and of each group.
_classes: dict[str, type[_errors.TwimlReferError]] = {}


def error(details: Any) -> _errors.TwimlReferError:
    """Make the error that the library describes."""
    if not _classes:
        classes = bridge.error_classes()
        _classes.update((it.kind or it.group, _errors.CLASSES[it.class_name]) for it in classes)
    kind = _classes.get(details.kind) or _classes.get(details.group, _errors.TwimlReferError)
    return kind(
        details.message,
        details.kind,
        details.offset,
        details.line,
        details.column,
        details.parameter,
        details.number,
        details.group,
    )


def pairs(items: Any) -> list[Any]:
    """Make pairs of names and values."""
    return [Pair(name, value) for name, value in items]


def plain(items: Any) -> tuple[tuple[str, str], ...]:
    """Take pairs apart."""
    return tuple([(item.name, item.value) for item in items])
