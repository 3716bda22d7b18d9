import ctypes
import os
import sys
from operator import index
from struct import Struct, error as _StructError

_NAMES = {"darwin": "libtwiml_refer_uniffi.dylib", "win32": "twiml_refer_uniffi.dll"}
_FILE = _NAMES.get(sys.platform, "libtwiml_refer_uniffi.so")

# Without declared types of its arguments a call takes half the time. What is passed is always bytes,
# a buffer and lengths below 2 GiB.
_native = ctypes.CDLL(
    os.path.join(os.path.dirname(os.path.abspath(__file__)), _FILE)
).twiml_refer_call

_I32, _I64 = Struct(">i"), Struct(">q")
_pack_i32, _unpack_i32 = _I32.pack, _I32.unpack_from
_pack_i64, _unpack_i64 = _I64.pack, _I64.unpack_from
_LEAST, _MOST = -(2**63), 2**63 - 1
_BYTES = (b"\0", b"\1")

# Buffers that no call uses just now: taking one and giving it back are atomic.
_buffers = []
_ROOM, _KEPT = 8192, 128 * 1024
# What is read where the library has no answer.
_REFUSED = b"\2\0\0\0\x31twiml-refer: the native library refused this call"

_UniffiConverterRustBuffer = object


class InternalError(Exception):
    pass


class _Call:
    """The arguments of a call. Not a list: error trackers show the items of one."""

    __slots__ = ("parts", "add")

    def __init__(self, function):
        self.parts = [_pack_i32(function)]
        self.add = self.parts.append

    def write_i32(self, value):
        self.add(_pack_i32(value))

    def write_u8(self, value):
        self.add(_BYTES[value])


class _Answer:
    """An answer that is being read."""

    __slots__ = ("data", "at")

    def __init__(self, data):
        self.data = data
        self.at = 1

    def read_u8(self):
        at = self.at
        self.at = at + 1
        return self.data[at]

    def read_i32(self):
        at = self.at
        self.at = at + 4
        return _unpack_i32(self.data, at)[0]


def _done(call):
    """Make the call; the answer behind its status. No variable holds a secret when this raises."""
    try:
        buffer = _buffers.pop()
    except IndexError:
        buffer = ctypes.create_string_buffer(_ROOM)
    data = b"".join(call.parts)
    length, room = len(data), len(buffer)
    if length > 0x7FFFFFFF:
        del data
        size_check(length)
    needed = _native(data, length, buffer, room)
    if needed > room:
        buffer = ctypes.create_string_buffer(needed)
        needed = _native(data, length, buffer, needed)
    answer = _Answer(buffer[:needed] if needed > 0 else _REFUSED)
    if len(buffer) <= _KEPT:
        _buffers.append(buffer)
    if answer.data[0] == 0:
        return answer
    del data
    if answer.data[0] == 1:
        raise _UniffiFfiConverterTypeBridgeError.read(answer)
    raise InternalError(_UniffiFfiConverterString.read(answer))


class _UniffiFfiConverterString:
    @staticmethod
    def read(buf):
        data, at = buf.data, buf.at + 4
        end = buf.at = at + _unpack_i32(data, at - 4)[0]
        return data[at:end].decode()

    @staticmethod
    def write(value, buf):
        try:
            data = value.encode()
        except UnicodeEncodeError:
            # The library refuses a lone surrogate where it is.
            data = value.encode("utf-8", "surrogatepass")
        length = len(data)
        if length > 0x7FFFFFFF:
            size_check(length)
        add = buf.add
        add(_pack_i32(length))
        add(data)


class _UniffiFfiConverterBytes:
    @staticmethod
    def read(buf):
        data, at = buf.data, buf.at + 4
        end = buf.at = at + _unpack_i32(data, at - 4)[0]
        return data[at:end]

    @staticmethod
    def write(value, buf):
        length = len(value)
        if length > 0x7FFFFFFF:
            size_check(length)
        buf.add(_pack_i32(length))
        buf.add(value)


class _UniffiFfiConverterInt64:
    @staticmethod
    def read(buf):
        at = buf.at
        buf.at = at + 8
        return _unpack_i64(buf.data, at)[0]

    @staticmethod
    def write(value, buf):
        try:
            buf.add(_pack_i64(value))
        except _StructError:
            # The library refuses what is out of range with the kind of its place.
            buf.add(_pack_i64(min(max(index(value), _LEAST), _MOST)))


class _UniffiFfiConverterBoolean:
    @staticmethod
    def read(buf):
        return buf.read_u8() == 1

    @staticmethod
    def write(value, buf):
        buf.add(_BYTES[bool(value)])


class _UniffiFfiConverterSequenceTypePair:
    """The longest lists there are: the parameters of a request, read without a call for each text."""

    @staticmethod
    def read(buf):
        data, at = buf.data, buf.at
        count = _unpack_i32(data, at)[0]
        at += 4
        pairs = []
        for _ in range(count):
            start = at + 4
            at = start + _unpack_i32(data, at)[0]
            name = data[start:at].decode()
            start = at + 4
            at = start + _unpack_i32(data, at)[0]
            pairs.append(Pair(name, data[start:at].decode()))
        buf.at = at
        return pairs

    @staticmethod
    def write(value, buf):
        buf.write_i32(len(value))
        for item in value:
            _UniffiFfiConverterString.write(item.name, buf)
            _UniffiFfiConverterString.write(item.value, buf)


