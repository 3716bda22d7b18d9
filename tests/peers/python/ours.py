"""Our Python package, for the table of speed. Requests and answers: `run.py`."""

import sys


def document(case):
    from twiml_refer import Refer, VoiceResponse

    asked = case["refer"]
    refer = Refer(action=asked["action"], method=asked["method"])
    refer.sip(asked["sip"])
    response = VoiceResponse()
    response.append(refer)
    return str(response)


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
        "verify": time_verify,
        "parse": time_parse,
    }
    serve({}, timed)
