"""The generated module: imported when it is first needed, its errors turned into ours."""

from __future__ import annotations

from ._errors import refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._errors import TwimlReferError


def module() -> Any:
    """Import the generated module."""
    from ._native import twiml_refer_uniffi  # pyright: ignore[reportMissingImports]

    return twiml_refer_uniffi


def call(name: str, *arguments: Any) -> Any:
    """Call a function of the bridge by its name."""
    bridge = module()
    return guarded(getattr(bridge, name), *arguments)


def guarded(function: Any, *arguments: Any) -> Any:
    """Call something of the bridge."""
    bridge = module()
    fault = None
    try:
        return function(*arguments)
    except bridge.Failure.Refused as failure:
        fault = failure.fault
    except UnicodeEncodeError as error:
        at = len(error.object[: error.start].encode())
        raise refused(
            "text-not-utf8",
            f"invalid text at byte {at}: a lone surrogate is no character",
            offset=at,
        ) from None
    except (ValueError, OverflowError) as error:
        # The bridge's integers have a size.
        raise refused("setting-invalid", f"a number is out of range: {error}") from None
    raise refusal(fault)


def refusal(fault: Any) -> TwimlReferError:
    """Make the error of a fault."""
    return refused(
        fault.kind,
        fault.text,
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
