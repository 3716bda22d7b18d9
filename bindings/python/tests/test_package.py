"""What a Python user would expect, and what must never happen."""

from __future__ import annotations

import copy
import dataclasses
import doctest
import gc
import importlib.metadata
import inspect
import os
import pickle
import resource
import subprocess
import sys
import typing
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import jedi
import pydantic
import pytest
import twiml_refer as tr
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from readme import run as run_readme
from twiml_refer import _bridge, _element, _errors, asgi, testing, wsgi

URL = "https://voice.example.com/handleRefer"
VALIDATOR = tr.RequestValidator("12345")


def test_every_doctest_runs() -> None:
    finder, runner = doctest.DocTestFinder(), doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    names = {name: getattr(tr, name) for name in tr.__all__}
    of_modules = [
        it
        for module in (testing, asgi, wsgi)
        for it in vars(module).items()
        if getattr(it[1], "__module__", "") == module.__name__
    ]
    public = [*names.items(), ("Ended", tr.Canceled.__base__), *of_modules]
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


def test_readme_runs(capsys: pytest.CaptureFixture[str]) -> None:
    sources = Path(__file__).resolve().parents[3]
    run_readme(sources / "README.md")
    out = capsys.readouterr().out
    assert "X-AcctNumber=123456" in out
    assert "TargetFailed(status='busy'" in out

    first, *others = run_readme(sources / "bindings" / "python" / "README.md")
    out = capsys.readouterr().out
    assert "busy: talk to the caller again" in out
    assert "<Redirect>/menu</Redirect>" in out
    assert "Twilio" in out, "the diagnostic of another document"
    assert len(others) == 5
    client = testing.SignedClient(TestClient(first["app"]), "12345", "https://voice.example.com")
    refer = testing.document(client.post("/voice")).first_refer
    assert refer and str(refer.target) == "sip:alice@example.com?X-AcctNumber=123456"
    assert "<Say>" in str(testing.document(client.post("/handleRefer", "target-failed")))
    assert "<Say>" not in str(testing.document(client.post("/handleRefer", "transferred")))


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
    assert str(unset).endswith('<Refer action="/a"/></Response>')


def test_a_deep_tree_is_written_and_reported() -> None:
    element = tr.Element("a")
    for _ in range(20_000):
        element = tr.Element("a").append(element)
    response = tr.VoiceResponse().append(element)
    assert str(response).count("<a>") == 20_000
    assert "document-too-deep" in [found.code for found in response.check()]


def test_a_tree_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_element, "_MAX_NODES", 10_000)
    cycle = tr.Element("a")
    cycle.append(cycle)
    shared = tr.Element("a")
    for _ in range(40):
        shared = tr.Element("b").append(shared).append(shared)
    for endless in (cycle, shared):
        response = tr.VoiceResponse().append(endless)
        for job in (str, tr.VoiceResponse.check):
            with pytest.raises(ValueError, match="may contain itself"):
                job(response)
        assert "may contain itself" in repr(response)


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
        transfer = tr.Transfer("sip:a@b", tr.TransferSettings(hang_up_grace=grace))
        transfer.start(cseq=1, now_ms=0)
        transfer.hang_up(now_ms=0)
        assert transfer.deadline_ms == waits


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: tr.RequestValidator("1", public_base=5),
        lambda: tr.RequestValidator("1", public_base=b"https://a.example"),
        lambda: tr.TransferSettings(hang_up_grace="1"),
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
        lambda: tr.VoiceRequest.from_form(5),
        lambda: tr.VoiceRequest.from_form(b"", max_bytes="1"),
        lambda: tr.UserToUser(b"x"),
        lambda: tr.Transfer(None),
        lambda: tr.Transfer("sip:a@b").notify(event="refer", cseq=1, now_ms=0, body="text"),
        lambda: tr.Transfer("sip:a@b").start(cseq="1", now_ms=0),
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
        lambda: tr.SipUri("x" * 1_000_000),
        lambda: tr.VoiceResponse.parse("x" * 10_000_000),
        lambda: tr.VoiceRequest.from_form(b"a" * 10_000_000),
        lambda: tr.Transfer.restore(b"\0" * 100),
        lambda: tr.TransferSettings(hang_up_grace=-1),
        lambda: tr.TransferSettings(hang_up_grace=float("inf")),
        lambda: tr.TransferSettings(hang_up_grace=float("nan")),
        lambda: tr.TransferSettings(statuses={-1: "busy"}),
        lambda: tr.Transfer("sip:a@b").start(cseq=-1, now_ms=0),
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


