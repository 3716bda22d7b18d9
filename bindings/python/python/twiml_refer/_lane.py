"""The lane into the library: one C function, frames of bytes. No rule lives here.

A frame is parts in a row: `J` and the parts joined by NUL, where none of them holds one; else `L`,
a count and as many lengths in little-endian 32 bits, and the bytes. What each job takes and gives
is said in the bridge.
"""

from __future__ import annotations

import ctypes
import os
import sys
from struct import pack, unpack_from

from ._errors import TwimlReferError, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from ._secret import Secrets

URI, REFER, ELEMENT, RENDER, VERIFY, FROM_FORM, FROM_PAIRS, VALIDATE, NAMES, SIGN = range(1, 11)
COMMENT, CHECK_URI = range(11, 13)

_JOINED = b"J"
_LISTED = b"L"
_SMALL = 8192


def _library() -> str:
    name = {"win32": "twiml_refer_uniffi.dll", "darwin": "libtwiml_refer_uniffi.dylib"}
    file = name.get(sys.platform, "libtwiml_refer_uniffi.so")
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), "_native", file)


# Without declared types of its arguments a call takes half the time. What is passed is always int,
# bytes and a buffer, which ctypes passes as C's int and pointers.
_call = ctypes.CDLL(_library()).twiml_refer_lane

# Buffers that nobody uses just now: taking and giving back are atomic.
_pool: list[ctypes.Array[ctypes.c_char]] = []


def call(job: int, parts: Sequence[str]) -> bytes:
    """Do a job; the answer as a frame whose first part is empty. An error is raised."""
    text = "\0".join(parts)
    if text.count("\0") == len(parts) - 1:
        return _done(job, _JOINED + encoded(text))
    return _done(job, _listed([encoded(part) for part in parts]))


def call_bytes(job: int, parts: Sequence[bytes], secrets: Secrets | None = None) -> bytes:
    """Do as `call`, with parts that were encoded; secrets come before them."""
    if secrets is not None:
        lengths = [*secrets.lengths, *map(len, parts)]
        return _done(job, b"".join(parts), _lengths(lengths), secrets)
    data = b"\0".join(parts)
    if data.count(0) == len(parts) - 1:
        return _done(job, _JOINED + data)
    return _done(job, _listed(parts))


def _listed(parts: Sequence[bytes]) -> bytes:
    return _lengths([len(part) for part in parts]) + b"".join(parts)


def _lengths(lengths: Sequence[int]) -> bytes:
    return _LISTED + pack(f"<{len(lengths) + 1}I", len(lengths), *lengths)


def _send(job: int, frame: bytes, head: bytes, secrets: Secrets | None, out: Any, size: int) -> int:
    if secrets is None:
        return int(_call(job, frame, len(frame), out, size))
    # No variable holds the secrets, so that an error, wherever it is raised, does not lead to them.
    length = len(head) + secrets.size + len(frame)
    return int(_call(job, head + secrets.joined() + frame, length, out, size))


def _done(job: int, frame: bytes, head: bytes = b"", secrets: Secrets | None = None) -> bytes:
    try:
        buffer = _pool.pop()
    except IndexError:
        buffer = ctypes.create_string_buffer(_SMALL)
    size = _send(job, frame, head, secrets, buffer, _SMALL)
    if size < 0:
        raise RuntimeError("the native library could not do this job; please report it")
    answer: Any = buffer[:size]
    _pool.append(buffer)
    # It may still hold the end of another answer, which a traceback must not lead to.
    del buffer
    if size > _SMALL:
        large = ctypes.create_string_buffer(size)
        _send(job, frame, head, secrets, large, size)
        answer = large.raw
    if answer.startswith(_GOOD) or size == _NOTHING_WRONG:
        return bytes(answer)
    kind, *told = _parts(answer)
    if kind:
        raise _error(kind, *told)
    return bytes(answer)


# No kind of an error, and other parts; or that alone.
_GOOD = b"J\0"
_NOTHING_WRONG = 1


def check_uri(uri: str) -> None:
    """Judge one text, which crosses as it is."""
    data = uri.encode() if uri.isascii() else encoded(uri)
    if _call(CHECK_URI, data, len(data), None, 0) != _NOTHING_WRONG:
        _done(CHECK_URI, data)


def encoded(text: str) -> bytes:
    """Make bytes of text, lone surrogates included: the library refuses those."""
    return text.encode() if text.isascii() else text.encode("utf-8", "surrogatepass")


def is_joined(answer: bytes) -> bool:
    """Tell whether no part of an answer holds a NUL."""
    return answer.startswith(_JOINED)


def texts(answer: bytes, most: int = -1) -> list[str]:
    """Take the parts behind the first; of joined ones so many at most, and the rest as one."""
    if answer.startswith(_JOINED):
        return answer[2:].decode().split("\0", most)
    return _parts(answer)[1:]


def text(answer: bytes) -> str:
    """Take the one part of an answer that has no other."""
    return answer[2:].decode() if answer.startswith(_JOINED) else texts(answer)[0]


def _parts(answer: bytes) -> list[str]:
    if answer.startswith(_JOINED):
        return answer[1:].decode().split("\0")
    (count,) = unpack_from("<I", answer, 1)
    at = 5 + 4 * count
    taken: list[str] = []
    for length in unpack_from(f"<{count}I", answer, 5):
        taken.append(answer[at : at + length].decode())
        at += length
    return taken


def _error(
    kind: str,
    message: str,
    offset: str,
    line: str,
    column: str,
    parameter: str,
    number: str,
    group: str,
) -> TwimlReferError:
    return refused(
        kind,
        message,
        group,
        offset=integer(offset),
        line=integer(line),
        column=integer(column),
        parameter=parameter or None,
        number=integer(number),
    )


def integer(number: str) -> int | None:
    """Read a number of a frame; none is empty."""
    return int(number) if number else None
