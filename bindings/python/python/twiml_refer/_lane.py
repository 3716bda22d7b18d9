"""The lane into the library: one C function, frames of bytes. No rule lives here.

A frame is a count, as many lengths, and the bytes, in little-endian 32 bits; a length of all ones
is an absent part. What each job takes and gives is said in the bridge.
"""

from __future__ import annotations

import ctypes
import os
import sys
from struct import Struct

from ._errors import TwimlReferError, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    # The lengths of parts, and their bytes.
    Before = tuple[tuple[int, ...], bytes]

URI, REFER, ELEMENT, RENDER, VERIFY, FROM_FORM, FROM_PAIRS, VALIDATE, NAMES, SIGN = range(1, 11)
COMMENT, CHECK_URI = range(11, 13)

_ABSENT = 0xFFFFFFFF
_NO_ERROR = b"\xff\xff\xff\xff"
_SMALL = 8192
_NOTHING_WRONG = 8
_PAIR = Struct("<2I")
_MOST_STRUCTS = 256


def _library() -> str:
    name = {"win32": "twiml_refer_uniffi.dll", "darwin": "libtwiml_refer_uniffi.dylib"}
    file = name.get(sys.platform, "libtwiml_refer_uniffi.so")
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), "_native", file)


# Without declared types of its arguments a call takes half the time. What is passed is always int,
# bytes and a buffer, which ctypes passes as C's int and pointers.
_call = ctypes.CDLL(_library()).twiml_refer_lane

# Buffers that nobody uses just now: taking and giving back are atomic.
_pool: list[ctypes.Array[ctypes.c_char]] = []

_structs: dict[int, Struct] = {}


def _struct(count: int) -> Struct:
    made = Struct(f"<{count}I")
    if len(_structs) < _MOST_STRUCTS:
        _structs[count] = made
    return made


def call(job: int, parts: Sequence[str | None]) -> bytes:
    """Do a job; the answer as a frame whose first part is absent. An error is raised."""
    text = "".join(filter(None, parts))
    if not text.isascii():
        return call_bytes(job, [passed(part) for part in parts])
    lengths = [_ABSENT if part is None else len(part) for part in parts]
    return _done(job, lengths, text.encode())


def call_bytes(job: int, parts: Sequence[bytes | None], before: Before = ((), b"")) -> bytes:
    """Do as `call`, with parts that were encoded; `before` them come those of `prepared`."""
    lengths = [*before[0], *[_ABSENT if part is None else len(part) for part in parts]]
    return _done(job, lengths, before[1] + b"".join(filter(None, parts)))


def prepared(parts: Sequence[bytes | None]) -> Before:
    """Make the beginning of a frame, for parts that are passed with every call."""
    lengths = tuple(_ABSENT if part is None else len(part) for part in parts)
    return lengths, b"".join(filter(None, parts))


def _done(job: int, lengths: list[int], data: bytes) -> bytes:
    count = len(lengths)
    shape = _structs.get(count + 1) or _struct(count + 1)
    frame = shape.pack(count, *lengths) + data
    try:
        buffer = _pool.pop()
    except IndexError:
        buffer = ctypes.create_string_buffer(_SMALL)
    size = _call(job, frame, len(frame), buffer, _SMALL)
    if size < 0:
        raise RuntimeError("the native library could not do this job; please report it")
    answer: Any = buffer[:size]
    _pool.append(buffer)
    if size > _SMALL:
        large = ctypes.create_string_buffer(size)
        _call(job, frame, len(frame), large, size)
        answer = large.raw
    if answer[4:8] != _NO_ERROR:
        raise _error(answer)
    return bytes(answer)


def check_uri(uri: str) -> None:
    """Judge one text, without taking an answer: the shortest is that nothing is wrong."""
    data = uri.encode() if uri.isascii() else encoded(uri)
    frame = _PAIR.pack(1, len(data)) + data
    if _call(CHECK_URI, frame, len(frame), None, 0) != _NOTHING_WRONG:
        call(CHECK_URI, (uri,))


def encoded(text: str) -> bytes:
    """Make bytes of text, lone surrogates included: the library refuses those."""
    return text.encode() if text.isascii() else text.encode("utf-8", "surrogatepass")


def passed(text: str | None) -> bytes | None:
    """Do as `encoded`, where there is text."""
    return text if text is None else encoded(text)


def fields(answer: bytes, count: int) -> list[str | None]:
    """Take the first parts of an answer, any of which may be absent."""
    shape = _structs.get(count + 1) or _struct(count + 1)
    total, *lengths = shape.unpack_from(answer)
    data = answer[4 + 4 * total :]
    text = data.decode()
    # In ASCII, places are the same in bytes and in text.
    ascii_only = text.isascii()
    at = 0
    taken: list[str | None] = []
    for length in lengths:
        if length == _ABSENT:
            taken.append(None)
        else:
            end = at + length
            taken.append(text[at:end] if ascii_only else data[at:end].decode())
            at = end
    return taken


def rest(answer: bytes, first: int = 1) -> list[str]:
    """Take the parts of an answer behind the first ones; each of them is there."""
    count = int.from_bytes(answer[:4], "little")
    return [part or "" for part in fields(answer, count)[first:]]


def text(answer: bytes) -> str:
    """Take the one part of an answer that has no other."""
    return answer[12:].decode()


def is_set(answer: bytes) -> bool:
    """Tell whether the one part of an answer is there."""
    return answer[8:12] != _NO_ERROR


def _error(answer: bytes) -> TwimlReferError:
    kind, message, offset, line, column, parameter, number = fields(answer, 7)
    return refused(
        kind or "",
        message or "",
        offset=integer(offset),
        line=integer(line),
        column=integer(column),
        parameter=parameter,
        number=integer(number),
    )


def integer(number: str | None) -> int | None:
    """Read a number of a frame."""
    return None if number is None else int(number)
