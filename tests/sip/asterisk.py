"""Runs Asterisk as a telephone that can be transferred, in a root that `tests/run asterisk` makes.

It calls with `call`, and answers calls to any user on its port, over UDP and TCP, but those to the
users `busy`, `absent` and `ringing`. A REFER to `bob` makes it call the target; it has nobody else.
It keeps everything in one folder inside the root, so that several can run.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType

CONFIGURATION = {
    "asterisk.conf": """[directories]
astetcdir => {folder}
astvarlibdir => {folder}
astdbdir => {folder}
astkeydir => {folder}
astdatadir => /usr/share/asterisk
astagidir => {folder}
astspooldir => {folder}
astrundir => {folder}
astlogdir => {folder}
[options]
verbose = 4
""",
    "logger.conf": "[logfiles]\nmessages => notice,warning,error,verbose\n",
    # Nothing else is loaded: no other protocol, nothing that listens.
    "modules.conf": """[modules]
autoload = no
load = res_sorcery_config.so
load = res_sorcery_memory.so
load = res_sorcery_astdb.so
load = res_timing_timerfd.so
load = res_pjproject.so
load = res_pjsip.so
load = res_pjsip_session.so
load = res_pjsip_pubsub.so
load = res_pjsip_endpoint_identifier_ip.so
load = res_pjsip_outbound_authenticator_digest.so
load = res_pjsip_sdp_rtp.so
load = res_pjsip_dtmf_info.so
load = res_pjsip_refer.so
load = res_pjsip_header_funcs.so
load = res_pjsip_caller_id.so
load = res_rtp_asterisk.so
load = chan_pjsip.so
load = codec_ulaw.so
load = codec_alaw.so
load = bridge_simple.so
load = bridge_native_rtp.so
load = app_dial.so
load = app_senddtmf.so
load = app_stack.so
load = app_while.so
load = func_cut.so
load = func_logic.so
load = func_strings.so
load = func_uri.so
load = pbx_config.so
load = pbx_spool.so
""",
    "pjsip.conf": """[udp]
type = transport
protocol = udp
bind = 127.0.0.1:{port}
[tcp]
type = transport
protocol = tcp
bind = 127.0.0.1:{port}
[phone](!)
type = endpoint
context = phone
disallow = all
allow = ulaw,alaw
direct_media = no
media_address = 127.0.0.1
bind_rtp_to_media_address = yes
from_user = caller
from_domain = 127.0.0.1
outbound_auth = credentials
[credentials]
type = auth
auth_type = userpass
username = {user}
password = {password}
[willing](phone)
set_var = TRANSFER_CONTEXT=transferred
[careful](phone)
set_var = TRANSFER_CONTEXT=transferred-with-headers
[unwilling](phone)
allow_transfer = no
[everybody]
type = identify
endpoint = willing
match = 127.0.0.1
""",
    # The telephone is a channel of its own: only a call in a bridge can be transferred.
    "extensions.conf": """[globals]
GET_TRANSFERRER_DATA = Refer-To
[phone]
exten => _[0-9a-z+].,1,NoOp(x-reason=${{PJSIP_HEADER(read,X-Reason)}})
 same => n,NoOp(user-to-user=${{PJSIP_HEADER(read,User-to-User)}})
 same => n,Dial(Local/s@speaker/n)
exten => busy,1,Hangup(17)
exten => absent,1,Hangup(1)
exten => ringing,1,Ringing()
 same => n,Wait(60)
[calls]
exten => s,1,Dial(PJSIP/${{CALLED}})
[speaker]
exten => s,1,Answer()
 same => n,Wait(60)

; The target as Asterisk says it: without the headers.
[transferred]
exten => bob,1,Dial(PJSIP/willing/${{SIPREFERTOHDR}})

; The Refer-To as it was received, for which GET_TRANSFERRER_DATA asks.
[transferred-with-headers]
exten => bob,1,Set(REFER_TO=${{HASH(TRANSFER_DATA,Refer-To)}})
 same => n,Set(REFER_TO=${{CUT(REFER_TO,>,1)}})
 same => n,Set(__HEADERS=${{CUT(REFER_TO,?,2)}})
 same => n,Dial(PJSIP/willing/${{SIPREFERTOHDR}},,b(add-headers^s^1))
[add-headers]
exten => s,1,While($["${{SET(ONE=${{SHIFT(HEADERS,&)}})}}" != ""])
 same => n,Set(PJSIP_HEADER(add,${{CUT(ONE,=,1)}})=${{URIDECODE(${{CUT(ONE,=,2-)}})}})
 same => n,EndWhile()
 same => n,Return()
""",
}
START_SECONDS = 30


class Asterisk:
    """A running Asterisk: `with Asterisk(root, port) as asterisk`.

    A user and a password answer whoever challenges its calls. Root's rights are needed, for chroot.
    """

    def __init__(self, root: str, port: int, user: str = "caller", password: str = "none") -> None:
        self.port = port
        self.root = root
        place = tempfile.mkdtemp(prefix="asterisk-", dir=Path(root, "tmp"))
        self.place = Path(place)
        # As it is seen inside.
        self.folder = f"/tmp/{self.place.name}"
        (self.place / "outgoing").mkdir()
        for name, text in CONFIGURATION.items():
            settings = {"folder": self.folder, "port": port, "user": user, "password": password}
            Path(place, name).write_text(text.format(**settings))
        self.process = subprocess.Popen(
            self.command("-f"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def command(self, *options: str) -> list[str]:
        """Return how to run the program in its root."""
        return ["chroot", self.root, "asterisk", "-C", f"{self.folder}/asterisk.conf", *options]

    def console(self, line: str) -> str:
        """Run a line on the console of the running one, and return what it prints."""
        return subprocess.run(
            self.command("-rx", line), capture_output=True, text=True, timeout=30, check=True
        ).stdout

    def __enter__(self) -> Asterisk:
        """Wait until it has read its configuration."""
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                self.console("core waitfullybooted")
                return self
            except subprocess.CalledProcessError:
                if self.process.poll() is not None or time.monotonic() > until:
                    messages = self.messages()
                    self.__exit__(None, None, None)
                    raise RuntimeError(f"Asterisk did not start: {messages}") from None
                time.sleep(0.1)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it, and remove what it wrote."""
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.place)

    def call(self, uri: str, endpoint: str = "willing") -> None:
        """Call a URI.

        A call of the endpoint `willing` can be transferred, and calls the target without the
        headers of its URI; `careful` adds them; `unwilling` refuses the REFER.
        """
        file = self.place / "call"
        file.write_text(
            "Channel: Local/s@speaker/n\nContext: calls\nExtension: s\n"
            f"Setvar: CALLED={endpoint}/{uri}\n"
        )
        file.rename(self.place / "outgoing" / "call")

    def hang_up(self) -> None:
        """End all calls."""
        self.console("channel request hangup all")

    def messages(self) -> str:
        """Return what it has logged."""
        log = self.place / "messages"
        return log.read_text(errors="replace") if log.exists() else ""
