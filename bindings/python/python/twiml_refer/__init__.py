"""Call transfer with TwiML Voice `<Refer>`, the whole job.

Documents: `VoiceResponse`, `Refer`, `Say`, `Play`, `Pause`, `Gather`, `Redirect`, `Hangup`,
`Element`, `Comment`; targets: `SipUri`, `UserToUser`, `ReferTarget`; webhooks: `RequestValidator`,
`ReferCallback`, `VoiceRequest` and the outcomes; REST: `call_update`, `call_create`; the verb
itself: `Transfer`. Tests of an app: `twiml_refer.testing`.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._diagnostic import Diagnostic
    from ._element import Comment, Element
    from ._errors import (
        DocumentError,
        RequestError,
        RestError,
        SignatureError,
        SignatureMismatch,
        SignatureMissing,
        SipUriError,
        TransferError,
        TwimlReferError,
    )
    from ._outcome import (
        Canceled,
        ReferOutcome,
        Rejected,
        TargetFailed,
        Transferred,
        Unconfirmed,
        Unknown,
    )
    from ._refer import Refer
    from ._response import VoiceResponse
    from ._rest import RestRequest, call_create, call_update
    from ._transfer import (
        Completed,
        EndDialog,
        Output,
        ReferReport,
        Reply,
        SendRefer,
        Transfer,
    )
    from ._uri import ReferTarget, SipUri, UserToUser
    from ._validator import RequestValidator, Spelling
    from ._verbs import Gather, Hangup, Pause, Play, Redirect, Say
    from ._webhook import Problem, ReferCallback, VoiceRequest

__all__ = [
    "VoiceResponse",
    "Refer",
    "Say",
    "Play",
    "Pause",
    "Gather",
    "Redirect",
    "Hangup",
    "Element",
    "Comment",
    "SipUri",
    "UserToUser",
    "ReferTarget",
    "Diagnostic",
    "RequestValidator",
    "Spelling",
    "VoiceRequest",
    "ReferCallback",
    "Problem",
    "ReferOutcome",
    "Transferred",
    "Rejected",
    "TargetFailed",
    "Canceled",
    "Unconfirmed",
    "Unknown",
    "RestRequest",
    "call_update",
    "call_create",
    "Transfer",
    "Output",
    "SendRefer",
    "Reply",
    "EndDialog",
    "Completed",
    "ReferReport",
    "TwimlReferError",
    "SipUriError",
    "DocumentError",
    "RestError",
    "TransferError",
    "RequestError",
    "SignatureError",
    "SignatureMissing",
    "SignatureMismatch",
]

# What is public is imported when it is first used: a process that prints a document needs little.
_HOMES = {
    "_diagnostic": "Diagnostic",
    "_element": "Comment Element",
    "_refer": "Refer",
    "_verbs": "Gather Hangup Pause Play Redirect Say",
    "_response": "VoiceResponse",
    "_errors": "DocumentError RequestError RestError SignatureError SignatureMismatch "
    "SignatureMissing SipUriError TransferError TwimlReferError",
    "_outcome": "Canceled ReferOutcome Rejected TargetFailed Transferred Unconfirmed Unknown",
    "_rest": "RestRequest call_create call_update",
    "_transfer": "Completed EndDialog Output ReferReport Reply SendRefer Transfer",
    "_uri": "ReferTarget SipUri UserToUser",
    "_validator": "RequestValidator Spelling",
    "_webhook": "Problem ReferCallback VoiceRequest",
}
_home = {name: home for home, names in _HOMES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    if name not in _home:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    public = getattr(import_module("." + _home[name], __name__), name)
    if not isinstance(public, tuple):
        # It is found here, whatever file it stands in.
        public.__module__ = __name__
    globals()[name] = public
    return public


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
