"""What a Python user would expect, and what must never happen."""

from __future__ import annotations

import copy
import doctest
import gc
import pickle
import re
import resource
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
import twiml_refer as tr
from hypothesis import given, settings
from hypothesis import strategies as st
from twiml_refer import _bridge, _lane, testing

URL = "https://voice.example.com/handleRefer"
VALIDATOR = tr.RequestValidator("12345")


def test_every_doctest_runs() -> None:
    finder, runner = doctest.DocTestFinder(), doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    names = {name: getattr(tr, name) for name in tr.__all__}
    public = [*names.items(), ("Ended", tr.Canceled.__base__), ("testing", testing)]
    # Each by itself: a module finds nothing that was written in another file.
    found = {
        test.docstring: test
        for name, item in public
        for test in finder.find(item, name, module=False, globs={**vars(testing), **names})
    }
    for test in found.values():
        runner.run(test)
    written = [file.read_text("utf-8") for file in Path(tr.__file__).parent.glob("*.py")]
    assert runner.failures == 0
    assert runner.tries == sum(text.count(">>> ") for text in written) > 0


@pytest.mark.parametrize(
    ("above", "said"), [(1, "busy: talk to"), (3, "TargetFailed(status='busy'")]
)
def test_readme_runs(capsys: pytest.CaptureFixture[str], above: int, said: str) -> None:
    readme = Path(__file__).resolve().parents[above] / "README.md"
    samples = re.findall(r"```python\n(.*?)```", readme.read_text("utf-8"), re.S)
    assert samples
    for sample in samples:
        exec(compile(sample, str(readme), "exec"), {})
    out = capsys.readouterr().out
    assert "X-AcctNumber=123456" in out
    assert said in out


def test_the_four_samples_of_the_platform_print_what_they_print_there() -> None:
    sip = "sip:alice@example.com"
    samples = {
        (sip, None, None): "<Refer>",
        (sip, "/handleRefer", "POST"): '<Refer action="/handleRefer" method="POST">',
        (f"{sip}?X-AcctNumber=123456&X-ReasonForCalling=billing-question", None, None): "<Refer>",
        (f"{sip}?User-to-User=123456789%3Bencoding%3Dhex", None, None): "<Refer>",
    }
    for (target, action, method), tag in samples.items():
        response = tr.VoiceResponse()
        refer = tr.Refer(action=action, method=method)
        refer.sip(target)
        response.append(refer)
        body = target.replace("&", "&amp;")
        declaration = '<?xml version="1.0" encoding="UTF-8"?>'
        expected = f"{declaration}<Response>{tag}<Sip>{body}</Sip></Refer></Response>"
        assert str(response) == expected


def test_whoever_knows_the_official_package_writes_this_blind() -> None:
    # What twilio 9.13 prints for the same calls.
    response = tr.VoiceResponse()
    with response.gather("dtmf speech", num_digits=1, action="/choice", barge_in=False) as gather:
        gather.say("Press 1.", "alice", 2, xml_lang="en")
        gather.pause(3)
    assert response.append(tr.Say("A")) is response
    child = response.nest(tr.Say())
    child.add_child("say-as", "12", interpret_as="date", for_="x")
    response.play("a.mp3", 0, "1w2")
    response.redirect("/voice", "GET")
    assert str(response).partition("?>")[2] == (
        '<Response><Gather action="/choice" bargeIn="false" input="dtmf speech" numDigits="1">'
        '<Say loop="2" voice="alice" xml:lang="en">Press 1.</Say><Pause length="3"/></Gather>'
        '<Say>A</Say><Say><say-as for="x" interpret-as="date">12</say-as></Say>'
        '<Play digits="1w2" loop="0">a.mp3</Play><Redirect method="GET">/voice</Redirect>'
        "</Response>"
    )


