"""Where the vectors are, and the ledger of those that ran."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

VECTORS = Path(
    os.environ.get("TWIML_REFER_VECTORS") or Path(__file__).resolve().parents[3] / "tests/vectors"
)


def cases(topic: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((VECTORS / f"{topic}.json").read_text("utf-8"))[
        "cases"
    ]
    assert found
    return found


def enter(topic: str, ran: int) -> None:
    ledger = os.environ.get("TWIML_REFER_LEDGER")
    if ledger:
        (Path(ledger) / f"python.{topic}").write_text(str(ran))


def given(case: dict[str, Any], key: str) -> bytes:
    """The input under this key: as text, in repeated parts, or as bytes."""
    if f"{key}_parts" in case:
        return "".join(text * times for text, times in case[f"{key}_parts"]).encode()
    if f"{key}_hex" in case:
        return bytes.fromhex(case[f"{key}_hex"])
    return str(case[key]).encode()


def place(error: Any, expected: dict[str, Any]) -> None:
    for key, value in expected.items():
        found = str(error) if key == "message" else getattr(error, key)
        assert found == value, (key, found, value)
