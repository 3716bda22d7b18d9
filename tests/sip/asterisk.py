"""Runs Asterisk as a telephone that can be transferred, in a root that `tests/run asterisk` makes.

It calls with `call`, and answers calls to any user on its port, over UDP and TCP, but those to the
users `busy`, `absent` and `ringing`. A REFER to `bob` makes it call the target; it has nobody else.
It keeps everything in one folder inside the root, so that several can run.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from servers import wait_until

# Nothing else is loaded: no other protocol, nothing that listens.
MODULES = """
res_sorcery_config res_sorcery_memory res_sorcery_astdb res_timing_timerfd res_pjproject
res_pjsip res_pjsip_session res_pjsip_pubsub res_pjsip_endpoint_identifier_ip
res_pjsip_outbound_authenticator_digest res_pjsip_sdp_rtp res_pjsip_dtmf_info res_pjsip_refer
res_pjsip_header_funcs res_pjsip_caller_id res_rtp_asterisk chan_pjsip codec_ulaw codec_alaw
bridge_simple bridge_native_rtp app_dial app_senddtmf app_stack app_while func_cut func_logic
func_strings func_uri pbx_config pbx_spool
"""
FOLDERS = "etc varlib db key agi spool run log"
CONFIGURATION = {
    "asterisk.conf": "[options]\nverbose = 4\n[directories]\nastdatadir => /usr/share/asterisk\n"
    + "".join(f"ast{name}dir => {{folder}}\n" for name in FOLDERS.split()),
    "logger.conf": "[logfiles]\nmessages => notice,warning,error,verbose\n",
    "modules.conf": "[modules]\nautoload = no\n"
    + "".join(f"load = {name}.so\n" for name in MODULES.split()),
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


class Asterisk:
    """A running Asterisk: `with Asterisk(root, port, user, password) as asterisk`.

    User and password answer whoever challenges its calls. Root's rights are needed, for chroot.
    """

    def __init__(self, root: str, port: int, user: str, password: str) -> None:
        self.port = port
        self.root = root
        self.place = Path(tempfile.mkdtemp(prefix="asterisk-", dir=Path(root, "tmp")))
        # As it is seen inside.
        self.folder = f"/tmp/{self.place.name}"
        (self.place / "outgoing").mkdir()
        settings = {"folder": self.folder, "port": port, "user": user, "password": password}
        for name, text in CONFIGURATION.items():
            (self.place / name).write_text(text.format(**settings))
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(self.command("-f"), stdout=quiet, stderr=quiet)

    def command(self, *options: str) -> list[str]:
        """Return how to run the program in its root."""
        return ["chroot", self.root, "asterisk", "-C", f"{self.folder}/asterisk.conf", *options]

    def console(self, line: str) -> str:
        """Run a line on the console of the running one, and return what it prints."""
        command = self.command("-rx", line)
        ran = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        return "" if ran.returncode else ran.stdout

    def __enter__(self) -> Asterisk:
        """Wait until it has read its configuration."""
        try:
            wait_until(lambda: self.console("core waitfullybooted"), "Asterisk has started", 30)
        except TimeoutError:
            print(self.messages(), file=sys.stderr)
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it, and remove what it wrote."""
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.place)

    def call(self, uri: str, endpoint: str) -> None:
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
