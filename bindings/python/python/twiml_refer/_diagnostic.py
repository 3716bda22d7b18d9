"""What a check reports."""

from __future__ import annotations

from ._bridge import error as error_of
from ._errors import TwimlReferError
from ._hints import Any, Literal
from ._value import Value


class Diagnostic(Value):
    """Something unexpected or invalid in a document, a URI, a request or a transfer.

    >>> from twiml_refer import SipUri
    >>> [found] = SipUri("sip:alice@example.com?X-Twilio-Id=1").check()
    >>> found.code, found.severity, found.number
    ('header-reserved', 'warning', 32113)
    """

    __slots__ = (
        "code",
        "severity",
        "path",
        "message",
        "number",
        "line",
        "column",
        "parameter",
        "error",
    )
    code: str
    """The stable name, the same in every language."""
    severity: Literal["error", "warning", "note"]
    """The severity."""
    path: str
    """The place in a document, for example `Response/Refer[0]/Sip`; empty outside of one."""
    message: str
    """What is unexpected or invalid, and what will happen."""
    number: int | None
    """The number of Twilio's error or warning."""
    line: int | None
    """The line of the document that was read, from 1."""
    column: int | None
    """The column of that line, from 1."""
    parameter: str | None
    """The parameter of a request."""
    error: TwimlReferError | None
    """The error behind it: why a target is not a SIP URI."""

    def __init__(
        self,
        code: str,
        severity: Literal["error", "warning", "note"],
        path: str,
        message: str,
        number: int | None = None,
        line: int | None = None,
        column: int | None = None,
        parameter: str | None = None,
        error: TwimlReferError | None = None,
    ) -> None:
        self._set(code, severity, path, message, number, line, column, parameter, error)

    def __str__(self) -> str:
        place = f" {self.path}" if self.path else ""
        return f"{self.severity}[{self.code}]{place}: {self.message}"


def diagnostic(record: Any) -> Diagnostic:
    """Make a diagnostic of the library's."""
    return Diagnostic(
        record.code,
        record.severity,
        record.path,
        record.message,
        record.number,
        record.line,
        record.column,
        record.parameter,
        record.error and error_of(record.error),
    )
