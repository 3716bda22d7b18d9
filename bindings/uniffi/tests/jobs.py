"""Does every job with a generated module alone, and prints what came of it: `jobs.py FOLDER`.

The module as UniFFI generates it and the one that takes the fast way must print the same.
"""

import importlib
import json
import sys

sys.path.insert(0, sys.argv[1])
bridge = importlib.import_module("twiml_refer_uniffi")
called = set()


def plain(value):
    """Take records and enums apart."""
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if hasattr(value, "__dict__") and not isinstance(value, type):
        kind = type(value).__name__.rpartition(".")[2]
        return {"": kind, **{name: plain(field) for name, field in vars(value).items()}}
    return value.hex() if isinstance(value, bytes) else value


def call(name, *arguments):
    """Call a function and print its result, or its error."""
    called.add(name)
    try:
        result = getattr(bridge, name)(*arguments)
    except bridge.BridgeError.Failed as error:
        print(name, "failed:", json.dumps(plain(error.details), sort_keys=True))
        return None
    print(name, json.dumps(plain(result), sort_keys=True))
    return result


def pairs(*items):
    """Make the pairs of names and values."""
    return [bridge.Pair(name=name, value=value) for name, value in items]


def secrets(*tokens, base=None, sha256=False, limit=None):
    """Make what a validator is made of."""
    return bridge.Secrets(
        secrets=list(tokens),
        public_base=base,
        sha256=sha256,
        encoded_spellings=False,
        max_body_bytes=limit,
    )


def element(name, *attributes, text=None, nodes=0):
    """Make the piece of an element."""
    return bridge.Piece.ELEMENT(name, pairs(*attributes), text, nodes)


# SIP URIs.
uri = call(
    "uri_new",
    "sip:alice:pw@example.com:5070;transport=tcp;lr?X-A=1",
    pairs(("X-Reason", "50% ümlaut")),
    bridge.UserToUserSource.BYTES(b"order 7"),
)
given = call("user_to_user_from_bytes", b"order 7", "isdn-uui", None)
call("uri_new", "sip:a@b", [], bridge.UserToUserSource.TEXT(given.text))
call("uri_new", "sip:a@b", [], bridge.UserToUserSource.BYTES(b""))
call("uri_new", "sip:alice@example.com?X-A=a b", [], None)
call("uri_new", "sip:" + "a" * 70_000, [], None)
call("uri_parts", uri)
call("uri_header", uri, "x-reason")
call("uri_header", uri, "None")
call("uri_param", uri, "Transport")
call("uri_user_to_user", uri)
call("uri_user_to_users", "sip:a@b?User-to-User=31%2C32&User-to-User=33")
call("uri_check", uri)
call("uri_equivalent", "sip:a@EXAMPLE.com", "sip:a@example.com")
call("uri_redacted", uri)
params = [bridge.UriParameter(name="lr", value=None)]
call("uri_build", "example.com", "a b", None, 5060, True, params, pairs(("X-A", "")), None)
call("uri_build", "example.com", None, None, 2**40, False, [], [], None)
call("refer_target", '"Bob" <sip:bob@example.com>;x=1')
call("user_to_user_new", "a,b", "hex", None, "text")
call("user_to_user_new", "", None, None, None)
call("user_to_user_parse", "6F;encoding=hex")
call("user_to_user_parse_list", '56a390;encoding=hex, "a,b"')

