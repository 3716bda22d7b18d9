"""Signatures of requests: `RequestValidator`."""

from __future__ import annotations

from . import _bridge, _lane
from ._errors import TwimlReferError, wrong_type
from ._secret import Secrets, sealed_class
from ._value import Value
from ._webhook import ReferCallback, VoiceRequest, encoded_pairs, flat, form, limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Literal, NoReturn

    Method = Literal["GET", "POST"]

_NO_TEXT = "text-not-utf8"
# Not base64: no request has this signature.
_NEVER = "-"


class Spelling(Value):
    """A spelling of the URL that was tried, and the text that was hashed for it."""

    __slots__ = ("url", "hashed")
    url: str
    """As it was tried."""
    hashed: str
    """The URL with what was added to it."""

    def __init__(self, url: str, hashed: str) -> None:
        self._set(url, hashed)


@sealed_class
class RequestValidator:
    """Verifies that Twilio signed a request, by the account's auth token.

    `token` is one token or several (rotation: any may have signed). `public_base` is the scheme,
    host, port and path prefix by which Twilio reaches the app. With it, pass the request target as
    it came (`/handleRefer?x=1`) as `url`: no Host header is believed, and no framework's decoding
    is in between. That is the cure for most mismatches.

    `max_body_bytes` is how large a body may be, 64 KiB by default; `algorithm` is `sha1` or
    `sha256`. One validator may be used by any number of threads.

    Raises `SignatureError` if there is no token, an empty one, or an invalid public base,
    `RequestError` if `max_body_bytes` is out of range, and `ValueError` for an unknown algorithm.

    >>> validator = RequestValidator("12345", public_base="https://voice.example.com")
    >>> target, body = "/handleRefer", b"ReferCallStatus=in-progress"
    >>> signature = validator.sign(target, {"ReferCallStatus": "in-progress"})
    >>> validator.verify("POST", target, body, signature).outcome
    Transferred()
    >>> validator.verify("POST", target, body, "forged")
    Traceback (most recent call last):
    twiml_refer.SignatureMismatch: signature check failed: no signature matches: ...
    """

    __slots__ = ("_secrets", "_shown")
    _secrets: Secrets
    _shown: str

    def __init__(
        self,
        token: str | Iterable[str],
        public_base: str | None = None,
        *,
        algorithm: str = "sha1",
        max_body_bytes: int | None = None,
        accept_encoded_spellings: bool = False,
    ) -> None:
        tokens = (token,) if isinstance(token, str) else _tokens(token)
        if not isinstance(public_base, (str, type(None))):
            wrong_type("public_base", "str", public_base)
        if algorithm not in ("sha1", "sha256"):
            raise ValueError("invalid algorithm: use sha1 or sha256")
        letters = "s" if algorithm == "sha256" else ""
        if accept_encoded_spellings:
            letters += "e"
        announced = (letters,) if public_base is None else (letters + "b", public_base)
        parts = (*announced, limit(max_body_bytes), str(len(tokens)), *tokens)
        self._secrets = Secrets([_lane.encoded(part) for part in parts])
        # The library checks all of these.
        self._call(_lane.VALIDATE, b"", b"")
        self._shown = f"{len(tokens)} secrets, base {public_base!r}"

    def verify(
        self,
        method: Method,
        url: str,
        body: bytes | str | None = b"",
        signature: str | bytes | None = None,
    ) -> ReferCallback:
        """Verify the signature and return the parsed request.

        `method` is that of the route, `GET` or `POST`: a constant, not a copy of the request's,
        because a signature does not cover the method. For `POST` the body is the form; for `GET`
        the parameters are those of the URL's query, and a body makes it a mismatch. `url` is the
        request target if there is a public base, else the whole URL; `body` as it was received;
        `signature` the header `X-Twilio-Signature`.

        Raises `SignatureMissing` or `SignatureMismatch` (answer 403), or `RequestError`: the
        request is too large (`kind` is `request-too-large`, answer 413), or signed but not readable
        (answer 400).
        """
        letter = _letter(method)
        return ReferCallback._of(self._verified(url, signature, letter, form(body)))

    def verify_request(
        self,
        method: Method,
        url: str,
        body: bytes | str | None = b"",
        signature: str | bytes | None = None,
    ) -> VoiceRequest:
        """Like `verify`, for any request from Twilio. Raises as `verify`."""
        letter = _letter(method)
        return VoiceRequest._of(self._verified(url, signature, letter, form(body)))

    def verify_params(
        self, url: str, params: Any = None, signature: str | bytes | None = None
    ) -> ReferCallback:
        """Like `verify`, for the form of a `POST` that a framework has decoded.

        `params` is the framework's multidict as it comes. What is not text in it, such as a file
        of a multipart form, was not signed: a mismatch. Raises as `verify`.

        >>> validator, url = RequestValidator("12345"), "https://voice.example.com/handleRefer"
        >>> params = {"ReferCallStatus": "busy", "NotifySipResponseCode": "486"}
        >>> validator.verify_params(url, params, validator.sign(url, params)).outcome
        TargetFailed(status='busy', code=486)
        """
        pairs = encoded_pairs(params)
        return ReferCallback._of(self._verified(url, signature, b"P", *pairs))

    def validate(self, url: str, params: Any = None, signature: str | bytes | None = None) -> bool:
        """Check whether Twilio signed a request with these decoded parameters.

        As in the official libraries, this pins neither the method nor what the app then reads: use
        `verify`. More parameters than `max_body_bytes` are never valid.
        """
        try:
            parts = (_url(url), _signature(signature), *encoded_pairs(params))
            return _lane.text(self._call(_lane.VALIDATE, *parts)) != ""
        except TwimlReferError as error:
            if error.kind != _NO_TEXT:
                raise
        return False

    def validate_raw(
        self, url: str, body: bytes | str | None, signature: str | bytes | None
    ) -> bool:
        """Check whether Twilio signed a request whose body is not a form.

        The URL holds the hash of the body as `bodySHA256`. The body may be of any size.
        """
        _url(url)
        told = _signature(signature).decode("utf-8", "replace")
        try:
            valid = _bridge.call(
                "request_validate_raw", url, form(body), told, secrets=self._bridged
            )
        except TwimlReferError as error:
            if error.kind != _NO_TEXT:
                raise
            return False
        return bool(valid)

    def sign(self, url: str, params: Any = None) -> str:
        """Sign a request with these parameters; without any, a `GET`."""
        return _lane.text(self._call(_lane.SIGN, _url(url), *map(_lane.encoded, flat(params))))

    def sign_raw(self, url: str, body: bytes | str) -> str:
        """Sign a request whose body is not a form.

        It must go to the URL that `url_with_body_sha256` returns.
        """
        _url(url)
        return str(_bridge.call("request_sign_raw", url, form(body), secrets=self._bridged))

    @staticmethod
    def url_with_body_sha256(url: str, body: bytes | str) -> str:
        """Add the hash of a body to the query of a URL."""
        _url(url)
        return str(_bridge.call("url_with_body_sha256", url, form(body)))

    def explain(self, url: str, body: bytes | str = b"") -> list[Spelling]:
        """List what was tried, for the person who looks for the cause of a mismatch.

        It holds neither signatures nor secrets.

        >>> [tried.url for tried in RequestValidator("12345").explain("https://a.example/b")]
        ['https://a.example/b', 'https://a.example:443/b']
        """
        _url(url)
        tried = _bridge.call("request_explain", url, form(body), secrets=self._bridged)
        return [Spelling(one.url, one.hashed) for one in tried]

    def _call(self, job: int, *parts: bytes) -> bytes:
        return _lane.call_bytes(job, parts, self._secrets)

    def _verified(self, url: str, signature: object, *body: bytes) -> bytes:
        given = _signature(signature)
        try:
            return self._call(_lane.VERIFY, _url(url), given, *body)
        except TwimlReferError as error:
            if error.kind != _NO_TEXT:
                raise
        # Twilio signs text alone.
        never = _NEVER.encode() if given else b""
        return self._call(_lane.VERIFY, b"", never, b"F", b"")

    def _bridged(self) -> Any:
        letters, *parts = self._secrets.apart()
        base = parts.pop(0).decode() if b"b" in letters else None
        most, _count, *tokens = parts
        return _bridge.module().Secrets(
            secrets=[token.decode() for token in tokens],
            public_base=base,
            sha256=b"s" in letters,
            encoded_spellings=b"e" in letters,
            max_body_bytes=_lane.integer(most.decode()),
        )

    def __repr__(self) -> str:
        return f"<RequestValidator with {self._shown}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a validator holds secrets; make a new one where it is needed")


def _tokens(tokens: Iterable[str]) -> tuple[str, ...]:
    if tokens is None or isinstance(tokens, (bytes, bytearray)):
        wrong_type("a token", "str, or several of them", tokens)
    made = tuple(tokens)
    for token in made:
        if not isinstance(token, str):
            wrong_type("a token", "str", token)
    return made


def _letter(method: str) -> bytes:
    if method not in ("GET", "POST"):
        # It is not shown: it may be another argument, a URL that holds a secret.
        raise ValueError("invalid method: use GET or POST (upper case)")
    return b"F" if method == "POST" else b"G"


def _url(url: object) -> bytes:
    if not isinstance(url, str):
        wrong_type("url", "str", url)
    return _lane.encoded(url)


def _signature(given: object) -> bytes:
    """Take the header as a framework has it; what is neither text nor bytes never matches."""
    if given is None:
        return b""
    if isinstance(given, str):
        return _lane.encoded(given)
    return bytes(given) if isinstance(given, (bytes, bytearray)) else _NEVER.encode()