def test_documents_are_read_as_they_were_built() -> None:
    response = tr.VoiceResponse()
    gather = response.gather(num_digits=1, action="/choice", finish_on_key="#")
    gather.say("Press 1.", voice="alice", loop=2)
    response.comment("a note")
    response.append(tr.Element("Dial").append(tr.Element("Sip", "sip:a@b")))
    response.refer("sip:a@b")
    again = tr.VoiceResponse.parse(str(response))
    assert str(again) == str(response)
    assert isinstance(again.nodes[0], tr.Gather)
    assert again.follows == "hangup"
    assert [found.code for found in again.check()] == ["no-action"]
    unset = tr.VoiceResponse()
    unset.refer(action="/a")
    assert [found.code for found in unset.check()] == ["target-missing"]
    with pytest.raises(tr.SipUriError):
        str(unset)


def test_a_deep_tree_is_refused_and_not_a_crash() -> None:
    element = tr.Element("a")
    for _ in range(100_000):
        element = tr.Element("a").append(element)
    response = tr.VoiceResponse().append(element)
    with pytest.raises(tr.DocumentError) as caught:
        str(response)
    assert caught.value.kind == "depth-exceeded"


def test_a_tree_without_end_is_refused() -> None:
    cycle = tr.Element("a")
    cycle.append(cycle)
    shared = tr.Element("a")
    for _ in range(40):
        shared = tr.Element("b").append(shared).append(shared)
    for endless in (cycle, shared):
        response = tr.VoiceResponse().append(endless)
        for job in (str, tr.VoiceResponse.check):
            with pytest.raises(tr.DocumentError) as caught:
                job(response)
            assert caught.value.kind in ("depth-exceeded", "elements-exceeded")


def test_no_text_makes_verifying_fail_otherwise() -> None:
    bad = "\ud800"
    for url, signature, params in ((bad, "x", {}), (URL, bad, {}), (URL, "x", {bad: bad})):
        with pytest.raises(tr.SignatureMismatch):
            VALIDATOR.verify("POST", url, b"a=b", signature)
        with pytest.raises(tr.SignatureMismatch):
            VALIDATOR.verify_params(url, params, signature)
        assert VALIDATOR.validate(url, params, signature) is False


def test_a_short_grace_is_not_none() -> None:
    for grace, waits in ((0.0004, 1), (0.001, 1), (1.1, 1100), (0.057, 57), (1, 1000)):
        transfer = tr.Transfer("sip:a@b", hang_up_grace=grace)
        transfer.start(cseq=1, now=0)
        transfer.hang_up(now=0)
        assert transfer.deadline == waits


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: tr.RequestValidator("1", public_base=5),
        lambda: tr.RequestValidator("1", public_base=b"https://a.example"),
        lambda: tr.Transfer("sip:a@b", hang_up_grace="1"),
        lambda: tr.SipUri(None),
        lambda: tr.SipUri(b"sip:a@b"),
        lambda: tr.SipUri("sip:a@b", headers={"X-A": 1}),
        lambda: tr.Say(b"x"),
        lambda: tr.Element(1),
        lambda: tr.Element("a", attrs={"b": b"c"}),
        lambda: tr.Refer(5),
        lambda: tr.Refer(action=b"/a"),
        lambda: tr.Refer("sip:a@b").sip("sip:c@d"),
        lambda: tr.VoiceResponse().append(None),
        lambda: tr.VoiceResponse.parse(None),
        lambda: tr.RequestValidator(None),
        lambda: tr.RequestValidator([b"x"]),
        lambda: VALIDATOR.verify("POST", None, b"", ""),
        lambda: VALIDATOR.verify("POST", URL, {"a": "b"}, ""),
        lambda: VALIDATOR.sign(URL, {"a": 1}),
        lambda: VALIDATOR.sign(URL, "a=b"),
        lambda: tr.ReferCallback.from_form(5),
        lambda: tr.ReferCallback.from_form(b"", max_bytes="1"),
        lambda: tr.UserToUser(b"x"),
        lambda: tr.Transfer(None),
        lambda: tr.Transfer("sip:a@b").notify("refer", cseq=1, now=0, body="text"),
        lambda: tr.Transfer("sip:a@b").start(cseq="1", now=0),
        lambda: tr.call_update("AC", "CA"),
    ],
)
def test_wrong_types_are_type_errors_at_the_call(wrong: Any) -> None:
    with pytest.raises(TypeError):
        wrong()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: tr.SipUri("sip:a\ud800@b"),
        lambda: tr.Say("a\udfff"),
        lambda: tr.Element("Say", attrs={"voice": "\ud800"}),
        lambda: tr.Comment("\ud800"),
        lambda: tr.VoiceResponse.parse("<Response>\ud800</Response>"),
        lambda: tr.Transfer("sip:a@b\ud800"),
        lambda: tr.Transfer("sip:a@b").notify("\ud800", cseq=1, now=0),
        lambda: tr.SipUri("x" * 1_000_000),
        lambda: tr.VoiceResponse.parse("x" * 10_000_000),
        lambda: tr.ReferCallback.from_form(b"a" * 10_000_000),
        lambda: tr.Transfer.restore(b"\0" * 100),
        lambda: tr.Transfer("sip:a@b", hang_up_grace=-1),
        lambda: tr.Transfer("sip:a@b", hang_up_grace=float("inf")),
        lambda: tr.Transfer("sip:a@b", hang_up_grace=float("nan")),
        lambda: tr.Transfer("sip:a@b", statuses={-1: "busy"}),
        lambda: tr.Transfer("sip:a@b").start(cseq=-1, now=0),
        lambda: tr.RequestValidator("1", public_base="nonsense"),
    ],
)
def test_wrong_values_are_our_errors_at_the_call(wrong: Any) -> None:
    with pytest.raises(tr.TwimlReferError) as caught:
        wrong()
    assert caught.value.kind
    assert 0 < len(str(caught.value).encode()) <= 240
    again = pickle.loads(pickle.dumps(caught.value))
    assert (type(again), str(again), again.kind) == (
        type(caught.value),
        str(caught.value),
        caught.value.kind,
    )


