"""The transfer app, without a web framework: what it says, whatever serves it.

A caller chooses, is transferred, and is offered something else if that fails.
"""

from __future__ import annotations

from twiml_refer import (
    Rejected,
    SipUri,
    SipUriError,
    TargetFailed,
    VoiceRequest,
    VoiceResponse,
)

SALES = SipUri("sip:sales@example.com")


def welcome() -> VoiceResponse:
    """Ask what the caller wants."""
    response = VoiceResponse()
    response.gather(num_digits=1, action="/choice").say("Press 1 to talk to sales.")
    response.say("Goodbye.")
    return response


def chosen(digits: str | None) -> VoiceResponse:
    """Transfer who pressed 1; anyone else is asked again."""
    response = VoiceResponse()
    if digits != "1":
        response.redirect("/voice")
        return response
    response.say("I will connect you.")
    response.refer(SALES.with_header("X-Choice", "sales"), action="/transferred")
    return response


def direct(colleague: str) -> VoiceResponse:
    """Transfer to a colleague, given by name, number or SIP URI."""
    response = VoiceResponse()
    try:
        whole = colleague.startswith("sip:")
        target = SipUri(colleague) if whole else SipUri.build("example.com", user=colleague)
    except SipUriError:
        response.say("There is nobody of that name. Goodbye.")
    else:
        response.refer(target, action="/transferred")
    return response


def transferred(request: VoiceRequest) -> VoiceResponse:
    """Go on with a caller whose transfer failed."""
    response = VoiceResponse()
    outcome = request.outcome
    if not request.may_resume:
        response.hangup()
    elif isinstance(outcome, TargetFailed):
        reason = "are busy" if outcome.status == "busy" else "do not answer"
        gather = response.gather(num_digits=1, action="/choice")
        gather.say(f"They {reason}. Press 1 to try again.")
        response.say("Goodbye.")
    elif isinstance(outcome, Rejected):
        response.say("Your phone cannot be transferred. Please call sales yourself.")
    else:
        response.say("We do not know whether that worked. Goodbye.")
    return response
