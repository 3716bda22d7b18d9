"""The parameters of a request that have a getter; their names come from the library."""

from __future__ import annotations

from . import _lane

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

_names: dict[str, str] = {}


def parameter_name(getter: str) -> str:
    """Tell which parameter a getter reads."""
    if not _names:
        parts = [(part or b"").decode() for part in _lane.call(_lane.NAMES, ())]
        _names.update(zip(parts[::2], parts[1::2]))
    return _names[getter]


class Parameters:
    """The standard voice parameters; `None` where one was not sent."""

    __slots__ = ()

    def param(self, name: str) -> Optional[str]:
        """Find the first value of the parameter of this name."""
        raise NotImplementedError

    def _named(self, getter: str) -> Optional[str]:
        return self.param(parameter_name(getter))