def test_multidicts_of_frameworks_are_taken_as_they_come() -> None:
    class Django(dict):  # type: ignore[type-arg]
        def lists(self) -> Any:
            return super().items()

    class Starlette:
        def multi_items(self) -> Any:
            return [("Digits", "1"), ("Digits", "2")]

    pairs = [("Digits", "1"), ("Digits", "2")]
    signature = VALIDATOR.sign(URL, pairs)
    for params in (pairs, {"Digits": ["1", "2"]}, Django(Digits=["1", "2"]), Starlette()):
        assert VALIDATOR.validate(URL, params, signature)
        assert VALIDATOR.verify_params(URL, params, signature).params == tuple(pairs)


def test_subclasses_of_bytes_and_str_are_taken() -> None:
    text, data = type("Text", (str,), {}), type("Data", (bytes,), {})
    assert tr.ReferCallback.from_form(data(b"CallSid=CA1")).call_sid == "CA1"
    assert str(tr.SipUri(text("sip:a@b"))) == "sip:a@b"


def test_values_are_frozen_hashable_and_comparable() -> None:
    form = "ReferCallStatus=busy&CallSid=CA1"
    one, other = tr.ReferCallback.from_form(form), tr.ReferCallback.from_form(form.encode())
    assert one == other
    assert len({one, other, tr.SipUri("sip:a@b"), tr.SipUri("sip:a@b")}) == 2
    assert pickle.loads(pickle.dumps(one)) == one
    assert one != tr.VoiceRequest.from_form(form)
    assert tr.Rejected(405) == tr.Rejected(code=405) != tr.Rejected(406)
    assert one.call_sid == "CA1"
    assert dict(parse_qsl(one.to_form())) == dict(one.params)
    for value, name in ((one, "outcome"), (one, "x"), (tr.Rejected(405), "code")):
        with pytest.raises(AttributeError):
            setattr(value, name, 1)


