"""SIP URIs, User-to-User and Refer-To values."""

from __future__ import annotations

from ._bridge import Pair, bridge, call, plain
from ._diagnostic import Diagnostic, diagnostic
from ._errors import check_text, wrong_type
from ._hints import TYPE_CHECKING, Any, Iterable, Literal, Mapping
from ._value import Frozen, Value

if TYPE_CHECKING:
    Headers = Mapping[str, str] | Iterable[tuple[str, str]]
else:
    Headers = "Mapping[str, str] | Iterable[tuple[str, str]]"


class UserToUser(Value):
    """A User-to-User value (RFC 7433).

    `encoding`, `purpose` and `content` are its parameters.

    Raises `SipUriError` without data, and for characters that cannot be sent.

    >>> str(UserToUser.from_bytes(b"order 7"))
    '6F726465722037;encoding=hex'
    >>> UserToUser.parse("123456789;encoding=hex").data
    '123456789'
    """

    __slots__ = ("data", "encoding", "purpose", "content", "_record", "_bytes")
    data: str
    encoding: str | None
    purpose: str | None
    content: str | None
    _record: Any
    _bytes: bytes | None

    def __init__(
        self,
        data: str,
        encoding: str | None = None,
        purpose: str | None = None,
        content: str | None = None,
    ) -> None:
        if not isinstance(data, str):
            wrong_type("data", "str (or use from_bytes)", data)
        for name, value in (("encoding", encoding), ("purpose", purpose), ("content", content)):
            check_text(name, value)
        self._take(call(bridge.user_to_user_new, data, encoding, purpose, content))

    def _take(self, record: Any) -> UserToUser:
        self._set(record.data, record.encoding, record.purpose, record.content, record, None)
        return self

    if not TYPE_CHECKING:

        def __getattr__(self, name):
            """Read the fields of bytes when they are first used: a URI does not need them."""
            if name == "_bytes" or name not in self.__slots__:
                raise AttributeError(f"UserToUser has no attribute {name!r}", name=name, obj=self)
            self._take(call(bridge.user_to_user_from_bytes, self._bytes, None, None))
            return getattr(self, name)

    @classmethod
    def parse(cls, text: str) -> UserToUser:
        """Read the decoded value of a User-to-User header.

        Raises `SipUriError` with the byte at which it stops being one.
        """
        _is_text("a User-to-User value", text)
        return cls.__new__(cls)._take(call(bridge.user_to_user_parse, text))

    @classmethod
    def from_bytes(
        cls, data: bytes, *, purpose: str | None = None, content: str | None = None
    ) -> UserToUser:
        """Encode bytes as hexadecimal digits. Raises `SipUriError` if there are none."""
        if not isinstance(data, (bytes, bytearray, memoryview)):
            wrong_type("data", "bytes", data)
        check_text("purpose", purpose)
        check_text("content", content)
        made = cls.__new__(cls)
        if data and purpose is None and content is None:
            object.__setattr__(made, "_bytes", bytes(data))
            return made
        return made._take(call(bridge.user_to_user_from_bytes, bytes(data), purpose, content))

    def to_bytes(self) -> bytes | None:
        """Return the bytes of hexadecimal data; `None` if it is not hexadecimal."""
        data: bytes | None = self._record.bytes
        return data

    def __str__(self) -> str:
        return str(self._record.text)


