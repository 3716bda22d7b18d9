"""Plays the target of a transfer: one call over UDP, which it answers, refuses or lets ring."""

from __future__ import annotations

import re
import socket
import threading


class Target:
    """Answers INVITE with 200 or another code, and remembers the headers of the first."""

    def __init__(self, code: int) -> None:
        self.code = code
        self.headers: dict[str, str] | None = None
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(0.1)
        self.port = self.socket.getsockname()[1]
        self.running = True
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def close(self) -> None:
        """Stop answering."""
        self.running = False
        self.thread.join()
        self.socket.close()

    def serve(self) -> None:
        """Answer every request until closed."""
        invite: list[str] = []
        while self.running:
            try:
                data, caller = self.socket.recvfrom(65536)
            except TimeoutError:
                continue
            head = data.decode(errors="replace").split("\r\n\r\n")[0].split("\r\n")
            method = head[0].split(" ")[0]
            if method in ("ACK", "SIP/2.0") or not head[0].endswith("SIP/2.0"):
                continue
            if method == "INVITE" and self.headers is None:
                self.headers = {
                    name.strip().lower(): value.strip()
                    for name, _, value in (line.partition(":") for line in head[1:])
                }
            invited = method == "INVITE"
            self.socket.sendto(self.response(head, self.code if invited else 200, invited), caller)
            if invited:
                invite = head
            elif method == "CANCEL":
                self.socket.sendto(self.response(invite, 487, invited), caller)

    def response(self, head: list[str], code: int, invited: bool) -> bytes:
        """Make a response to a request."""
        copied = [
            line if not line.lower().startswith("to:") or ";tag=" in line else f"{line};tag=target"
            for line in head[1:]
            if re.match(r"(via|from|to|call-id|cseq|record-route)\s*:", line, re.IGNORECASE)
        ]
        body = ""
        if invited and code == 200:
            copied += [
                f"Contact: <sip:target@127.0.0.1:{self.port}>",
                "Content-Type: application/sdp",
            ]
            body = (
                "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
                "m=audio 9 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
            )
        lines = [f"SIP/2.0 {code} Status", *copied, f"Content-Length: {len(body)}", "", body]
        return "\r\n".join(lines).encode()
