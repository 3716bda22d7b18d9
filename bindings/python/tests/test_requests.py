"""Requests from anyone: signatures, what frameworks decode, secrets, numbers out of range."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import twiml_refer as tr
from twiml_refer import _bridge, testing

BASE = "https://voice.example.com"
URL = f"{BASE}/handleRefer"
VALIDATOR = tr.RequestValidator("12345")


def test_no_error_leads_to_a_secret() -> None:
    program = Path(__file__).with_name("leaks.py")
    done = subprocess.run(
        [sys.executable, str(program)], capture_output=True, text=True, timeout=300, check=False
    )
    print(done.stdout, done.stderr)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_secret_is_never_shown_nor_replaced() -> None:
    token = "a-very-secret-token"
    validator = tr.RequestValidator([token, token + "2"])
    params = {"CallToken": token, "calltoken": token + "2", "CallSid": "CA1"}
    for callback in (
        tr.VoiceRequest.from_params(params),
        pickle.loads(pickle.dumps(tr.VoiceRequest.from_params(params))),
        tr.VoiceRequest.from_query(f"CallSid=CA1&CallToken={token}"),
    ):
        shown = [callback, callback.params, dict(callback.params), list(callback.params)]
        shown += [callback.call_token, copy.deepcopy(callback.params), callback.diagnostics]
        for value in shown:
            assert token not in repr(value)
            assert token not in f"{value!r}"
            assert "***" not in repr(value)
        assert "CallToken" in repr(callback)
        with pytest.raises(SyntaxError):
            eval(repr(callback))
        # Whoever asks for it gets it, and what is written is read back.
        assert callback.call_token == callback.param("CallToken") == token
        assert f"CallToken={token}" in callback.to_form()
        assert tr.VoiceRequest.from_form(callback.to_form()).params == callback.params
    assert token not in repr(validator)
    signed = testing.signed_request(
        token, f"https://a:{token}@b/?CallToken={token}", params={"CallToken": token}
    )
    assert token not in repr(signed) and signed.signature not in repr(signed)
    assert repr(signed) == "SignedRequest(method='POST', url='https://a:***@b/?CallToken=***')"
    uri = tr.SipUri(f"sip:a:{token}@b")
    for value in (uri, tr.ReferTarget.parse(uri.refer_to), tr.Refer(uri)):
        assert token not in repr(value)
    assert repr(tr.SipUri("SIPS:a;b:p@[::1]:5060")) == "SipUri('SIPS:a;b:***@[::1]:5060')"
    for plain in ("sip:a@b:5060", "sip:b:5060;x=a:b?y=c:d"):
        assert repr(tr.SipUri(plain)) == f"SipUri({plain!r})"
    assert repr(tr.ReferTarget("sip", "no URI")) == "ReferTarget(kind='sip', text='no URI')"
    for refused in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            refused(validator)
    # The library says which parameters are secret.
    for it in _bridge.bridge.typed_parameters():
        for name in (it.name, it.name.upper(), it.name.lower(), it.name + "s"):
            [(_, value)] = tr.VoiceRequest([(name, "x")]).params
            [redacted] = _bridge.bridge.params_redacted([_bridge.Pair(name, "x")])
            assert (repr(value) != repr("x")) is (redacted.value != "x"), name


def test_the_reason_of_a_refusal_is_found() -> None:
    request = testing.signed_request("12345", URL, params={"Digits": "1"})
    assert VALIDATOR.verify("POST", URL, request.body, request.signature).digits == "1"
    assert VALIDATOR.diagnose("POST", URL, request.body, request.signature) == []
    other = tr.RequestValidator("54321").diagnose("POST", URL, request.body, request.signature)
    kinds = [hint.kind for hint in other]
    assert kinds and set(kinds) <= set(_bridge.bridge.names().hint_kinds)
    assert all("54321" not in hint.message for hint in other)


def test_kinds_of_refusal_are_told_apart() -> None:
    large = tr.RequestValidator("12345", max_body_bytes=10)
    unreadable = "a=%ff"
    verify = VALIDATOR.verify
    for none in (None, "", b""):
        with pytest.raises(tr.SignatureMissing) as missing:
            verify("POST", URL, b"a=b", none)
        assert missing.value.kind == "signature-missing"
    for wrong in ("AAAA", "no base64 \N{SNOWMAN}", "\ud800", b"AAAA", b"\xff", ["AAAA"], 5):
        with pytest.raises(tr.SignatureMismatch) as mismatch:
            verify("POST", URL, b"a=b", wrong)  # type: ignore[arg-type]
        assert mismatch.value.kind == "signature-mismatch"
    signature = VALIDATOR.sign(f"{URL}?{unreadable}")
    with pytest.raises(tr.RequestError) as not_utf8:
        verify("GET", f"{URL}?{unreadable}", b"", signature)
    assert not_utf8.value.kind == "request-not-utf8"
    # Size first: neither signature nor text matters.
    with pytest.raises(tr.RequestError) as too_large:
        verify("POST", URL, b"%ff" * 100_000, None)
    assert too_large.value.kind == "request-too-large"
    with pytest.raises(tr.RequestError) as too_large:
        large.verify_params(URL, {"a": "b" * 11}, None)
    assert too_large.value.kind == "request-too-large"
    assert issubclass(tr.SignatureMissing, tr.SignatureError)
    assert issubclass(tr.SignatureMismatch, tr.SignatureError)
    assert not issubclass(tr.SignatureError, tr.RequestError)
    assert not issubclass(tr.RequestError, tr.SignatureError)
    signature = VALIDATOR.compute_signature(URL, {"a": "b"})
    assert signature == VALIDATOR.sign(URL, {"a": "b"})
    assert VALIDATOR.verify("POST", URL, b"a=b", signature.encode()).params == (("a", "b"),)


class Django(dict):  # type: ignore[type-arg]
    def lists(self) -> Any:
        return super().items()


class Starlette:
    def __init__(self, *pairs: tuple[Any, Any]) -> None:
        self.pairs = pairs

    def multi_items(self) -> Any:
        return list(self.pairs)


class UploadFile:
    filename = "a"


@pytest.mark.parametrize(
    "params",
    [
        Starlette(("f", UploadFile()), ("Digits", "1")),
        Starlette((b"Digits", b"1")),
        Django(f=[UploadFile()]),
        Django(f=[None, "1"]),
        {"Digits": 1},
        {"Digits": None},
        {"Digits": b"1"},
        {5: "1"},
        {"Digits": {"a": "b"}},
        {"\ud800": "\udfff"},
        [("Digits",)],
        [("Digits", "1", "2")],
        [1, 2],
        [None],
        "Digits=1",
        b"Digits=1",
        5,
        object(),
    ],
)
def test_whatever_a_framework_hands_over_is_a_mismatch(params: Any) -> None:
    with pytest.raises(tr.SignatureMismatch):
        VALIDATOR.verify_params(URL, params, "AAAA")
    with pytest.raises(tr.SignatureError):
        VALIDATOR.verify_params(URL, params, None)
    assert VALIDATOR.validate(URL, params, "AAAA") is False
    with pytest.raises(tr.RequestError) as caught:
        tr.VoiceRequest.from_params(params)
    assert caught.value.kind == "request-not-utf8"


def test_multidicts_of_frameworks_are_taken_as_they_come() -> None:
    pairs = [("Digits", "1"), ("Digits", "2")]
    signature = VALIDATOR.sign(URL, pairs)
    for params in (pairs, {"Digits": ["1", "2"]}, Django(Digits=["1", "2"]), Starlette(*pairs)):
        assert VALIDATOR.validate(URL, params, signature)
        assert VALIDATOR.verify_params(URL, params, signature).params == tuple(pairs)
    assert VALIDATOR.verify_params(URL, None, VALIDATOR.sign(URL)).params == ()
    # No body is an empty one.
    assert VALIDATOR.verify("POST", URL, None, VALIDATOR.sign(URL)).params == ()


def test_the_method_is_that_of_the_route() -> None:
    url = f"{URL}?Digits=1"
    signature = VALIDATOR.sign(url)
    assert VALIDATOR.verify("GET", url, b"", signature).params == (("Digits", "1"),)
    assert VALIDATOR.verify("POST", url, b"", signature).params == ()
    with pytest.raises(tr.SignatureMismatch):
        VALIDATOR.verify("GET", URL, b"a=b", VALIDATOR.sign(URL, {"a": "b"}))
    for wrong in ("post", "PUT", "", None, "HEAD"):
        with pytest.raises(ValueError, match="use GET or POST"):
            VALIDATOR.verify(wrong, url, b"", signature)  # type: ignore[arg-type]


def test_the_request_target_is_joined_to_the_public_base() -> None:
    for base in (BASE, f"{BASE}/", f"{BASE}/tw", f"{BASE}/tw/"):
        behind = tr.RequestValidator("12345", base)
        for target in ("/t/%2B1555", "/t/sip%3Aalice%40example.com?a=O%27Brien", "/"):
            signature = VALIDATOR.sign(base.rstrip("/") + target)
            behind.verify("GET", target, b"", signature)
            for other in (target + "#", f"/{target}", target[1:], "*", f"//evil.example{target}"):
                with pytest.raises(tr.SignatureMismatch):
                    behind.verify("GET", other, b"", signature)


def test_raw_bodies() -> None:
    body = b'{"property": "value"}'
    url = VALIDATOR.url_with_body_sha256(URL, body)
    signature = VALIDATOR.sign_raw(url, body)
    assert VALIDATOR.validate_raw(url, body, signature) is True
    assert VALIDATOR.validate_raw(url, body.decode(), signature.encode()) is True
    for wrong in (None, "", "AAAA", b"\xff", "\ud800", [signature], 5):
        assert VALIDATOR.validate_raw(url, body, wrong) is False  # type: ignore[arg-type]
    assert VALIDATOR.validate_raw(url, body + b" ", signature) is False
    assert VALIDATOR.validate_raw(url, None, signature) is False
    assert VALIDATOR.validate_raw("\ud800", body, signature) is False


def test_a_validator_is_refused_where_it_could_prove_nothing() -> None:
    for none in ("", [], [""], ["12345", ""], ()):
        with pytest.raises(tr.SignatureError) as caught:
            tr.RequestValidator(none)
        assert caught.value.kind == "auth-token-empty"
    with pytest.raises(tr.TwimlReferError) as surrogate:
        tr.RequestValidator("12345\ud800")
    assert surrogate.value.kind == "text-not-utf8"
    with pytest.raises(tr.SignatureError) as base:
        tr.RequestValidator("12345", "https://user:password@voice.example.com")
    assert base.value.kind == "public-base-invalid"
    assert "password" not in str(base.value)


HUGE = (2**31, 2**32, 2**63, 2**64, 2**70, 10**400)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("number", HUGE)
def test_numbers_out_of_range_are_refused_by_the_part_that_takes_them(
    number: int, sign: int
) -> None:
    number *= sign
    jobs: list[tuple[Any, type[tr.TwimlReferError], str]] = [
        (lambda: tr.SipUri.build("a", port=number), tr.SipUriError, "uri-port-invalid"),
        (
            lambda: tr.RequestValidator("1", max_body_bytes=number),
            tr.RequestError,
            "request-limit-invalid",
        ),
        (
            lambda: tr.VoiceRequest.from_form(b"", max_bytes=number),
            tr.RequestError,
            "request-limit-invalid",
        ),
        (
            lambda: tr.VoiceRequest.from_params({}, max_bytes=number),
            tr.RequestError,
            "request-limit-invalid",
        ),
        (
            lambda: tr.TransferSettings(statuses={number: "busy"}),
            tr.TransferError,
            "setting-invalid",
        ),
    ]
    jobs += [
        (
            lambda name=name: tr.TransferSettings(**{name: number}),
            tr.TransferError,
            "setting-invalid",
        )
        for name in ("response_timeout", "notify_timeout", "subscription", "max_duration")
    ]
    if abs(number) >= 2**32:
        jobs += [
            (
                lambda: tr.Transfer("sip:a@b").start(cseq=number, now_ms=0),
                tr.TransferError,
                "cseq-invalid",
            ),
        ]
    for job, kind_of_error, kind in jobs:
        with pytest.raises(kind_of_error) as caught:
            job()
        assert caught.value.kind == kind
        assert caught.value.group in ("sip-uri", "request", "transfer")


def test_small_numbers_out_of_range() -> None:
    for port in (70_000, 0, -1, 65_536):
        with pytest.raises(tr.SipUriError) as caught:
            tr.SipUri.build("a", port=port)
        assert caught.value.kind == "uri-port-invalid"
    for job in (
        lambda: tr.RequestValidator("1", max_body_bytes=-1),
        lambda: tr.VoiceRequest.from_form(b"", max_bytes=-1),
    ):
        with pytest.raises(tr.RequestError):
            job()
    # A limit of none is a limit.
    with pytest.raises(tr.RequestError):
        tr.VoiceRequest.from_form(b"a", max_bytes=0)
    for seconds in (-1, float("inf"), float("-inf"), float("nan"), 1e308, -0.001):
        with pytest.raises(tr.TransferError) as caught:
            tr.TransferSettings(max_duration=seconds)
        assert caught.value.kind == "setting-invalid"


def test_what_comes_from_the_wire_is_never_an_error() -> None:
    def codes(outputs: list[tr.Output]) -> list[str]:
        return [it.code for it in outputs if isinstance(it, tr.Diagnostic)]

    transfer = tr.Transfer("sip:a@b")
    assert codes(transfer.notify(event="refer", cseq=1, now_ms=0)) == ["event-unexpected"]
    assert codes(transfer.response(202, now_ms=0)) == ["event-unexpected"]
    assert codes(transfer.hang_up(now_ms=0)) == ["event-unexpected"]
    assert codes(transfer.transport_error(now_ms=0)) == ["event-unexpected"]
    assert transfer.start(cseq=1, now_ms=0) == [tr.SendRefer()]
    for code in (70_000, 99, -1, 2**70):
        assert codes(transfer.response(code, now_ms=0)) == ["response-code-invalid"]
    assert transfer.state == "referring"
    with pytest.raises(tr.TransferError):
        transfer.start(cseq=2, now_ms=0)
    with pytest.raises(tr.TransferError):
        transfer.response(500, now_ms=0, retry=2)


def test_silence_and_the_longest_time_end_a_transfer() -> None:
    transfer = tr.Transfer("sip:a@b")
    transfer.start(cseq=1, now_ms=0)
    first, second = transfer.handle_timeout(now_ms=32_000)
    assert first == tr.EndDialog()
    assert isinstance(second, tr.Completed)
    for settings, ends in (({}, 600_000), ({"max_duration": 60}, 60_000)):
        transfer = tr.Transfer("sip:a@b", tr.TransferSettings(**settings))
        transfer.start(cseq=1, now_ms=0)
        transfer.response(202, now_ms=0)
        state = "active;expires=4294967295"
        transfer.notify(
            event="refer", cseq=1, now_ms=1, subscription_state=state, body=b"SIP/2.0 180 R"
        )
        assert transfer.deadline_ms == ends
        [completed] = transfer.handle_timeout(now_ms=ends)
        assert isinstance(completed, tr.Completed)
        assert completed.report.outcome == tr.TargetFailed("failed", 180)


def test_every_user_to_user_value_is_read() -> None:
    values = ["56a390f3;encoding=hex", "abc", 'a"b']
    uri = tr.SipUri(f"sip:a@b?User-to-User={quote(','.join(values[:2]))}&user-to-user=31")
    assert [it.data for it in uri.user_to_users] == ["56a390f3", "abc", "31"]
    assert uri.user_to_user == uri.user_to_users[0]
    assert tr.SipUri("sip:a@b").user_to_users == ()
    broken = tr.SipUri("sip:a@b?User-to-User=%3Bencoding%3Dhex")
    assert "uui-invalid" in [found.code for found in broken.check()]
    for name in ("user_to_user", "user_to_users"):
        with pytest.raises(tr.SipUriError):
            getattr(broken, name)


def test_a_document_that_is_too_large_is_found_before_it_is_sent() -> None:
    xml = "<Response><Say><![CDATA[" + "&" * 60_000 + "]]></Say></Response>"
    for found in (tr.VoiceResponse.check_xml(xml), tr.VoiceResponse.parse(xml).check()):
        assert ("document-too-large", "error", 11750) in [
            (it.code, it.severity, it.number) for it in found
        ]
