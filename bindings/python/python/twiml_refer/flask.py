"""Verified requests for Flask, by a decorator.

from twiml_refer import RequestValidator, VoiceRequest
from twiml_refer.flask import verify_request

verified = verify_request(RequestValidator("token", "https://voice.example.com"))

@app.post("/voice")
@verified
def voice(request: VoiceRequest) -> Response: ...
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from flask import Response, current_app, request

from . import wsgi
from ._http import KEY, READ_BEFORE, AuthTokens, HttpVerifier, Origin, Rejection
from ._validator import RequestValidator
from ._webhook import VoiceRequest

__all__ = ["verify_request"]

P = ParamSpec("P")
R = TypeVar("R")


def verify_request(
    validator: RequestValidator,
    *,
    origin: Origin = "public-base",
    allowed_methods: Collection[str] = ("POST",),
    auth_tokens: AuthTokens | None = None,
) -> Callable[[Callable[Concatenate[VoiceRequest, P], R]], Callable[P, R | Response]]:
    """Return a decorator of views: a view gets the `VoiceRequest` as its first argument.

    The arguments are those of `twiml_refer.asgi.VerifyMiddleware`; `allowed_methods` must be that
    of the route. The view can read the body again.
    """
    verifier = HttpVerifier(validator, origin, allowed_methods, auth_tokens)

    def decorator(
        view: Callable[Concatenate[VoiceRequest, P], R],
    ) -> Callable[P, R | Response]:
        @wraps(view)
        def verified_view(*arguments: P.args, **named: P.kwargs) -> Any:
            was_read = "stream" in vars(request._get_current_object())  # type: ignore[attr-defined]
            verified = (
                verifier.forbid(READ_BEFORE) if was_read else wsgi.verify(verifier, request.environ)
            )
            if isinstance(verified, Rejection):
                return Response(status=verified.status, headers=verified.headers)
            request.environ[KEY] = verified
            return current_app.ensure_sync(view)(verified, *arguments, **named)

        return verified_view

    return decorator
