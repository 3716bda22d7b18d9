"""A SIP user agent on pjsua2 that answers one call and transfers it, as Twilio's <Refer> does.

pjsua2 chooses the CSeq of the REFER, answers NOTIFYs and challenges itself, and reports the code in
a NOTIFY and whether it is the last. So `Transfer` starts without a CSeq, is fed `status`, and never
has a NOTIFY to answer.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from typing import Any
from urllib.parse import urlencode

import pjsua2 as pj  # type: ignore[import-untyped]
from twiml_refer import (
    Completed,
    Diagnostic,
    EndDialog,
    Output,
    SendRefer,
    SipUri,
    Transfer,
    TransferSettings,
    TwimlReferError,
)

FIRST_FINAL = 200
TIMES = {
    "response": "response_timeout",
    "notify": "notify_timeout",
    "subscription": "subscription",
    "grace": "hang_up_grace",
    "max-duration": "max_duration",
}


def now_ms() -> int:
    """Return the time on the clock of the transfer."""
    return time.time_ns() // 1_000_000


class TransferredCall(pj.Call):  # type: ignore[misc]
    """The one call.

    What pjsua2 reports goes to the transfer, and what the transfer returns is carried out.
    """

    def __init__(self, account: pj.Account, call_id: int, transfer: Transfer) -> None:
        super().__init__(account, call_id)
        self.transfer = transfer
        self.ended = False
        self.refer_answered = False

    def onCallState(self, prm: pj.OnCallStateParam) -> None:
        """Start when the call is established, and hang up when it ends."""
        state = self.getInfo().state
        if state == pj.PJSIP_INV_STATE_CONFIRMED:
            self.carry_out(self.transfer.start(cseq=None, now_ms=now_ms()))
        elif state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self.ended = True
            if self.transfer.state == "idle":
                print("no call", flush=True)
            else:
                self.carry_out(self.transfer.hang_up(now_ms=now_ms()))

    def onCallTsxState(self, prm: pj.OnCallTsxStateParam) -> None:
        """Pass on the final response to the REFER."""
        transaction = prm.e.body.tsxState.tsx
        is_refer = transaction.method == "REFER" and transaction.role == pj.PJSIP_ROLE_UAC
        # Without credentials a challenge is final. With some, pjsua2 answers it, and it must not be
        # passed on.
        if is_refer and transaction.statusCode >= FIRST_FINAL and not self.refer_answered:
            self.refer_answered = True
            self.carry_out(self.transfer.response(transaction.statusCode, now_ms=now_ms()))

    def onCallTransferStatus(self, prm: pj.OnCallTransferStatusParam) -> None:
        """Pass on the status of the call to the target."""
        # pjsua2 reports the 2xx to the REFER here, too: it is not a NOTIFY.
        is_response = (prm.statusCode, prm.reason) == (100, "Accepted")
        if self.transfer.state == "subscribed" and not is_response:
            final = prm.finalNotify
            self.carry_out(self.transfer.status(prm.statusCode, final=final, now_ms=now_ms()))

    def carry_out(self, outputs: list[Output]) -> None:
        """Do what the transfer asks for."""
        for output in outputs:
            if isinstance(output, SendRefer):
                self.xfer(self.transfer.refer_to, pj.CallOpParam())
            elif isinstance(output, Completed):
                print("action", urlencode(output.report.params), flush=True)
                print("outcome", output.report.outcome.kind, flush=True)
                print(output.report.outcome.explanation, file=sys.stderr)
                self.end()
            elif isinstance(output, EndDialog):
                self.end()
            elif isinstance(output, Diagnostic):
                print(output, file=sys.stderr)

    def end(self) -> None:
        """Send BYE, unless the call has ended."""
        if not self.ended:
            self.hangup(pj.CallOpParam())


class Account(pj.Account):  # type: ignore[misc]
    """Answers the first call."""

    def __init__(self, transfer: Transfer) -> None:
        super().__init__()
        self.transfer = transfer
        self.call: TransferredCall | None = None

    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:
        """Answer the first call with 200, others with 486."""
        call = TransferredCall(self, prm.callId, self.transfer)
        answer = pj.CallOpParam(True)
        answer.statusCode = 200 if self.call is None else 486
        self.call = self.call or call
        call.answer(answer)


def listen(options: argparse.Namespace, account: Account) -> pj.Endpoint:
    """Start pjsua2, and print where it listens."""
    endpoint = pj.Endpoint()
    endpoint.libCreate()
    config = pj.EpConfig()
    # All callbacks come in this thread, from libHandleEvents.
    config.uaConfig.threadCnt = 0
    config.uaConfig.mainThreadOnly = True
    config.logConfig.level = config.logConfig.consoleLevel = 0
    endpoint.libInit(config)
    transport = pj.TransportConfig()
    transport.boundAddress, transport.port = options.listen, options.port
    kind = pj.PJSIP_TRANSPORT_TCP if options.tcp else pj.PJSIP_TRANSPORT_UDP
    made = endpoint.transportCreate(kind, transport)
    endpoint.libStart()
    endpoint.audDevManager().setNullDev()
    address = endpoint.transportGetInfo(made).localName
    identity = pj.AccountConfig()
    identity.idUri = f"sip:transfer@{address}"
    account.create(identity, True)
    print("ready", "TCP" if options.tcp else "UDP", address, flush=True)
    return endpoint


def run(options: argparse.Namespace, transfer: Transfer) -> None:
    """Wait for the call, and run until it is over."""
    account = Account(transfer)
    endpoint = listen(options, account)
    until = None
    while until is None or now_ms() < until:
        endpoint.libHandleEvents(10)
        call, deadline = account.call, transfer.deadline_ms
        if call and deadline is not None and now_ms() >= deadline:
            call.carry_out(transfer.handle_timeout(now_ms=now_ms()))
        if call and call.ended and deadline is None and until is None:
            # Late requests are answered.
            until = now_ms() + 200
    # pjsua2 must outlive the call and the account.
    account.call = call = None
    account.shutdown()
    endpoint.libDestroy()


def main() -> int:
    """Read the options and run."""
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    reader.add_argument("--listen", default="127.0.0.1", metavar="ADDRESS")
    reader.add_argument("--port", type=int, default=0, help="default: a free one, printed")
    reader.add_argument("--tcp", action="store_true", help="use TCP instead of UDP")
    reader.add_argument("--header", action="append", default=[], metavar="NAME=VALUE")
    times = ", ".join(TIMES)
    reader.add_argument("--time", action="append", default=[], metavar="WHICH=MS", help=times)
    reader.add_argument("target", help="the SIP URI to transfer the caller to")
    options = reader.parse_args()
    try:
        headers = [tuple(header.split("=", 1)) for header in options.header]
        target = SipUri(options.target, headers=headers)
        pairs = (pair.split("=", 1) for pair in options.time)
        seconds: dict[str, Any] = {TIMES[which]: int(ms) / 1000 for which, ms in pairs}
        settings = TransferSettings(**seconds)
    except KeyError as error:
        reader.error(f"unknown time {error}: use {times}")
    except (TwimlReferError, ValueError) as error:
        reader.error(str(error))
    for found in target.check():
        print(found, file=sys.stderr)
    # pjlib prints to standard output before its log level can be set: let it use standard error.
    sys.stdout = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    run(options, Transfer(target, settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
