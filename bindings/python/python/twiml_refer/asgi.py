"""Verified requests for apps of ASGI: FastAPI, Starlette, Litestar, Quart, Django.

    from twiml_refer import RequestValidator
    from twiml_refer.asgi import VerifyMiddleware

    validator = RequestValidator("token", "https://voice.example.com")
    app = VerifyMiddleware(app, validator)

Needs no package. FastAPI has a dependency of its own, `twiml_refer.fastapi`, and Django a
decorator, `twiml_refer.django`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, MutableMapping
from io import BytesIO
from typing import Any

from ._http import (
    KEY,
    AsyncAuthTokens,
    Head,
    HttpVerifier,
    Origin,
    Rejection,
    account_tokens,
    awaited,
    plain_target,
)
from ._validator import RequestValidator
from ._webhook import VoiceRequest

__all__ = ["KEY", "VerifyMiddleware"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class VerifyMiddleware:
    """Passes on requests that Twilio signed, and answers any other with 403, 405, 413 or 400.

    The app finds the `VoiceRequest` in `scope["twiml_refer.request"]`, and can read the body again.
    Everything that the app serves is verified: put a part of a site behind it by mounting that
    part, or by the middleware of a route. Websockets are rejected.

    * `validator` holds the token and the public base, which is required, and the size limit.
    * `origin` says where scheme and host of the URL that Twilio requested come from:
      `"public-base"`, the public base of the validator; `"forwarded"`, `X-Forwarded-Proto` and
      `X-Forwarded-Host`, only behind a proxy that sets these headers itself; `"host"`, the header
      `Host`, only where the app is reached directly.
    * `allowed_methods` is `{"POST"}`; `{"GET"}` is for an app whose webhooks are all of this
      method. Do not accept both where a route answers to both: a signature does not cover the
      method.
    * `auth_tokens` returns the token of a subaccount (or several, or an awaitable) for its
      AccountSid, and `None` for those of the validator. Until the request is verified, the
      AccountSid is only what the client claims: use it as a key and for nothing else.

    The logger `twiml_refer` writes why a request is rejected, at most one line per second. Raises
    `TwimlReferError` or `ValueError` if it could verify nothing.
    """

    def __init__(
        self,
        app: App,
        validator: RequestValidator,
        *,
        origin: Origin = "public-base",
        allowed_methods: Collection[str] = ("POST",),
        auth_tokens: AsyncAuthTokens | None = None,
    ) -> None:
        self._app = app
        self._verifier = HttpVerifier(validator, origin, allowed_methods, auth_tokens)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Verify a request, and call the app with it."""
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] == "http":
            body = BytesIO()
            verified = await verify(self._verifier, scope, _chunks(receive), body)
            if isinstance(verified, Rejection):
                await _answer(verified, send)
                return
            scope[KEY] = verified
            receive = _again(body, receive)
            del body, verified
        await self._app(scope, receive, send)


async def verify(
    verifier: HttpVerifier, scope: Scope, chunks: AsyncIterator[bytes], body: BytesIO
) -> VoiceRequest | Rejection:
    """Verify a request, and write its body: at most a chunk more than the limit is read."""
    head = head_of(scope)
    rejection = verifier.check_head(head)
    if rejection is not None:
        return rejection
    try:
        await _fill(body, chunks, verifier.max_body_bytes)
    except ConnectionError:
        return verifier.verify(head, None)
    return verifier.verify(head, body, await awaited(account_tokens(verifier, head, body)))


def head_of(scope: Scope) -> Head:
    """Return a request's method, target and headers."""
    headers = [
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]
    ]
    raw_path, query = scope.get("raw_path"), scope["query_string"].decode("latin-1")
    if raw_path is None:
        target = plain_target(scope["path"], query)
    else:
        target = raw_path.decode("latin-1") + (f"?{query}" if query else "")
    is_https = scope.get("scheme") == "https"
    return Head(scope["method"], target, not query, is_https, headers)


async def _fill(body: BytesIO, chunks: AsyncIterator[bytes], most: int) -> None:
    """Write a body. No frame that calls the app has the variables of this one."""
    async for chunk in chunks:
        if body.write(chunk) and body.tell() > most:
            return


async def _chunks(receive: Receive) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise ConnectionError
        yield message.get("body", b"")
        if not message.get("more_body"):
            return


def _again(body: BytesIO, receive: Receive) -> Receive:
    """Return a function that receives the body again, and then what comes after it."""
    messages = [{"type": "http.request", "body": body.getvalue(), "more_body": False}]

    async def receive_again() -> MutableMapping[str, Any]:
        return messages.pop() if messages else await receive()

    return receive_again


async def _answer(rejection: Rejection, send: Send) -> None:
    headers = [(name.lower().encode(), value.encode()) for name, value in rejection.headers]
    headers.append((b"content-length", b"0"))
    await send({"type": "http.response.start", "status": rejection.status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
