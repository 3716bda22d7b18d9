"""Our Python package, for the tables of speed. Answers what `bench.py` asks."""

import sys
from functools import partial
from itertools import count

NUMBERS = count()
NOTIFIES = (
    (b"SIP/2.0 100 Trying\r\n", "active;expires=60"),
    (b"SIP/2.0 180 Ringing\r\n", "active"),
    (b"SIP/2.0 200 OK\r\n", "terminated"),
)


def document(sip, action="/handleRefer", method="POST"):
    from twiml_refer import Refer, VoiceResponse

    refer = Refer(action=action, method=method)
    refer.sip(sip)
    response = VoiceResponse()
    response.append(refer)
    return str(response)


def new_action(sip):
    """A document with an action that was never seen before: it is checked."""
    return document(sip, f"/handleRefer{next(NUMBERS)}")


def user_to_user():
    """A document of decoded headers, and of User-to-User of bytes."""
    from twiml_refer import SipUri, UserToUser

    headers = {"X-AcctNumber": "123456", "X-ReasonForCalling": "billing question"}
    value = UserToUser.from_bytes(b"order 7")
    return document(SipUri("sip:alice@example.com", headers=headers, user_to_user=value))


def transfer():
    from twiml_refer import Transfer

    made = Transfer("sip:alice@example.com")
    made.start(cseq=1, now_ms=0)
    made.response(202, now_ms=1)
    for cseq, (body, state) in enumerate(NOTIFIES, 1):
        made.notify(cseq=cseq, event="refer", subscription_state=state, body=body, now_ms=2)
    assert made.state == "completed"


def parse(given):
    from twiml_refer import RequestValidator

    validator = RequestValidator(given["token"])
    body = given["body"].encode()

    def parse():
        report = validator.verify("POST", given["url"], body, given["signature"]).refer
        return (
            report.call_status,
            report.refer_sip_response_code,
            report.notify_sip_response_code,
        )

    return parse


if sys.argv[1:]:
    print(document(sys.argv[1]))
else:
    from lines import serve

    serve(
        {
            "document": lambda given: partial(document, given["refer"]["sip"]),
            "new_action": lambda given: partial(new_action, given["refer"]["sip"]),
            "user_to_user": lambda given: user_to_user,
            "transfer": lambda given: transfer,
            "parse": parse,
        }
    )