def test_what_is_not_text_on_the_wire_is_no_error() -> None:
    transfer = tr.Transfer("sip:a@b")
    transfer.notify(event="\ud800", subscription_state="active\ud800", cseq=1, now_ms=0)
    validator = tr.RequestValidator("12345")
    [hint] = validator.diagnose("POST", "https://a.example", b"", "\ud800")
    assert hint.kind == "signature-invalid"
    [hint] = validator.diagnose("POST", "https://a.example/\ud800", b"", "A" * 27 + "=")
    assert hint.kind == "url"


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
    assert tr.VoiceRequest.from_form(data(b"CallSid=CA1")).call_sid == "CA1"
    assert str(tr.SipUri(text("sip:a@b"))) == "sip:a@b"


def test_values_are_frozen_hashable_and_comparable() -> None:
    form = "ReferCallStatus=busy&CallSid=CA1"
    one, other = tr.VoiceRequest.from_form(form), tr.VoiceRequest.from_form(form.encode())
    assert one == other
    assert len({one, other, tr.SipUri("sip:a@b"), tr.SipUri("sip:a@b")}) == 2
    assert pickle.loads(pickle.dumps(one)) == one
    assert one != one.params
    assert tr.SipUri("sip:a@b") != "sip:a@b"
    assert tr.Rejected(405) == tr.Rejected(code=405) != tr.Rejected(406)
    assert one.call_sid == "CA1"
    assert dict(parse_qsl(one.to_form())) == dict(one.params)
    for value, name in ((one, "outcome"), (one, "x"), (tr.Rejected(405), "code")):
        with pytest.raises(AttributeError):
            setattr(value, name, 1)
        with pytest.raises(AttributeError):
            delattr(value, name)


def test_values_are_data_classes_but_for_requests() -> None:
    [found] = tr.VoiceResponse.check_xml("<Response><refer/></Response>")
    settings = tr.TransferSettings(hang_up_grace=1.5, statuses={603: "busy"})
    values = [
        tr.Rejected(405),
        tr.TargetFailed("busy", 486),
        tr.Canceled(),
        tr.ReferReport("busy", 202, 486),
        found,
        settings,
        tr.RestRequest("POST", "https://a.example", ""),
        tr.UserToUser("31", purpose="x"),
        tr.Reply(200),
        tr.Completed(tr.ReferReport("busy")),
        testing.signed_request("12345", URL),
    ]
    for value in values:
        assert dataclasses.replace(value) == value
        fields = dataclasses.asdict(value)
        assert list(fields) == [field.name for field in dataclasses.fields(value)]
        assert list(fields) == list(type(value).__match_args__)
    assert dataclasses.replace(tr.Rejected(405), code=406) == tr.Rejected(406)
    assert dataclasses.replace(found, line=7).line == 7
    assert dataclasses.replace(settings, max_duration=9).statuses == ((603, "busy"),)
    report = dataclasses.replace(tr.ReferReport("busy", 202, 486), call_status="in-progress")
    assert report.outcome == tr.Transferred()
    assert dataclasses.asdict(tr.Completed(report)) == {
        "report": {
            "call_status": "in-progress",
            "refer_sip_response_code": 202,
            "notify_sip_response_code": 486,
        }
    }
    request = tr.VoiceRequest.from_form("CallToken=x&CallSid=CA1&CallSid=CA2")
    for refused in (dataclasses.replace, dataclasses.asdict):
        with pytest.raises(TypeError):
            refused(request)
    assert request.to_dict() == {"CallSid": "CA1"}


