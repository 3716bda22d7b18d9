"""What the modules for web servers and frameworks share: options, the limit, answers and the log.

The rules are those of the library; here is what depends on how Python's servers give a request.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Awaitable, Callable, Collection, Iterable
from inspect import isawaitable
from io import BytesIO
from typing import Any, Literal

from ._bridge import Pair, bridge, call
from ._secret import sealed_class
from ._validator import RequestValidator, secrets_of, tokens_of
from ._value import Value
from ._webhook import VoiceRequest, voice_request

KEY = "twiml_refer.request"
"""Where a scope of ASGI or an environment of WSGI holds the verified `VoiceRequest`."""

Origin = Literal["public-base", "forwarded", "host"]
Tokens = str | Iterable[str] | None
AuthTokens = Callable[[str], Tokens]
AsyncAuthTokens = Callable[[str], Tokens | Awaitable[Tokens]]

logger = logging.getLogger("twiml_refer")
_SECONDS_BETWEEN_LINES = 1.0
_ALLOWED_METHODS = {
    frozenset({"POST"}): bridge.AllowedMethods.POST,
    frozenset({"GET"}): bridge.AllowedMethods.GET,
    frozenset({"GET", "POST"}): bridge.AllowedMethods.GET_AND_POST,
}


class Head:
    """A request without its body. Its repr shows nothing: headers and target may be secret."""

    __slots__ = ("method", "target", "lost_question_mark", "is_https", "headers")

    def __init__(
        self,
        method: str,
        target: str | None,
        lost_question_mark: bool,
        is_https: bool,
        headers: Iterable[tuple[str, str]],
    ) -> None:
        self.method = method
        self.target = target
        self.lost_question_mark = lost_question_mark
        self.is_https = is_https
        self.headers = [Pair(name, value) for name, value in headers]


class Held:
    """Tokens of an account, or an awaitable of them. Its repr shows nothing.

    No frame that logs or calls the app has them in another variable: some error trackers record
    the frames of a log line, too.
    """

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class Rejection(Value):
    """The answer to a request that the app does not get."""

    __slots__ = ("status", "headers")
    status: int
    headers: tuple[tuple[str, str], ...]

    def __init__(self, status: int, headers: tuple[tuple[str, str], ...] = ()) -> None:
        self._set(status, headers)


@sealed_class
class HttpVerifier:
    """Verifies requests as servers give them; threads may share it."""

    def __init__(
        self,
        validator: RequestValidator,
        origin: Origin,
        allowed_methods: Collection[str],
        auth_tokens: AsyncAuthTokens | None,
    ) -> None:
        if not isinstance(validator, RequestValidator):
            raise TypeError(f"validator must be RequestValidator, got {type(validator).__name__}")
        if origin not in ("public-base", "forwarded", "host"):
            raise ValueError("invalid origin: use public-base, forwarded or host")
        self._allowed_methods = _ALLOWED_METHODS.get(frozenset(allowed_methods))
        if isinstance(allowed_methods, str) or self._allowed_methods is None:
            raise ValueError('invalid allowed_methods: use {"POST"}, {"GET"} or both')
        self._validator, self._origin, self.auth_tokens = validator, origin, auth_tokens
        secrets = secrets_of(validator)
        call(bridge.http_check_options, secrets, self._options(None))
        limit = secrets.max_body_bytes
        if limit is None:
            limit = bridge.limits().default_max_body_bytes
        self.max_body_bytes: int = limit
        self._lock = threading.Lock()
        self._next_line = 0.0
        self._left_out = 0

    def check_head(self, head: Head) -> Rejection | None:
        """Check what is known before the body is read."""
        rejection = self._rejection(*self._checked(head))
        if rejection is None and head.target is None:
            return self.forbid(
                "the server gives no raw request target, and characters of this path may have been "
                "escapes: use a server that sets raw_path (ASGI), REQUEST_URI or RAW_URI (WSGI), "
                "such as Uvicorn or Gunicorn"
            )
        return rejection

    def claimed_account(self, head: Head, body: BytesIO | None) -> str | None:
        """Return the AccountSid that a request claims, if the app asks for tokens by it."""
        data = body.getvalue() if body is not None else b""
        if self.auth_tokens is None or len(data) > self.max_body_bytes:
            return None
        received = bridge.HttpBody.RECEIVED(data)
        sid: str | None = call(bridge.claimed_account_sid, head.method, head.target, received)
        return sid

    def verify(
        self, head: Head, body: BytesIO | None, tokens: Held | None = None
    ) -> VoiceRequest | Rejection:
        """Verify a request, by these tokens if there are any.

        The body is `None` if it could not be read to its end.
        """
        answer, diagnose = self._verified(head, body, tokens)
        rejection = self._rejection(answer, diagnose)
        return voice_request(answer.request) if rejection is None else rejection

    def _checked(self, head: Head) -> tuple[Any, Callable[[], str]]:
        """Return the library's answer to a head, and what finds the reason of a rejection."""
        secrets, options = secrets_of(self._validator), self._options(head)
        answer = call(bridge.http_check_head, secrets, options, head.method, head.headers)
        unread = bridge.HttpBody.RECEIVED(b"")
        given = head.method, head.target or "(unknown)", head.headers, unread
        return answer, lambda: str(call(bridge.http_diagnose, secrets, options, *given))

    def _verified(
        self, head: Head, body: BytesIO | None, tokens: Held | None
    ) -> tuple[Any, Callable[[], str]]:
        """Return the library's answer, and what finds the reason of a rejection."""
        secrets, options = secrets_of(self._validator), self._options(head)
        if tokens is not None and tokens.value is not None:
            base, sha256 = secrets.public_base, secrets.sha256
            spellings, limit = secrets.encoded_spellings, secrets.max_body_bytes
            secrets = bridge.Secrets(tokens_of(tokens.value), base, sha256, spellings, limit)
        read = bridge.HttpBody.INCOMPLETE()
        if body is not None:
            read = bridge.HttpBody.RECEIVED(body.getvalue())
        given = head.method, head.target, head.headers, read
        answer = call(bridge.http_verify, secrets, options, *given)
        return answer, lambda: str(call(bridge.http_diagnose, secrets, options, *given))

    def forbid(self, reason: str) -> Rejection:
        """Reject a request that cannot be verified here, and log why."""
        self._log(lambda: f"{FORBIDDEN}: {reason}")
        return Rejection(FORBIDDEN)

    def _options(self, head: Head | None) -> Any:
        origin = bridge.Origin.PUBLIC_BASE
        if self._origin == "forwarded":
            origin = bridge.Origin.FORWARDED
        elif self._origin == "host":
            is_https = head is None or head.is_https
            origin = bridge.Origin.HOST_HTTPS if is_https else bridge.Origin.HOST_HTTP
        lost = head is not None and head.lost_question_mark
        return bridge.HttpOptions(origin, self._allowed_methods, lost)

    def _rejection(self, answer: Any, diagnose: Callable[[], str]) -> Rejection | None:
        """Return what to answer instead of the app, and log why."""
        if answer.status == _VERIFIED:
            return None
        self._log(diagnose)
        return Rejection(answer.status, (("Allow", answer.allow),) if answer.allow else ())

    def _log(self, line: Callable[[], str]) -> None:
        """Log a line, unless there was one just now."""
        with self._lock:
            now = time.monotonic()
            if now < self._next_line:
                self._left_out += 1
                return
            self._next_line = now + _SECONDS_BETWEEN_LINES
            left_out, self._left_out = self._left_out, 0
        if logger.isEnabledFor(logging.WARNING):
            more = f" ({left_out} more were not logged)" if left_out else ""
            logger.warning("%s%s", line(), more)


FORBIDDEN = 403
READ_BEFORE = (
    "the app read the body before it was verified: take the parameters from the VoiceRequest, or "
    "verify in the middleware for ASGI or WSGI"
)
_VERIFIED = 200


def account_tokens(verifier: HttpVerifier, head: Head, body: BytesIO | None) -> Held:
    """Ask the app for the tokens of the account that a request claims to be of.

    An error of the app keeps its traceback; no frame of it refers to the body.
    """
    sid = verifier.claimed_account(head, body)
    find = verifier.auth_tokens
    return Held(None if sid is None or find is None else find(sid))


async def awaited(tokens: Held) -> Held:
    """Wait for tokens that the app looks up asynchronously."""
    return Held(await tokens.value) if isawaitable(tokens.value) else tokens


def plain_target(path: str, query: str) -> str | None:
    """Return the request target of a path that a server has decoded, if it cannot have had escapes.

    A path that did have some is then another one, whose signature does not match.
    """
    if not re.fullmatch(r"[A-Za-z0-9/._~-]*", path):
        return None
    return f"{path}?{query}" if query else path
