"""The generated module: imported when it is first needed, its errors turned into ours."""

from __future__ import annotations

from operator import index

from . import _lane
from ._errors import TwimlReferError, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


_LEAST, _MOST = -(2**63), 2**63 - 1


def module() -> Any:
    """Import the generated module."""
    from ._native import twiml_refer_uniffi  # pyright: ignore[reportMissingImports]

    return twiml_refer_uniffi


def call(name: str, *arguments: Any, secrets: Callable[[], Any] | None = None) -> Any:
    """Call a function of the bridge by its name."""
    bridge = module()
    return guarded(getattr(bridge, name), *arguments, secrets=secrets)


def guarded(function: Any, *arguments: Any, secrets: Callable[[], Any] | None = None) -> Any:
    """Call something of the bridge; what `secrets` returns is the first argument."""
    bridge = module()
    try:
        return function(*arguments) if secrets is None else function(secrets(), *arguments)
    except (bridge.Failure.Refused, UnicodeEncodeError) as raised:
        failure = raised
    # Outside of the handler: what was raised there leads to frames that hold the arguments.
    error = _not_utf8(failure) if isinstance(failure, UnicodeError) else refusal(failure.fault)
    del failure
    raise error


def _not_utf8(failure: Any) -> TwimlReferError:
    """Ask the library for its error of a text with a lone surrogate."""
    try:
        _lane.check_uri(failure.object)
    except TwimlReferError as error:
        return error
    raise failure


def number(value: int) -> int:
    """Clamp to what the bridge can carry: the library refuses what is out of range."""
    return max(_LEAST, min(index(value), _MOST))


def refusal(fault: Any) -> TwimlReferError:
    """Make the error of a fault."""
    return refused(
        fault.kind,
        fault.text,
        fault.group,
        offset=fault.offset,
        line=fault.line,
        column=fault.column,
        parameter=fault.parameter,
        number=fault.number,
    )


def pairs(items: Any) -> Any:
    """Make the bridge's pairs."""
    pair = module().Pair
    return [pair(name=name, value=value) for name, value in items]


def plain(items: Any) -> tuple[tuple[str, str], ...]:
    """Take the bridge's pairs apart."""
    return tuple((item.name, item.value) for item in items)


def maybe_text(value: object | None) -> str | None:
    """Text of an optional object."""
    return None if value is None else str(value)