def test_hints_of_all_that_is_public_can_be_evaluated() -> None:
    public = [getattr(tr, name) for name in tr.__all__]
    own = testing.__name__
    public += [it for it in vars(testing).values() if getattr(it, "__module__", "") == own]
    seen = 0
    for item in public:
        if isinstance(item, type) and item.__module__.startswith("twiml_refer"):
            typing.get_type_hints(item)
            members = [
                getattr(it, "fget", None) or getattr(it, "__func__", it) for it in members_of(item)
            ]
            functions = [it for it in members if inspect.isfunction(it)]
        else:
            functions = [item] if inspect.isfunction(item) else []
        for function in functions:
            typing.get_type_hints(function)
            seen += 1
    assert seen > 150
    assert typing.get_args(tr.ReferOutcome)[0] is tr.Transferred
    assert isinstance(tr.Canceled(), tr.ReferOutcome)  # type: ignore[arg-type, misc]
    assert isinstance(tr.Reply(200), tr.Output)  # type: ignore[arg-type, misc]
    assert isinstance(tr.Say("a"), tr.Node)  # type: ignore[arg-type, misc]


def members_of(kind: type) -> list[Any]:
    return [it for base in kind.__mro__ if base is not object for it in vars(base).values()]


def test_a_framework_evaluates_the_hints() -> None:
    class Ended(pydantic.BaseModel):
        outcome: typing.Optional[tr.ReferOutcome]  # noqa: UP045
        report: tr.ReferReport

    report = tr.ReferReport("busy", 202, 486)
    made = Ended(outcome=report.outcome, report=report)
    assert made.outcome == tr.TargetFailed("busy", 486)
    assert made.model_dump()["outcome"] == {"status": "busy", "code": 486}


def test_documents_show_their_xml_without_passwords() -> None:
    response = tr.VoiceResponse()
    response.say("Hello")
    response.refer("sip:a:secret@b", action="https://u:secret@example.com/?CallToken=secret")
    for value in (response, *response.nodes):
        assert "secret" not in repr(value)
        assert "<Refer" in repr(value) or "<Say>Hello</Say>" in repr(value)
    assert repr(tr.Say("Hello")) == "<Say: <Say>Hello</Say>>"
    assert str(tr.Say("x")) == "<Say>x</Say>"
    assert str(tr.Gather(num_digits=1).append(tr.Say("1 < 2"))) == (
        '<Gather numDigits="1"><Say>1 &lt; 2</Say></Gather>'
    )
    response.nodes.append(5)  # type: ignore[arg-type]
    assert repr(response).startswith("<VoiceResponse: ")


def test_a_name_may_be_an_attribute() -> None:
    parameter = tr.Element("Parameter", name="a", text="b", value=None)
    assert str(parameter) == '<Parameter name="a" text="b"/>'
    assert str(tr.Element("a").add_child("b", "c", name="d")) == '<b name="d">c</b>'


def test_a_verb_without_a_method_has_a_hint() -> None:
    response = tr.VoiceResponse()
    for name in ("dial", "enqueue", "record", "say_as"):
        with pytest.raises(AttributeError, match='use add_child\\("') as caught:
            getattr(response, name)("+15550100")
        assert caught.value.name == name
    assert not hasattr(response, "_private")
    with pytest.raises(AttributeError, match=r"attribute 'Dial'$"):
        response.Dial("+15550100")  # type: ignore[attr-defined]


class OtherUrl:
    def __str__(self) -> str:
        return "/a?b=c"


def test_urls_of_any_library_are_taken() -> None:
    url = OtherUrl()
    response = tr.VoiceResponse()
    response.gather(action=url, partial_result_callback=url)
    response.play(url)
    response.redirect(url)
    refer = response.refer("sip:a@b", action=url)
    assert refer.action == "/a?b=c"
    assert str(response).count("/a?b=c") == 5
    source = pydantic.HttpUrl("https://example.com/refer")
    request = tr.call_update("AC" + 32 * "0", "CA" + 32 * "1", url=source)
    assert request.body == "Url=https%3A%2F%2Fexample.com%2Frefer"
    for wrong in (5, 1.5, True, [], {}, object(), b"/a"):
        with pytest.raises(TypeError, match=f"got {type(wrong).__name__}$"):
            tr.Refer(action=wrong)


def test_builders_have_every_attribute_of_the_library() -> None:
    for verb in _bridge.bridge.verbs():
        kind = getattr(tr, verb.name, None)
        if kind is None:
            assert verb.name == "Sip"
            continue
        parameters = inspect.signature(kind).parameters
        spelled = {_element._spelled(name) for name in parameters}
        assert set(verb.attributes) <= spelled, verb.name
        method = getattr(tr.VoiceResponse, verb.name.lower())
        assert set(parameters) <= set(inspect.signature(method).parameters), verb.name


