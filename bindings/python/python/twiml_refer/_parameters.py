"""The parameters of a request that have a getter; their names come from the library."""

from __future__ import annotations

from ._bridge import bridge
from ._secret import sealed_class
from ._value import Frozen

NAMES: dict[str, str] = {it.getter: it.name for it in bridge.typed_parameters()}


@sealed_class
class Parameters(Frozen):
    """The standard voice parameters; `None` if one was not sent."""

    __slots__ = ("_first",)
    _first: dict[str, str]

    def _named(self, getter: str) -> str | None:
        return self._first.get(NAMES[getter])

    @property
    def call_sid(self) -> str | None:
        """`CallSid`: the identifier of this call, `CA` and 32 hexadecimal digits."""
        return self._named("call_sid")

    @property
    def account_sid(self) -> str | None:
        """`AccountSid`: the account that the call belongs to, `AC` and 32 hexadecimal digits."""
        return self._named("account_sid")

    @property
    def from_(self) -> str | None:
        """`From`: who calls: a number in E.164, a `sip:` URI or `client:` and a name."""
        return self._named("from")

    @property
    def to(self) -> str | None:
        """`To`: who is called, in the forms of `From`."""
        return self._named("to")

    @property
    def call_status(self) -> str | None:
        """`CallStatus`: the state of the call itself, for example `in-progress` or `completed`."""
        return self._named("call_status")

    @property
    def api_version(self) -> str | None:
        """`ApiVersion`: the version of Twilio's API, a date."""
        return self._named("api_version")

    @property
    def direction(self) -> str | None:
        """`Direction`: `inbound`, `outbound-api` or `outbound-dial`."""
        return self._named("direction")

    @property
    def forwarded_from(self) -> str | None:
        """`ForwardedFrom`: the number that forwarded the call, if its carrier sent it."""
        return self._named("forwarded_from")

    @property
    def caller_name(self) -> str | None:
        """`CallerName`: the name that a lookup of the caller returned."""
        return self._named("caller_name")

    @property
    def parent_call_sid(self) -> str | None:
        """`ParentCallSid`: the call whose document started this one."""
        return self._named("parent_call_sid")

    @property
    def call_token(self) -> str | None:
        """`CallToken`: a secret with which the app may use the caller's number; never log it."""
        return self._named("call_token")

    @property
    def stir_verstat(self) -> str | None:
        """`StirVerstat`: the result of STIR/SHAKEN, for example `TN-Validation-Passed-A`."""
        return self._named("stir_verstat")

    @property
    def caller(self) -> str | None:
        """`Caller`: the same as `From`."""
        return self._named("caller")

    @property
    def called(self) -> str | None:
        """`Called`: the same as `To`."""
        return self._named("called")

    @property
    def from_city(self) -> str | None:
        """`FromCity`: the city of `From`."""
        return self._named("from_city")

    @property
    def from_state(self) -> str | None:
        """`FromState`: the state or province of `From`."""
        return self._named("from_state")

    @property
    def from_zip(self) -> str | None:
        """`FromZip`: the postal code of `From`."""
        return self._named("from_zip")

    @property
    def from_country(self) -> str | None:
        """`FromCountry`: the country of `From`, two letters."""
        return self._named("from_country")

    @property
    def to_city(self) -> str | None:
        """`ToCity`: the city of `To`."""
        return self._named("to_city")

    @property
    def to_state(self) -> str | None:
        """`ToState`: the state or province of `To`."""
        return self._named("to_state")

    @property
    def to_zip(self) -> str | None:
        """`ToZip`: the postal code of `To`."""
        return self._named("to_zip")

    @property
    def to_country(self) -> str | None:
        """`ToCountry`: the country of `To`, two letters."""
        return self._named("to_country")

    @property
    def caller_city(self) -> str | None:
        """`CallerCity`: the city of `Caller`."""
        return self._named("caller_city")

    @property
    def caller_state(self) -> str | None:
        """`CallerState`: the state or province of `Caller`."""
        return self._named("caller_state")

    @property
    def caller_zip(self) -> str | None:
        """`CallerZip`: the postal code of `Caller`."""
        return self._named("caller_zip")

    @property
    def caller_country(self) -> str | None:
        """`CallerCountry`: the country of `Caller`, two letters."""
        return self._named("caller_country")

    @property
    def called_city(self) -> str | None:
        """`CalledCity`: the city of `Called`."""
        return self._named("called_city")

    @property
    def called_state(self) -> str | None:
        """`CalledState`: the state or province of `Called`."""
        return self._named("called_state")

    @property
    def called_zip(self) -> str | None:
        """`CalledZip`: the postal code of `Called`."""
        return self._named("called_zip")

    @property
    def called_country(self) -> str | None:
        """`CalledCountry`: the country of `Called`, two letters."""
        return self._named("called_country")

    @property
    def sip_domain(self) -> str | None:
        """`SipDomain`: the SIP domain that received the call."""
        return self._named("sip_domain")

    @property
    def sip_domain_sid(self) -> str | None:
        """`SipDomainSid`: the identifier of that SIP domain."""
        return self._named("sip_domain_sid")

    @property
    def sip_username(self) -> str | None:
        """`SipUsername`: the user name by which the SIP device authenticated itself."""
        return self._named("sip_username")

    @property
    def sip_call_id(self) -> str | None:
        """`SipCallId`: the `Call-ID` of the SIP dialog."""
        return self._named("sip_call_id")

    @property
    def sip_source_ip(self) -> str | None:
        """`SipSourceIp`: the address from which the SIP request came."""
        return self._named("sip_source_ip")

    @property
    def refer_transfer_target(self) -> str | None:
        """`ReferTransferTarget`: the `Refer-To` of a REFER that Twilio got.

        Kept as text: it may be a `tel:` URI.
        """
        return self._named("refer_transfer_target")

    @property
    def digits(self) -> str | None:
        """`Digits`: the keys that the caller pressed in a `<Gather>`."""
        return self._named("digits")

    @property
    def speech_result(self) -> str | None:
        """`SpeechResult`: what the caller said in a `<Gather>`, as text."""
        return self._named("speech_result")

    @property
    def confidence(self) -> str | None:
        """`Confidence`: how sure the speech recognition is, from 0.0 to 1.0, as text."""
        return self._named("confidence")
