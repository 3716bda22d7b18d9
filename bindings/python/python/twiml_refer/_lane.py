"""The lane into the library: one C function, frames of bytes. No rule lives here.

What it carries is said once in the bridge; a test holds it to what the generated module says.
"""

from __future__ import annotations

import ctypes
import os
import sys
from struct import Struct, pack

from ._errors import TwimlReferError, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Optional, Union

    Part = Optional[Union[str, bytes]]

URI, REFER, ELEMENT, RENDER, VERIFY, FROM_FORM, FROM_PAIRS, VALIDATE, NAMES, SIGN, COMMENT = range(
    1, 12
)

_ABSENT = 0xFFFFFFFF
_SMALL = 8192
_COUNT = Struct("<I")


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

# Buffers that nobody uses just now: taking and giving back are atomic.
_pool: list[ctypes.Array[ctypes.c_char]] = []


def call(job: int, parts: Iterable[Part]) -> list[Optional[bytes]]:
    """Do a job: its answer without the part that tells of errors."""
    lengths = []
    data = []
    for part in parts:
        if part is None:
            lengths.append(_ABSENT)
        else:
            # The library refuses a lone surrogate where it stands.
            chunk = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
            lengths.append(len(chunk))
            data.append(chunk)
    count = len(lengths)
    return _parts(_raw(job, pack(f"<{count + 1}I", count, *lengths) + b"".join(data)))


def _raw(job: int, frame: bytes) -> bytes:
    try:
        buffer = _pool.pop()
    except IndexError:
        buffer = ctypes.create_string_buffer(_SMALL)
    if len(frame) >= _ABSENT:
        raise OverflowError("more than 4 GB cannot be passed")
    size = _call(job, frame, len(frame), buffer, _SMALL)
    if 0 <= size <= _SMALL:
        answer = ctypes.string_at(buffer, size)
        _pool.append(buffer)
        return answer
    _pool.append(buffer)
    if size < 0:
        raise RuntimeError("the native library could not do this job; please report it")
    large = ctypes.create_string_buffer(size)
    written = _call(job, frame, len(frame), large, size)
    return ctypes.string_at(large, written)


def _parts(answer: bytes) -> list[Optional[bytes]]:
    (count,) = _COUNT.unpack_from(answer)
    lengths: Sequence[int] = Struct(f"<{count}I").unpack_from(answer, 4)
    at = 4 + 4 * count
    parts: list[Optional[bytes]] = []
    for length in lengths:
        if length == _ABSENT:
            parts.append(None)
        else:
            parts.append(answer[at : at + length])
            at += length
    if parts[0] is not None:
        raise _error(parts)
    return parts[1:]


def _error(parts: list[Optional[bytes]]) -> TwimlReferError:
    text = [None if part is None else part.decode() for part in parts]
    kind, message, offset, line, column, parameter, number = text
    return refused(
        kind or "",
        message or "",
        offset=integer(offset),
        line=integer(line),
        column=integer(column),
        parameter=parameter,
        number=integer(number),
    )


def integer(text: Optional[Union[str, bytes]]) -> Optional[int]:
    """Read a number of a frame."""
    return None if text is None else int(text)
