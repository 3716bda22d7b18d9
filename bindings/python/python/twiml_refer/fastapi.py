"""Verified requests for FastAPI, by a dependency.

    from typing import Annotated
    from fastapi import Depends
    from twiml_refer import RequestValidator, VoiceRequest
    from twiml_refer.fastapi import verify_request

    validator = RequestValidator("token", "https://voice.example.com")
    Verified = Annotated[VoiceRequest, Depends(verify_request(validator))]

    @app.post("/voice")
    async def voice(request: Verified) -> Response: ...

For a whole app, and for routes whose functions have parameters of forms, use `twiml_refer.asgi`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from io import BytesIO

from fastapi import HTTPException, Request
from starlette.requests import ClientDisconnect

from . import asgi
from ._http import KEY, READ_BEFORE, AsyncAuthTokens, HttpVerifier, Origin, Rejection
from ._validator import RequestValidator
from ._webhook import VoiceRequest

__all__ = ["verify_request"]


def verify_request(
    validator: RequestValidator,
    *,
    origin: Origin = "public-base",
    allowed_methods: Collection[str] = ("POST",),
    auth_tokens: AsyncAuthTokens | None = None,
) -> Callable[[Request], Awaitable[VoiceRequest]]:
    """Return a dependency: it verifies the request, and raises `HTTPException` if it is rejected.

    The arguments are those of `twiml_refer.asgi.VerifyMiddleware`; `allowed_methods` must be that
    of the route. The route can read the body again.
    """
    verifier = HttpVerifier(validator, origin, allowed_methods, auth_tokens)

    # FastAPI evaluates the annotations, with the names of this module.
    async def verified_request(request: Request) -> VoiceRequest:
        body = BytesIO()
        try:
            verified = await asgi.verify(verifier, request.scope, _chunks(request), body)
        except ClientDisconnect:
            verified = verifier.verify(asgi.head_of(request.scope), None)
        except _ReadBeforeError:
            verified = verifier.forbid(READ_BEFORE)
        if isinstance(verified, Rejection):
            raise HTTPException(verified.status, headers=dict(verified.headers))
        request.scope[KEY] = verified
        # Where Starlette itself keeps a body that was read.
        request._body = body.getvalue()
        return verified

    return verified_request


class _ReadBeforeError(Exception):
    """The app has read the body: apart from what `auth_tokens` may raise."""


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    try:
        async for chunk in request.stream():
            yield chunk
    except RuntimeError:
        raise _ReadBeforeError from None
