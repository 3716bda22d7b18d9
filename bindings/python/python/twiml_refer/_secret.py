"""Keeps tokens and requests out of tracebacks and logs.

Error trackers record the local variables of every frame of a traceback, and what they refer to.
"""

from __future__ import annotations

from ._hints import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    AnyClass = TypeVar("AnyClass", bound=type)
    AnyFunction = TypeVar("AnyFunction", bound=Callable[..., Any])


def sealed(function: AnyFunction) -> AnyFunction:
    """Wrap a public function: the frames of its errors hold neither arguments nor secrets."""

    def call(*arguments: Any, **named: Any) -> Any:
        try:
            return function(*arguments, **named)
        except BaseException as raised:
            error = raised
        del arguments, named
        # The frames below, and those of errors that led to this one.
        error.__traceback__ = error.__cause__ = error.__context__ = None
        # Setting the cause hides the error that the caller is handling, if any: show it.
        error.__suppress_context__ = False
        try:
            raise error
        finally:
            del error

    for name in ("__module__", "__name__", "__qualname__", "__doc__", "__annotations__"):
        setattr(call, name, getattr(function, name))
    call.__wrapped__ = function  # type: ignore[attr-defined]
    # The name in tracebacks, and in the groups of an error tracker.
    call.__code__ = call.__code__.replace(co_name=function.__name__)
    return call  # type: ignore[return-value]


def sealed_class(kind: AnyClass) -> AnyClass:
    """Seal every public method and property of a class, special methods included."""
    for name, member in list(vars(kind).items()):
        if name.startswith("_") and not name.endswith("__"):
            continue
        if isinstance(member, (classmethod, staticmethod)):
            setattr(kind, name, type(member)(sealed(member.__func__)))
        elif isinstance(member, property) and member.fget:
            setattr(kind, name, property(sealed(member.fget), doc=member.__doc__))
        elif not isinstance(member, property) and type(member) is type(sealed):
            setattr(kind, name, sealed(member))
    return kind


@sealed_class
class Hidden(str):
    """Text that `repr` does not show, inside of tuples, lists and dictionaries, too."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<hidden>"

    def __reduce__(self) -> tuple[Any, ...]:
        return Hidden, (str(self),)
