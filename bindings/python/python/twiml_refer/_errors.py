"""What is raised: one base class, and a subclass for what an app tells apart."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn


class TwimlReferError(ValueError):
    """Something that the library refuses; `str()` says what to do about it.

    >>> from twiml_refer import SipUri
    >>> try:
    ...     SipUri("sip:alice@example.com?X-A=a b")
    ... except TwimlReferError as error:
    ...     print(error.kind, error.offset)
    ...     print(error)
    uri-white-space 27
    invalid SIP URI at byte 27: space is not allowed in a header value: write it as %20
    """

    kind: str
    """The stable name of what went wrong, the same in every language."""
    offset: int | None
    """The byte (of UTF-8, from 0) at which it went wrong."""
    line: int | None
    """The line of a document, from 1."""
    column: int | None
    """The column of that line, from 1."""
    parameter: str | None
    """The parameter, attribute or header at fault."""
    number: int | None
    """Twilio's own number for it."""
    group: str
    """The part of the library that refuses, the same in every language; it chooses the class."""

    def __init__(
        self,
        message: str,
        kind: str = "",
        offset: int | None = None,
        line: int | None = None,
        column: int | None = None,
        parameter: str | None = None,
        number: int | None = None,
        group: str = "",
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.offset = offset
        self.line = line
        self.column = column
        self.parameter = parameter
        self.number = number
        self.group = group

    def __reduce__(self) -> tuple[Any, ...]:
        place = (self.offset, self.line, self.column, self.parameter, self.number, self.group)
        return type(self), (str(self), self.kind, *place)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TwimlReferError):
            return NotImplemented
        return self.__reduce__() == other.__reduce__()

    def __hash__(self) -> int:
        return hash(self.__reduce__())


class SipUriError(TwimlReferError):
    """A SIP URI, one of its headers or a User-to-User value is not valid."""


class DocumentError(TwimlReferError):
    """A document cannot be read, or something cannot stand in one."""


class RestError(TwimlReferError):
    """A REST request cannot be made of this."""


class TransferError(TwimlReferError):
    """A setting or a call is wrong, or saved bytes are not a transfer's."""


class SignatureError(TwimlReferError):
    """It is not proved that Twilio sent the request (answer 403), or no validator can be made."""


class SignatureMissing(SignatureError):
    """The request has no signature."""


class SignatureMismatch(SignatureError):
    """The signature is not that of this request."""


class RequestError(TwimlReferError):
    """The request is too large (`kind` is `request-too-large`) or not UTF-8.

    Or the limit for its size is out of range (`request-limit-invalid`).
    """


for _error in (
    TwimlReferError,
    SipUriError,
    DocumentError,
    RestError,
    TransferError,
    RequestError,
    SignatureError,
    SignatureMissing,
    SignatureMismatch,
):
    # A traceback names them where they are imported from.
    _error.__module__ = "twiml_refer"

# A kind that has a class of its own, then groups.
_CLASSES = {
    "signature-missing": SignatureMissing,
    "signature-mismatch": SignatureMismatch,
    "sip-uri": SipUriError,
    "header": SipUriError,
    "twiml": DocumentError,
    "document": DocumentError,
    "rest": RestError,
    "request": RequestError,
    "signature": SignatureError,
    "transfer": TransferError,
}


def refused(kind: str, message: str, group: str, **place: Any) -> TwimlReferError:
    """Make the error of a kind."""
    made = _CLASSES.get(kind) or _CLASSES.get(group) or TwimlReferError
    return made(message, kind, group=group, **place)


def wrong_type(what: str, expected: str, value: object) -> NoReturn:
    """Complain about the type of an argument."""
    raise TypeError(f"{what} is {expected}, not {type(value).__name__}")