def test_values_are_what_they_were_when_they_are_read_or_copied_again() -> None:
    response = tr.VoiceResponse()
    response.comment("a note")
    response.gather(num_digits=1).say("A")
    response.refer("sip:a@b", action="/a")
    xml = '<Response><Refer action="/a"><Sip>tel:1</Sip></Refer></Response>'
    [found] = tr.VoiceResponse.check_xml(xml)
    large = tr.ReferCallback.from_params({"a": "b" * 100_000}, max_bytes=200_000)
    for value in (response, found, large, tr.Comment("a"), found.error, tr.Rejected(405)):
        for again in (copy.copy(value), copy.deepcopy(value), pickle.loads(pickle.dumps(value))):
            assert again == value
    assert tr.VoiceResponse.parse(str(response)) == response
    assert found.error is not None
    assert found != tr.Diagnostic(found.code, found.severity, found.path, found.message)


def test_what_is_there_for_users_of_the_official_package() -> None:
    response = tr.VoiceResponse()
    refer = tr.Refer(action="/a")
    assert refer.append(tr.SipUri("sip:a@b")) is refer
    response.append(refer)
    assert response.hangup() == tr.Hangup()
    assert "<Sip>sip:a@b</Sip></Refer><Hangup/>" in str(response)
    assert tr.Element("Say", "A").append("B").text == "AB"


def test_a_refer_to_value_is_read_as_it_is_written() -> None:
    uri = tr.SipUri("sip:a@b?X-A=1")
    assert uri.refer_to == "<sip:a@b?X-A=1>"
    assert tr.ReferTarget.parse(uri.refer_to).uri == uri
    assert tr.ReferTarget.parse("<tel:+1555>").uri is None


def test_outputs_that_wait_are_saved() -> None:
    transfer = tr.Transfer("sip:a@b")
    assert transfer.start(cseq=1, now=0) == [tr.SendRefer()]
    assert transfer.poll() == tr.Transfer.restore(transfer.save()).poll() == []


def test_a_uri_of_parts_takes_headers_as_any_other() -> None:
    built = [tr.SipUri.build("b", user="a", headers=it) for it in ({"ab": "1"}, [("ab", "1")])]
    assert built == [tr.SipUri("sip:a@b?ab=1")] * 2


def test_parameters_are_those_of_the_library() -> None:
    names = {pair.name: pair.value for pair in _bridge.call("parameter_names")}
    values = {value: f"value of {value}" for value in names.values()}
    values.update(ReferCallStatus="busy", ReferSipResponseCode="202", NotifySipResponseCode="486")
    callback = tr.ReferCallback.from_params(values)
    for getter, name in names.items():
        attribute = getattr(callback, "from_" if getter == "from" else getter)
        assert str(attribute) == values[name], getter
    kinds = {
        getattr(tr, name).kind
        for name in (
            "Transferred",
            "Rejected",
            "TargetFailed",
            "Canceled",
            "Unconfirmed",
            "Unknown",
        )
    }
    assert kinds == set(_bridge.call("outcome_kinds"))


def test_a_transfer_cannot_be_copied_but_saved() -> None:
    transfer = tr.Transfer("sip:alice@example.com", hang_up_grace=1)
    transfer.start(cseq=1, now=0)
    for copied in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError):
            copied(transfer)
    again = tr.Transfer.restore(transfer.save())
    assert (again.state, again.deadline, again.target) == ("referring", 32_000, transfer.target)
    with pytest.raises(tr.TransferError) as caught:
        again.start(cseq=2, now=5)
    assert caught.value.kind == "transfer-event-unexpected"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_signed_callbacks_for_the_tests_of_an_app(method: str) -> None:
    kinds = {
        "answered": "transferred",
        "busy": "target-failed",
        "refused": "rejected",
        "hangup": "canceled",
        "silent": "unconfirmed",
    }
    for scenario, kind in kinds.items():
        request = testing.signed_callback("12345", URL, scenario, method=method)  # type: ignore[arg-type]
        callback = VALIDATOR.verify(method, request.url, request.body, request.signature)  # type: ignore[arg-type]
        assert callback.outcome.kind == kind
        assert callback.leg == "sip"
        assert request.headers["X-Twilio-Signature"] == request.signature
        assert ("Content-Type" in request.headers) is (method == "POST")
    with pytest.raises(ValueError, match="use GET or POST"):
        testing.signed_callback("12345", URL, "busy", method=method.lower())  # type: ignore[arg-type]


