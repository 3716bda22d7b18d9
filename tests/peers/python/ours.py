"""Our Python package, for the tables of speed. Requests and answers: `speed.py`."""

import sys
from itertools import count

NUMBERS = count()
NOTIFIES = (
    (b"SIP/2.0 100 Trying\r\n", "active;expires=60"),
    (b"SIP/2.0 180 Ringing\r\n", "active"),
    (b"SIP/2.0 200 OK\r\n", "terminated"),
)


def document(case):
    from twiml_refer import Refer, VoiceResponse

    asked = case["refer"]
    refer = Refer(action=asked["action"], method=asked["method"])
    refer.sip(asked["sip"])
    response = VoiceResponse()
    response.append(refer)
    return str(response)


def user_to_user(case):
    """A document of decoded headers, and of User-to-User of bytes."""
    from twiml_refer import SipUri, UserToUser

    headers = {"X-AcctNumber": "123456", "X-ReasonForCalling": "billing question"}
    value = UserToUser.from_bytes(b"order 7")
    uri = SipUri("sip:alice@example.com", headers=headers, user_to_user=value)
    return document({"refer": case["refer"] | {"sip": uri}})


def new_action(case):
    """A document with an action that was never seen before: it is checked."""
    return document({"refer": case["refer"] | {"action": f"/handleRefer{next(NUMBERS)}"}})


def transfer():
    from twiml_refer import Transfer

    made = Transfer("sip:alice@example.com")
    made.start(cseq=1, now_ms=0)
    made.response(202, now_ms=1)
    for cseq, (body, state) in enumerate(NOTIFIES, 1):
        made.notify(cseq=cseq, event="refer", subscription_state=state, body=body, now_ms=2)
    assert made.state == "completed"


def time_verify(given):
    from twiml_refer import RequestValidator

    validator = RequestValidator(given["token"])
    params = [tuple(pair) for pair in given["params"]]
    assert validator.validate(given["url"], params, given["signature"])
    return lambda: validator.validate(given["url"], params, given["signature"])


def time_parse(given):
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
    print(document({"refer": {"sip": sys.argv[1], "action": "/handleRefer", "method": "POST"}}))
else:
    from lines import serve

    timed = {
        "document": lambda given: lambda: document(given),
        "new_action": lambda given: lambda: new_action(given),
        "user_to_user": lambda given: lambda: user_to_user(given),
        "transfer": lambda given: transfer,
        "verify": time_verify,
        "parse": time_parse,
    }
    serve({}, timed)
