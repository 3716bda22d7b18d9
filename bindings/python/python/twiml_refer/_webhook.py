"""Twilio's requests, and the callback of `<Refer>`."""

from __future__ import annotations

from . import _bridge, _lane
from ._answer import Answer
from ._errors import TwimlReferError, wrong_type
from ._lane import integer
from ._outcome import ReferOutcome, outcome
from ._parameters import Parameters
from ._secret import sealed, sealed_class
from ._value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, NoReturn

    from typing_extensions import Self

    from ._answer import Pairs


class Problem(Value):
    """What is odd about a parameter."""

    __slots__ = ("parameter", "message")
    parameter: str
    """Its name."""
    message: str
    """What is odd about it, and what was made of it."""

    def __init__(self, parameter: str, message: str) -> None:
        self._set(parameter, message)


@sealed_class
class VoiceRequest(Parameters):
    """A request from Twilio to an app, frozen.

    `CallToken` is a secret: `repr` hides its value, here and in `params`.

    >>> request = VoiceRequest.from_form(b"CallSid=CA1&From=sip%3Aa%40b&Direction=inbound")
    >>> request.call_sid, request.leg
    ('CA1', 'sip')
    """

    __slots__ = ("_answer",)
    _answer: Answer

    def __init__(self, params: Any = (), *, max_bytes: int | None = None) -> None:
        parts = (limit(max_bytes).encode(), *encoded_pairs(params))
        try:
            frame = _lane.call_bytes(_lane.FROM_PAIRS, parts)
        except TwimlReferError as error:
            if error.kind != "text-not-utf8":
                raise
            frame = _lane.call_bytes(_lane.FROM_FORM, (b"", b"%ff"))
        object.__setattr__(self, "_answer", Answer(frame))

    @classmethod
    def from_form(cls, body: bytes | str, *, max_bytes: int | None = None) -> Self:
        """Read a form body, or a URL's query without its `?`.

        Raises `RequestError` if it is larger than `max_bytes`, 64 KiB by default, or not UTF-8. An
        odd value is not an error: it is listed in `problems`.
        """
        parts = (limit(max_bytes).encode(), form(body))
        return cls._of(_lane.call_bytes(_lane.FROM_FORM, parts))

    from_query = from_form

    @classmethod
    def from_params(cls, params: Any, *, max_bytes: int | None = None) -> Self:
        """Read what a web framework has decoded: a mapping, a multidict, or pairs.

        Raises `RequestError` if it is larger than `max_bytes`, 64 KiB by default, or not text.

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
        return f"{type(self).__name__}({list(self.params)!r})"


@sealed_class
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


# The largest limit that there is.
_MOST_BYTES = 2**31 - 1


@sealed
def _again(kind: type[VoiceRequest], params: Pairs) -> VoiceRequest:
    """Make a request of what was within its limit before."""
    return kind(params, max_bytes=_MOST_BYTES)


def limit(max_bytes: int | None) -> str:
    """Write a limit as the library takes it; empty is the default."""
    return "" if max_bytes is None else str(_bridge.number(max_bytes))


def form(body: bytes | str | None) -> bytes:
    """Take a body in whatever type it comes."""
    if type(body) is bytes:
        return body
    if isinstance(body, str):
        return _lane.encoded(body)
    if isinstance(body, (bytes, bytearray, memoryview)):
        return bytes(body)
    if body is None:
        return b""
    wrong_type("a body", "bytes or str", body)


def encoded_pairs(params: Any) -> Iterable[bytes]:
    """Encode what a framework hands over; what is not text becomes bytes that are not UTF-8."""
    try:
        return map(_lane.encoded, flat(params))
    except (TypeError, ValueError):
        return b"\xff", b""


def flat(params: Any) -> list[str]:
    """Flatten parameters: mappings, the multidicts of frameworks, and pairs."""
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