def test_sixteen_threads_share_a_validator_and_a_transfer() -> None:
    request = testing.signed_callback("12345", URL, "busy")
    transfer = tr.Transfer("sip:alice@example.com")
    transfer.start(cseq=1, now=0)
    transfer.response(202, now=1)

    def work(number: int) -> None:
        for step in range(200):
            callback = VALIDATOR.verify("POST", URL, request.body, request.signature)
            assert callback.outcome == tr.TargetFailed("busy", 486)
            with pytest.raises(tr.SignatureMismatch):
                VALIDATOR.verify("POST", URL, request.body + b"&x=%d" % number, request.signature)
            replies = transfer.notify(
                "refer", cseq=number * 1000 + step, now=2, subscription_state="active"
            )
            assert len(replies) == 1

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(work, range(16)))


@settings(max_examples=200, deadline=None)
@given(st.text(), st.text(max_size=10))
def test_the_lane_says_what_the_bridge_says(text: str, name: str) -> None:
    def told(job: Any) -> tuple[Any, ...]:
        try:
            return ("", job())
        except tr.TwimlReferError as error:
            return (error.kind, str(error), error.offset)

    pairs = [(name, text)]
    lane = told(lambda: _lane.text(_lane.call(_lane.URI, ("sip:a@b", name, text))))
    bridge = told(lambda: _bridge.call("uri_with_headers", "sip:a@b", _bridge.pairs(pairs)))
    assert lane == bridge
    lane = told(lambda: VALIDATOR.sign(URL, pairs))
    bridge = told(
        lambda: _bridge.call("request_sign", VALIDATOR._bridged(), URL, _bridge.pairs(pairs))
    )
    assert lane == bridge


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.text(), st.text())))
def test_any_pairs_come_back(pairs: list[tuple[str, str]]) -> None:
    callback = tr.ReferCallback.from_params(pairs)
    assert callback.params == tuple(pairs)
    assert tr.ReferCallback.from_form(callback.to_form()) == callback
    assert VALIDATOR.verify_params(URL, pairs, VALIDATOR.sign(URL, pairs)).params == tuple(pairs)


def test_memory_is_flat() -> None:
    request = testing.signed_callback("12345", URL, "busy")

    def once() -> None:
        response = tr.VoiceResponse()
        response.refer("sip:a@b?X-A=1", action="/a")
        str(response)
        assert VALIDATOR.verify("POST", URL, request.body, request.signature).params
        for wrong in (
            lambda: tr.SipUri("x"),
            lambda: VALIDATOR.verify("POST", URL, b"a=b", "AAAA"),
        ):
            with pytest.raises(tr.TwimlReferError):
                wrong()
        transfer = tr.Transfer("sip:a@b")
        transfer.start(cseq=1, now=0)
        tr.Transfer.restore(transfer.save())

    for _ in range(1_000):
        once()
    gc.collect()
    before = resident()
    for _ in range(10_000):
        once()
    gc.collect()
    assert resident() - before < 1_000_000


def resident() -> int:
    """Bytes of this process in memory, the library's among them."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except FileNotFoundError:
        # What it had at most: a leak makes that grow as well.
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return pages * resource.getpagesize()


def test_a_document_needs_neither_typing_nor_the_generated_module() -> None:
    program = (
        "import sys; before = set(sys.modules)\n"
        "import twiml_refer as t\n"
        "r = t.VoiceResponse(); r.refer('sip:a@b', action='/a'); str(r)\n"
        "heavy = {'typing', 'dataclasses', 'inspect', 'twiml_refer._native'}\n"
        "assert not heavy & (set(sys.modules) - before), heavy & set(sys.modules)\n"
    )
    subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:] = {sys.path!r}\n{program}"],
        check=True,
    )
