"""Verified requests for Django, by a decorator.

from twiml_refer import RequestValidator, VoiceRequest
from twiml_refer.django import verify_request

@verify_request(RequestValidator("token", "https://voice.example.com"))
def voice(request: HttpRequest, call: VoiceRequest) -> HttpResponse: ...
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import wraps
from inspect import isawaitable, iscoroutinefunction
from io import BytesIO
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from . import asgi, wsgi
from ._http import (
    READ_BEFORE,
    AsyncAuthTokens,
    Head,
    HttpVerifier,
    Origin,
    Rejection,
    account_tokens,
    awaited,
)
from ._validator import RequestValidator
from ._webhook import VoiceRequest

__all__ = ["verify_request"]


def verify_request(
    validator: RequestValidator,
    *,
    origin: Origin = "public-base",
    allowed_methods: Collection[str] = ("POST",),
    auth_tokens: AsyncAuthTokens | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator of views: a view gets the `VoiceRequest` behind the `HttpRequest`.

    The arguments are those of `twiml_refer.asgi.VerifyMiddleware`; `allowed_methods` must be that
    of the view. The view needs no CSRF token, and can read `request.body` and `request.POST`.
    It may be asynchronous; only then may `auth_tokens` be.
    """
    verifier = HttpVerifier(validator, origin, allowed_methods, auth_tokens)

    def begin(request: HttpRequest) -> tuple[Head, BytesIO | None] | Rejection:
        scope = getattr(request, "scope", None)
        head = wsgi.head_of(request.META) if scope is None else asgi.head_of(scope)
        rejection = verifier.check_head(head)
        if rejection is not None:
            return rejection
        try:
            body = _read(request, verifier.max_body_bytes + 1)
        except (OSError, EOFError, ValueError):
            return head, None
        return verifier.forbid(READ_BEFORE) if body is None else (head, body)

    def decorator(view: Callable[..., Any]) -> Callable[..., Any]:
        def answer(
            verified: VoiceRequest | Rejection, request: HttpRequest, *arguments: Any, **named: Any
        ) -> Any:
            if isinstance(verified, Rejection):
                return HttpResponse(status=verified.status, headers=dict(verified.headers))
            return view(request, verified, *arguments, **named)

        @wraps(view)
        def verified_view(request: HttpRequest, *arguments: Any, **named: Any) -> Any:
            begun = begin(request)
            if isinstance(begun, Rejection):
                return answer(begun, request)
            verified = verifier.verify(*begun, account_tokens(verifier, *begun))
            return answer(verified, request, *arguments, **named)

        @wraps(view)
        async def verified_async_view(request: HttpRequest, *arguments: Any, **named: Any) -> Any:
            begun = begin(request)
            if isinstance(begun, Rejection):
                return answer(begun, request)
            tokens = await awaited(account_tokens(verifier, *begun))
            verified = verifier.verify(*begun, tokens)
            answered = answer(verified, request, *arguments, **named)
            return await answered if isawaitable(answered) else answered

        exempt: Callable[..., Any] = csrf_exempt(
            verified_async_view if iscoroutinefunction(view) else verified_view
        )
        return exempt

    return decorator


def _read(request: HttpRequest, most: int) -> BytesIO | None:
    """Read the body; `None` if it was read before, and not kept."""
    if not hasattr(request, "_body"):
        if getattr(request, "_read_started", False):
            return None
        # Where Django itself keeps a body that was read.
        request._body = request.read(most)
        if len(request._body) < min(int(request.META.get("CONTENT_LENGTH") or 0), most):
            raise EOFError
    return BytesIO(request.body)
