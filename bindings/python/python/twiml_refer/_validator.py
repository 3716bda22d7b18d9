"""Verifying that the platform sent a request."""

from __future__ import annotations

from . import _bridge, _lane
from ._errors import TwimlReferError, wrong_type
from ._value import Value
from ._webhook import ReferCallback, VoiceRequest, _limit, flat, form

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, NoReturn


_NO_TEXT = "text-not-utf8"


class Spelling(Value):
    """A spelling of the URL that was tried, and the text that was hashed for it."""

    __slots__ = ("url", "hashed")
    url: str
    """As it was tried."""
    hashed: str
    """The URL with what was added to it."""

    def __init__(self, url: str, hashed: str) -> None:
        self._set(url, hashed)


class RequestValidator:
    """Verifies requests by the account's auth token, or by any of several (rotation).

    Behind a proxy say by which `public_base` (scheme, host, port) the platform reaches the app: it
    replaces that of the URL that the app sees. That is the cure for most mismatches. One validator
    may be used by any number of threads. `max_body_bytes` is how large a body may be, 64 KiB if it
    is not given; `algorithm` is `sha1` or `sha256`.

    Raises `TwimlReferError`: the public base is none; `ValueError`: the algorithm is not known.

    >>> validator = RequestValidator("12345", public_base="https://voice.example.com")
    >>> url, body = "http://10.0.0.7:8000/handleRefer", b"ReferCallStatus=in-progress"
    >>> signature = validator.sign(url, {"ReferCallStatus": "in-progress"})
    >>> validator.verify(url, body, signature).outcome
    Transferred()
    >>> validator.verify(url, body, "forged")
    Traceback (most recent call last):
    twiml_refer.SignatureMismatch: signature check failed: no signature matches; ...
    """

    __slots__ = ("_secrets", "_typed")
    _secrets: _lane.Before
    _typed: tuple[Any, ...]

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
            raise ValueError(f"{algorithm!r} is no algorithm; write sha1 or sha256")
        flags = (algorithm == "sha256", bool(accept_encoded_spellings))
        limit = _limit(max_body_bytes)
        self._typed = (tokens, public_base, *flags, max_body_bytes)
        letters = ("s" if flags[0] else "") + ("e" if flags[1] else "")
        announced = (letters,) if public_base is None else (letters + "b", public_base)
        secrets = (*announced, limit, str(len(tokens)), *tokens)
        self._secrets = _lane.prepared([_lane.encoded(part) for part in secrets])
        # The library judges the base.
        self.validate("")

    def verify(
        self, url: str, body: bytes | str = b"", signature: str | None = None
    ) -> ReferCallback:
        """Hand over the callback that this request brings, if the platform signed it.

        `url` is the one that was asked for, with its query; `body` the form as it was received.
        Without body it is a GET: the callback is the URL's query. `signature` is the header
        `X-Twilio-Signature`.

        Raises `SignatureMismatch` (answer 403), or `CallbackError`: it was signed, but cannot be
        read.
        """
        return ReferCallback._of(self._verified(url, signature, b"F", form(body)))

    def verify_request(
        self, url: str, body: bytes | str = b"", signature: str | None = None
    ) -> VoiceRequest:
        """Do as `verify`, for any request of the platform. Raises as `verify`."""
        return VoiceRequest._of(self._verified(url, signature, b"F", form(body)))

    def verify_params(
        self, url: str, params: Any = None, signature: str | None = None
    ) -> ReferCallback:
        """Do as `verify`, where a framework has decoded the form: its multidict as it comes.

        Raises as `verify`.

        >>> validator, url = RequestValidator("12345"), "https://voice.example.com/handleRefer"
        >>> params = {"ReferCallStatus": "busy", "NotifySipResponseCode": "486"}
        >>> validator.verify_params(url, params, validator.sign(url, params)).outcome
        TargetFailed(status='busy', code=486)
        """
        pairs = map(_lane.encoded, flat(params))
        return ReferCallback._of(self._verified(url, signature, b"P", *pairs))

    def validate(self, url: str, params: Any = None, signature: str | None = None) -> bool:
        """Tell whether the platform signed a request with these decoded parameters."""
        self._check(url, signature)
        pairs = map(_lane.encoded, flat(params))
        parts = (_lane.encoded(url), _lane.encoded(signature or ""), *pairs)
        try:
            return _lane.text(_lane.call_bytes(_lane.VALIDATE, parts, self._secrets)) != ""
        except TwimlReferError as error:
            if error.kind != _NO_TEXT:
                raise
        return False

    def validate_raw(self, url: str, body: bytes | str, signature: str | None) -> bool:
        """Tell whether it signed a request whose body is no form, by `bodySHA256` in the URL."""
        self._check(url, signature)
        return bool(
            _bridge.call("request_validate_raw", self._bridged(), url, form(body), signature)
        )

    def sign(self, url: str, params: Any = None) -> str:
        """Make the signature of a request with these parameters; without any, of a GET."""
        self._check(url, None)
        parts = (_lane.encoded(url), *map(_lane.encoded, flat(params)))
        return _lane.text(_lane.call_bytes(_lane.SIGN, parts, self._secrets))

    def sign_raw(self, url: str, body: bytes | str) -> str:
        """Make the signature of a request whose body is no form.

        `bodySHA256` must stand in the URL; `url_with_body_sha256` puts it there.
        """
        self._check(url, None)
        return str(_bridge.call("request_sign_raw", self._bridged(), url, form(body)))

    @staticmethod
    def url_with_body_sha256(url: str, body: bytes) -> str:
        """Add the hash of a body to the query of a URL."""
        return str(_bridge.call("url_with_body_sha256", url, body))

    def explain(self, url: str, body: bytes = b"") -> list[Spelling]:
        """List what was tried, for the person who hunts a mismatch; no signature, no secret.

        >>> [tried.url for tried in RequestValidator("12345").explain("https://a.example/b")]
        ['https://a.example/b', 'https://a.example:443/b']
        """
        tried = _bridge.call("request_explain", self._bridged(), url, body)
        return [Spelling(one.url, one.hashed) for one in tried]

    def _verified(self, url: str, signature: str | None, *body: bytes) -> bytes:
        self._check(url, signature)
        parts = (_lane.encoded(url), _lane.encoded(signature or ""), *body)
        try:
            return _lane.call_bytes(_lane.VERIFY, parts, self._secrets)
        except TwimlReferError as error:
            if error.kind != _NO_TEXT:
                raise
        # The platform signs no lone surrogate.
        return _lane.call_bytes(_lane.VERIFY, (b"", b"", b"F", b""), self._secrets)

    @staticmethod
    def _check(url: str, signature: str | None) -> None:
        if not isinstance(url, str):
            wrong_type("url", "str", url)
        if signature is not None and not isinstance(signature, str):
            wrong_type("a signature", "str or None", signature)

    def _bridged(self) -> Any:
        tokens, base, sha256, encoded, limit = self._typed
        return _bridge.module().Secrets(
            secrets=list(tokens),
            public_base=base,
            sha256=sha256,
            encoded_spellings=encoded,
            max_body_bytes=limit,
        )

    def __repr__(self) -> str:
        return f"<RequestValidator with {len(self._typed[0])} secrets, base {self._typed[1]!r}>"

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
