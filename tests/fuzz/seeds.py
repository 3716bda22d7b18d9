"""Writes the inputs that fuzzing begins with into a folder for each target: `seeds.py OUT`.

They are those of `tests/vectors`, the command's traces, and, where an input is events or calls,
what a fuzzer chose among its own by `-set_cover_merge=1 -use_counters=0 -use_cmp=0`: one a line, in
base64, in `corpus`.
"""

import base64
import json
import pathlib
import sys

FUZZ = pathlib.Path(__file__).parent
TESTS = FUZZ.parent.parent / "bindings/cli/tests"
# Target, topic, and the key under which a case has the input.
SEEDS = [
    ("sip_uri", "sip-uris", "uri"),
    ("sip_uri", "sip-uris", "refer_to"),
    ("document", "diagnostics", "xml"),
    ("document", "reading", "xml"),
    ("document", "documents", "compact"),
    ("callback", "callbacks", "form"),
    ("restore", "saved-transfers", "saved_hex"),
]


def seeds():
    """Each target, the name of an input, and the input."""
    for target, topic, key in SEEDS:
        cases = json.loads((FUZZ.parent / f"vectors/{topic}.json").read_text())["cases"]
        for index, case in enumerate(case for case in cases if key in case):
            seed = case[key].encode()
            if target == "restore":
                # Without length and checksum, which the target mends.
                seed = b"\1" + bytes.fromhex(case[key])[8:-8]
            yield target, f"{topic}-{key}-{index}", seed
    for chosen in (FUZZ / "corpus").iterdir():
        for index, line in enumerate(chosen.read_text().split()):
            yield chosen.stem, f"chosen-{index}", base64.b64decode(line)
    for folder in ("traces", "captures", "captures/real"):
        for trace in (path for path in (TESTS / folder).iterdir() if path.is_file()):
            text = trace.read_bytes()
            # As much as a target is given at most, from the REFER on.
            refer = max(text.find(b"REFER "), 0)
            yield "trace", trace.name, text[refer : refer + 2048]


for target, name, seed in seeds():
    folder = pathlib.Path(sys.argv[1], target)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(seed)
