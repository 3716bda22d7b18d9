"""Keeps tokens and requests out of tracebacks and logs.

Error trackers record the local variables of every frame of a traceback, and what these lead to.
"""

from __future__ import annotations

import ctypes
from itertools import accumulate
from types import FunctionType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Callable, NoReturn, TypeVar

    AnyClass = TypeVar("AnyClass", bound=type)
    AnyFunction = TypeVar("AnyFunction", bound=Callable[..., Any])


def sealed(function: AnyFunction) -> AnyFunction:
    """Wrap a public function: its errors carry no frame of ours that holds arguments or secrets."""

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
    # What a traceback, and the groups of an error tracker, say.
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
        elif type(member) is FunctionType:
            setattr(kind, name, sealed(member))
    return kind


class Secrets:
    """Byte strings in memory that is no Python object, so that a variable does not lead to them.

    Neither `repr` nor the attributes show them; they are overwritten when this object is deleted.
    """

    __slots__ = ("_address", "lengths", "size")

    def __init__(self, parts: Sequence[bytes]) -> None:
        data = b"".join(parts)
        buffer = (ctypes.c_char * len(data)).from_buffer_copy(data)
        self.lengths = [len(part) for part in parts]
        self.size = len(data)
        self._address = ctypes.addressof(buffer)
        _kept[self._address] = buffer

    def joined(self) -> bytes:
        """Return all of them in a row. Keep it in no variable."""
        return ctypes.string_at(self._address, self.size)

    def apart(self) -> list[bytes]:
        """Return each of them. Keep it in no variable."""
        starts = accumulate(self.lengths, initial=self._address)
        return [ctypes.string_at(*place) for place in zip(starts, self.lengths)]

    def __del__(self, _zero: Any = ctypes.memset) -> None:
        buffer = _kept.pop(getattr(self, "_address", 0), None)
        if buffer is not None:
            _zero(buffer, 0, len(buffer))

    def __reduce__(self) -> NoReturn:
        raise TypeError("secrets cannot be copied or pickled")


_kept: dict[int, Any] = {}


class Hidden(str):
    """Text that `repr` does not show, however deep it stands in tuples, lists and dictionaries."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<hidden>"

    def __reduce__(self) -> tuple[Any, ...]:
        return Hidden, (str(self),)