class SipUri(Frozen):
    """A valid `sip:` or `sips:` URI (RFC 3261 section 19.1), in its own spelling.

    `headers` are decoded names and values; they are escaped and added behind those of the URI.
    `==` compares the spelling, `equivalent()` as SIP does.

    Raises `SipUriError` with the byte at which the text stops being a SIP URI.

    >>> uri = SipUri("sip:alice@example.com", headers={"X-Reason": "billing question"})
    >>> str(uri)
    'sip:alice@example.com?X-Reason=billing%20question'
    >>> uri.header("x-reason")
    'billing question'
    """

    __slots__ = ("_text",)

    def __init__(
        self,
        uri: str | SipUri,
        *,
        headers: Headers = (),
        user_to_user: UserToUser | None = None,
    ) -> None:
        if type(uri) is not str:
            if not isinstance(uri, (str, SipUri)):
                wrong_type("a SIP URI", "str", uri)
            uri = str(uri)
        added = _pairs(headers) if headers else ()
        object.__setattr__(self, "_text", call(bridge.uri_new, uri, added, _source(user_to_user)))

    @classmethod
    def _of(cls, text: str) -> SipUri:
        made = cls.__new__(cls)
        object.__setattr__(made, "_text", text)
        return made

    @classmethod
    def build(
        cls,
        host: str,
        *,
        user: str | None = None,
        password: str | None = None,
        port: int | None = None,
        secure: bool = False,
        params: Iterable[tuple[str, str | None]] = (),
        headers: Headers = (),
        user_to_user: UserToUser | None = None,
    ) -> SipUri:
        """Make a URI of decoded parts, each escaped for its place.

        Raises `SipUriError` for a part that cannot be written, such as port 0.

        >>> str(SipUri.build("example.com", user="a b", port=5060, params=[("lr", None)]))
        'sip:a%20b@example.com:5060;lr'
        """
        _is_text("host", host)
        check_text("user", user)
        check_text("password", password)
        parameters = [_parameter(*param) for param in params]
        source = _source(user_to_user)
        arguments = (user, password, port, secure, parameters, _pairs(headers), source)
        return cls._of(call(bridge.uri_build, host, *arguments))

    def with_header(self, name: str, value: str) -> SipUri:
        """Return a new URI with one more header, given as decoded text.

        Raises `SipUriError` for a name that is not a token, and for CR, LF and NUL in the value.

        >>> str(SipUri("sip:alice@example.com").with_header("X-Reason", "50% off"))
        'sip:alice@example.com?X-Reason=50%25%20off'
        """
        return SipUri(self, headers=((name, value),))

    def _parts(self) -> Any:
        return call(bridge.uri_parts, self._text)

    @property
    def scheme(self) -> str:
        """`sip` or `sips`, as spelled."""
        return str(self._parts().scheme)

    @property
    def user(self) -> str | None:
        """The user as spelled."""
        user: str | None = self._parts().user
        return user

    @property
    def user_decoded(self) -> str | None:
        """The user with its escapes decoded."""
        user: str | None = self._parts().user_decoded
        return user

    @property
    def password(self) -> str | None:
        """The password as spelled."""
        password: str | None = self._parts().password
        return password

    @property
    def host(self) -> str:
        """The host as spelled; IPv6 with its brackets."""
        return str(self._parts().host)

    @property
    def port(self) -> int | None:
        """The port."""
        port: int | None = self._parts().port
        return port

    @property
    def params(self) -> tuple[tuple[str, str | None], ...]:
        """The parameters as spelled; a flag has no value."""
        return tuple((param.name, param.value) for param in self._parts().params)

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """The decoded headers in order."""
        return plain(self._parts().headers)

    def header(self, name: str) -> str | None:
        """Return the first header of this name, without regard to case."""
        _is_text("the name of a header", name)
        value: str | None = call(bridge.uri_header, self._text, name)
        return value

    @property
    def user_to_user(self) -> UserToUser | None:
        """The first User-to-User value. Raises `SipUriError` if it is invalid."""
        record = call(bridge.uri_user_to_user, self._text)
        return record and UserToUser.__new__(UserToUser)._take(record)

    @property
    def user_to_users(self) -> tuple[UserToUser, ...]:
        """Every User-to-User value, in order: a header may hold several.

        Raises `SipUriError` if one of them is invalid.

        >>> [it.data for it in SipUri("sip:a@b?User-to-User=31%2C32&User-to-User=33").user_to_users]
        ['31', '32', '33']
        """
        records = call(bridge.uri_user_to_users, self._text)
        return tuple(UserToUser.__new__(UserToUser)._take(record) for record in records)

    @property
    def refer_to(self) -> str:
        """The value of a Refer-To header, in angle brackets."""
        return str(self._parts().refer_to)

    def check(self) -> list[Diagnostic]:
        """Report what will be dropped or misread on the wire."""
        return [diagnostic(found) for found in call(bridge.uri_check, self._text)]

    def equivalent(self, other: SipUri) -> bool:
        """Compare as RFC 3261 section 19.1.4 does."""
        return bool(call(bridge.uri_equivalent, self._text, str(other)))

    def __eq__(self, other: object) -> bool:
        return self._text == other._text if isinstance(other, SipUri) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> tuple[Any, ...]:
        return SipUri, (self._text,)

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"SipUri({bridge.uri_redacted(self._text)!r})"

    _text: str


class ReferTarget(Value):
    """What a Refer-To value, or Twilio's `ReferTransferTarget`, names.

    >>> ReferTarget.parse('"Bob" <sip:bob@example.com>;x=1')
    ReferTarget(kind='sip', text='sip:bob@example.com')
    """

    __slots__ = ("kind", "text")
    kind: Literal["sip", "tel", "other"]
    """The kind of the URI."""
    text: str
    """The URI, without angle brackets and what is around them."""

    def __init__(self, kind: Literal["sip", "tel", "other"], text: str) -> None:
        self._set(kind, text)

    @classmethod
    def parse(cls, text: str) -> ReferTarget:
        """Read a Refer-To value; what is not a SIP or telephone URI has the kind `other`."""
        _is_text("a Refer-To value", text)
        target = call(bridge.refer_target, text)
        return cls(target.kind, target.text)

    @property
    def uri(self) -> SipUri | None:
        """The SIP URI, if it is one."""
        return SipUri(self.text) if self.kind == "sip" else None

    def __repr__(self) -> str:
        return f"ReferTarget(kind={self.kind!r}, text={bridge.uri_redacted(self.text)!r})"


def _is_text(what: str, value: object) -> None:
    if not isinstance(value, str):
        wrong_type(what, "str", value)


def _pairs(headers: Headers) -> list[Any]:
    added = []
    items: Any = getattr(headers, "items", None)
    given: Any = items() if items else headers
    for name, value in given:
        if not isinstance(name, str) or not isinstance(value, str):
            wrong_type("a header", "a name and a value of type str", (name, value))
        added.append(Pair(name, value))
    return added


def _parameter(name: str, value: str | None) -> Any:
    _is_text("the name of a parameter", name)
    check_text(f"parameter {name}", value)
    return bridge.UriParameter(name, value)


def _source(value: UserToUser | None) -> Any:
    if value is None:
        return None
    source = bridge.UserToUserSource
    return source.TEXT(str(value)) if value._bytes is None else source.BYTES(value._bytes)
