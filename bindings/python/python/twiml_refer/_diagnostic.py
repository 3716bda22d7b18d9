"""What a check found."""

from __future__ import annotations

from . import _bridge
from ._value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._errors import TwimlReferError


class Diagnostic(Value):
    """What will happen on the wire, and where in the document or URI it stands.

    >>> from twiml_refer import SipUri
    >>> [found] = SipUri("sip:alice@example.com?X-Twilio-Id=1").check()
    >>> found.code, found.severity, found.number
    ('header-reserved', 'warning', 32113)
    """

    __slots__ = ("code", "severity", "path", "message", "number", "line", "column", "error")
    code: str
    """The stable name of the finding, the same in every language."""
    severity: str
    """`error`, `warning` or `note`."""
    path: str
    """Where, as `Response/Refer[0]/Sip`; empty for a URI by itself, and for a `Transfer`."""
    message: str
    """What will happen."""
    number: int | None
    """Twilio's own number for it."""
    line: int | None
    """The line of the document that was read, from 1."""
    column: int | None
    """The column of that line, from 1."""
    error: TwimlReferError | None
    """The error behind it: why a target is no SIP URI."""

    def __init__(
        self,
        code: str,
        severity: str,
        path: str,
        message: str,
        number: int | None = None,
        line: int | None = None,
        column: int | None = None,
        error: TwimlReferError | None = None,
    ) -> None:
        self._set(code, severity, path, message, number, line, column, error)

    def __str__(self) -> str:
        place = f" {self.path}" if self.path else ""
        return f"{self.severity}[{self.code}]{place}: {self.message}"


def diagnostics(findings: Any) -> list[Diagnostic]:
    """Make diagnostics of the bridge's findings."""
    return [_diagnostic(found) for found in findings]


def _diagnostic(found: Any) -> Diagnostic:
    error = found.cause and _bridge.refusal(found.cause)
    place = (found.number, found.line, found.column)
    return Diagnostic(found.code, found.severity, found.path, found.text, *place, error)
