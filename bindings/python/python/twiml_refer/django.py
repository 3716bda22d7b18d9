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
from ._http import READ_BEFORE, AsyncAccounts, Head, HttpVerifier, Refusal, Trust, account_tokens
from ._validator import RequestValidator
from ._webhook import VoiceRequest

__all__ = ["verify_request"]


def verify_request(
    validator: RequestValidator,
    *,
    trust: Trust | None = None,
    methods: Collection[str] = ("POST",),
    accounts: AsyncAccounts | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator of views: a view gets the `VoiceRequest` behind the `HttpRequest`.

    The arguments are those of `twiml_refer.asgi.VerifyMiddleware`; `methods` must be that of the
    view. The view needs no CSRF token, and can read `request.body` and `request.POST`. It may be
    asynchronous; only then may `accounts` be.
    """
    verifier = HttpVerifier(validator, trust, methods, accounts)

    def decorator(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def verified_view(request: HttpRequest, *arguments: Any, **named: Any) -> Any:
            ...

        return csrf_exempt(verified_view)

    return decorator
