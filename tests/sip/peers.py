"""Lets real user agents be transferred by the examples: `peers.py PYTHON PROGRAM…`.

Each peer calls each program, is transferred to a target that answers, and to one that is busy. The
program must report what happened; printed is whether the call to the target has the header that the
target's URI holds. PYTHON has pjsua2; baresip is on PATH.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from run import free_port
from target import Target

BARESIP = """module_path /usr/lib/baresip/modules
sip_listen 127.0.0.1:{port}
audio_player aubridge,nil
audio_source aubridge,nil
audio_alert aubridge,nil
module g711.so
module aubridge.so
module_tmp account.so
module_app menu.so
"""
OUTCOMES = {200: "transferred", 486: "target-failed"}


def baresip(folder: str, uri: str | None, port: int | None = None, digest: str = ":") -> list[str]:
    """Configure baresip in a folder, and return how to call a URI with it, or to answer a call."""
    user, _, password = digest.partition(":")
    account = "<sip:caller@127.0.0.1>;regint=0;answermode=auto"
    account += f";auth_user={user};auth_pass={password}" if user else ""
    Path(folder, "config").write_text(BARESIP.format(port=port or free_port()))
    Path(folder, "accounts").write_text(f"{account}\n")
    Path(folder, "contacts").write_text("")
    return ["baresip", "-f", folder, "-t", "20", *(("-e", f"/dial {uri}") if uri else ())]


def transfer(program: str, caller: str, python: str, code: int) -> tuple[str, str | None]:
    """Transfer a caller to a target that answers with this code.

    Returns the outcome, and the header that the call to the target had.
    """
    target = Target(code)
    uri = f"sip:bob@127.0.0.1:{target.port}?X-Reason=billing%20question"
    agent = subprocess.Popen(
        [program, uri], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    peer = None
    try:
        assert agent.stdout
        ready = agent.stdout.readline().split()
        dialed = f"sip:transfer@{ready[2]}"
        with tempfile.TemporaryDirectory() as folder:
            command = [python, str(Path(__file__).with_name("pjsua2_caller.py")), dialed]
            if caller == "baresip":
                command = baresip(folder, dialed)
            peer = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            printed = agent.communicate(timeout=30)[0]
            peer.terminate()
            peer.wait(timeout=10)
    finally:
        agent.kill()
        if peer:
            peer.kill()
        target.close()
    outcome = [line.split()[1] for line in printed.splitlines() if line.startswith("outcome ")]
    return "".join(outcome), (target.headers or {}).get("x-reason")


def main() -> int:
    """Run every peer against every program."""
    python, *programs = sys.argv[1:]
    failed = 0
    for program in programs:
        for caller in ("pjsua2", "baresip"):
            for code, expected in OUTCOMES.items():
                outcome, header = transfer(program, caller, python, code)
                # pjsua2 honours headers in a URI, baresip 1.0 does not.
                right = outcome == expected and (caller != "pjsua2" or header == "billing question")
                failed += not right
                print(
                    f"{Path(program).name} transfers {caller} to a target with {code}: "
                    f"{outcome or 'nothing'}, X-Reason there: {header or 'none'}: "
                    f"{'ok' if right else 'failed'}"
                )
    total = len(programs) * 4
    print(f"peers: {total - failed} of {total} passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
