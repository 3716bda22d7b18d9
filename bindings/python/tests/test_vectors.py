"""Every case of tests/vectors, through the package as it was installed."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
import twiml_refer as tr
from conftest import VECTORS, cases, enter, given, place
from twiml_refer._http import Head, HttpVerifier, Rejection, account_tokens


def run(topic: str, check: Callable[[dict[str, Any]], object]) -> None:
    def settle(case: dict[str, Any]) -> None:
        if "error" in case:
            with pytest.raises(tr.TwimlReferError) as caught:
                check(case)
            place(caught.value, case["error"])
        else:
            check(case)

    all_cases = cases(topic)
    every({case["name"]: partial(settle, case) for case in all_cases})
    enter(topic, len(all_cases))


def every(named: dict[str, Callable[[], object]]) -> None:
    """Run all, and fail with those that did."""
    __tracebackhide__ = True
    failed = []
    for name, case in named.items():
        try:
            case()
        except (Exception, pytest.fail.Exception) as error:
            failed.append(f"{name}: {error!r}")
    assert not failed, "\n".join(failed)


def built(element: dict[str, Any]) -> tr.Element:
    made = tr.Element(element["name"], attrs=dict(element.get("attributes", [])))
    if element.get("text"):
        made.append(element["text"])
    for child in element.get("children", []):
        made.append(built(child))
    return made


def document(case: dict[str, Any]) -> tr.VoiceResponse:
    response = tr.VoiceResponse()
    for verb in case["verbs"]:
        if "refer" in verb:
            refer = verb["refer"]
            response.refer(refer["sip"], action=refer.get("action"), method=refer.get("method"))
            continue
        for _ in range(verb.get("times", 1)):
            made = built(verb["element"])
            for _ in range(verb.get("levels", 1) - 1):
                made = tr.Element(verb["element"]["name"]).append(made)
            response.append(made)
    return response


def test_documents() -> None:
    def check(case: dict[str, Any]) -> None:
        response = document(case)
        assert str(response) == case["compact"]
        if "follows" in case:
            assert response.follows == case["follows"]
        if "pretty" in case:
            assert response.to_xml(pretty=True) == case["pretty"]

    run("documents", check)


def test_reading() -> None:
    def check(case: dict[str, Any]) -> None:
        response = tr.VoiceResponse.parse(given(case, "xml"))
        if case["compact"] is not None:
            assert str(response) == case["compact"]
        if "first_refer" in case:
            found = response.first_refer
            assert case["first_refer"] == (
                found and {"sip": str(found.target), "action": found.action, "method": found.method}
            )

    run("reading", check)


def test_diagnostics() -> None:
    def check(case: dict[str, Any]) -> None:
        if "verbs" in case:
            found = document(case).check()
        else:
            found = tr.VoiceResponse.check_xml(given(case, "xml"))
        keys = ("code", "severity", "number", "path", "message")
        assert [{key: getattr(one, key) for key in keys} for one in found] == case["found"]

    run("diagnostics", check)


def test_sip_uris() -> None:
    def check(case: dict[str, Any]) -> None:
        if "refer_to" in case:
            target = tr.ReferTarget.parse(case["refer_to"])
            assert [target.kind, target.text] == case["target"]
            return
        if "build" in case:
            assert str(tr.SipUri.build(**case["build"])) == case["uri"]
            return
        uri = tr.SipUri(given(case, "uri").decode())
        assert str(uri) == given(case, "uri").decode()
        if "parts" in case:
            parts = {key: getattr(uri, key) for key in case["parts"]}
            for key in ("params", "headers"):
                parts[key] = [list(pair) for pair in parts[key]]
            assert parts == case["parts"]
        if "equivalent" in case:
            assert uri.equivalent(tr.SipUri(case["other"])) is case["equivalent"]
        if "header" in case:
            assert str(uri.with_header(*case["header"])) == case["with_header"]

    run("sip-uris", check)


def test_user_to_user() -> None:
    def check(case: dict[str, Any]) -> None:
        if "bytes_hex" in case:
            value = tr.UserToUser.from_bytes(given(case, "bytes"))
            assert str(value) == case["value"]
            assert value.to_bytes() == given(case, "bytes")
            return
        if "list" in case:
            uri = tr.SipUri("sip:a@b", headers={"User-to-User": case["list"]})
            assert [str(value) for value in uri.user_to_users] == case["values"]
            return
        value = tr.UserToUser.parse(case["value"])
        assert str(value) == case["value"]
        for key in ("data", "encoding", "purpose", "content"):
            assert getattr(value, key) == case[key]

    run("user-to-user", check)


def typed(request: tr.VoiceRequest, getter: str) -> object:
    """Call the getter, of the report if the parameter is one of `<Refer>`."""
    if getter == "refer_call_status":
        return request.refer and request.refer.call_status
    holder = request.refer if getter.endswith("_sip_response_code") else request
    return holder and getattr(holder, "from_" if getter == "from" else getter)


def test_callbacks() -> None:
    def check(case: dict[str, Any]) -> None:
        request = tr.VoiceRequest.from_form(given(case, "form"))
        expected = case["outcome"]
        if expected is None:
            assert request.refer is request.outcome is None
        else:
            assert request.outcome
            assert request.outcome.kind == expected["kind"]
            assert getattr(request.outcome, "status", None) == expected["status"]
            assert getattr(request.outcome, "code", None) == expected["code"]
            assert request.may_resume is expected.get("may_resume", request.may_resume)
        if "leg" in case:
            assert request.leg == case["leg"]
        for key in ("params", "sip_headers"):
            if key in case:
                assert [list(pair) for pair in getattr(request, key)] == case[key]
        for getter, value in case.get("typed", {}).items():
            assert typed(request, getter) == value
        keys = ("code", "severity", "parameter", "message")
        found = [{key: getattr(one, key) for key in keys} for one in request.diagnostics]
        assert found == case.get("diagnostics", [])

    run("callbacks", check)


def validator_of(case: dict[str, Any]) -> tr.RequestValidator:
    return tr.RequestValidator(
        case["secrets"],
        case.get("public_base"),
        algorithm=case.get("algorithm", "sha1"),
        max_body_bytes=case.get("max_body_bytes"),
    )


def test_requests() -> None:
    def check(case: dict[str, Any]) -> None:
        arguments = (case["method"], case["url"], given(case, "body"), case["signature"])
        validator = validator_of(case)
        request = validator.verify(*arguments)
        assert [list(pair) for pair in request.params] == case["params"]

    run("requests", check)


def test_http_requests() -> None:
    asked: list[str] = []

    def check(case: dict[str, Any]) -> None:
        origin = case.get("origin", "public-base").removesuffix("-https").removesuffix("-http")
        methods = set(case.get("allowed_methods", "post").upper().split("-AND-"))
        verifier = HttpVerifier(
            validator_of(case),
            origin,
            methods,
            asked.append,
        )
        is_https = case.get("origin") == "host-https"
        lost = case.get("lost_question_mark", False)
        head = Head(case["method"], case["target"], lost, is_https, case["headers"])
        refusal = verifier.check_head(head)
        status = 200 if refusal is None else refusal.status
        # What core refuses for its method is refused before the body, too.
        assert status == case.get("head", 405 if case["status"] == 405 else 200)
        body = BytesIO(given(case, "body"))
        asked.clear()
        assert account_tokens(verifier, head, body).value is None
        if "account_sid" in case:
            assert asked == [it for it in [case["account_sid"]] if it]
        verified = verifier.verify(head, body)
        if isinstance(verified, Rejection):
            assert verified.status == case["status"]
            assert dict(verified.headers).get("Allow") == case.get("allow")
        else:
            assert case["status"] == 200
            params = [list(pair) for pair in verified.params]
            assert params == case.get("params", params)

    run("http-requests", check)


def test_raw_bodies() -> None:
    def check(case: dict[str, Any]) -> None:
        validator, body = validator_of(case), given(case, "raw_body")
        url = validator.url_with_body_sha256(case["url"], body)
        assert url == case["url_with_hash"]
        assert validator.sign_raw(case["url"], body) == case["signature"]
        assert validator.validate_raw(url, body, case["signature"]) is True
        assert validator.validate_raw(url, body + b"x", case["signature"]) is False

    run("raw-bodies", check)


def test_signatures() -> None:
    def check(case: dict[str, Any]) -> None:
        validator = validator_of(case)
        url, signature, valid = case["url"], case["signature"], case["valid"]
        if "raw_body" in case:
            assert validator.validate_raw(url, case["raw_body"], signature) is valid
            return
        params = [tuple(pair) for pair in case["params"]]
        assert validator.validate(url, params, signature) is valid
        form = urlencode(params).encode()
        method = case.get("method", "POST")
        verifies = [lambda: validator.verify(method, url, form, signature)]
        if method == "POST":
            verifies.append(lambda: validator.verify_params(url, params, signature))
        for verify in verifies:
            if valid:
                verify()
            else:
                with pytest.raises(tr.SignatureError):
                    verify()
        if case.get("signs"):
            assert validator.sign(url, params) == signature

    run("signatures", check)


def test_rest() -> None:
    def check(case: dict[str, Any]) -> None:
        source = {key: case.get(key) for key in ("twiml", "url", "url_method", "base")}
        if "call" in case:
            request = tr.call_update(case["account"], case["call"], **source)
        else:
            request = tr.call_create(case["account"], case["to"], case["from"], **source)
        assert (request.method, request.url) == (case["method"], case["request_url"])
        pairs = parse_qsl(request.body, keep_blank_values=True, strict_parsing=True)
        assert [list(pair) for pair in pairs] == case["body"]

    run("rest", check)


def test_saved_transfers() -> None:
    def check(case: dict[str, Any]) -> None:
        transfer = tr.Transfer.restore(given(case, "saved"))
        assert transfer.state == case["state"]
        assert transfer.deadline_ms == case["deadline"]
        assert transfer.refer_to == case["refer_to"]
        assert transfer.save() == given(case, "saved")

    run("saved-transfers", check)


def test_transfer_settings() -> None:
    run("transfer-settings", lambda case: started(case["settings"]))


def started(settings: dict[str, Any]) -> tr.Transfer:
    settings = dict(settings)
    if settings.pop("rejected_status", None) == "omitted":
        settings["rejected_status_omitted"] = True
    settings["statuses"] = dict(settings.pop("statuses", []))
    return tr.Transfer("sip:alice@example.com", tr.TransferSettings(**settings))


def feed(transfer: tr.Transfer, line: dict[str, Any], now: int) -> list[Any]:  # noqa: PLR0911
    event = line["event"]
    if event == "start":
        keys = ("leg", "cseq", "first_in_dialog")
        return transfer.start(now_ms=now, **{key: line[key] for key in keys})
    if event == "response":
        keys = ("code", "refer_sub", "retry")
        return transfer.response(now_ms=now, **{key: line[key] for key in keys})
    if event == "notify":
        keys = ("cseq", "subscription_state", "in_dialog")
        fields = {key: line[key] for key in keys}
        fields.update(event=line["event_header"], body=line["body"].encode())
        return transfer.notify(now_ms=now, **fields)
    if event == "cseq":
        return transfer.cseq(line["cseq"], now_ms=now)
    if event == "status":
        return transfer.status(line["code"], final=line["final"], now_ms=now)
    if event == "hangup":
        return transfer.hang_up(now_ms=now)
    if event == "transport-error":
        return transfer.transport_error(now_ms=now)
    assert event == "time"
    return transfer.handle_timeout(now_ms=now)


def said(output: Any) -> dict[str, Any]:
    if isinstance(output, tr.SendRefer):
        return {"output": "send-refer"}
    if isinstance(output, tr.Reply):
        return {"output": "reply", "code": output.code}
    if isinstance(output, tr.EndDialog):
        return {"output": "end-dialog"}
    if isinstance(output, tr.Diagnostic):
        keys = ("code", "severity", "path", "message", "number", "line", "column")
        keys += ("parameter", "error")
        found = {key: getattr(output, key) for key in keys}
        return {"output": "diagnostic", **found}
    assert isinstance(output, tr.Completed)
    outcome = output.report.outcome
    # `may_resume` is that of a request without CallStatus.
    request = tr.VoiceRequest.from_params(output.report.params)
    assert request.refer == output.report
    return {
        "output": "completed",
        "params": [list(pair) for pair in output.report.params],
        "outcome": {
            "kind": outcome.kind,
            "status": getattr(outcome, "status", None),
            "code": getattr(outcome, "code", None),
            "may_resume": request.may_resume,
        },
    }


def test_transfers() -> None:
    def replay(file: Path) -> None:
        lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        [start] = [line for line in lines if line.get("event") == "start"]
        transfer = started(start["settings"])
        waiting: list[dict[str, Any]] = []
        for line in lines:
            now = round(line.pop("at") * 1000)
            if "event" in line:
                assert waiting == []
                try:
                    waiting = [said(output) for output in feed(transfer, line, now)]
                except tr.TransferError as error:
                    waiting = [{"output": "error", "code": error.number}]
                continue
            if not waiting:
                waiting = [said(output) for output in transfer.handle_timeout(now_ms=now)]
            assert waiting.pop(0) == line
        assert waiting == []
        assert transfer.handle_timeout(now_ms=2**63) == []

    files = sorted((VECTORS / "transfer").glob("*.expected.jsonl"))
    assert files
    every({file.name: partial(replay, file) for file in files})
    enter("transfer", len(files))
