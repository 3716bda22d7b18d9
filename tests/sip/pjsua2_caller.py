"""Plays the caller on pjsua2, which can be transferred: `pjsua2_caller.py URI`."""

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
        # pjsua2 crashes if Python frees a call that it still uses.
        self.calls.append(self)

    def onCallState(self, prm: pj.OnCallStateParam) -> None:
        """Note the end."""
        self.ended = self.getInfo().state == pj.PJSIP_INV_STATE_DISCONNECTED

    def onCallTransferRequest(self, prm: pj.OnCallTransferRequestParam) -> None:
        """Call the target."""
        prm.newCall = Caller(self.account)


def main() -> None:
    """Call, and stay until the first call has ended."""
    os.dup2(2, 1)
    endpoint = pj.Endpoint()
    endpoint.libCreate()
    config = pj.EpConfig()
    config.uaConfig.threadCnt = 0
    config.uaConfig.mainThreadOnly = True
    config.logConfig.level = config.logConfig.consoleLevel = 0
    endpoint.libInit(config)
    transport = pj.TransportConfig()
    transport.boundAddress = "127.0.0.1"
    endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
    endpoint.libStart()
    endpoint.audDevManager().setNullDev()
    account = pj.Account()
    identity = pj.AccountConfig()
    identity.idUri = "sip:caller@127.0.0.1"
    account.create(identity, True)
    call = Caller(account)
    call.makeCall(sys.argv[1], pj.CallOpParam(True))
    until = time.monotonic() + SECONDS
    while not call.ended and time.monotonic() < until:
        endpoint.libHandleEvents(20)
    endpoint.hangupAllCalls()
    # The interpreter may free calls after the library: there is nothing to clean up.
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
