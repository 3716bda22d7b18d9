"""The official Python library, used as its documentation shows. Requests and answers: `run.py`."""

import sys


def document(case):
    from twilio.twiml.voice_response import Refer, VoiceResponse

    response = VoiceResponse()
    if "say" in case:
        say = case["say"]
        response.say(say["text"], language=say.get("language"))
    if "refer" in case:
        asked = case["refer"]
        refer = Refer(action=asked.get("action"), method=asked.get("method"))
        if "sip" in asked:
            refer.sip(asked["sip"])
        response.append(refer)
    return str(response)


def user_to_user(case):
    from urllib.parse import quote, urlencode

    headers = {"X-AcctNumber": "123456", "X-ReasonForCalling": "billing question"}
    headers["User-to-User"] = f"{b'order 7'.hex().upper()};encoding=hex"
    uri = "sip:alice@example.com?" + urlencode(headers, quote_via=quote)
    return document({"refer": case["refer"] | {"sip": uri}})


def verify(case):
    from multidict import MultiDict
    from twilio.request_validator import RequestValidator

    if "url" not in case:
        return None  # it is given a URL, and knows nothing of proxies
    algorithm = {"sha256": "HMAC_SHA256"}.get(case.get("algorithm"))
    # As documented: the form's multidict, the body of a JSON request, "" for a missing header.
    params = case["json"] if "json" in case else MultiDict(map(tuple, case["params"]))
    signature = case["signature"] if case["signature"] is not None else ""
    validator = RequestValidator(case["token"])
    return {"valid": validator.validate(case["url"], params, signature, algorithm)}


def time_verify(given):
    from multidict import MultiDict
    from twilio.request_validator import RequestValidator

    validator = RequestValidator(given["token"])
    params = MultiDict(map(tuple, given["params"]))
    assert validator.validate(given["url"], params, given["signature"])
    return lambda: validator.validate(given["url"], params, given["signature"])


def time_parse(given):
    from urllib.parse import parse_qsl

    from multidict import MultiDict
    from twilio.request_validator import RequestValidator

    validator = RequestValidator(given["token"])
    body = given["body"].encode()

    def parse():
        params = MultiDict(parse_qsl(body.decode(), keep_blank_values=True))
        assert validator.validate(given["url"], params, given["signature"])
        return [params.get(name) for name in given["read"]]

    return parse


if sys.argv[1:]:
    print(document({"refer": {"sip": sys.argv[1], "action": "/handleRefer", "method": "POST"}}))
else:
    from lines import serve

    serve(
        {"document": lambda case: {"xml": document(case)}, "verify": verify},
        {
            "document": lambda given: lambda: document(given),
            "user_to_user": lambda given: lambda: user_to_user(given),
            "verify": time_verify,
            "parse": time_parse,
        },
    )
