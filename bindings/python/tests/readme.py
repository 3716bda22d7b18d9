"""Runs the samples of a README, each by itself: `readme.py README.md`.

Those of a framework that is not installed are left out.
"""

from __future__ import annotations

import re
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

FRAMEWORKS = ("fastapi", "flask", "django")


def run(readme: Path) -> list[dict[str, Any]]:
    """Run the samples; returns what each of them defines."""
    samples = re.findall(r"```python\n(.*?)```", readme.read_text("utf-8"), re.S)
    assert samples
    missing = [f"from {name} import" for name in FRAMEWORKS if find_spec(name) is None]
    made: list[dict[str, Any]] = []
    for sample in samples:
        if any(it in sample for it in missing):
            continue
        # Flask looks for the file of this module.
        made.append({"__name__": "__main__"})
        exec(compile(sample, str(readme), "exec", dont_inherit=True), made[-1])
    return made


if __name__ == "__main__":
    run(Path(sys.argv[1]))
