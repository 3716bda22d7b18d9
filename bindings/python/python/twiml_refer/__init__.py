"""Call transfer with TwiML Voice `<Refer>`, the whole job.

Documents: `VoiceResponse`, `Refer`, `Say`, `Play`, `Pause`, `Gather`, `Redirect`, `Hangup`,
`Element`, `Comment`; targets: `SipUri`, `UserToUser`, `ReferTarget`; webhooks: `RequestValidator`,
`VoiceRequest`, `ReferReport` and the outcomes; REST: `call_update`, `call_create`; the verb itself:
`Transfer`. For the tests of an app: `twiml_refer.testing`.
"""

from __future__ import annotations

import sys as _sys

if not getattr(_sys, "_is_gil_enabled", lambda: True)():
    raise ImportError(
        "twiml-refer does not support free-threaded Python yet: "
        "use a build with the GIL, or set PYTHON_GIL=1"
    )

from ._hints import TYPE_CHECKING

if TYPE_CHECKING:
    from ._diagnostic import Diagnostic
    from ._element import Comment, Element, Node
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
        ReferReport,
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
        Reply,
        SendRefer,
        Transfer,
        TransferSettings,
    )
    from ._uri import ReferTarget, SipUri, UserToUser
    from ._validator import Hint, RequestValidator, UrlCandidate
    from ._verbs import Gather, Hangup, Pause, Play, Redirect, Say
    from ._webhook import VoiceRequest

    __version__: str

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
    "Node",
    "SipUri",
    "UserToUser",
    "ReferTarget",
    "Diagnostic",
    "RequestValidator",
    "UrlCandidate",
    "Hint",
    "VoiceRequest",
    "ReferReport",
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
    "TransferSettings",
    "Output",
    "SendRefer",
    "Reply",
    "EndDialog",
    "Completed",
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

# Public names are imported when they are first used: a process that prints a document needs few.
_HOMES = {
    "_diagnostic": "Diagnostic",
    "_element": "Comment Element Node",
    "_errors": "DocumentError RequestError RestError SignatureError SignatureMismatch "
    "SignatureMissing SipUriError TransferError TwimlReferError",
    "_outcome": "Canceled ReferOutcome ReferReport Rejected TargetFailed Transferred Unconfirmed "
    "Unknown",
    "_refer": "Refer",
    "_response": "VoiceResponse",
    "_rest": "RestRequest call_create call_update",
    "_transfer": "Completed EndDialog Output Reply SendRefer Transfer TransferSettings",
    "_uri": "ReferTarget SipUri UserToUser",
    "_validator": "Hint RequestValidator UrlCandidate",
    "_verbs": "Gather Hangup Pause Play Redirect Say",
    "_webhook": "VoiceRequest",
}
_home = {name: home for home, names in _HOMES.items() for name in names.split()}

# Hidden from type checkers, for which every name would exist.
if not TYPE_CHECKING:

    def __getattr__(name):
        if name == "__version__":
            from ._bridge import bridge

            value = bridge.version()
        elif name in _home:
            from importlib import import_module

            value = getattr(import_module("." + _home[name], __name__), name)
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = value
        return value

    def __dir__():
        return sorted({*globals(), *__all__, "__version__"})