def test_every_group_of_errors_has_a_class() -> None:
    public = {name for name in tr.__all__ if name.endswith(("Error", "Missing", "Mismatch"))}
    named = {_errors.CLASSES[it.class_name].__name__ for it in _bridge.bridge.error_classes()}
    assert named == public


def test_names_are_those_of_the_library() -> None:
    names = _bridge.bridge.names()
    kinds = [kind.kind for kind in typing.get_args(tr.ReferOutcome)]
    assert kinds == names.outcome_kinds
    assert list(typing.get_args(testing.Scenario)) == names.scenarios
    hints = typing.get_type_hints(tr.Diagnostic)
    assert list(typing.get_args(hints["severity"])) == names.severities
    assert list(typing.get_args(typing.get_type_hints(tr.VoiceRequest)["leg"])) == names.legs
    for member, expected in (
        (tr.Transfer.state, names.transfer_states),
        (tr.VoiceResponse.follows, [*names.follows, type(None)]),
    ):
        hint = typing.get_type_hints(member.fget)["return"]
        found = [it for arg in typing.get_args(hint) for it in typing.get_args(arg) or (arg,)]
        assert found == expected


def test_the_version_is_that_of_the_library() -> None:
    assert tr.__version__ == importlib.metadata.version("twiml-refer")


def test_free_threaded_python_is_refused() -> None:
    program = (
        "import sys; sys._is_gil_enabled = lambda: False\n"
        "try: import twiml_refer\n"
        "except ImportError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "does not support free-threaded Python yet" in done.stdout


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import twiml_refer as tr; tr.VoiceRes", "VoiceResponse"),
        ("import twiml_refer as tr; tr.VoiceResponse().ga", "gather"),
        ("import twiml_refer as tr; tr.VoiceResponse().gather().sa", "say"),
        ("from twiml_refer import RequestVali", "RequestValidator"),
        ("import twiml_refer as tr; tr.VoiceRequest.from_form('').ca", "call_sid"),
        ("import twiml_refer as tr; tr.Transfer('').report.out", "outcome"),
        ("from twiml_refer.testing import signed_", "signed_request"),
    ],
)
def test_completion_works_in_jedi(text: str, expected: str) -> None:
    script = jedi.Script(text)
    assert expected in [it.name for it in script.complete(1, len(text))]


def test_values_are_what_they_were_when_they_are_read_or_copied_again() -> None:
    response = tr.VoiceResponse()
    response.comment("a note")
    response.gather(num_digits=1).say("A")
    response.refer("sip:a@b", action="/a")
    xml = '<Response><Refer action="/a"><Sip>tel:1</Sip></Refer></Response>'
    [found] = tr.VoiceResponse.check_xml(xml)
    large = tr.VoiceRequest.from_params({"a": "b" * 100_000}, max_bytes=200_000)
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
    assert transfer.start(cseq=1, now_ms=0) == [tr.SendRefer()]
    assert transfer.poll() == tr.Transfer.restore(transfer.save()).poll() == []


def test_a_uri_of_parts_takes_headers_as_any_other() -> None:
    assert tr.SipUri.build("b", user="a b").user_decoded == "a b"
    built = [tr.SipUri.build("b", user="a", headers=it) for it in ({"ab": "1"}, [("ab", "1")])]
    assert built == [tr.SipUri("sip:a@b?ab=1")] * 2


def test_parameters_are_those_of_the_library() -> None:
    parameters = _bridge.bridge.typed_parameters()
    values = {it.name: f"value of {it.name}" for it in parameters}
    values.update(ReferCallStatus="busy", ReferSipResponseCode="202", NotifySipResponseCode="486")
    request = tr.VoiceRequest.from_params(values)
    for it in parameters[:-3]:
        attribute = getattr(request, "from_" if it.getter == "from" else it.getter)
        assert attribute == values[it.name], it.getter
    assert request.refer == tr.ReferReport("busy", 202, 486)
    assert request.refer.params == tuple((it.name, values[it.name]) for it in parameters[-3:])


