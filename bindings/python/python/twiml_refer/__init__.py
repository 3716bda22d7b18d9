"""Call transfer with TwiML Voice `<Refer>`, the whole job.

Documents: `VoiceResponse`, `Refer`, `Say`, `Play`, `Pause`, `Gather`, `Redirect`, `Hangup`,
`Element`, `Comment`; targets: `SipUri`, `UserToUser`, `ReferTarget`; webhooks: `RequestValidator`,
`ReferCallback`, `VoiceRequest` and the outcomes; REST: `call_update`, `call_create`; the verb
itself: `Transfer`. Tests of an app: `twiml_refer.testing`.
"""

from __future__ import annotations

from ._diagnostic import Diagnostic
from ._document import (
    Comment,
    Element,
    Gather,
    Hangup,
    Pause,
    Play,
    Redirect,
    Refer,
    Say,
    VoiceResponse,
)
from ._errors import (
    CallbackError,
    DocumentError,
    RestError,
    SignatureMismatch,
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
    "SignatureMismatch",
    "CallbackError",
]

def _adopt() -> None:
    """Let what is public be found here, whatever file it stands in."""
    for name in __all__:
        public = globals()[name]
        if not isinstance(public, tuple):
            public.__module__ = __name__


_adopt()