# Documents.
refer = call("refer_new", uri, "/handleRefer", "GET")
call("refer_new", None, None, None)
call("refer_check", uri, "/handleRefer", "GET")
call("refer_check", None, None, "post")
call("refer_read", refer)
call("refer_read", [])
call("refer_new", None, None, "post")
document = bridge.Document(
    attributes=[],
    pieces=[
        element("Say", ("loop", "2"), text="a < b"),
        element("Gather", nodes=2),
        element("Say", text="Press 1"),
        bridge.Piece.COMMENT(" no more "),
        *refer,
        bridge.Piece.TEXT("tail"),
    ],
)
call("document_render", document, False)
xml = call("document_render", document, True)
call("document_parse", xml.encode())
call("document_parse", b"<Response><Refer></Response>")
call("document_check", xml.encode())
call("document_check_built", document)
call("document_follows", document)
call("document_first_refer", document)
call("element_check", "Say", pairs(("voice", "alice")), "text")
call("element_check", "1", [], None)
call("text_check", "a\a")
call("comment_new", "a\r\nb")
call("resolve_action", "/handleRefer", "https://voice.example.com/voice")
account = "AC" + 32 * "0"
source = bridge.CallSource.URL("https://example.com/voice", "GET")
call("call_update", account, "CA" + 32 * "0", source, None)
source = bridge.CallSource.TWIML(document)
call("call_create", account, "sip:alice@example.com", "+15550100", source, "https://api.example.com")

# Requests.
form = b"ReferCallStatus=busy&ReferSipResponseCode=202&NotifySipResponseCode=486&CallToken=hidden"
url = "https://voice.example.com/handleRefer"
call("secrets_check", secrets("12345"))
call("secrets_check", secrets(""))
call("secrets_check", secrets("12345", limit=-1))
call("request_from_form", form + b"&ReferCallStatus=x&SipHeader_X-A=1&SipHeader_X-A=2&From=%2B1", None)
call("request_from_form", b"CallSid=%ff", 100)
request = call("request_from_pairs", pairs(("CallSid", "CA1"), ("Direction", "inbound")), 1000)
call("request_to_form", request.params)
call("params_redacted", pairs(("calltoken", "hidden"), ("To", "a")))
call("url_redacted", "https://u:p@example.com/?CallToken=hidden")
signature = call("sign_form", secrets("12345"), url, form)
request = call("verify", secrets("54321", "12345"), "POST", url, form, signature)
call("verify", secrets("54321"), "POST", url, form, signature)
call("verify", secrets("12345"), "POST", url, form, None)
call("verify", secrets("12345"), "post", url, form, signature)
call("verify", secrets("12345", limit=10), "POST", url, form, signature)
call("verify_params", secrets("12345"), url, request.params, signature)
call("validate", secrets("12345"), url, request.params, signature)
call("sign", secrets("12345", sha256=True), url, request.params)
raw = call("url_with_body_sha256", url, b"{}")
signature = call("sign_raw", secrets("12345"), url, b"{}")
call("validate_raw", secrets("12345"), raw, b"{}", signature)
call("explain", secrets("12345", base="https://voice.example.com"), "/handleRefer", form)
call("diagnose", secrets("12345"), "POST", url + "/", form, request and signature)
call("diagnose", secrets("12345"), "GET", url, form, None)
# Middleware.
def options(origin="PUBLIC_BASE", methods="POST", lost=False):
    """Make what middleware accepts."""
    return bridge.HttpOptions(
        origin=getattr(bridge.Origin, origin),
        allowed_methods=getattr(bridge.AllowedMethods, methods),
        lost_question_mark=lost,
    )


behind = secrets("12345", base="https://voice.example.com")
call("http_check_options", behind, options())
call("http_check_options", secrets("12345"), options())
call("http_check_options", secrets("12345"), options("FORWARDED"))
call("http_check_options", secrets(""), options("HOST_HTTP"))
call("http_check_head", behind, options(), "POST", pairs(("content-length", "65537")))
call("http_check_head", behind, options(methods="GET_AND_POST"), "HEAD", [])
signature = call("sign_form", behind, "/refer?", form)
head = pairs(("Host", "voice.example.com"), ("X-Twilio-Signature", signature))
received, incomplete = bridge.HttpBody.RECEIVED(form), bridge.HttpBody.INCOMPLETE()
for made in (options(), options("HOST_HTTPS"), options("HOST_HTTP"), options(methods="GET")):
    call("http_verify", behind, made, "POST", "/refer?", head, received)
call("http_verify", behind, options(lost=True), "POST", "/refer", head, received)
for body in (received, incomplete, bridge.HttpBody.SERVLET_PARAMS(request.params)):
    for target in ("/refer", "/refer?"):
        call("http_verify", behind, options(), "POST", target, head, body)
        call("http_diagnose", behind, options(), "POST", target, head, body)
