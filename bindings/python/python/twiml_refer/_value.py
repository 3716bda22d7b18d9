"""What all values share: they are frozen, comparable and hashable, and have a readable repr."""

from __future__ import annotations

from ._hints import TYPE_CHECKING, Any, ClassVar
from ._secret import sealed_class

if TYPE_CHECKING:
    from dataclasses import Field

    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**_options):
        """Do nothing: it is for type checkers, which then know that the fields are frozen."""
        return lambda decorated: decorated


@sealed_class
class Frozen:
    """An object whose attributes cannot be set."""

    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen: make a new one")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen: make a new one")

    def _set(self, *values: object) -> None:
        set_ = object.__setattr__
        names: tuple[str, ...] = self.__slots__
        for name, value in zip(names, values, strict=True):
            set_(self, name, value)


class _Fields:
    """What `dataclasses.replace`, `asdict` and `fields` look for.

    It is made when they look: importing `dataclasses` takes longer than the whole package.
    """

    made: ClassVar[dict[Any, Any]] = {}

    def __get__(self, _value: object, owner: Any) -> Any:
        if owner not in self.made:
            from dataclasses import make_dataclass
            from typing import get_type_hints

            hints = get_type_hints(owner)
            fields = [(name, hints[name]) for name in owner.__match_args__]
            self.made[owner] = make_dataclass(owner.__name__, fields)
        return self.made[owner].__dataclass_fields__


@dataclass_transform(frozen_default=True)
class Value(Frozen):
    """A frozen value of public fields, in the order of its constructor.

    `dataclasses.replace`, `asdict` and `fields` take it for a data class.
    """

    __slots__: tuple[str, ...] = ()
    __match_args__: ClassVar[tuple[str, ...]]
    if TYPE_CHECKING:
        __dataclass_fields__: ClassVar[dict[str, Field[Any]]]
    else:
        __dataclass_fields__ = _Fields()

    def __init_subclass__(cls) -> None:
        names = tuple(name for name in cls.__slots__ if name[0] != "_")
        cls.__match_args__ = names  # type: ignore[misc]

    def _values(self) -> tuple[Any, ...]:
        return tuple([getattr(self, name) for name in self.__match_args__])

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._values() == other._values()

    def __hash__(self) -> int:
        return hash((type(self), self._values()))

    def __repr__(self) -> str:
        fields = ", ".join(
            f"{n}={v!r}" for n, v in zip(self.__match_args__, self._values(), strict=True)
        )
        return f"{type(self).__name__}({fields})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self._values()
