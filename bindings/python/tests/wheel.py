"""Checks that a wheel holds what it should, and nothing else: `wheel.py [--command] WHEEL`.

With --command it must bring the command.
"""

from __future__ import annotations

import re
import sys
import zipfile
from pathlib import Path

MOST_BYTES = 3_000_000
MOST_COMMAND_BYTES = 20_000_000


def main() -> None:
    wheel = Path(sys.argv[-1])
    names = {info.filename: info.file_size for info in zipfile.ZipFile(wheel).infolist()}
    sources = Path(__file__).resolve().parents[1] / "python" / "twiml_refer"
    expected = {f"twiml_refer/{file.name}" for file in sources.iterdir() if file.is_file()}
    missing = expected - set(names)
    assert not missing, missing
    native = [name for name in names if name.endswith((".so", ".dylib", ".dll", ".pyd"))]
    assert len(native) == 1, native
    if sys.argv[1] == "--command":
        [command] = [name for name in names if name.endswith(".data/scripts/twiml-refer")]
        assert names.pop(command) < MOST_COMMAND_BYTES
        assert zipfile.ZipFile(wheel).getinfo(command).external_attr >> 16 & 0o111 == 0o111
    extra = [
        name
        for name in set(names) - expected - set(native)
        if not re.match(r"twiml_refer/_native/\w+\.py$|twiml_refer-[\w.]+\.dist-info/", name)
    ]
    assert not extra, extra
    assert sum(names.values()) < MOST_BYTES, sum(names.values())
    assert "-py3-none-" in wheel.name, wheel.name
    if sys.platform == "linux":
        assert "manylinux" in wheel.name, wheel.name
    print(f"{wheel.name}: {len(names)} files, {sum(names.values()) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
