"""Raises errors where secrets are arguments: no local variable of the generated module's frames may
show one: `secrets.py FOLDER`.
"""

import sys

sys.path.insert(0, sys.argv[1])
import twiml_refer_uniffi as bridge

TOKEN = "s3cret-t0ken"


def shown(value, levels=3):
    """Show a value as error trackers do: the items of containers, the repr of anything else."""
    if levels and isinstance(value, dict):
        return "".join(shown(item, levels - 1) for pair in value.items() for item in pair)
    if levels and isinstance(value, (list, tuple, set)):
        return "".join(shown(item, levels - 1) for item in value)
    return repr(value)


def fails(name, *arguments):
    """Call a function, which must fail, and look at the frames of the module."""
    try:
        getattr(bridge, name)(*arguments)
    except Exception as error:
        while error is not None:
            assert TOKEN not in f"{error} {error!r}", name
            trace = error.__traceback__.tb_next
            assert trace is not None, name
            while trace is not None:
                assert TOKEN not in shown(trace.tb_frame.f_locals), (name, trace.tb_frame)
                trace = trace.tb_next
            error = error.__cause__ or error.__context__
        return
    raise AssertionError(f"{name} did not fail")


def secrets(**changed):
    """Make what a validator is made of."""
    fields = {"public_base": None, "sha256": False, "encoded_spellings": False}
    return bridge.Secrets(auth_tokens=[TOKEN], max_body_bytes=None, **{**fields, **changed})


url = "https://example.com/"
token = [bridge.Pair("CallToken", TOKEN)]
assert TOKEN not in f"{secrets()} {secrets()!r} {token} {token[0]}"
request = bridge.request_from_pairs(token, None)
assert TOKEN not in f"{request} {request!r}"
fails("secrets_check", secrets(public_base="nowhere"))
fails("verify", secrets(), "POST", url, b"", "c2ln")
fails("verify", secrets(), "post", url, b"", None)
fails("verify_params", secrets(), url, token, "c2ln")
fails("verify_params", secrets(), url, [bridge.Pair("a\ud800", "b")], "c2ln")
fails("verify_servlet_params", secrets(), url, token, "c2ln")
options = bridge.HttpOptions(bridge.Origin.PUBLIC_BASE, bridge.AllowedMethods.POST, False)
body = bridge.HttpBody.RECEIVED(TOKEN.encode())
fails("http_check_options", secrets(), options)
fails("http_check_head", secrets(), options, "POST", token)
fails("http_verify", secrets(), options, "POST", "/", token, body)
fails("http_diagnose", secrets(), options, "POST", "/", token, body)
based = secrets(public_base="https://example.com")
head = [bridge.Pair("X-Twilio-Signature", TOKEN)]
assert bridge.http_verify(based, options, "POST", "/", head, body).status == 403
assert TOKEN not in bridge.http_diagnose(based, options, "POST", "/", head, body)
fails("sign", secrets(), url + "\ud800", token)
fails("request_from_pairs", token, 1)
fails("params_redacted", [*token, bridge.Pair("a", "\ud800")])
