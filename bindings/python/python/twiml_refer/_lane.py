"""The lane into the library: one C function, frames of bytes. No rule lives here.

A frame is a count, as many lengths, and the bytes, in little-endian 32 bits; a length of all ones
is an absent part. What each job takes and gives is said in the bridge.
"""

from __future__ import annotations

import ctypes
import os
import sys
from itertools import accumulate
from struct import Struct

from ._errors import TwimlReferError, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Union

    Part = Union[str, bytes, None]

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


_call = ctypes.CDLL(_library()).twiml_refer_lane
_call.argtypes = (
    ctypes.c_uint32,
    ctypes.c_char_p,
    ctypes.c_uint32,
    ctypes.c_void_p,
    ctypes.c_uint32,
)
_call.restype = ctypes.c_int32

# Buffers that nobody uses just now, with their addresses: taking and giving back are atomic.
_pool: list[tuple[ctypes.Array[ctypes.c_char], int]] = []

_copy = ctypes.string_at
_structs: dict[int, Struct] = {}


def _struct(count: int) -> Struct:
    made = _structs.get(count)
    if made is None:
        made = Struct(f"<{count}I")
        if len(_structs) < _MOST_STRUCTS:
            _structs[count] = made
    return made


def call(job: int, parts: Sequence[Part]) -> bytes:
    """Do a job; the answer as a frame whose first part is absent. An error is raised."""
    lengths = [0]
    data = []
    try:
        for part in parts:
            if part is None:
                lengths.append(_ABSENT)
            else:
                chunk = part.encode() if isinstance(part, str) else part
                lengths.append(len(chunk))
                data.append(chunk)
    except UnicodeEncodeError:
        # The library refuses a lone surrogate, and says where it stands.
        return call(job, [passed(part) for part in parts])
    count = len(lengths)
    lengths[0] = count - 1
    frame = _struct(count).pack(*lengths) + b"".join(data)
    try:
        buffer, address = _pool.pop()
    except IndexError:
        buffer = ctypes.create_string_buffer(_SMALL)
        address = ctypes.addressof(buffer)
    size = _call(job, frame, len(frame), address, _SMALL)
    if size <= _SMALL:
        answer = _copy(address, max(size, 0))
        _pool.append((buffer, address))
        if size < 0:
            raise RuntimeError("the native library could not do this job; please report it")
    else:
        large = ctypes.create_string_buffer(size)
        _call(job, frame, len(frame), ctypes.addressof(large), size)
        answer = large.raw
    if answer[4:8] != _NO_ERROR:
        raise _error(answer)
    return answer


def check_uri(uri: str) -> None:
    """Judge one text, without taking an answer: the shortest is that nothing is wrong."""
    try:
        data = uri.encode()
    except UnicodeEncodeError:
        call(CHECK_URI, (uri,))
        return
    frame = _PAIR.pack(1, len(data)) + data
    if _call(CHECK_URI, frame, len(frame), None, 0) != _NOTHING_WRONG:
        call(CHECK_URI, (uri,))


def passed(part: Part) -> bytes | None:
    """Make bytes of text, lone surrogates included: the library refuses those."""
    return part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part


def fields(answer: bytes, count: int) -> list[str | None]:
    """Take the first parts of an answer, any of which may be absent."""
    lengths = _struct(count).unpack_from(answer, 4)
    at = 4 + 4 * int.from_bytes(answer[:4], "little")
    taken: list[str | None] = []
    for length in lengths:
        if length == _ABSENT:
            taken.append(None)
        else:
            taken.append(answer[at : at + length].decode())
            at += length
    return taken


def rest(answer: bytes, first: int = 1) -> list[str]:
    """Take the parts of an answer behind the first ones; each of them is there."""
    count = int.from_bytes(answer[:4], "little")
    lengths = _struct(count - first).unpack_from(answer, 4 + 4 * first)
    ends = [*accumulate(lengths)]
    data = answer[len(answer) - ends[-1] :] if ends else b""
    text = data.decode()
    if text.isascii():
        # Places are the same in bytes and in text.
        return [text[start:end] for start, end in zip([0, *ends], ends)]
    return [data[start:end].decode() for start, end in zip([0, *ends], ends)]


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
