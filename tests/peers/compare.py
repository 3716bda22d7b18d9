"""Says whether an answer is right, by a reason that is none of ours: well-formedness by expat,
signatures by Python's hmac, header values by the grammar as it is written out here.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import unquote, urlencode
from xml.etree import ElementTree

Case = dict[str, Any]
Pairs = Iterable[Sequence[str]]

TOKEN = "12345"
# XML 1.0 section 2.2.
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# RFC 3261 section 25.1: hnv-unreserved, unreserved and escaped.
HEADER_VALUE = re.compile(r"(?:[\[\]/?:+$A-Za-z0-9\-_.!~*'()]|%[0-9A-Fa-f]{2})*")


def signature(url: str, params: Pairs, token: str = TOKEN, algorithm: str = "sha1") -> str:
    """As documented: the URL, then the names in order, values sorted, equal ones once."""
    text = url + "".join(name + value for name, value in sorted({(*pair,) for pair in params}))
    mac = hmac.new(token.encode(), text.encode(), getattr(hashlib, algorithm))
    return base64.b64encode(mac.digest()).decode()


def form(params: Pairs) -> str:
    return urlencode([(name, value) for name, value in params])


def ready(case: Case) -> Case:
    """The case as the programs get it: with its token, its signature, and its body."""
    case = {"token": TOKEN, "params": [], **case}
    case.setdefault("body", form(case["params"]))
    made = {"params": case["params"], "token": case["token"]}
    if "signed" in case:
        case["signature"] = signature(**(made | case.pop("signed")))
    elif "signature" in case and case["right"] == "yes":
        assert case["signature"] == signature(case["url"], **made), case["name"]
    if case["job"] == "read":
        assert (outlined(case["xml"]) is None) == (case["right"] == "refused"), case["name"]
    return case


def compare(case: Case, answer: Any) -> str | None:
    """Returns "" if right, None if the library does not offer the job, else what it did instead."""
    if answer is None:
        return None
    if "error" not in answer:
        return JOBS[case["job"]](case, answer)
    if case["right"] in ("yes", "no"):
        return f"raises {answer['error'].partition(':')[0]}"
    return "" if case["right"] in ("refused", "well-formed, or refused") else "refused"


def document(case: Case, answer: Any) -> str:
    if (found := outlined(answer["xml"])) is None:
        return "ill-formed"
    asked: list[Any] = []
    if say := case.get("say"):
        attributes = {name: value for name, value in say.items() if name != "text"}
        asked.append(("Say", attributes, say["text"], []))
    if refer := case.get("refer"):
        attributes = {name: value for name, value in refer.items() if name != "sip"}
        asked.append(("Refer", attributes, "", []))
        if "sip" in refer:
            asked[-1][3].append(("Sip", {}, refer["sip"], []))
    same = len(found) == len(asked) and all(map(carries, found, asked))
    if case["right"] == "refused":
        return "printed" if same else "left out"
    return "" if same else "another text"


def outlined(xml: str) -> list[Any] | None:
    """Returns the verbs of a document, as expat reads them."""
    try:
        return [outline(verb) for verb in ElementTree.fromstring(xml.encode())]
    except (ElementTree.ParseError, UnicodeEncodeError):
        return None


def outline(element: ElementTree.Element) -> tuple[str, dict[str, str], str, list[Any]]:
    children = [outline(child) for child in element]
    return element.tag, element.attrib, "" if children else element.text or "", children


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


def read(case: Case, answer: Any) -> str:
    return "accepted" if case["right"] == "refused" else values(case, answer)


def values(case: Case, answer: Any) -> str:
    wrong = [name for name, value in case["right"].items() if answer.get(name) != value]
    return f"not its {', '.join(wrong)}" if wrong else ""


def verify(case: Case, answer: Any) -> str:
    if answer["valid"]:
        return "" if case["right"] == "yes" else "accepted"
    return "" if case["right"] == "no" else "not valid"


def header(case: Case, answer: Any) -> str:
    name, value = case["header"]
    uri, _, written = answer["uri"].partition(f"?{name}=")
    right = uri == case["sip"] and HEADER_VALUE.fullmatch(written) and unquote(written) == value
    return "" if right else "another value"


JOBS = {
    "document": document,
    "read": read,
    "verify": verify,
    "servlet": verify,
    "multipart": verify,
    "callback": values,
    "header": header,
}
