"""Says whether an answer is right, by a reason that is none of ours: well-formedness by expat,
signatures by Python's hmac, header values by the grammar as it is written out here.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlencode
from xml.etree import ElementTree
from xml.parsers import expat

TOKEN = "12345"
# XML 1.0 section 2.2.
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass
class Verdict:
    """`right` is None if the library does not offer this; `what` says what a wrong answer was."""

    right: bool | None
    what: str = ""

    def __str__(self) -> str:
        if self.right is None:
            return "–"
        return "✓" if self.right else f"✗ {self.what}"


def signature(url: str, params: list[list[str]], token: str, algorithm: str) -> str:
    """As documented: the URL, then the names in order, values sorted, equal ones once."""
    text = url + "".join(
        name + value
        for name in sorted({name for name, _ in params})
        for value in sorted({value for other, value in params if other == name})
    )
    mac = hmac.new(token.encode(), text.encode(), getattr(hashlib, algorithm))
    return base64.b64encode(mac.digest()).decode()


def form(params: list[list[str]]) -> str:
    return urlencode([(name, value) for name, value in params])


def multipart(params: list[list[str]]) -> str:
    """RFC 7578, with the boundary `b`."""
    parts = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in params
    )
    return f"{parts}--b--\r\n"


def ready(case: dict[str, Any]) -> dict[str, Any]:
    """The case as the drivers get it: with its token, its signature, and its form body."""
    if case["job"] not in ("verify", "servlet", "multipart", "callback"):
        return case
    case = {"token": TOKEN, **case}
    params = case.get("params", [])
    if case["job"] == "callback":
        if case["method"] == "GET":
            case["url"] += "?" + form(params)
            params = []
        case["signed"] = {"url": case["url"], "params": params}
    if "multipart" in case:
        case["body"] = multipart(case["multipart"])
    elif "json" not in case:
        case["body"] = form(params)
    if "signed" in case:
        signed = {"params": params, "token": case["token"], "algorithm": "sha1"} | case.pop(
            "signed"
        )
        case["signature"] = signature(**signed)
    elif case["right"]:
        published = signature(case["url"], params, case["token"], "sha1")
        assert case["signature"] == published, case["name"]
    return case


def compare(case: dict[str, Any], answer: dict[str, Any] | None) -> Verdict:
    if answer is None:
        return Verdict(None)
    return JOBS[case["job"]](case, answer)


def document(case: dict[str, Any], answer: dict[str, Any]) -> Verdict:
    wanted = case["right"]
    if "error" in answer:
        return Verdict(wanted != "as given", "refused")
    try:
        found = [outline(verb) for verb in ElementTree.fromstring(answer["xml"].encode())]
    except (ElementTree.ParseError, UnicodeEncodeError):
        return Verdict(False, "ill-formed")
    asked = []
    if "say" in case:
        attributes = dict(case["say"])
        text = attributes.pop("text")
        asked.append(("Say", attributes, text, []))
    if "refer" in case:
        attributes = dict(case["refer"])
        target = [("Sip", {}, attributes.pop("sip"), [])] if "sip" in attributes else []
        asked.append(("Refer", attributes, "", target))
    same = len(found) == len(asked) and all(map(carries, found, asked))
    if wanted == "refused":
        return Verdict(False, "printed" if same else "left out")
    return Verdict(same, "another text")


def outline(element: ElementTree.Element) -> tuple[str, dict[str, str], str, list[Any]]:
    children = [outline(child) for child in element]
    text = element.text or ""
    return element.tag, element.attrib, "" if children else text, children


def carries(found: Any, asked: Any) -> bool:
    """An attribute more does not count against it: the `voice` that one library always writes."""
    return (
        found[0] == asked[0]
        and says(found[2], asked[2])
        and all(says(found[1].get(name), value) for name, value in asked[1].items())
        and len(found[3]) == len(asked[3])
        and all(map(carries, found[3], asked[3]))
    )


def says(found: str | None, asked: str) -> bool:
    """The same text; where XML forbids a character it may be missing, or be U+FFFD."""
    return found in (asked, FORBIDDEN.sub("", asked), FORBIDDEN.sub("\ufffd", asked))


def read(case: dict[str, Any], answer: dict[str, Any]) -> Verdict:
    if case["reason"].startswith("ill-formed"):
        try:
            expat.ParserCreate().Parse(case["xml"], True)
        except expat.ExpatError:
            pass
        else:
            raise AssertionError(f"expat takes it: {case['name']}")
    if "error" in answer:
        return Verdict(case["right"] == "refused", "refused")
    if case["right"] == "refused":
        return Verdict(False, "accepted")
    if "well_formed" in answer:
        return Verdict(None)
    return values(case, answer)


def values(case: dict[str, Any], answer: dict[str, Any]) -> Verdict:
    if "error" in answer:
        return Verdict(False, "refused")
    wrong = [name for name, value in case["right"].items() if answer.get(name) != value]
    return Verdict(not wrong, f"not its {', '.join(wrong)}")


def verify(case: dict[str, Any], answer: dict[str, Any]) -> Verdict:
    if "error" in answer:
        return Verdict(False, f"raises {answer['error'].partition(':')[0]}")
    return Verdict(answer["valid"] == case["right"], "accepted" if answer["valid"] else "not valid")


def header(case: dict[str, Any], answer: dict[str, Any]) -> Verdict:
    if "error" in answer:
        return Verdict(False, "refused")
    name, value = case["header"]
    uri, _, written = answer["uri"].partition(f"?{name}=")
    # RFC 3261 section 25.1: hnv-unreserved, unreserved and escaped.
    spelled = re.fullmatch(r"(?:[\[\]/?:+$A-Za-z0-9\-_.!~*'()]|%[0-9A-Fa-f]{2})*", written)
    return Verdict(
        uri == case["sip"] and bool(spelled) and unquote(written) == value, "another value"
    )


JOBS = {
    "document": document,
    "read": read,
    "verify": verify,
    "servlet": verify,
    "multipart": verify,
    "callback": values,
    "header": header,
}
