"""Plays an endpoint on pjsua2, which can be transferred.

`pjsua2_caller.py URI` calls, `pjsua2_caller.py PORT` is called. The variable DIGEST may hold
user:password, for whoever asks for it, KEYS what is pressed after a second, and STAY the seconds
after which it hangs up.
"""

from __future__ import annotations

import os
import sys
import time
from typing import ClassVar

import pjsua2 as pj  # type: ignore[import-untyped]

SECONDS = 20


class Caller(pj.Call):  # type: ignore[misc]
    """A call that can be transferred."""

    calls: ClassVar[list[Caller]] = []

    def __init__(self, account: pj.Account, call_id: int = pj.PJSUA_INVALID_ID) -> None:
        super().__init__(account, call_id)
        self.account = account
        self.ended = False
        self.answered: float | None = None
        # pjsua2 crashes if Python frees a call that it still uses.
        self.calls.append(self)

    def onCallState(self, prm: pj.OnCallStateParam) -> None:
        """Note the answer and the end."""
        state = self.getInfo().state
        self.ended = state == pj.PJSIP_INV_STATE_DISCONNECTED
        if state == pj.PJSIP_INV_STATE_CONFIRMED:
            self.answered = time.monotonic()

    def onCallTransferRequest(self, prm: pj.OnCallTransferRequestParam) -> None:
        """Call the target."""
        prm.newCall = Caller(self.account)


class Account(pj.Account):  # type: ignore[misc]
    """An account that answers calls."""

    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:
        """Answer."""
        answer = pj.CallOpParam()
        answer.statusCode = pj.PJSIP_SC_OK
        Caller(self, prm.callId).answer(answer)


def main() -> None:
    """Call or be called, and stay until the first call has ended."""
    endpoint = pj.Endpoint()
    endpoint.libCreate()
    config = pj.EpConfig()
    config.uaConfig.threadCnt = 0
    config.uaConfig.mainThreadOnly = True
    config.logConfig.level = config.logConfig.consoleLevel = 0
    endpoint.libInit(config)
    transport = pj.TransportConfig()
    transport.boundAddress = "127.0.0.1"
    transport.port = int(sys.argv[1]) if sys.argv[1].isdigit() else 0
    endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
    endpoint.transportCreate(pj.PJSIP_TRANSPORT_TCP, transport)
    endpoint.libStart()
    endpoint.audDevManager().setNullDev()
    account = Account()
    identity = pj.AccountConfig()
    identity.idUri = "sip:caller@127.0.0.1"
    user, _, password = os.environ.get("DIGEST", "").partition(":")
    if user:
        identity.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", user, 0, password))
    account.create(identity, True)
    if not sys.argv[1].isdigit():
        Caller(account).makeCall(sys.argv[1], pj.CallOpParam(True))
    until = time.monotonic() + SECONDS
    keys, stay = os.environ.get("KEYS"), float(os.environ.get("STAY") or SECONDS)
    while not (Caller.calls and Caller.calls[0].ended) and time.monotonic() < until:
        endpoint.libHandleEvents(20)
        answered = Caller.calls[0].answered if Caller.calls else None
        if keys and answered and time.monotonic() > answered + 1:
            Caller.calls[0].dialDtmf(keys)
            keys = None
        if answered and time.monotonic() > answered + stay:
            Caller.calls[0].hangup(pj.CallOpParam())
    endpoint.hangupAllCalls()
    # The interpreter may free calls after the library: there is nothing to clean up.
    os._exit(0)


if __name__ == "__main__":
    main()
