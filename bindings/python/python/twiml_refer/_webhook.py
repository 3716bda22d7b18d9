"""The platform's requests, and the callback of `<Refer>`."""

from __future__ import annotations

from . import _bridge, _lane
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

    Pairs = tuple[tuple[str, str], ...]
    _Taken = tuple[Pairs, Pairs, Pairs]

_HIDDEN = "***"

# What stands in an answer before the pairs: no error, eight values, two counts.
_FIELDS = 11


class Problem(Value):
    """What is odd about a parameter."""

    __slots__ = ("parameter", "message")
    parameter: str
    message: str

    def __init__(self, parameter: str, message: str) -> None:
        self._set(parameter, message)


class VoiceRequest(Parameters):
    """Any request of the platform to an app, frozen.

    >>> request = VoiceRequest.from_form(b"CallSid=CA1&From=sip%3Aa%40b&Direction=inbound")
    >>> request.call_sid, request.leg
    ('CA1', 'sip')
    """

    # The answer of the library is taken apart when it is first asked for.
    __slots__ = ("_answer", "_fields", "_first", "_taken")
    _answer: bytes
    _fields: list[str | None] | None
    _taken: _Taken | None
    _first: dict[str, str] | None

    def __init__(self, params: Any = ()) -> None:
        self._fill(_lane.call(_lane.FROM_PAIRS, (None, *flat(params))))

    @classmethod
    def from_form(cls, body: bytes | str, *, max_bytes: int | None = None) -> Self:
        """Read a form body, or a URL's query without its `?`.

        Raises `CallbackError`: it is too large (64 KiB, unless `max_bytes` says otherwise), or not
        UTF-8. An odd value is no error but stands in `problems`.
        """
        return cls._of(_lane.call(_lane.FROM_FORM, (_limit(max_bytes), _body(body))))

    from_query = from_form

    @classmethod
    def from_params(cls, params: Any, *, max_bytes: int | None = None) -> Self:
        """Take what a web framework has decoded: a mapping, a multidict, or pairs."""
        return cls._of(_lane.call(_lane.FROM_PAIRS, (_limit(max_bytes), *flat(params))))

    @classmethod
    def _of(cls, answer: bytes) -> Self:
        made = cls.__new__(cls)
        made._fill(answer)
        return made

    def _fill(self, answer: bytes) -> None:
        set_ = object.__setattr__
        set_(self, "_answer", answer)
        set_(self, "_fields", None)
        set_(self, "_taken", None)
        set_(self, "_first", None)

    def _heads(self) -> list[str | None]:
        if self._fields is None:
            object.__setattr__(self, "_fields", _lane.fields(self._answer, _FIELDS))
        fields = self._fields
        assert fields is not None
        return fields

    def _field(self, number: int) -> str | None:
        return self._heads()[number + 1]

    def _all(self) -> _Taken:
        if self._taken is None:
            counts = self._heads()[-2:]
            object.__setattr__(self, "_taken", _taken_apart(self._answer, *counts))
        taken = self._taken
        assert taken is not None
        return taken

    @property
    def params(self) -> Pairs:
        """Every pair, in arrival order."""
        return self._all()[2]

    def param(self, name: str) -> str | None:
        """Find the first value of the parameter of this name, compared with case."""
        if self._first is None:
            object.__setattr__(self, "_first", dict(reversed(self.params)))
        first = self._first or {}
        return first.get(name)

    @property
    def leg(self) -> str:
        """The leg that it speaks of: `sip`, `pstn`, `client` or `unknown`."""
        return self._field(4) or ""

    @property
    def sip_headers(self) -> Pairs:
        """The headers that came as `SipHeader_…`, without that prefix."""
        return self._all()[1]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is odd about its parameters."""
        return tuple(Problem(name, message) for name, message in self._all()[0])

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
        return type(self), (self.params,)

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
        return self._field(5)

    @property
    def refer_sip_response_code(self) -> int | None:
        """`ReferSipResponseCode`: the endpoint's answer to the REFER, 100 to 699."""
        return integer(self._field(6))

    @property
    def notify_sip_response_code(self) -> int | None:
        """`NotifySipResponseCode`: the last code of the call to the target."""
        return integer(self._field(7))

    @property
    def outcome(self) -> ReferOutcome:
        """How the transfer ended."""
        kind, status, code = self._heads()[1:4]
        return outcome(kind or "", status, integer(code))

    @property
    def may_resume(self) -> bool:
        """Whether the original call is still there for the app to talk to."""
        return self._field(3) is not None


def _taken_apart(answer: bytes, problems: str | None, headers: str | None) -> _Taken:
    """Take problems, SIP headers and parameters out of an answer."""
    text = _lane.rest(answer, _FIELDS)
    at = 2 * int(problems or 0)
    end = at + 2 * int(headers or 0)
    if end == 0:
        return (), (), _pairs(text)
    return _pairs(text[:at]), _pairs(text[at:end]), _pairs(text[end:])


def _pairs(text: list[str]) -> Pairs:
    return tuple(zip(text[::2], text[1::2]))


def _is_secret(name: str) -> bool:
    return bool(_bridge.call("is_secret_parameter", name))


def _limit(max_bytes: int | None) -> str | None:
    if max_bytes is not None and (not isinstance(max_bytes, int) or max_bytes < 0):
        wrong_type("max_bytes", "a number of bytes", max_bytes)
    return None if max_bytes is None else str(max_bytes)


def _body(body: bytes | str) -> bytes | str:
    if isinstance(body, (bytes, str)):
        return body
    if isinstance(body, (bytearray, memoryview)):
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