claims = pairs(("AccountSid", "AC1"))
for body in (
    bridge.HttpBody.RECEIVED(b"AccountSid=AC1"),
    bridge.HttpBody.SERVLET_PARAMS(claims),
    bridge.HttpBody.INCOMPLETE(),
):
    call("claimed_account_sid", "POST", "/refer", body)
    call("claimed_account_sid", "POST", "/refer?AccountSid=AC1", body)
signature = call("sign", behind, "/refer?a=1", pairs(("CallSid", "CA1")))
params = pairs(("a", "1"), ("CallSid", "CA1"))
call("verify_servlet_params", behind, "/refer?a=1", params, signature)
call("verify_servlet_params", behind, "/refer", params, signature)

report = call("refer_report", "busy", 202, 486)
call("refer_report", None, None, None)
call("refer_report_params", report)
call("refer_report", None, 99, None)
call("outcome_explanation", report.outcome)
for scenario in ("TRANSFERRED", "REJECTED", "TARGET_FAILED", "CANCELED", "UNCONFIRMED"):
    chosen = getattr(bridge.Scenario, scenario)
    call("scenario_report", chosen)
    call("signed_request", secrets("12345"), "POST", url, chosen, pairs(("To", "sip:b@c")))
call("signed_request", secrets("12345"), "POST", url, None, pairs(("Digits", "1")))
made = call("signed_request", secrets("12345"), "GET", url, chosen, [])
call("verify", secrets("12345"), made.method, made.url, b"", made.headers[0].value)

# A transfer.
names = ("response_timeout_ns", "notify_timeout_ns", "subscription_ns", "max_duration_ns")
settings = dict.fromkeys((*names, "hang_up_grace_ns"))
settings.update(rejected_status_omitted=False, statuses=[])
call("transfer_settings", bridge.TransferSettings(**settings))
call("transfer_settings", bridge.TransferSettings(**{**settings, names[0]: -1}))
settings.update(
    hang_up_grace_ns=1_000_000_001, statuses=[bridge.StatusMapping(code=603, status="busy")]
)
Input = bridge.TransferInput


def notify(cseq, state, body):
    """Make the input of a NOTIFY."""
    record = bridge.Notify(
        cseq=cseq, event="refer", subscription_state=state, body=body, in_dialog=True
    )
    return Input.NOTIFY(record)


def run(*inputs):
    """Run a transfer; each input comes a second after the one before."""
    step = call("transfer_new", "sip:alice@example.com", bridge.TransferSettings(**settings))
    for second, given in enumerate(inputs):
        step = call("transfer_step", step.saved, given, 1000 * second) or step
        step = call("transfer_restore", step.saved)
    call("transfer_details", step.saved)


start = Input.START("sip", 1, True)
accepted = Input.RESPONSE(202, True, None)
run(
    start,
    accepted,
    notify(1, "active;expires=60", b"SIP/2.0 100 Trying\r\n"),
    notify(2, "terminated", b"SIP/2.0 603 Decline\r\n"),
    Input.RESPONSE(99, True, None),
    start,
)
run(Input.START("pstn", 1, True), start, Input.CSEQ(7), Input.RESPONSE(401, True, 2), accepted)
run(start, accepted, Input.STATUS(180, False), Input.HANG_UP(), Input.TIME())
run(Input.START("sip", None, True), Input.TRANSPORT_ERROR())
call("transfer_restore", b"TWR")

# Tables.
for table in ("names", "error_classes", "typed_parameters", "verbs", "limits", "version"):
    call(table)
call("size_check", 2**31)

offered = {name for name in dir(bridge) if name[0] != "_" and callable(getattr(bridge, name))}
offered = {name for name in offered if type(getattr(bridge, name)) is type(pairs)}
offered = {name for name in offered if getattr(bridge, name).__module__ == bridge.__name__}
assert offered == called, offered ^ called
