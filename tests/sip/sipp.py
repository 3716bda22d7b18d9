"""What sipp plays as a caller: the steps of its scenarios, and how it is started."""

from __future__ import annotations

import subprocess
from pathlib import Path

from servers import QUERY, free_port

# What the target's URI must be. A dot stands for <, & and >, which sipp's reader of XML does not
# take in an expression.
REFER_TO = f"^ *.sip:alice@example[.]com[?]{QUERY.replace('&', '.')}.$"
ACTIVE = "active;expires=60"
TERMINATED = "terminated;reason=noresource"
OWN_TAG = "[pid]-[call_number]"
PEER_TAG = "[peer_tag_param]"
CONTACT = "Contact: <sip:caller@[local_ip]:[local_port];transport=[transport]>\n"
DIALED = "sip:transfer@[remote_ip]:[remote_port]"


def send(start: str, headers: str, body: str = "") -> str:
    """Send a message; requests are repeated over UDP, by RFC 3261 section 17.1."""
    retrans = ' retrans="500"' if start.startswith(("INVITE", "NOTIFY")) else ""
    text = f"{start}\n{headers}Content-Length: [len]\n\n{body}"
    return f"<send{retrans}><![CDATA[\n{text}]]></send>\n"


def request(
    method: str,
    cseq: int,
    extra: str = "",
    body: str = "",
    *,
    tag: str = PEER_TAG,
    own_tag: str = OWN_TAG,
    branch: str = "[branch]",
) -> str:
    """Send a request of the caller."""
    headers = (
        f"Via: SIP/2.0/[transport] [local_ip]:[local_port];branch={branch}\n"
        f"From: <sip:caller@[local_ip]:[local_port]>;tag={own_tag}\nTo: <{DIALED}>{tag}\n"
        f"Call-ID: [call_id]\nCSeq: {cseq} {method}\nMax-Forwards: 70\n{CONTACT}{extra}"
    )
    return send(f"{method} {DIALED} SIP/2.0", headers, body)


def answer(status: str, extra: str = "") -> str:
    """Answer the request that was received last."""
    last = "[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\n"
    return send(f"SIP/2.0 {status}", last + extra)


def answer_refer(status: str, extra: str = "") -> str:
    """Answer the REFER, whatever has come since."""
    headers = (
        f"Via:[$2]\nFrom: <{DIALED}>{PEER_TAG}\n"
        f"To: <sip:caller@[local_ip]:[local_port]>;tag={OWN_TAG}\n"
        f"Call-ID: [call_id]\nCSeq:[$3]\n{CONTACT}{extra}"
    )
    return send(f"SIP/2.0 {status}", headers)


def receive(code: int, optional: str = "") -> str:
    """Wait for a response."""
    return f'<recv response="{code}"{optional}/>\n'


def request_ok(method: str, cseq: int, extra: str = "", body: str = "") -> list[str]:
    """Send a request, which is answered with 200."""
    return [request(method, cseq, extra, body), receive(200)]


def notify(
    cseq: int,
    state: str | None,
    line: str,
    code: int = 200,
    *,
    event: str = "refer",
    own_tag: str = OWN_TAG,
) -> list[str]:
    """Send a NOTIFY with a sipfrag, which is answered with this code."""
    extra = f"Event: {event}\n" + (f"Subscription-State: {state}\n" if state else "")
    extra += "Content-Type: message/sipfrag;version=2.0\n"
    body = f"SIP/2.0 {line}\n"
    return [request("NOTIFY", cseq, extra, body, own_tag=own_tag), receive(code)]


def pause(milliseconds: int) -> str:
    """Wait."""
    return f'<pause milliseconds="{milliseconds}"/>\n'


SDP = (
    "v=0\no=- 1 1 IN IP4 [local_ip]\ns=-\nc=IN IP4 [media_ip]\nt=0 0\n"
    "m=audio [media_port] RTP/AVP 0\n"
)
HAS_SDP = "Content-Type: application/sdp\n"
INVITE = request("INVITE", 1, HAS_SDP, SDP, tag="")
PROVISIONAL = [receive(100, ' optional="true"'), receive(180, ' optional="true"')]
ANSWERED = [*PROVISIONAL, receive(200), request("ACK", 1)]
CALL = [INVITE, *ANSWERED]
REFER = (
    '<recv request="REFER"><action>'
    f'<ereg regexp="{REFER_TO}" search_in="hdr" header="Refer-To:" check_it="true" assign_to="1"/>'
    '<ereg regexp=".*" search_in="hdr" header="Via:" check_it="true" assign_to="2"/>'
    '<ereg regexp=".*" search_in="hdr" header="CSeq:" check_it="true" assign_to="3"/>'
    "</action></recv>\n"
)
ACCEPTED = [*CALL, REFER, answer_refer("202 Accepted")]
BYE = '<recv request="BYE"{}/>\n'
ENDED = [BYE.format(""), answer("200 OK")]
ONE_CALL = "-m 1 -timeout 40 -timeout_error -trace_msg -message_file messages"


def start(
    address: str, steps: list[str], folder: Path, *options: str, transport: str = "udp"
) -> subprocess.Popen[bytes]:
    """Let sipp call an address once, with its messages in a file, or as the options say."""
    # What an expression assigns need not be used, if it is named at the end.
    reference = '<Reference variables="1,2,3"/>\n' if REFER in steps else ""
    (folder / "caller.xml").write_text(
        '<?xml version="1.0" encoding="ISO-8859-1" ?>\n<!DOCTYPE scenario SYSTEM "sipp.dtd">\n'
        f'<scenario name="caller">\n{"".join(steps)}{reference}</scenario>\n'
    )
    words = ["sipp", address, "-sf", "caller.xml", "-i", "127.0.0.1", "-mi", "127.0.0.1"]
    words += ["-p", str(free_port()), "-mp", str(free_port()), "-nostdin"]
    words += ["-t", "t1" if transport == "tcp" else "u1", "-trace_err", "-error_file", "errors"]
    words += options or ONE_CALL.split()
    with (folder / "output").open("w") as output:
        return subprocess.Popen(words, cwd=folder, stdout=output, stderr=subprocess.STDOUT)


def wrong(process: subprocess.Popen[bytes], folder: Path) -> list[str]:
    """Wait for sipp, and return what went wrong."""
    if not process.wait():
        return []
    said = [folder / name for name in ("errors", "output")]
    text = "\n".join(file.read_text(errors="replace")[-2000:] for file in said if file.exists())
    return [f"sipp returned {process.returncode}: {text}"]