def test_a_transfer_can_be_saved_copied_and_pickled_at_any_time() -> None:
    settings = tr.TransferSettings(hang_up_grace=1)
    transfer = tr.Transfer("sip:alice@example.com", settings)
    transfer.start(cseq=1, now_ms=0)
    for again in (
        copy.copy(transfer),
        copy.deepcopy(transfer),
        pickle.loads(pickle.dumps(transfer)),
        tr.Transfer.restore(transfer.save()),
    ):
        assert (again.state, again.deadline_ms) == ("referring", 32_000)
        assert (again.target, again.settings) == (transfer.target, settings)
        with pytest.raises(tr.TransferError) as caught:
            again.start(cseq=2, now_ms=5)
        assert caught.value.kind == "transfer-event-unexpected"
        assert again.save() == transfer.save()
        again.hang_up(now_ms=1)
    assert transfer.state == "referring"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_signed_requests_for_the_tests_of_an_app(method: str) -> None:
    for scenario in typing.get_args(testing.Scenario):
        request = testing.signed_request("12345", URL, scenario, method=method)  # type: ignore[arg-type]
        callback = VALIDATOR.verify(method, request.url, request.body, request.signature)  # type: ignore[arg-type]
        assert callback.outcome
        assert callback.outcome.kind == scenario
        assert callback.refer == testing.scenario_report(scenario)
        assert callback.leg == "sip"
        assert request.headers["X-Twilio-Signature"] == request.signature
        assert ("Content-Type" in request.headers) is (method == "POST")
    with pytest.raises(ValueError, match="use GET or POST"):
        testing.signed_request("12345", URL, method=method.lower())  # type: ignore[arg-type]


def test_sixteen_threads_share_a_validator_and_a_transfer() -> None:
    request = testing.signed_request("12345", URL, "target-failed")
    transfer = tr.Transfer("sip:alice@example.com")
    transfer.start(cseq=1, now_ms=0)
    transfer.response(202, now_ms=1)

    def work(number: int) -> None:
        for step in range(200):
            callback = VALIDATOR.verify("POST", URL, request.body, request.signature)
            assert callback.outcome == tr.TargetFailed("busy", 486)
            with pytest.raises(tr.SignatureMismatch):
                VALIDATOR.verify("POST", URL, request.body + b"&x=%d" % number, request.signature)
            replies = transfer.notify(
                event="refer", cseq=number * 1000 + step, now_ms=2, subscription_state="active"
            )
            assert len(replies) == 1

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(work, range(16)))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.text(), st.text())))
def test_any_pairs_come_back(pairs: list[tuple[str, str]]) -> None:
    callback = tr.VoiceRequest.from_params(pairs)
    assert callback.params == tuple(pairs)
    assert tr.VoiceRequest.from_form(callback.to_form()) == callback
    assert VALIDATOR.verify_params(URL, pairs, VALIDATOR.sign(URL, pairs)).params == tuple(pairs)


def test_memory_is_flat() -> None:
    """`tests/run endurance` makes a million rounds of what takes seconds here."""
    request = testing.signed_request("12345", URL, "target-failed")

    def once() -> None:
        response = tr.VoiceResponse()
        response.refer(tr.SipUri("sip:a@b", headers={"X-A": "b c"}), action="/a")
        tr.VoiceResponse.parse(str(response)).check()
        assert VALIDATOR.verify("POST", URL, request.body, request.signature).params
        for wrong in (
            lambda: tr.SipUri("x"),
            lambda: tr.VoiceResponse.parse("<Response>"),
            lambda: VALIDATOR.verify("POST", URL, b"a=b", "AAAA"),
            lambda: tr.Transfer.restore(b"x"),
        ):
            with pytest.raises(tr.TwimlReferError):
                wrong()
        transfer = tr.Transfer("sip:a@b")
        transfer.start(cseq=1, now_ms=0)
        tr.Transfer.restore(transfer.save())

    for _ in range(1_000):
        once()
    gc.collect()
    before = resident()
    for _ in range(int(os.environ.get("TWIML_REFER_CALLS", "10000"))):
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


def test_what_is_slow_to_import_is_not_imported() -> None:
    program = (
        "import sys; before = set(sys.modules)\n"
        "import twiml_refer as t\n"
        "r = t.VoiceResponse(); r.refer('sip:a@b', action='/a'); str(r)\n"
        "heavy = {'dataclasses', 'inspect', 'urllib.parse', 'twiml_refer.testing'}\n"
        "assert not heavy & (set(sys.modules) - before), heavy & set(sys.modules)\n"
    )
    subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:] = {sys.path!r}\n{program}"],
        check=True,
    )
