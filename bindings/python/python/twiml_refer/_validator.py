"""Signatures of requests: `RequestValidator`."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from ._bridge import bridge, call
from ._errors import url_text, wrong_type
from ._hints import Any, Iterable, Literal
from ._secret import sealed_class
from ._value import Value
from ._webhook import NO_TEXT, VoiceRequest, form, pairs_of, pairs_or_no_text, voice_request

# Not in an attribute, so that a validator in a traceback does not lead to its tokens.
_secrets: WeakKeyDictionary[RequestValidator, Any] = WeakKeyDictionary()


class UrlCandidate(Value):
    """A spelling of the URL that is tried, and the text that is hashed for it."""

    __slots__ = ("url", "hashed")
    url: str
    """The URL as it is tried."""
    hashed: str
    """That URL with the parameters added to it."""

    def __init__(self, url: str, hashed: str) -> None:
        self._set(url, hashed)


class Hint(Value):
    """A reason why a request is rejected, and what to change."""

    __slots__ = ("kind", "message")
    kind: str
    """The stable name, the same in every language."""
    message: str
    """The reason, and what to do."""

    def __init__(self, kind: str, message: str) -> None:
        self._set(kind, message)


@sealed_class
class RequestValidator:
    """Verifies that Twilio signed a request, by the account's auth token.

    `token` is one token or several (rotation: any may have signed). `public_base` is the scheme,
    host, port and path prefix by which Twilio reaches the app. With it, pass the request target as
    it came (`/handleRefer?x=1`) as `url`: then neither Host headers nor a framework's decoding
    cause a mismatch.

    `max_body_bytes` is the largest body, 64 KiB by default; `encoded_spellings` also tries URLs
    with other escapes. One validator may be used by any number of threads.

    Raises `SignatureError` without a token and for an invalid public base, `RequestError` if
    `max_body_bytes` is out of range, and `ValueError` for an unknown algorithm.

    >>> validator = RequestValidator("12345", public_base="https://voice.example.com")
    >>> target, body = "/handleRefer", b"ReferCallStatus=in-progress"
    >>> signature = validator.sign(target, {"ReferCallStatus": "in-progress"})
    >>> validator.verify("POST", target, body, signature).outcome
    Transferred()
    >>> validator.verify("POST", target, body, "forged")
    Traceback (most recent call last):
    twiml_refer.SignatureMismatch: signature check failed: no signature matches: ...
    """

    __slots__ = ("_shown", "__weakref__")
    _shown: str

    def __init__(
        self,
        token: str | Iterable[str],
        public_base: str | None = None,
        *,
        algorithm: Literal["sha1", "sha256"] = "sha1",
        max_body_bytes: int | None = None,
        encoded_spellings: bool = False,
    ) -> None:
        tokens = tokens_of(token)
        base = url_text("public_base", public_base)
        if algorithm not in ("sha1", "sha256"):
            raise ValueError("invalid algorithm: use sha1 or sha256")
        sha256 = algorithm == "sha256"
        made = bridge.Secrets(tokens, base, sha256, encoded_spellings, max_body_bytes)
        call(bridge.secrets_check, made)
        _secrets[self] = made
        self._shown = f"{len(tokens)} auth tokens, base {base!r}"

    def verify(
        self,
        method: Literal["GET", "POST"],
        url: str,
        body: bytes | str | None = b"",
        signature: str | bytes | None = None,
    ) -> VoiceRequest:
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
        given = _method(method), _url(url), form(body), _signature(signature)
        return voice_request(call(bridge.verify, _secrets[self], *given))

    def verify_params(
        self, url: str, params: Any = None, signature: str | bytes | None = None
    ) -> VoiceRequest:
        """Like `verify`, for the form of a `POST` that a framework has decoded.

        `params` is the framework's multidict as it comes. What is not text in it, such as a file
        of a multipart form, was not signed: a mismatch. Raises as `verify`.

        >>> validator, url = RequestValidator("12345"), "https://voice.example.com/handleRefer"
        >>> params = {"ReferCallStatus": "busy", "NotifySipResponseCode": "486"}
        >>> validator.verify_params(url, params, validator.sign(url, params)).outcome
        TargetFailed(status='busy', code=486)
        """
        pairs, given = pairs_or_no_text(params), _signature(signature)
        return voice_request(call(bridge.verify_params, _secrets[self], _url(url), pairs, given))

    def validate(self, url: str, params: Any = None, signature: str | bytes | None = None) -> bool:
        """Check whether Twilio signed a request with these decoded parameters.

        As in the official libraries, this pins neither the method nor what the app then reads: use
        `verify`. More parameters than `max_body_bytes` are never valid.
        """
        pairs, given = pairs_or_no_text(params), _signature(signature)
        return bool(call(bridge.validate, _secrets[self], _url(url), pairs, given))

    def validate_raw(
        self, url: str, body: bytes | str | None, signature: str | bytes | None
    ) -> bool:
        """Check whether Twilio signed a request whose body is not a form.

        The URL holds the hash of the body as `bodySHA256`. The body may be of any size.
        """
        given = _signature(signature)
        return bool(call(bridge.validate_raw, _secrets[self], _url(url), form(body), given))

    def sign(self, url: str, params: Any = None) -> str:
        """Sign a request with these parameters; without any, a `GET`."""
        return str(call(bridge.sign, _secrets[self], _url(url), pairs_of(params)))

    compute_signature = sign

    def sign_raw(self, url: str, body: bytes | str) -> str:
        """Sign a request whose body is not a form; see `url_with_body_sha256`."""
        return str(call(bridge.sign_raw, _secrets[self], _url(url), form(body)))

    @staticmethod
    def url_with_body_sha256(url: str, body: bytes | str) -> str:
        """Return the URL with the hash of the body, as Twilio requests it."""
        return str(call(bridge.url_with_body_sha256, _url(url), form(body)))

    def diagnose(
        self,
        method: Literal["GET", "POST"],
        url: str,
        body: bytes | str | None = b"",
        signature: str | bytes | None = None,
    ) -> list[Hint]:
        """Find out why `verify` rejects a request; empty if it accepts it. For logs and tools.

        >>> validator = RequestValidator("12345", public_base="https://voice.example.com")
        >>> [one.kind for one in validator.diagnose("POST", "/refer", b"", None)]
        ['signature-missing']
        """
        given = _method(method), _url(url), form(body), _signature(signature)
        return [Hint(it.kind, it.message) for it in call(bridge.diagnose, _secrets[self], *given)]

    def explain(self, url: str, body: bytes | str | None = b"") -> list[UrlCandidate]:
        """List the URLs that are tried for a request, and what is hashed for each.

        >>> [one.url for one in RequestValidator("12345").explain("https://a.example/b")]
        ['https://a.example/b', 'https://a.example:443/b']
        """
        tried = call(bridge.explain, _secrets[self], _url(url), form(body))
        return [UrlCandidate(one.url, one.hashed) for one in tried]

    def __repr__(self) -> str:
        return f"<RequestValidator with {self._shown}>"

    def __reduce__(self) -> Any:
        raise TypeError("a validator holds auth tokens; make a new one where it is needed")


def secrets_of(validator: RequestValidator) -> Any:
    """Return what crosses with each call."""
    return _secrets[validator]


def tokens_of(tokens: str | Iterable[str]) -> list[str]:
    """Make a list of one token or several."""
    if isinstance(tokens, str):
        return [tokens]
    if tokens is None or isinstance(tokens, (bytes, bytearray)):
        wrong_type("a token", "str, or several of them", tokens)
    made = list(tokens)
    for token in made:
        if not isinstance(token, str):
            wrong_type("a token", "str", token)
    return made


def _method(method: str) -> str:
    if method not in ("GET", "POST"):
        # It is not shown: it may be another argument, a URL that holds a secret.
        raise ValueError("invalid method: use GET or POST (upper case)")
    return method


def _url(url: object) -> str:
    if not isinstance(url, str):
        wrong_type("url", "str", url)
    return url


def _signature(given: object) -> str | None:
    """Return the header as a framework has it; what is neither text nor bytes never matches."""
    if given is None or isinstance(given, str):
        return given
    # Bytes that are not ASCII become lone surrogates.
    return given.decode("ascii", "surrogateescape") if isinstance(given, bytes) else NO_TEXT
