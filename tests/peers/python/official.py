"""The official Python library, used as its documentation shows. Answers what `run.py` and
`bench.py` ask."""

import sys
from functools import partial


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
    return {"xml": str(response)}


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
    validate = RequestValidator(case["token"]).validate
    return lambda: {"valid": validate(case["url"], params, case["signature"] or "", algorithm)}


def parse(given):
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
    refer = {"sip": sys.argv[1], "action": "/handleRefer", "method": "POST"}
    print(document({"refer": refer})["xml"])
else:
    from lines import serve

    serve(
        {
            "document": lambda case: partial(document, case),
            "user_to_user": lambda case: partial(user_to_user, case),
            "verify": verify,
            "parse": parse,
        }
    )
