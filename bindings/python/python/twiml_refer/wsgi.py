"""Verified requests for apps of WSGI: Flask, Django, Bottle, Pyramid.

    from twiml_refer import RequestValidator
    from twiml_refer.wsgi import VerifyMiddleware

    validator = RequestValidator("token", "https://voice.example.com")
    app = VerifyMiddleware(app, validator)

Needs no package. Flask and Django have decorators of their own: `twiml_refer.flask` and `.django`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from http import HTTPStatus
from io import BytesIO
from typing import Any

from ._http import (
    KEY,
    AuthTokens,
    Head,
    HttpVerifier,
    Origin,
    Rejection,
    account_tokens,
    plain_target,
)
from ._validator import RequestValidator
from ._webhook import VoiceRequest

__all__ = ["KEY", "VerifyMiddleware"]

Environ = dict[str, Any]
App = Callable[[Environ, Any], Iterable[bytes]]


class VerifyMiddleware:
    """Passes on requests that Twilio signed, and answers any other with 403, 405, 413 or 400.

    The app finds the `VoiceRequest` in `environ["twiml_refer.request"]`, and can read the body
    again. Everything that the app serves is verified; Flask and Django have decorators for single
    views. The arguments are those of `twiml_refer.asgi.VerifyMiddleware`.

    The server must give the request target as it came, as `REQUEST_URI` or `RAW_URI`: Gunicorn and
    the server of Flask do, and by their documentation uWSGI and mod_wsgi. With one that does not,
    such as wsgiref and the `runserver` of Django, a path with other characters than letters,
    digits and `-._~/` is answered with 403.
    """

    def __init__(
        self,
        app: App,
        validator: RequestValidator,
        *,
        origin: Origin = "public-base",
        allowed_methods: Collection[str] = ("POST",),
        auth_tokens: AuthTokens | None = None,
    ) -> None:
        self._app = app
        self._verifier = HttpVerifier(validator, origin, allowed_methods, auth_tokens)

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Verify a request, and call the app with it."""
        verified = verify(self._verifier, environ)
        if isinstance(verified, Rejection):
            headers = [*verified.headers, ("Content-Length", "0")]
            start_response(f"{verified.status} {HTTPStatus(verified.status).phrase}", headers)
            return [b""]
        environ[KEY] = verified
        del verified
        return self._app(environ, start_response)


def verify(verifier: HttpVerifier, environ: Environ) -> VoiceRequest | Rejection:
    """Verify a request, and put its body back: at most a byte more than the limit is read."""
    head = head_of(environ)
    rejection = verifier.check_head(head)
    if rejection is not None:
        return rejection
    try:
        body = _read(environ, verifier.max_body_bytes + 1)
    except Exception:
        # Its length or its chunks are malformed, for which each server has its own errors, or the
        # client closed the connection.
        return verifier.verify(head, None)
    # Exactly what was verified: of a body in chunks its length is known now.
    environ["wsgi.input"], environ["wsgi.input_terminated"] = body, True
    environ["CONTENT_LENGTH"] = str(body.tell())
    body.seek(0)
    return verifier.verify(head, body, account_tokens(verifier, head, body))


def head_of(environ: Environ) -> Head:
    """Return a request's method, target and headers."""
    headers = [
        (key.removeprefix("HTTP_").replace("_", "-"), value)
        for key, value in environ.items()
        if key.startswith("HTTP_") or (key == "CONTENT_LENGTH" and value)
    ]
    target = environ.get("REQUEST_URI") or environ.get("RAW_URI")
    is_lost = not target
    if is_lost:
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        target = plain_target(path, environ.get("QUERY_STRING", ""))
    is_https = environ["wsgi.url_scheme"] == "https"
    return Head(environ["REQUEST_METHOD"], target, is_lost, is_https, headers)


def _read(environ: Environ, most: int) -> BytesIO:
    """Read the body, or as much of it as shows that it is too large."""
    body, stream = BytesIO(), environ["wsgi.input"]
    announced = min(int(environ.get("CONTENT_LENGTH") or 0), most)
    # Unless the server ends it, reading beyond the length would wait for the client.
    left = most if environ.get("wsgi.input_terminated") else announced
    while left > 0 and (chunk := stream.read(left)):
        body.write(chunk)
        left -= len(chunk)
    if body.tell() < announced:
        raise EOFError
    return body
