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

Trust = Literal["forwarded", "host"]
Tokens = str | Iterable[str] | None
Accounts = Callable[[str], Tokens]
AsyncAccounts = Callable[[str], Tokens | Awaitable[Tokens]]

logger = logging.getLogger("twiml_refer")
_SECONDS_BETWEEN_LINES = 1.0


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


class Refusal(Value):
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
        trust: Trust | None,
        methods: Collection[str],
        accounts: AsyncAccounts | None,
    ) -> None:
        if not isinstance(validator, RequestValidator):
            raise TypeError(f"validator must be RequestValidator, got {type(validator).__name__}")
        if trust not in (None, "forwarded", "host"):
            raise ValueError("invalid trust: use forwarded or host")
        self._methods = frozenset(methods)
        if isinstance(methods, str) or not self._methods or self._methods - {"GET", "POST"}:
            raise ValueError('invalid methods: use {"POST"}, {"GET"} or both')
        self._validator, self._trust, self.accounts = validator, trust, accounts
        secrets = secrets_of(validator)
        call(bridge.http_check_options, secrets, self._options(None))
        limit = secrets.max_body_bytes
        if limit is None:
            limit = bridge.limits().default_max_body_bytes
        self.max_body_bytes: int = limit
        self._lock = threading.Lock()
        self._next_line = 0.0
        self._left_out = 0

    def check_head(self, head: Head) -> Refusal | None:
        """Check what is known before the body is read."""
        # The library accepts GET beside POST, never alone.
        if "POST" not in self._methods and head.method != "GET":
            return Refusal(405, (("Allow", "GET"),))
        secrets, options = secrets_of(self._validator), self._options(head)
        refusal = _refusal(
            call(bridge.http_check_head, secrets, options, head.method, head.headers)
        )
        if refusal is None and head.target is None:
            return self.forbid(
                "the server gives no raw request target, and characters of this path may have been "
                "escapes: use a server that sets raw_path (ASGI), REQUEST_URI or RAW_URI (WSGI), "
                "such as Uvicorn or Gunicorn"
            )
        return refusal

    def claimed_account(self, head: Head, body: BytesIO) -> str | None:
        """Return the AccountSid that a request claims, if the app asks for tokens by it."""
        data = body.getvalue()
        if self.accounts is None or len(data) > self.max_body_bytes:
            return None
        sid: str | None = call(bridge.claimed_account_sid, head.method, head.target, data)
        return sid

    def verify(
        self, head: Head, body: BytesIO, tokens: Held | None = None
    ) -> VoiceRequest | Refusal:
        """Verify a request, by these tokens if there are any."""
        answer, diagnose = self._answer(head, body, tokens)
        refusal = _refusal(answer)
        if refusal is None:
            return voice_request(answer.request)
        if refusal.status == FORBIDDEN:
            self._log(diagnose)
        return refusal

    def _answer(
        self, head: Head, body: BytesIO, tokens: Held | None
    ) -> tuple[Any, Callable[[], str]]:
        """Return the library's answer, and what finds the reason of a 403."""
        secrets, options = secrets_of(self._validator), self._options(head)
        if tokens is not None and tokens.value is not None:
            base, sha256 = secrets.public_base, secrets.sha256
            spellings, limit = secrets.encoded_spellings, secrets.max_body_bytes
            secrets = bridge.Secrets(tokens_of(tokens.value), base, sha256, spellings, limit)
        given = head.method, head.target, head.headers, body.getvalue()
        answer = call(bridge.http_verify, secrets, options, *given)
        return answer, lambda: str(call(bridge.http_diagnose, secrets, options, *given))

    def forbid(self, reason: str) -> Refusal:
        """Refuse a request that cannot be verified here, and log why."""
        self._log(lambda: f"{FORBIDDEN}: {reason}")
        return Refusal(FORBIDDEN)

    def _options(self, head: Head | None) -> Any:
        origin = bridge.Origin.PUBLIC_BASE
        if self._trust == "forwarded":
            origin = bridge.Origin.FORWARDED
        elif self._trust == "host":
            is_https = head is None or head.is_https
            origin = bridge.Origin.HOST_HTTPS if is_https else bridge.Origin.HOST_HTTP
        lost = head is not None and head.lost_question_mark
        return bridge.HttpOptions(origin, "GET" in self._methods, lost)

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
            more = f" ({left_out} more since the last line)" if left_out else ""
            logger.warning("%s%s", line(), more)


FORBIDDEN = 403
READ_BEFORE = (
    "the app read the body before it was verified: take the parameters from the VoiceRequest, or "
    "verify in the middleware for ASGI or WSGI"
)
_VERIFIED = 200


def _refusal(answer: Any) -> Refusal | None:
    if answer.status == _VERIFIED:
        return None
    return Refusal(answer.status, (("Allow", answer.allow),) if answer.allow else ())


def account_tokens(verifier: HttpVerifier, head: Head, body: BytesIO) -> Held:
    """Ask the app for the tokens of the account that a request claims to be of.

    An error of the app keeps its traceback; no frame of it refers to the body.
    """
    sid = verifier.claimed_account(head, body)
    return Held(None if sid is None or verifier.accounts is None else verifier.accounts(sid))


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
