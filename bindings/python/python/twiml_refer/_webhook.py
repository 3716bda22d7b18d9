"""Twilio's requests."""

from __future__ import annotations

from ._bridge import Pair, bridge, call, pairs, plain
from ._diagnostic import Diagnostic, diagnostic
from ._errors import TwimlReferError, wrong_type
from ._hints import Any, Iterable, Literal
from ._outcome import ReferOutcome, ReferReport, report
from ._parameters import Parameters
from ._secret import Hidden, sealed, sealed_class


@sealed_class
class VoiceRequest(Parameters):
    """A request from Twilio to an app, frozen.

    `CallToken` is a secret: `repr` hides its value, here and in `params`.

    >>> request = VoiceRequest.from_form(
    ...     b"CallSid=CA1&ReferCallStatus=busy&ReferSipResponseCode=202&NotifySipResponseCode=486")
    >>> request.call_sid, request.outcome, request.may_resume
    ('CA1', TargetFailed(status='busy', code=486), True)
    """

    __slots__ = ("params", "sip_headers", "leg", "refer", "may_resume", "diagnostics")
    params: tuple[tuple[str, str], ...]
    """All parameters, in arrival order."""
    sip_headers: tuple[tuple[str, str], ...]
    """The headers that came as `SipHeader_…`, without that prefix."""
    leg: Literal["sip", "pstn", "client", "unknown"]
    """The kind of endpoint on this call leg; `<Refer>` works on SIP legs only."""
    refer: ReferReport | None
    """How the `<Refer>` ended; `None` if the request has none of its three parameters."""
    may_resume: bool
    """Whether the original call is still there for the app to talk to."""
    diagnostics: tuple[Diagnostic, ...]
    """What is unexpected or invalid about the parameters."""

    def __init__(self, params: Any = (), *, max_bytes: int | None = None) -> None:
        try:
            record = call(bridge.request_from_pairs, pairs_or_no_text(params), max_bytes)
        except TwimlReferError as error:
            if error.kind != "text-not-utf8":
                raise
            record = call(bridge.request_from_form, b"%ff", None)
        self._take(record)

    @classmethod
    def from_form(cls, body: bytes | str, *, max_bytes: int | None = None) -> VoiceRequest:
        """Read a form body, or the query of a URL without its `?`.

        Raises `RequestError` if it is larger than `max_bytes`, 64 KiB by default, or not UTF-8. An
        unexpected or invalid value is not an error but one of the `diagnostics`.
        """
        return voice_request(call(bridge.request_from_form, form(body), max_bytes))

    from_query = from_form

    @classmethod
    def from_params(cls, params: Any, *, max_bytes: int | None = None) -> VoiceRequest:
        """Read what a web framework has decoded: a mapping, a multidict, or pairs.

        Raises `RequestError` if it is larger than `max_bytes`, 64 KiB by default, or not text.

        >>> VoiceRequest.from_params({"CallSid": "CA1"}).call_sid
        'CA1'
        """
        return cls(params, max_bytes=max_bytes)

    def _take(self, record: Any) -> None:
        params = [(pair.name, pair.value) for pair in record.params]
        for place in record.secrets:
            name, value = params[place]
            params[place] = name, Hidden(value)
        self._set(
            tuple(params),
            plain(record.sip_headers),
            record.leg,
            record.refer and report(record.refer),
            record.may_resume,
            tuple(map(diagnostic, record.diagnostics)),
        )
        # Backwards, so that the first of a name is the one that stays.
        object.__setattr__(self, "_first", dict(reversed(params)))

    def param(self, name: str) -> str | None:
        """Return the first value of the parameter of this name, compared with case."""
        return self._first.get(name)

    @property
    def outcome(self) -> ReferOutcome | None:
        """How the transfer ended; `None` if the request has no report of a `<Refer>`."""
        return None if self.refer is None else self.refer.outcome

    def to_dict(self) -> dict[str, str]:
        """Return the first value of each parameter, without `CallToken`, for logs and JSON.

        >>> VoiceRequest.from_form("CallSid=CA1&CallToken=secret").to_dict()
        {'CallSid': 'CA1'}
        """
        first = self._first.items()
        return {name: value for name, value in first if type(value) is not Hidden}

    def to_form(self) -> str:
        """Write all parameters as a form body."""
        return str(call(bridge.request_to_form, pairs(self.params)))

    def __eq__(self, other: object) -> bool:
        return self.params == other.params if isinstance(other, VoiceRequest) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.params)

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self.params,)

    def __repr__(self) -> str:
        return f"VoiceRequest({list(self.params)!r})"


def voice_request(record: Any) -> VoiceRequest:
    """Make a request of the library's."""
    made = VoiceRequest.__new__(VoiceRequest)
    made._take(record)
    return made


@sealed
def _again(params: Any) -> VoiceRequest:
    """Make a request again that was within its limit before."""
    return VoiceRequest(params, max_bytes=2**31 - 1)


def form(body: bytes | str | None) -> bytes:
    """Return a body as bytes, whatever type it has."""
    if isinstance(body, str):
        # The library refuses lone surrogates.
        return body.encode("utf-8", "surrogatepass")
    if isinstance(body, (bytes, bytearray, memoryview)):
        return bytes(body)
    if body is None:
        return b""
    wrong_type("a body", "bytes or str", body)


# What is not text becomes text that the library refuses: Twilio signs only text.
NO_TEXT = "\ud800"


def pairs_or_no_text(params: Any) -> list[Any]:
    """Make pairs of what a framework has decoded; files and numbers are not text."""
    try:
        return pairs_of(params)
    except (TypeError, ValueError):
        return [Pair(NO_TEXT, "")]


def pairs_of(params: Any) -> list[Any]:
    """Make pairs of parameters: of mappings, of the multidicts of frameworks, and of pairs."""
    made = []
    for name, value in _items(params):
        for one in value if isinstance(value, (list, tuple)) else (value,):
            if not isinstance(name, str) or not isinstance(one, str):
                wrong_type("a parameter", "a name and a value of type str", (name, one))
            made.append(Pair(name, one))
    return made


def _items(params: Any) -> Iterable[tuple[Any, Any]]:
    if params is None:
        return ()
    if isinstance(params, (str, bytes)):
        wrong_type("parameters", "a mapping or pairs", params)
    # Starlette and aiohttp; Django; Flask, and any other mapping.
    for name in ("multi_items", "lists", "items"):
        if hasattr(params, name):
            items: Iterable[tuple[Any, Any]] = getattr(params, name)()
            return items
    items = params
    return items
