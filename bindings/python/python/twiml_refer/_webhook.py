"""The platform's requests, and the callback of `<Refer>`."""

from __future__ import annotations

import sys

from . import _bridge, _lane
from ._answer import Answer
from ._errors import wrong_type
from ._lane import integer
from ._outcome import ReferOutcome, outcome
from ._parameters import Parameters
from ._value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, NoReturn

    from typing_extensions import Self

    from ._answer import Pairs

_HIDDEN = "***"


class Problem(Value):
    """What is odd about a parameter."""

    __slots__ = ("parameter", "message")
    parameter: str
    """Its name."""
    message: str
    """What is odd about it, and what was made of it."""

    def __init__(self, parameter: str, message: str) -> None:
        self._set(parameter, message)


class VoiceRequest(Parameters):
    """Any request of the platform to an app, frozen.

    >>> request = VoiceRequest.from_form(b"CallSid=CA1&From=sip%3Aa%40b&Direction=inbound")
    >>> request.call_sid, request.leg
    ('CA1', 'sip')
    """

    __slots__ = ("_answer",)
    _answer: Answer

    def __init__(self, params: Any = (), *, max_bytes: int | None = None) -> None:
        frame = _lane.call(_lane.FROM_PAIRS, (_limit(max_bytes), *flat(params)))
        object.__setattr__(self, "_answer", Answer(frame))

    @classmethod
    def from_form(cls, body: bytes | str, *, max_bytes: int | None = None) -> Self:
        """Read a form body, or a URL's query without its `?`.

        Raises `CallbackError`: it is too large (64 KiB, unless `max_bytes` says otherwise), or not
        UTF-8. An odd value is no error but stands in `problems`.
        """
        limit = _limit(max_bytes).encode()
        return cls._of(_lane.call_bytes(_lane.FROM_FORM, (limit, form(body))))

    from_query = from_form

    @classmethod
    def from_params(cls, params: Any, *, max_bytes: int | None = None) -> Self:
        """Take what a web framework has decoded: a mapping, a multidict, or pairs.

        Raises `CallbackError`: it is larger than `max_bytes`, 64 KiB unless that is given.

        >>> VoiceRequest.from_params({"CallSid": "CA1"}).call_sid
        'CA1'
        """
        return cls(params, max_bytes=max_bytes)

    @classmethod
    def _of(cls, frame: bytes) -> Self:
        made = cls.__new__(cls)
        object.__setattr__(made, "_answer", Answer(frame))
        return made

    @property
    def params(self) -> Pairs:
        """Every pair, in arrival order."""
        return self._answer.params()

    def param(self, name: str) -> str | None:
        """Find the first value of the parameter of this name, compared with case."""
        return self._answer.first().get(name)

    @property
    def leg(self) -> str:
        """The leg that it speaks of: `sip`, `pstn`, `client` or `unknown`."""
        return self._answer.heads()[4]

    @property
    def sip_headers(self) -> Pairs:
        """The headers that came as `SipHeader_…`, without that prefix."""
        return self._answer.sip_headers()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is odd about its parameters."""
        return tuple(Problem(name, message) for name, message in self._answer.problems())

    def to_form(self) -> str:
        """Write every pair as a form body."""
        return str(_bridge.call("request_to_form", _bridge.pairs(self.params)))

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self.params == other.params

    def __hash__(self) -> int:
        return hash((type(self), self.params))

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (type(self), self.params)

    def __repr__(self) -> str:
        shown = [(n, _HIDDEN if _is_secret(n) else v) for n, v in self.params]
        return f"{type(self).__name__}({shown!r})"


class ReferCallback(VoiceRequest):
    """The request that tells how a `<Refer>` ended, frozen.

    >>> callback = ReferCallback.from_form(
    ...     b"ReferCallStatus=busy&ReferSipResponseCode=202&NotifySipResponseCode=486")
    >>> callback.outcome, callback.may_resume
    (TargetFailed(status='busy', code=486), True)
    """

    __slots__ = ()

    @property
    def refer_call_status(self) -> str | None:
        """`ReferCallStatus`: how the call to the target stands."""
        return self._answer.heads()[5] or None

    @property
    def refer_sip_response_code(self) -> int | None:
        """`ReferSipResponseCode`: the endpoint's answer to the REFER, 100 to 699."""
        return integer(self._answer.heads()[6])

    @property
    def notify_sip_response_code(self) -> int | None:
        """`NotifySipResponseCode`: the last code of the call to the target."""
        return integer(self._answer.heads()[7])

    @property
    def outcome(self) -> ReferOutcome:
        """How the transfer ended."""
        kind, status, code = self._answer.heads()[:3]
        return outcome(kind, status, integer(code))

    @property
    def may_resume(self) -> bool:
        """Whether the original call is still there for the app to talk to."""
        return self._answer.heads()[3] != ""


def _again(kind: type[VoiceRequest], params: Pairs) -> VoiceRequest:
    """Make a request of what was within its limit before."""
    return kind(params, max_bytes=sys.maxsize)


def _is_secret(name: str) -> bool:
    return bool(_bridge.call("is_secret_parameter", name))


def _limit(max_bytes: int | None) -> str:
    if max_bytes is not None and (not isinstance(max_bytes, int) or max_bytes < 0):
        wrong_type("max_bytes", "a number of bytes", max_bytes)
    return "" if max_bytes is None else str(max_bytes)


def form(body: bytes | str) -> bytes:
    """Take a body, in whatever it came."""
    if type(body) is bytes:
        return body
    if isinstance(body, str):
        return _lane.encoded(body)
    if isinstance(body, (bytes, bytearray, memoryview)):
        return bytes(body)
    wrong_type("a body", "bytes or str", body)


def flat(params: Any) -> list[str]:
    """Flatten what frameworks call parameters: mappings, multidicts, and pairs."""
    parts: list[str] = []
    for name, value in _items(params):
        values = value if isinstance(value, (list, tuple)) else (value,)
        for one in values:
            if not isinstance(name, str) or not isinstance(one, str):
                wrong_type("a parameter", "a name and a value of type str", (name, one)[1])
            parts += (name, one)
    return parts


def _items(params: Any) -> Iterable[tuple[Any, Any]]:
    if params is None:
        return ()
    # Starlette and aiohttp; Django; Flask; anything else that maps.
    if hasattr(params, "multi_items"):
        items: Iterable[tuple[Any, Any]] = params.multi_items()
    elif hasattr(params, "lists"):
        items = params.lists()
    elif hasattr(params, "items"):
        items = params.items()
    elif isinstance(params, (str, bytes)):
        wrong_type("parameters", "a mapping or pairs", params)
    else:
        items = params
    return items
