"""The plugin for pytest: signed requests, and the difference of two documents line by line.

pytest finds it by itself where this package is installed.
"""

from __future__ import annotations

from difflib import ndiff
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .testing import SignedClient


@pytest.fixture
def twilio_client() -> type[SignedClient]:
    """Make a client whose requests Twilio signed: `twilio_client(client, token, public_base)`."""
    # Not imported in the tests of those who do not use it.
    from .testing import SignedClient

    return SignedClient


def pytest_assertrepr_compare(op: str, left: Any, right: Any) -> list[str] | None:
    """Explain `left == right` of two documents."""
    from . import VoiceResponse

    if op != "==" or not (isinstance(left, VoiceResponse) and isinstance(right, VoiceResponse)):
        return None
    expected, found = (
        it.to_xml(pretty=True, xml_declaration=False).splitlines() for it in (right, left)
    )
    return ["the documents differ: - is missing, + is there instead", *ndiff(expected, found)]
