"""Errors: one base class, and a subclass for each part of the library."""

from __future__ import annotations

from ._hints import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import NoReturn


class TwimlReferError(ValueError):
    """The base class of the library's errors; `str()` says what is wrong and what to do.

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
    """The stable name of the error, the same in every language."""
    offset: int | None
    """The byte (of UTF-8, from 0) at which the error is."""
    line: int | None
    """The line of a document, from 1."""
    column: int | None
    """The column of that line, from 1."""
    parameter: str | None
    """The parameter, attribute or header that is invalid."""
    number: int | None
    """Twilio's number of the error."""
    group: str
    """The part of the library that the error comes from, which decides its class."""

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
    """A document cannot be read, or a value cannot be written into one."""


class RestError(TwimlReferError):
    """A REST request cannot be made of these values."""


class TransferError(TwimlReferError):
    """A setting is out of range, a call comes in the wrong state, or saved bytes are invalid."""


class SignatureError(TwimlReferError):
    """Twilio did not sign the request (answer 403), or a validator cannot be made."""


class SignatureMissing(SignatureError):
    """The request has no signature."""


class SignatureMismatch(SignatureError):
    """No signature of this request matches."""


class RequestError(TwimlReferError):
    """The request is too large (`kind` is `request-too-large`) or not UTF-8.

    Or the limit for its size is out of range (`request-limit-invalid`).
    """


# By the names that the library has for them.
CLASSES = {
    "": TwimlReferError,
    "SipUri": SipUriError,
    "Document": DocumentError,
    "Rest": RestError,
    "Transfer": TransferError,
    "Request": RequestError,
    "Signature": SignatureError,
    "SignatureMissing": SignatureMissing,
    "SignatureMismatch": SignatureMismatch,
}

for _class in CLASSES.values():
    # A traceback names them by where they are imported from.
    _class.__module__ = "twiml_refer"


def wrong_type(what: str, expected: str, value: object) -> NoReturn:
    """Raise the error of an argument that has the wrong type."""
    given = ", ".join(type(it).__name__ for it in (value if isinstance(value, tuple) else [value]))
    raise TypeError(f"{what} must be {expected}, got {given}")


def check_text(what: str, value: object) -> None:
    """Refuse an argument that is neither text nor absent."""
    if not isinstance(value, (str, type(None))):
        wrong_type(what, "str", value)


def url_text(what: str, value: object) -> str | None:
    """Return a URL as text: URL objects of any library have a `str()` of their own."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (bytes, bytearray)) or type(value).__str__ is object.__str__:
        wrong_type(what, "str or a URL object", value)
    return str(value)
